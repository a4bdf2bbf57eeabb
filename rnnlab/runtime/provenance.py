"""Where a checkpoint comes from, written down so that anyone can make it again; independent of any training."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnlab import options
from rnnlab.summary import Code, Section, Table
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.version import __version__

CARD_USE = "FOLDER is where its files lie, or its repository as `owner/name` or `owner/name@revision`."


def origin(command: str) -> dict[str, Any]:
    """The command and the version that made a checkpoint.

    Paths in the command that lead out of the folder it was given in are shortened to their last part: a card is read
    by strangers. What UTF-8 cannot say, such as a file's name in another encoding, becomes a question mark.
    """
    told = shlex.join(_shortened(word) for word in shlex.split(command))
    return {"command": told.encode("utf-8", "replace").decode(), "rnnlab": __version__}


def _shortened(word: str) -> str:
    flag, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    path = Path(value)
    leads_out = path.is_absolute() or ".." in path.parts or value.startswith("~")
    return flag + equals + (path.name if leads_out else value)


def how_it_was_made(made: Checkpoint, settings: Sequence[type[Any]]) -> Section:
    """The command, the version, the time, and every setting with its meaning, for a card.

    Args:
        made: the checkpoint.
        settings: the classes whose options the training had, beside the model's.
    """
    source = made.provenance
    took = f" It took {source['seconds']:.0f} s." if "seconds" in source else ""
    rows = [(name, str(value), help) for name, value, help in options.rows(made.model)]
    meanings = {one.name: one.help for part in settings for one in options.describe(part)}
    rows += [(name, str(value), meanings.get(name, "")) for name, value in made.train.items()]
    command = Code(source["command"]) if source.get("command") else "From Python or the page."
    table = Table("", ("setting", "value", "meaning"), tuple(rows))
    return Section("How it was made", (command, f"rnnlab {source['rnnlab']}.{took}", table))


def on_the_page(tab: str) -> str:
    """How to use a checkpoint without installing anything."""
    return f"On the page of rnnlab: the tab *Checkpoints*, its repository's name in the search, *Open in {tab}*."
