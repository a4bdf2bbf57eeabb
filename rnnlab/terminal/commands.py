"""What commands share: their parsers, and tables as lines for a terminal; independent of any task."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rnnlab import options
from rnnlab.options import Option
from rnnlab.summary import Table
from rnnlab.terminal.streams import show
from rnnlab.train.devices import DEVICES

Answer = dict[str, Any]


def add_command(commands: Any, name: str, help: str, run: Callable[[argparse.Namespace], Answer]) -> Any:
    """Add a command with its --json; gives its parser."""
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)
    return parser


def tell(asked: argparse.Namespace, answer: Answer, lines: Callable[[Answer], Iterable[str]]) -> Answer:
    """Print an answer as lines unless JSON is asked for, which is printed later; gives the answer."""
    if not asked.json:
        show("\n".join(lines(answer)))
    return answer


def add_settings(group: Any, settings: Iterable[Option], seen: set[str]) -> None:
    """Add a flag for every setting whose name is not among those seen, and remember it."""
    for known in settings:
        if known.name not in seen:
            options.add_flag(group, known)
        seen.add(known.name)


def add_overwrite(parser: Any, what: str = "the checkpoint or the stopped training that DIR holds") -> None:
    """Add --overwrite to a command that writes a folder or a file."""
    parser.add_argument("--overwrite", action="store_true", help=f"replace {what}")


def without_overwrite(words: Sequence[str]) -> list[str]:
    """A command line to be run again, by whoever reads it: nothing of theirs is replaced unasked."""
    return [word for word in words if len(word) < len("--ov") or not "--overwrite".startswith(word)]


def given(asked: argparse.Namespace, settings: Iterable[Option]) -> dict[str, Any]:
    """The settings that were given as flags; the others are None."""
    names = {known.name for known in settings}
    return {name: value for name, value in vars(asked).items() if name in names}


def picked(asked: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """What was given for some flags, by their names."""
    return {name: getattr(asked, name) for name in names}


def add_device(parser: Any) -> None:
    """Add --device to a command that computes."""
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where to compute (default auto)")


def table_lines(tables: Iterable[Table]) -> list[str]:
    """Each table below its caption."""
    return [line for one in tables for line in ([one.caption] if one.caption else []) + aligned(one.head, one.rows)]


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Align the first column left and the others right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
