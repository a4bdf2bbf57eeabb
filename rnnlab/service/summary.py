"""What a checkpoint says of itself, for someone who thinks of using it; knows no layout."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from rnnlab import hub
from rnnlab.errors import CheckpointError
from rnnlab.nn.model import weight_count
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import hub_name, is_near, locate, open_located
from rnnlab.scoring.baselines import TITLES
from rnnlab.tasks.records import check_record
from rnnlab.tasks.text.facts import NOT_MEASURED, measured, text_learnt, writing_verdict
from rnnlab.train.checkpoint.checkpoint import CURVE, Checkpoint
from rnnlab.train.checkpoint.curves import curve_svg, read_curve

FENCES = ("", "python", "py", "sh", "bash", "console", "text", "json")  # of a card; others may be drawn as pictures
BEATEN = ("har_t", "ewma_t", "constant_t")


@dataclass(frozen=True)
class Table:
    """Scores in words: a caption that names units and which way is better, the columns, and a row a line."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Shown:
    """A checkpoint before it is used.

    model: what to open it by; of the Hub's the commit is named, so that it is this one. name: what to call it. task:
    "text" or "forecast". verdict: one sentence on how good it is. scores: beside their baselines. card: Markdown
    without its front matter, HTML and pictures. commit: of the Hub's. curve: the training's, an SVG, or "".
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

    def answer(self) -> dict[str, Any]:
        """As JSON: {model, name, task, title, size, verdict, scores: {caption, head, rows}, card, commit, curve}."""
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
    check_record(made)
    try:
        title, verdict, scores = _TASKS[made.task](made)
        config = made.model
        size = f"{config.cell.upper()}, {config.layers} × {config.hidden} units, {_millions(weight_count(config))}"
        curve = read_curve(made.metrics.get("curve"))
        drawn = curve_svg(curve) if curve else ""
        return Shown(model, name, made.task, title, size, verdict, scores, readable(made.card), commit, drawn)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as error:
        raise CheckpointError(
            f"The record of {name} says of its scores what this version of rnnlab cannot read; open another checkpoint."
        ) from error


def _text(made: Checkpoint) -> tuple[str, str, Table | None]:
    title = text_learnt(made)[0]
    nats = measured(made)
    if nats is None:
        return title, NOT_MEASURED, None
    scores = made.metrics
    rows: tuple[tuple[str, ...], ...] = (
        ("256 characters at a time", _number(nats[0], 4), ""),
        ("read on from page to page", _number(scores["nats_per_char_streamed"], 4), _number(nats[1], 4)),
    )
    if "before" in scores:
        before, began = scores["before"], str(made.provenance["from"]["name"])
        row = f"{began:.60} before it learnt on, page to page"
        rows += ((row, _number(before["nats_per_char_streamed"], 4), ""),)
    caption = (
        f"Nats a character on {int(scores['characters']):,} characters of its author that it never learnt from; "
        f"less is better."
    )
    return title, writing_verdict(nats), Table(caption, ("", "This model", "5-gram"), rows)


def _forecast(made: Checkpoint) -> tuple[str, str, Table | None]:
    names = [str(one["name"]) for one in made.provenance["data"]]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    title = f"Daily prices: {listed}"
    if made.codec["recipe"] == "tutorial":
        return (title, *_tutorial(made.metrics))
    tests = made.metrics.get("backtests") or []
    if not tests:
        return title, NOT_MEASURED, None
    known = [name for name in BEATEN if name in tests[0]["baselines"]]
    rows = tuple(_tested(test, known) for test in tests)
    head = ("", "Days", "This model", *(TITLES.get(name, name) for name in known), "80 % band held")
    verdict = (
        f"On days that it never learnt from, its one-day forecasts {_beaten(tests, known)}; its bands say how sure it "
        f"is, and the median is close to today's price."
    )
    return title, verdict, Table("CRPS of the daily return in percent, one day ahead; less is better.", head, rows)


def _beaten(tests: list[dict[str, Any]], known: list[str]) -> str:
    """Which baselines it beats: on how many of several series, or of a single one."""
    wins = {
        TITLES.get(name, name): sum(_finite(t["crps"]) < _finite(t["baselines"][name]["crps"]) for t in tests)
        for name in known
    }
    if len(tests) > 1:
        return f"beat {', '.join(f'{name} on {won}' for name, won in wins.items())} of {len(tests)} series"
    beaten = [name for name, won in wins.items() if won]
    return f"beat {', '.join(beaten)}" if beaten else f"beat none of {', '.join(wins)}"


def _tested(test: dict[str, Any], known: list[str]) -> tuple[str, ...]:
    """A series' row: its days, the CRPS of the model and of the baselines, and how often the 80 % band held."""
    others = (_number(test["baselines"][name]["crps"]) for name in known)
    held = f"{100 * _finite(test['coverage80']):.1f} %"
    return str(test["name"]), f"{int(test['n']):,}", _number(test["crps"]), *others, held


def _tutorial(scores: dict[str, Any]) -> tuple[str, Table | None]:
    if not scores:
        return NOT_MEASURED, None
    mean, naive = _finite(scores["test_rmse_mean"]), _finite(scores["naive_rmse"])
    rows = (
        ("This model, with the tutorial's leak", _number(mean)),
        ("The same without the leak", _number(scores["leak_free_test_rmse"])),
        ("Tomorrow is today", _number(naive)),
    )
    verdict = f"Its error is {mean / naive:.1f} times that of repeating yesterday's close; it is kept to show that."
    return verdict, Table("RMSE of the close on the test days, in its currency; less is better.", ("", "RMSE"), rows)


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


def _number(value: Any, digits: int = 3) -> str:
    return f"{_finite(value):.{digits}f}"


def _finite(value: Any) -> float:
    """A number out of a stranger's record; ValueError or TypeError if it is none."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("no finite number")
    return float(value)


_TASKS: dict[str, Callable[[Checkpoint], tuple[str, str, Table | None]]] = {"text": _text, "forecast": _forecast}
