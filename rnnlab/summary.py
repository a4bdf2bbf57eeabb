"""What a checkpoint or a score says of itself, before a page, a card or a terminal lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Cells = tuple[str, ...]
THIS_MODEL = "This model"  # the heading of a row or a column that is set in bold


@dataclass(frozen=True)
class Table:
    """Scores in words: what they are with their unit and the better direction, the columns, and a row a line."""

    caption: str
    head: Cells
    rows: tuple[Cells, ...]


@dataclass(frozen=True)
class Code:
    """Text that stays as it is: a command, a program, a sample. language: as a Markdown fence names it."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Section:
    """A heading of the card and what stands under it: sentences in Markdown, tables and code."""

    heading: str
    blocks: tuple[str | Table | Code, ...]


@dataclass(frozen=True)
class Result:
    """One measured number for the card's front matter, in the Hub's words."""

    metric: str
    name: str
    value: float
    dataset: str
    dataset_name: str
    split: str
    config: str | None = None


@dataclass(frozen=True)
class Summary:
    """A checkpoint in words.

    title: what it was trained on. verdict: one sentence on how good it is. scores: beside their baselines, or None.
    heading: of its card. sections: of its card, in their order. pipeline, tags, language, results, model_name: for the
    card's front matter. report: a longer one than the scores, sentences and tables, or none.
    """

    title: str
    verdict: str
    scores: Table | None
    heading: str
    sections: tuple[Section, ...]
    pipeline: str | None
    tags: tuple[str, ...]
    model_name: str
    results: tuple[Result, ...] = ()
    language: Any = None
    report: tuple[str | Table, ...] = ()
