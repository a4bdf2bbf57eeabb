"""What a record's fields may hold, each described once in words and as a test; independent of any record."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from rnnlab.options import Option, describe

MOST = 2**53  # beyond it, whole numbers and floats are no longer the same
LONGEST_TEXT = 5_000_000  # no file that holds records is larger
SHOWN = 60  # characters of a wrong value in a refusal
# The years of which pandas can tell every nanosecond.
FIRST_DAY, LAST_DAY = date(1678, 1, 1), date(2261, 12, 31)


@dataclass(frozen=True)
class Kind:
    """What a value may be.

    words: what is due, as "a whole number from 1 to 9". fits: whether a value is that, what it holds aside. parts: of a
    value that fits, what it holds: each part's name, the part, and the part's own kind.
    """

    words: str
    fits: Callable[[Any], bool]
    parts: Callable[[Any], Iterable[tuple[str, Any, Kind]]] = lambda value: ()


class Fault(NamedTuple):
    """Where a record is not what it should be: the field's path, what stands there, and what is due."""

    path: str
    found: str
    due: str

    def told(self) -> str:
        """Half a sentence: "train.batch is missing or wrong (1.5 where a whole number from 1 to 9 is due)"."""
        return f"{self.path} is missing or wrong ({self.found} where {self.due} is due)"


_MISSING = object()  # stands where a field is due and none is


def find_fault(value: object, kind: Kind, path: str = "") -> Fault | None:
    """The first place, in the order of the description, at which a value is not what it may be; None if none is."""
    if not kind.fits(value):
        return Fault(path, _shown(value), kind.words)
    for name, part, own in kind.parts(value):
        if found := find_fault(part, own, _below(path, name)):
            return found
    return None


def number(low: float = -sys.float_info.max, high: float = sys.float_info.max) -> Kind:
    """A finite number, whole or not, within bounds; true is none."""
    return Kind(f"a number{_bounds(low, high)}", lambda value: is_number(value) and low <= value <= high)


def whole(low: int = 0, high: int = MOST) -> Kind:
    """A whole number within bounds, written as one: neither true nor 1.0 is."""
    return Kind(f"a whole number{_bounds(low, high)}", lambda value: type(value) is int and low <= value <= high)


def text(longest: int = LONGEST_TEXT) -> Kind:
    """A text of so many characters at most."""
    few = "" if longest == LONGEST_TEXT else f" of at most {longest:,} characters"
    return Kind(f"a text{few}", lambda value: isinstance(value, str) and len(value) <= longest)


def choice(values: Iterable[str]) -> Kind:
    """One of some texts."""
    known = tuple(values)
    return Kind(f"one of {', '.join(known)}", lambda value: isinstance(value, str) and value in known)


def exactly(due: object, words: str) -> Kind:
    """This very value, in every type too: neither true nor 1.0 is 1."""
    written = json.dumps(due, sort_keys=True)
    return Kind(words, lambda value: _same_json(value, written))


def maybe(kind: Kind) -> Kind:
    """What the kind says, or null."""

    def fits(value: object) -> bool:
        return value is None or kind.fits(value)

    return Kind(f"{kind.words} or null", fits, lambda value: () if value is None else kind.parts(value))


def listed(kind: Kind, least: int = 0, most: int = LONGEST_TEXT) -> Kind:
    """A list of what the kind says."""
    few = " that is not empty" if least == 1 else f" of {least:,} or more" if least else ""
    many = "" if most == LONGEST_TEXT else f" of at most {most:,}"
    return Kind(
        f"a list{few}{many}",
        lambda value: isinstance(value, list) and least <= len(value) <= most,
        lambda value: ((f"[{index}]", one, kind) for index, one in enumerate(value)),
    )


def named(kind: Kind, names: Kind | None = None) -> Kind:
    """An object of any names, or of names of a kind, each with what the kind says."""
    words = "an object" if names is None else f"an object whose names are each {names.words}"

    def fits(value: object) -> bool:
        return isinstance(value, dict) and (names is None or all(map(names.fits, value)))

    return Kind(words, fits, lambda value: ((name, one, kind) for name, one in value.items()))


def record(required: Mapping[str, Kind], optional: Mapping[str, Kind] | None = None, *, others: bool = True) -> Kind:
    """An object with fields of its own kinds, which must be there if required.

    others: whether fields that are in neither may be there, which another version may know; they are passed over.
    """
    known = dict(required) | dict(optional or {})

    def parts(value: dict[str, Any]) -> Iterable[tuple[str, Any, Kind]]:
        for name, kind in known.items():
            if name in value or name in required:
                yield name, value.get(name, _MISSING), kind

    words = "an object" if others else f"an object of nothing else than {', '.join(known)}"
    return Kind(words, lambda value: isinstance(value, dict) and (others or set(value) <= set(known)), parts)


def ruled(kind: Kind, words: str, holds: Callable[[Any], bool]) -> Kind:
    """What a kind says, and a rule on the whole of it, which is asked once all of its parts are right."""
    rule = Kind(words, holds)

    def parts(value: Any) -> Iterable[tuple[str, Any, Kind]]:
        yield from kind.parts(value)
        yield "", value, rule

    return Kind(kind.words, kind.fits, parts)


def setting(known: Option) -> Kind:
    """What an option of a settings class takes."""
    if known.choices:
        return choice(known.choices)
    low, high = known.low, known.high
    if known.kind is int:
        return whole(int(low) if low is not None else 0, int(high) if high is not None else MOST)
    if known.kind is float:
        return number(*(bound for bound in (low, high) if bound is not None))
    return FLAG if known.kind is bool else text()


def settings(*classes: type[Any]) -> dict[str, Kind]:
    """What the options of settings classes take, by name."""
    return {known.name: setting(known) for part in classes for known in describe(part)}


def is_number(value: object) -> bool:
    """Whether a value out of JSON is a finite number; true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_day(value: object) -> bool:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        with suppress(ValueError):
            return FIRST_DAY <= date.fromisoformat(value) <= LAST_DAY
    return False


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _same_json(value: object, written: str) -> bool:
    with suppress(TypeError, ValueError):
        return json.dumps(value, sort_keys=True) == written
    return False


def _bounds(low: float, high: float) -> str:
    if abs(high) < MOST:
        return f" from {low:,.10g} to {high:,.10g}"
    return f" of at least {low:,g}" if abs(low) < MOST else ""


def _below(path: str, name: str) -> str:
    """A part's path: names are strangers' words, so they are shortened and never odd."""
    if name.startswith("[") or not name:
        return path + name
    told = "".join(filter(str.isprintable, name))[:40]
    return f"{path}.{told}" if path else told


def _shown(value: object) -> str:
    if value is _MISSING:
        return "nothing"
    if isinstance(value, dict | list) and value:
        return "an object" if isinstance(value, dict) else f"a list of {len(value):,}"
    if isinstance(value, int) and abs(value) >= MOST:
        return f"{value:.3g}" if is_number(value) else "a number larger than any float"
    written = json.dumps(value)
    return written if len(written) <= SHOWN else f"{written[:SHOWN]}…"


FLAG = Kind("true or false", lambda value: isinstance(value, bool))
DAY = Kind("a day as 2015-08-12", _is_day)
DIGEST = Kind("a sha256 in hexadecimal", _is_digest)
SHARE = number(0, 1)
