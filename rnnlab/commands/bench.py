"""The command bench: timings on this machine, which each task brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnlab.tasks.registry import kinds

NAMES = ("bench",)


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `bench` with what the tasks time."""
    parser = commands.add_parser("bench", help="compare rnnlab's speed with plain implementations")
    benches = parser.add_subparsers(required=True, metavar="WHAT")
    for kind in kinds():
        own = kind.part(kind.commands)
        if hasattr(own, "add_benches"):
            own.add_benches(benches)
