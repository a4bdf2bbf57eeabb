"""Tells the documents of one text apart by a rule; knows no file and no boundary token."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rnnlab.data.files import refusal
from rnnlab.data.text.cleaning import compose
from rnnlab.errors import DataError

RULES = ("whole", "blank-line", "marker", "line")


def check_rule(rule: str, marker: str | None) -> None:
    """Raise DataError unless the rule is known, and has a marker of one line if and only if it needs one."""
    if rule not in RULES:
        raise DataError(f"{rule!r:.50} is no rule for documents; choose {', '.join(RULES[:-1])} or {RULES[-1]}.")
    if rule == "marker" and marker is None:
        raise DataError("The rule 'marker' needs a marker, such as <|endoftext|>.")
    if rule != "marker" and marker is not None:
        raise DataError(f"A marker is used by the rule 'marker' only, not by {rule!r}; leave one of the two out.")
    if marker is not None and (not marker.strip() or "\n" in marker.strip()):
        raise DataError(f"The marker {marker!r:.50} is not one line of text; give one such as <|endoftext|>.")


def split_documents(text: str, label: str, rule: str, marker: str | None) -> tuple[str, ...]:
    """Cut a cleaned text into documents without line breaks at their ends; none is blank. "whole" keeps all as it is.

    Raises DataError if no line is the marker, or nothing but markers is there; messages call the text by its label.
    """
    if rule == "whole":
        return (text,)
    if rule == "line":
        pieces = text.split("\n")
    elif rule == "blank-line":
        pieces = re.split(r"\n(?:[^\S\n]*+\n)++", text)
    else:
        line = rf"(?m)^[^\S\n]*{re.escape(compose((marker or '').strip())[0])}[^\S\n]*$"
        pieces = re.split(line, text)
        if len(pieces) == 1:
            raise DataError(f"No line of {label} is the marker {marker!r:.50}; give the marker as it stands there.")
    kept = tuple(piece.strip("\n") for piece in pieces if piece and not piece.isspace())
    if not kept:
        raise refusal(label, f"holds nothing but the marker {marker!r:.50}; give a text between markers")
    return kept


def split_at(documents: Sequence[str], share: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cut documents in two at the character that ends their first `share`, wherever it falls.

    The place is floor(share · N) of N characters, as the 90/10 split of tinyshakespeare is made: by position and not by
    document, so that the second part is what comes after the first.
    """
    place = int(share * sum(map(len, documents)))
    first: list[str] = []
    for number, document in enumerate(documents):
        if len(document) > place:
            parts = [document[:place], document[place:]]
            return tuple(first + parts[:1] * (place > 0)), (parts[1], *documents[number + 1 :])
        first.append(document)
        place -= len(document)
    return tuple(first), ()
