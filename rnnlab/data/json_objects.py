"""A stranger's JSON read strictly: one object, each name once, finite numbers, whole characters; knows its seal."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, NoReturn

SEAL = "sha256"  # the field of an object that tells whether another has changed
MOST_DEPTH = 32  # objects and lists within each other; a record of ours has 12
LONGEST_NUMBER = 400  # digits; more than any number that a float can hold is written with
_HALF = re.compile("[\ud800-\udfff]")
_HALF_WRITTEN = re.compile(r"\\u[dD][89a-fA-F]")


class HalfCharacter(ValueError):
    """A text that UTF-8 cannot say; `place` is where it stands, as `train.marker`."""

    def __init__(self, place: str) -> None:
        super().__init__(f"{place} holds halves of characters")
        self.place = place


def parse_object(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object, nested at most MOST_DEPTH deep.

    Raises:
        HalfCharacter: a text holds half of a surrogate pair.
        ValueError: it is anything else than such an object.
    """
    try:
        text = raw.decode(json.detect_encoding(raw))
        found = json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_float=_finite, parse_int=_in_range
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict):
        raise NoObject("no JSON object")
    _check_depth(found)
    if _HALF_WRITTEN.search(text) and (place := _half_character(found)) is not None:
        raise HalfCharacter(place)
    return found


def seal(values: Mapping[str, Any], name: str = SEAL) -> str:
    """What tells whether anything of an object but the seal itself has changed, however it is laid out in a file."""
    rest = {key: value for key, value in values.items() if key != name}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


class NoObject(ValueError):
    """It is JSON, but no object."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose every name stands for one value: which of two would count differs from reader to reader."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(written: str) -> float:
    if len(written) > LONGEST_NUMBER:
        raise ValueError("a number has too many digits")
    number = float(written)
    return number if math.isfinite(number) else _no_constant(written)


def _in_range(written: str) -> int:
    """A whole number that a float can hold, too: many are turned into one."""
    _finite(written)
    return int(written)


def _check_depth(found: dict[str, Any]) -> None:
    """Raise ValueError if it is nested too deep to be copied, compared or written by whoever does so by recursion."""
    level: list[Any] = [found]
    for _ in range(MOST_DEPTH):
        holders = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = list(chain.from_iterable(holders))
        if not level:
            return
    raise ValueError("nested too deep")


def _half_character(value: Any, place: str = "") -> str | None:
    """Where a name or a text holds a half of a character."""
    if isinstance(value, str):
        return place if _HALF.search(value) else None
    if not isinstance(value, dict | list):
        return None
    named = value.items() if isinstance(value, dict) else ((str(number), one) for number, one in enumerate(value))
    for name, inner in named:
        if _HALF.search(name):
            return f"a name in {place}" if place else "a name"
        if found := _half_character(inner, f"{place}.{name}" if place else name):
            return found
    return None
