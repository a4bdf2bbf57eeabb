"""The command bench: timings on this machine, which each task brings."""

from __future__ import annotations

from typing import Any

from rnnlab.tasks.registry import kinds


def add_commands(commands: Any) -> None:
    """Add `bench` with what the tasks time."""
    parser = commands.add_parser("bench", help="time our engines beside plain ones")
    benches = parser.add_subparsers(required=True, metavar="WHAT")
    for kind in kinds():
        own = kind.part(kind.commands)
        if hasattr(own, "add_benches"):
            own.add_benches(benches)
