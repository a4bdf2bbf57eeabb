"""What all vocabularies share: a codec read strictly, for a checkpoint may come from anyone; knows none of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from rnnlab.errors import DataError

# What the boundary between documents is decoded as.
BOUNDARY_SHOWN = "\n"


def read_fields(codec: Mapping[str, Any], kinds: Mapping[str, type]) -> dict[str, Any]:
    """Give the codec's fields; DataError unless they are these alone, each of exactly this type (True is no number)."""
    if missing := [name for name in kinds if name not in codec]:
        raise damaged(f"it has no field {missing[0]!r}")
    for name, value in codec.items():
        if name not in kinds:
            raise damaged(f"it has a field {name!r:.50} that is not known here")
        if type(value) is not kinds[name]:
            raise damaged(f"its {name} is not of type {kinds[name].__name__}")
    return dict(codec)


def check_characters(characters: str) -> None:
    """Raise DataError unless these are one or more distinct characters of a cleaned text, sorted by code point."""
    if not characters or any(one >= other for one, other in pairwise(characters)):
        raise damaged("its characters are none, or not distinct and in order")
    if any(unicodedata.category(one) in ("Cs", "Cc") and one not in "\n\t" for one in characters):
        raise damaged("among its characters are control characters or halves of characters")


def damaged(what: str) -> DataError:
    """The refusal of a codec."""
    return DataError(f"The checkpoint's vocabulary is damaged ({what}); fetch or train the checkpoint anew.")


def unknown_character(character: str) -> DataError:
    """The refusal to encode a character that a vocabulary has no id for."""
    shown = f"{character!r} (U+{ord(character):04X})"
    return DataError(f"The character {shown} is not in the model's vocabulary; leave it out or write another for it.")
