"""The command evaluate: how good a checkpoint of any task is on data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rnnlab.runtime.callers import OWNER
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.tasks.registry import kind_of
from rnnlab.terminal.commands import Answer, add_command, add_device, table_lines, tell

NAMES = ("evaluate",)


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `evaluate`."""
    parser = add_command(commands, "evaluate", "score a checkpoint on data, beside a baseline", _evaluate)
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as shakespeare")
    add_device(parser)
    parser.add_argument(
        "--data", required=True, metavar="NAME|FILE|DIR", nargs="+", help="data of the kind that its training takes"
    )
    parser.add_argument("--column", default="", help="column of the texts in a table (default: that of the training)")
    parser.add_argument("--encoding", default="", help="encoding of the data, such as KOI8-R")
    words = "also score a writer while it is trained on the text, each piece scored first (takes a minute or more)"
    parser.add_argument("--dynamic", action="store_true", help=words)


def _evaluate(args: argparse.Namespace) -> Answer:
    kind = kind_of(open_checkpoint(args.model))
    arguments = {name: value for name in ("column", "encoding", "dynamic") if (value := getattr(args, name))}
    found = kind.evaluate(args.model, args.data, arguments, OWNER, args.device)
    return tell(args, found.figures, lambda figures: [*table_lines(found.tables), *found.notices])
