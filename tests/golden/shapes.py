"""The shape of a JSON value, keys and types without values, and what of a recording is gone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

ONE_OF, OR_NONE = "one of", "or none"
NAMES = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}


def shape(value: Any) -> Any:
    """The shape of a value: of a dict its keys' shapes, of a list that of its elements, else the type's name.

    A key that only some elements of a list have ends with "?"; a list that some have empty ends with "or none".
    What has several shapes is {"one of": [shape, …]}.
    """
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_merged([shape(one) for one in value])] if value else []
    return NAMES[type(value)]


def _merged(shapes: list[Any]) -> Any:
    dicts = [one for one in shapes if isinstance(one, dict)]
    lists = [one for one in shapes if isinstance(one, list)]
    kinds: list[Any] = sorted({one for one in shapes if isinstance(one, str)})
    if dicts:
        kinds.append(_merged_dicts(dicts))
    if lists:
        kinds.append(_merged_lists(lists))
    return kinds[0] if len(kinds) == 1 else {ONE_OF: kinds}


def _merged_lists(lists: list[list[Any]]) -> list[Any]:
    elements = [one for listed in lists for one in listed if one != OR_NONE]
    some_empty = (elements and not all(lists)) or any(OR_NONE in listed for listed in lists)
    return ([_merged(elements)] if elements else []) + ([OR_NONE] if some_empty else [])


def _merged_dicts(dicts: list[dict[str, Any]]) -> dict[str, Any]:
    keys = list(dict.fromkeys(key for one in dicts for key in one))
    always = {key for key in keys if all(key in one for one in dicts)}
    return {key + "?" * (key not in always): _merged([one[key] for one in dicts if key in one]) for key in keys}


def misshapen(recorded: Any, value: Any, place: str = "") -> Iterator[str]:
    """What of a recorded shape a value lacks or has in another type; a sentence each, none if it has all of it."""
    if isinstance(recorded, dict) and set(recorded) == {ONE_OF}:
        if all(any(misshapen(one, value)) for one in recorded[ONE_OF]):
            yield f"{place} is {shape(value)}, not one of {recorded[ONE_OF]}"
    elif isinstance(recorded, dict) and isinstance(value, dict):
        yield from _misshapen_dict(recorded, value, place)
    elif isinstance(recorded, list) and isinstance(value, list):
        if recorded and not value and OR_NONE not in recorded:
            yield f"{place} is empty"
        for number, one in enumerate(value if recorded else []):
            yield from misshapen(recorded[0], one, f"{place}[{number}]")
    elif recorded != shape(value):
        yield f"{place} is {shape(value)}, not {recorded}"


def _misshapen_dict(recorded: dict[str, Any], value: dict[str, Any], place: str) -> Iterator[str]:
    for key, inner in recorded.items():
        name = key.removesuffix("?")
        if name in value:
            yield from misshapen(inner, value[name], f"{place}.{name}")
        elif name == key:
            yield f"{place}.{name} is gone"


def gone(recorded: Any, now: Any, place: str = "", rel: float = 0.0) -> Iterator[str]:
    """What was recorded and is not so now: keys and elements of lists may be added, numbers may differ by a share.

    Args:
        recorded: a JSON value.
        now: what it is to be compared with.
        place: where both stand, for the sentences.
        rel: greatest relative difference of two floats; infinite if only their types matter.
    """
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key, inner in recorded.items():
            if key in now:
                yield from gone(inner, now[key], f"{place}.{key}", rel)
            else:
                yield f"{place}.{key} is gone"
    elif isinstance(recorded, list) and isinstance(now, list):
        for inner in recorded:
            if all(any(gone(inner, one, rel=rel)) for one in now):
                yield f"{place} has no {inner!r} any more"
    elif isinstance(recorded, float) and isinstance(now, float):
        if not (math.isinf(rel) or math.isclose(recorded, now, rel_tol=rel)):
            yield f"{place} is {now!r}, not {recorded!r}"
    elif type(recorded) is not type(now) or recorded != now:
        yield f"{place} is {now!r}, not {recorded!r}"
