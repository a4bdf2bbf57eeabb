"""The command report: a writer's style report, or the cross-loss matrix of several."""

from __future__ import annotations

import argparse
from typing import Any

from rnnlab.data.text.text_files import read_text
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.scoring.style.words import BLOCK
from rnnlab.tasks.text.judge.crossing import cross_losses
from rnnlab.tasks.text.judge.reporting import SAMPLES, presets_of, report_of
from rnnlab.terminal.commands import Answer, add_command, add_device, picked, table_lines, tell
from rnnlab.terminal.streams import show


def add_report(commands: Any) -> None:
    """Add `report`."""
    words = "measure how near a writer is to its author, beside held-out pages and a 5-gram"
    report = add_command(commands, "report", words, _report)
    report.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    add_device(report)
    report.add_argument(
        "--data", metavar="NAME|FILE|DIR", nargs="+", default=(), help="the author's text (default: the profile kept)"
    )
    report.add_argument(
        "--keep", action="store_true", help="keep the author's profile and the report in the checkpoint and on its card"
    )
    report.add_argument("--text", metavar="FILE", help="report on the text in this file instead of generated ones")
    report.add_argument("--samples", type=int, help=f"generated texts of {BLOCK} words each (default {SAMPLES})")
    report.add_argument("--temperature", type=float, help=f"their randomness (default {Sampling().temperature:g})")
    report.add_argument("--min-p", type=float, help=f"their min-p (default {Sampling().min_p:g})")
    report.add_argument(
        "--presets", action="store_true", help="report at several temperatures and choose presets; --keep keeps them"
    )
    report.add_argument("--seed", type=int, help="seed of the first text (default 1)")
    report.add_argument(
        "--against", metavar="MODEL", nargs="+", default=(), help="further writers whose authors to compare with"
    )
    report.add_argument(
        "--cross",
        metavar="MODEL",
        nargs="+",
        default=(),
        help="instead: bits per character of MODEL and of these on each author's held-out text; --data then names one "
        "text for each (default: the catalog's)",
    )
    report.add_argument("--column", default="", help="column of the texts in a table (default: that of the training)")
    report.add_argument("--encoding", default="", help="encoding of the data, such as KOI8-R")


def _report(args: argparse.Namespace) -> Answer:
    if args.cross:
        return _cross(args)
    if args.presets:
        return _presets(args)
    if args.text is not None and (args.temperature is not None or args.min_p is not None):
        raise RnnlabError("--temperature and --min-p are of generated texts; leave them out beside --text.")
    text = None if args.text is None else read_text(args.text, args.text)[0]
    found = report_of(args.model, text=text, temperature=args.temperature, min_p=args.min_p, **_given(args))
    if not args.json:
        show("\n".join([*table_lines([found.table()]), *found.notes, found.verdict]))
    return found.json()


def _presets(args: argparse.Namespace) -> Answer:
    own = {"--text": args.text, "--temperature": args.temperature, "--min-p": args.min_p}
    if given := next((flag for flag, value in own.items() if value is not None), None):
        raise RnnlabError(f"--presets has the model write at temperatures and a min-p of its own; leave out {given}.")
    found = presets_of(args.model, **_given(args))
    return tell(args, found.json(), lambda answer: [*table_lines([found.table()]), *found.notices])


def _given(args: argparse.Namespace) -> dict[str, Any]:
    """What was given, by the names of `report_of`."""
    names = ("data", "samples", "seed", "against", "device", "encoding", "column", "keep")
    return {name: value for name, value in picked(args, names).items() if value is not None}


def _cross(args: argparse.Namespace) -> Answer:
    asked = {"--text": args.text, "--keep": args.keep, "--against": args.against, "--temperature": args.temperature}
    asked |= {"--presets": args.presets, "--column": args.column, "--encoding": args.encoding}
    asked |= {f"--{name.replace('_', '-')}": getattr(args, name) is not None for name in ("samples", "seed", "min_p")}
    if given := next((flag for flag, value in asked.items() if value), None):
        raise RnnlabError(f"{given} has no effect on the matrix of --cross; leave one of the two out.")
    found = cross_losses([args.model, *args.cross], args.data, device=args.device)
    if not args.json:
        show("\n".join([*table_lines([found.table()]), *found.notices, found.verdict]))
    return found.json()
