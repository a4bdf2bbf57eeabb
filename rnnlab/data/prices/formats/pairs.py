"""Headings that hold a ticker and a field at once, as AAPL.Close or Open_MSFT; knows no rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnlab.data.prices.words import NUMBER_FIELDS, Row, field_of

_BETWEEN = re.compile(r"[\s._:|/()\[\]-]+")
_LONGEST, _MOST_PARTS = 80, 8

Pair = tuple[str, str]


def ticker_columns(row: Row, columns: Sequence[int]) -> dict[str, dict[str, int]] | None:
    """The column of each field of each ticker, if the headings of these columns of numbers are all such pairs.

    Returns ticker -> field -> column, of the tickers with a Close or an Adj Close; None if there is none, or a heading
    is no pair. In all headings the ticker stands before the field, or in all of them after it.
    """
    for split in (_ticker_first, _field_first):
        found: dict[str, dict[str, int]] = {}
        pairs = [split(row[column][:_LONGEST].strip()) if column < len(row) else None for column in columns]
        for column, pair in zip(columns, pairs, strict=True):
            if pair is not None:
                found.setdefault(pair[0], {}).setdefault(pair[1], column)
        priced = {name: known for name, known in found.items() if {"Close", "Adj Close"} & known.keys()}
        if priced and None not in pairs:
            return priced
    return None


def _ticker_first(heading: str) -> Pair | None:
    for place in _places(heading):
        field = field_of(heading[place.end() :].rstrip(")] "))
        if field in NUMBER_FIELDS:
            return heading[: place.start()], str(field)
    return None


def _field_first(heading: str) -> Pair | None:
    for place in reversed(_places(heading)):
        field = field_of(heading[: place.start()])
        if field in NUMBER_FIELDS:
            return heading[place.end() :].rstrip(")] "), str(field)
    return None


def _places(heading: str) -> list[re.Match[str]]:
    """Where a heading may be cut in two."""
    found = [place for place in _BETWEEN.finditer(heading) if place.start() > 0 and place.end() < len(heading)]
    return found[:_MOST_PARTS]
