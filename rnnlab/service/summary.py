"""What a checkpoint says of itself, for someone who thinks of using it, and those that are bundled."""

from __future__ import annotations

import dataclasses
import logging
import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from rnnlab import hub
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import weight_count
from rnnlab.runtime.callers import OWNER, STRANGER, Caller
from rnnlab.runtime.opening import bundled_checkpoints, hub_name, is_near, locate, open_checkpoint, open_located
from rnnlab.summary import Table
from rnnlab.tasks.kind import TaskKind
from rnnlab.tasks.registry import kind_of
from rnnlab.train.checkpoint.checkpoint import CURVE, Checkpoint
from rnnlab.train.checkpoint.curves import curve_svg, read_curve

FENCES = ("", "python", "py", "sh", "bash", "console", "text", "json")  # of a card; others may be drawn as pictures


@dataclass(frozen=True)
class Shown:
    """A checkpoint before it is used.

    model: what to open it by; of the Hub's the commit is named, so that it is this one. name: what to call it. task:
    as its column names it. verdict: one sentence on how good it is. scores: beside their baselines. card: Markdown
    without its front matter, HTML and pictures. commit: of the Hub's. curve: the training's, an SVG, or "".
    report: sentences and tables, or none.
    """

    model: str
    name: str
    task: str
    title: str
    size: str
    verdict: str
    scores: Table | None
    card: str
    commit: str | None
    curve: str
    report: tuple[str | Table, ...] = ()

    def answer(self) -> dict[str, Any]:
        """As JSON: {model, name, task, title, size, verdict, scores: {caption, head, rows}, card, …, report}."""
        return dataclasses.asdict(self)


def show(model: str, *, caller: Caller = OWNER) -> Shown:
    """Ask a checkpoint about itself; of one on the Hub the record and the card are fetched, and no weights.

    Raises:
        RnnlabError: there is none of that name, it is damaged, or the Hub refuses, fails or cannot be reached.
    """
    if is_near(model, caller=caller) or (named := hub_name(model)) is None:
        return open_shown(model, caller=caller)
    seen = hub.look(*named, token=caller.hub_token)
    return _told(seen.record, f"{seen.repo}@{seen.commit}", seen.repo, seen.commit)


def open_shown(model: str, *, caller: Caller = OWNER) -> Shown:
    """The same of a checkpoint that is fetched whole, if it is on the Hub, and checked: from here on it can be used."""
    found = locate(model, caller=caller)
    return _told(open_located(found), found.pinned(model), found.name, found.commit)


def _told(made: Checkpoint, model: str, name: str, commit: str | None) -> Shown:
    kind = kind_of(made)
    kind.check(made)
    try:
        words = kind.summary(made)
        config = made.model
        size = f"{config.cell.upper()}, {config.layers} × {config.hidden} units, {_millions(weight_count(config))}"
        curve = read_curve(made.metrics.get("curve"))
        drawn = curve_svg(curve) if curve else ""
        card = readable(made.card)
        said = words.title, size, words.verdict, words.scores, card, commit, drawn, words.report
        return Shown(model, name, made.task, *said)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
        what = f"The record of {name} says of its scores what this version of rnnlab cannot read"
        raise CheckpointError(f"{what}; open another checkpoint.") from error


def readable(card: str) -> str:
    """A card's Markdown for a page: no front matter, no HTML, and nothing that a reader's browser would fetch.

    A picture becomes a link to it, and a diagram the code that it is drawn from.
    """
    if card.startswith("---\n"):
        card = card[4:].partition("\n---\n")[2]
    card = re.sub(rf"(?m)^!\[.*\]\({CURVE}\)$", "", card)  # which the page draws by itself
    card = re.sub(r"!+\[", "[", card.replace("<", "&lt;"))
    lines = card.split("\n")
    for token in MarkdownIt("commonmark").parse(card):
        if token.type == "fence" and token.map and token.info.strip().lower() not in FENCES:
            first = lines[token.map[0]]
            lines[token.map[0]] = first[: first.index(token.markup) + len(token.markup)]
    return "\n".join(lines).strip()


def _millions(weights: int) -> str:
    return f"{weights / 1e6:.1f} million weights" if weights >= 100_000 else f"{weights:,} weights"


def bundled_models(kind: TaskKind) -> list[str]:
    """The names of the bundled checkpoints for a task; one that cannot be used is left out, and the log says why."""
    return [name for name in bundled_checkpoints() if _is_sound(name, kind)]


def _is_sound(name: str, kind: TaskKind) -> bool:
    try:
        made = open_checkpoint(name, caller=STRANGER)
        if made.task != kind.name:
            return False
        kind.usable(made)
        kind.summary(made)
        return True
    except RnnlabError as error:
        logging.getLogger(__name__).warning("The bundled checkpoint %s is left out: %s", name, error)
        return False
