"""What the cards of all tasks share; knows no task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from rnnlab import options
from rnnlab.train.checkpoint.checkpoint import CURVE, Checkpoint
from rnnlab.train.checkpoint.curves import finding, read_curve

LICENSE = "mit"
WHERE = "FOLDER is where its files lie, or its repository as `owner/name` or `owner/name@revision`."


def made(checkpoint: Checkpoint, settings: Sequence[type[Any]]) -> str:
    """How a checkpoint was made: the command, the version, the time, and every setting with its meaning.

    Args:
        checkpoint: its record.
        settings: the classes whose options the training had, beside the model's.
    """
    origin = checkpoint.provenance
    took = f" It took {origin['seconds']:.0f} s." if "seconds" in origin else ""
    rows = [[name, str(value), help] for name, value, help in options.rows(checkpoint.model)]
    meanings = {one.name: one.help for part in settings for one in options.describe(part)}
    rows += [[name, str(value), meanings.get(name, "")] for name, value in checkpoint.train.items()]
    command = fenced(origin["command"]) if origin.get("command") else "From Python or the page."
    return f"{command}\n\nrnnlab {origin['rnnlab']}.{took}\n\n" + table(["setting", "value", "meaning"], rows)


def curve(checkpoint: Checkpoint) -> list[str]:
    """The training's curve as the picture that lies beside the card, if there is one to draw."""
    found = read_curve(checkpoint.metrics.get("curve"))
    return [f"![{finding(found)}]({CURVE})"] if found else []


def on_the_page(tab: str) -> str:
    """How to use a checkpoint without installing anything."""
    return f"On the page of rnnlab: the tab *Checkpoints*, its repository's name in the search, *Open in {tab}*."


def fenced(text: str, language: str = "") -> str:
    """Text in a fence longer than any run of backticks in it: what a person or a model wrote is untrusted."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars and line breaks in cells are escaped."""
    names = list(head)
    lines = [names, ["---"] * len(names), *map(list, rows)]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")
