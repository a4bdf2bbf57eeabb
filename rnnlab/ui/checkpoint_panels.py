"""What the tab Checkpoints shows of one, and its list; escapes all that a stranger can name."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from rnnlab.runtime import opening
from rnnlab.service.summary import Shown
from rnnlab.tasks.registry import TASKS, kind_named
from rnnlab.widgets.html import headline, scores, table_of
from rnnlab.widgets.links import link_to


def details(shown: Shown) -> str:
    """Whose it is, what it is, how good it is, and its scores beside their baselines."""
    told = " · ".join([opening.told(shown.model), kind_named(shown.task).verb, shown.size])
    link = escape(link_to("checkpoints", shown.model, {}))
    own = scores("own", table_of(shown.scores), caption=shown.scores.caption) if shown.scores else ""
    return (
        f'<div data-link="{link}"><section class="verdict" aria-live="polite">'
        f'<p class="eyebrow">{escape(told)}</p><h3>{escape(shown.title)}</h3>'
        f"{headline(shown.verdict)}</section>"
        f"{own}{report(shown)}</div>"
    )


def report(shown: Shown) -> str:
    """Its longer report, folded; "" if it has none."""
    blocks = (
        f"<p>{escape(block)}</p>"
        if isinstance(block, str)
        else scores("report", table_of(block), caption=block.caption)
        for block in shown.report
    )
    said = "".join(blocks)
    return f'<details class="report"><summary>Report</summary>{said}</details>' if said else ""


def curve(shown: Shown) -> str:
    """The training's curve, which the service draws from numbers alone."""
    return f'<div class="drawn">{shown.curve}</div>' if shown.curve else ""


def listed(bundled: Sequence[dict[str, Any]], brought: Sequence[str], found: Sequence[dict[str, Any]]) -> list[Any]:
    """The list's entries, (words, what to open it by): what comes with the page, this visit's own, what the Hub has."""
    own = [(f"{opening.told(model)} — yours, in this visit", model) for model in brought]
    near = [
        (f"{one['name']} — bundled, {_verb(one)}, {one['cell'].upper()}, {one['parameters']:,} weights", one["name"])
        for one in bundled
    ]
    return [*near, *own, *((_found(one), one["repo"]) for one in found)]


def pushed(repo: str, url: str) -> str:
    """Where a checkpoint is now; the address leads to the Hub and nowhere else."""
    return (
        f'<section class="pushed" role="status"><p>{escape(repo)} is on the Hub: '
        f'<a href="{escape(url)}" target="_blank" rel="noopener">{escape(url)}</a></p></section>'
    )


def _verb(one: dict[str, Any]) -> str:
    """What a checkpoint does; "" of a task that this version does not know."""
    return kind_named(one["task"]).verb if one["task"] in TASKS else ""


def _found(one: dict[str, Any]) -> str:
    parts = ["on the Hub", _verb(one)] + (["private"] if one["private"] else [])
    parts += [one["modified"], f"{one['downloads']:,} downloads"]
    measured = [f"{name} {value:.4g}" for name, value in list(one["metrics"].items())[:1]]
    return f"{one['repo']} — " + ", ".join(part for part in [*parts, *measured] if part)
