"""Prices, days and sentences in words, alike in figures and tables; a flag becomes what the page has in its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Any

# Flags of sentences that are told on a command line, too, with their values: fields of the page, parameters elsewhere.
_FLAG = re.compile(
    r"--(encoding|column|documents|marker|shuffle|ticker|dates|rare|epochs|from|temperature)\b(?: (\d+|line\b))?"
)
_FIELDS, _PARAMETERS = {"from": "Fine-tune"}, {"from": "base"}


def price_text(price: float, decimals: int | None = None) -> str:
    """A price with its file's decimals; else with four significant digits, and with all digits before the point."""
    if decimals is not None:
        return f"{price:,.{decimals}f}"
    digits = 3 - math.floor(math.log10(abs(price))) if price else 2
    return f"{price:,.{min(max(digits, 0), 8)}f}"


def day_text(day: date) -> str:
    """A day as 29 Dec 2017."""
    return f"{day.day} {day:%b %Y}"


def on_page(sentence: str) -> str:
    """A sentence that names the page's fields where it names flags."""
    return _FLAG.sub(lambda flag: f"“{_valued(_FIELDS.get(flag[1], flag[1].capitalize()), flag[2])}”", sentence)


def for_programs(sentence: str) -> str:
    """A sentence that names an endpoint's parameters where it names flags."""
    return _FLAG.sub(lambda flag: _valued(_PARAMETERS.get(flag[1], flag[1]), flag[2]), sentence)


def _valued(name: str, value: str | None) -> str:
    return f"{name}: {value}" if value else name


def answer_for_programs(answer: dict[str, Any]) -> dict[str, Any]:
    """An endpoint's answer, its notices in a program's words."""
    return answer | {"notices": [for_programs(one) for one in answer["notices"]]} if "notices" in answer else answer


def notes_of(sentences: Iterable[str]) -> str:
    """Sentences on what was read or made, as items of a list."""
    return "".join(f"<li>{escape(on_page(sentence))}</li>" for sentence in sentences)
