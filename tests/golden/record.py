"""Record contracts anew, only where one is extended on purpose: python -m tests.golden.record NAME …

Without a name it lists the contracts. `fixtures` makes the checkpoints anew, which is never needed: what an older
rnnlab has made is to be read as it is. Git's difference may then show additions alone; see tests/golden/__init__.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import json
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

import conftest  # noqa: F401 - a quiet, offline, single-threaded process, as of the tests

from . import checkpoints, commands, flags, links, machine, page
from .places import FIXTURES, RECORDED
from .shapes import shape


def write(name: str, observed: Any) -> None:
    """Write a recording."""
    told = json.dumps(observed, indent=1, ensure_ascii=False, allow_nan=False)
    (RECORDED / f"{name}.json").write_text(told + "\n", encoding="utf-8")


def record_flags() -> None:
    """Every command's flags."""
    write("flags", flags.observe())


def record_page() -> None:
    """The endpoints with their answers' shapes."""
    with page.running_page() as running:
        write("endpoints", page.observe_endpoints(running))
        write("endpoint_answers", shapes(page.endpoint_answers(running)))


def record_links() -> None:
    """The parameters of the page's links."""
    with page.running_page() as running:
        write("links", links.observe(running))


def record_commands() -> None:
    """The shapes of the commands' answers and of config.json, and the cards' front matter."""
    with tempfile.TemporaryDirectory() as folder:
        ran = commands.run_all(Path(folder))
    write("command_answers", shapes(ran.answers))
    write("configs", shapes(ran.configs))
    write("cards", ran.cards)


def record_fixtures() -> None:
    """The checkpoints, from the very beginning."""
    for kind in ("stopped", "finished"):
        shutil.rmtree(FIXTURES / kind, ignore_errors=True)
    checkpoints.make()


def record_checkpoints() -> None:
    """What the checkpoints forecast and write, and on which machine."""
    finished = {
        name: checkpoints.digests(checkpoints.tensors(FIXTURES / "finished" / name)) for name in checkpoints.TRAININGS
    }
    write("machine", machine.kind())
    write("weights", finished)
    write("forecasts", checkpoints.observe_forecasts())
    write("scores", checkpoints.observe_scores())
    write("texts", checkpoints.observe_texts())


def shapes(observed: dict[str, Any]) -> dict[str, Any]:
    """The shape of each value."""
    return {name: shape(value) for name, value in observed.items()}


CONTRACTS: dict[str, Callable[[], None]] = {
    "flags": record_flags,
    "page": record_page,
    "links": record_links,
    "commands": record_commands,
    "fixtures": record_fixtures,
    "checkpoints": record_checkpoints,
}

if __name__ == "__main__":
    for name in sys.argv[1:]:
        CONTRACTS[name]()
    if not sys.argv[1:]:
        print("\n".join(f"{name:12} {record.__doc__}" for name, record in CONTRACTS.items()))
    sys.stdout.flush()
    os._exit(0)  # the browser's and the client's threads are not waited for
