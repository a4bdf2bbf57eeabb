"""A text laid out from JSON lines, such as one verse of a book a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rnnlab.errors import DataError


def text_of_rows(content: bytes, fields: Sequence[str], name: str) -> str:
    """Lay out JSON lines as a text: rows in their order, a line each, under a heading whenever that changes.

    Args:
        content: one JSON object a line, in UTF-8.
        fields: the one that holds the text, and those whose values make the heading, joined by a blank.
        name: of the file, for a message.

    A row whose text has no letter or digit is left out. Raises DataError if a row has other fields or is no JSON.
    """
    heads = fields[1:]

    def heading(row: dict[str, Any]) -> str:
        return " ".join(str(row[head]) for head in heads)

    try:
        rows = [json.loads(line) for line in content.decode().splitlines() if line.strip()]
        return "\n\n".join("\n".join(_part(head, told, fields[0])) for head, told in groupby(rows, heading))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{name} has not the rows that the catalog describes; install a newer rnnlab.") from error


def _part(heading: str, rows: Iterator[dict[str, Any]], field: str) -> Iterator[str]:
    if heading:
        yield f"{heading}\n"
    for row in rows:
        text = " ".join(row[field].split())
        if any(map(str.isalnum, text)):
            yield text
