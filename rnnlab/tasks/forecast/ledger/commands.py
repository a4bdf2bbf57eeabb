"""The commands of the forward ledger: ledger commit, ledger score."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

from rnnlab.tasks.forecast.data import PriceReading
from rnnlab.tasks.forecast.ledger.committing import commit
from rnnlab.tasks.forecast.ledger.entries import NAMES
from rnnlab.tasks.forecast.ledger.scoring import score
from rnnlab.tasks.forecast.ledger.tables import score_lines, sums_table
from rnnlab.terminal.commands import Answer, add_command, add_device, aligned, table_lines, tell

FLAG: dict[str, Any] = {"action": "store_true"}


def add_ledger(commands: Any, add_file_flags: Callable[[Any], None]) -> None:
    """Add `ledger commit` and `ledger score`; add_file_flags: adds how price files are read."""
    ledger = commands.add_parser("ledger", help="commit forecasts before the session opens; score them afterwards")
    asks = ledger.add_subparsers(required=True, metavar="commit|score")
    put = add_command(asks, "commit", "write the next session's densities into a ledger on the Hub", _commit)
    put.add_argument("--model", metavar="MODEL", default="stocks", help="a forecaster (default stocks)")
    _add_data_and_repo(put, "made if it is not there")
    put.add_argument(
        "--exchange", metavar="CODE", default="", help="where all of them trade, as XNYS (default: by dates)"
    )
    put.add_argument("--private", help="make a new ledger private", **FLAG)
    put.add_argument("--dry-run", help="print what would be written, and write nothing", **FLAG)
    add_file_flags(put)
    add_device(put)
    judge = add_command(asks, "score", "score the entries of a ledger whose session has come", _score)
    _add_data_and_repo(judge, "the ledger")
    judge.add_argument("--publish", help="put the scores beside the entries, for the page", **FLAG)
    add_file_flags(judge)


def _add_data_and_repo(parser: argparse.ArgumentParser, gloss: str) -> None:
    prices = "tickers, or files of prices"
    parser.add_argument("--data", required=True, metavar="NAME|FILE", nargs="+", help=prices)
    parser.add_argument("--repo", required=True, metavar="REPO", help=f"owner/name of a dataset of the Hub; {gloss}")


def _commit(args: argparse.Namespace) -> Answer:
    how: dict[str, Any] = {"exchange": args.exchange, "private": args.private, "dry_run": args.dry_run}
    how |= {"reading": PriceReading.of(vars(args)), "device": args.device}
    return tell(args, commit(args.model, args.data, args.repo, **how), _commit_lines)


def _commit_lines(answer: Answer) -> Iterator[str]:
    """Each entry's session and densities, and where they are."""
    head = ["", "last day", "session", "opens (UTC)", *(f"{name}: location, scale, dof" for name in NAMES)]
    rows = []
    for one in answer["entries"]:
        densities = [_density(one["densities"][name]) for name in NAMES]
        rows.append([one["series"], one["last_day"], one["session"], one["opens"], *densities])
    yield from aligned(head, rows)
    if answer["dry_run"]:
        yield f"A dry run: {answer['file']} of {answer['repo']} would hold these entries; nothing was written."
    else:
        yield f"{answer['file']} of {answer['repo']}, by the Hub's clock at {answer['committed']}: {answer['commit']}"
    yield from answer["notices"]


def _density(parameters: dict[str, float]) -> str:
    return f"{parameters['location']:+.3f}, {parameters['scale']:.3f}, {parameters['dof']:.1f}"


def _score(args: argparse.Namespace) -> Answer:
    found = score(args.repo, args.data, publish=args.publish, reading=PriceReading.of(vars(args)))
    return tell(args, found, lambda answer: [*table_lines([sums_table(answer)]), *score_lines(answer)])
