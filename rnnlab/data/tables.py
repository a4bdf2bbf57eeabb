"""Tells tables: CSV, JSON, JSON lines, with their columns and rows; independent of any file or prose."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from typing import Any

from rnnlab.data.text import cleaning

CSV, JSON, JSON_LINES, PARQUET = "CSV", "JSON", "JSON lines", "Parquet"
SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 64_000  # characters by which a table is told
_LOOKED_AT_ROWS = 1_000  # by which headings are told
_SAME_WIDTH = 0.9  # share of the rows that must have as many cells as the headings
_LONGEST_HEADING, _MOST_NAMED = 60, 12  # characters; columns in a sentence
_NUMBER = re.compile(r"\s*[-+]?[\d.,:/ -]*\d[\d.,:/ -]*%?\s*")
_NEXT = re.compile(r"[\s,]*(?=[{\"])")
_JSON_BEGINS = re.compile(r"\s*(?:\[\s*)?\{\s*[\"}]|\s*\[\s*[\[\"\d]")


@dataclass(frozen=True)
class Table:
    """A table's rows, each with as many cells as there are columns, or fewer or more.

    columns: their headings, or their places from "1" on where there are none. rows: cells, None where there is nothing.
    separator: of CSV; "" if it has a single column.
    """

    kind: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    separator: str = ""

    def cells(self, place: int) -> Iterator[Any]:
        """The cells of a column, None where a row has none."""
        return (row[place] if place < len(row) else None for row in self.rows)

    def wordiest(self) -> str | None:
        """The column with the longest texts; None if there is none whose cells are texts and differ."""
        lengths = {}
        for place, name in enumerate(self.columns):
            cells = [cell for cell in self.cells(place) if cell is not None]
            if all(isinstance(cell, str) for cell in cells) and len(set(cells)) > len(self.rows) / 4:
                lengths[name] = sum(map(len, cells))
        return max(lengths, key=lambda name: lengths[name]) if lengths else None

    def described(self) -> str:
        """Its kind and its columns: "CSV with the columns id and text"."""
        kind = "TSV" if self.separator == "\t" else self.kind
        return f"{kind} with the {'column' if len(self.columns) == 1 else 'columns'} {listed(self.columns)}"

    def has_numbers(self) -> bool:
        """Whether most of some column are numbers or dates."""
        return any(_are_numbers([*self.cells(place)]) for place in range(len(self.columns)))

    def is_filled(self) -> bool:
        """Whether the first column and another one hold something in most rows."""
        places = range(len(self.columns))
        filled = [sum(bool(cell and cell.strip()) for cell in self.cells(place)) for place in places]
        return filled[0] > len(self.rows) / 2 and sorted(filled)[-2] > len(self.rows) / 2

    @property
    def has_headings(self) -> bool:
        """Whether a table of CSV begins with headings."""
        return self.columns != _numbered(len(self.columns))


def find_table(text: str, name: str = "", heading: str = "") -> Table | None:
    """The table that a text is, or the first rows of a long one; None if it is none.

    A text of several columns is one whose rows, nearly all of them, have as many cells; prose may be that by chance.
    CSV of a single column is told from a text by its file's name alone, or by a heading that is known to be there.
    """
    head, cut = text[:LOOKED_AT], len(text) > LOOKED_AT
    found = _json_lines(head, cut) or _json(head, cut) or _separated(head, cut)
    return found or _single(head, cut, name, heading)


def _single(text: str, cut: bool, name: str, heading: str) -> Table | None:
    """CSV of a single column."""
    first = text.lstrip("\ufeff").split("\n", 1)[0].strip().strip('"')
    if not (is_csv(name) or (heading and first.casefold() == heading.strip().casefold())):
        return None
    rows = _rows(text, "")
    rows = rows[:-1] if cut else rows
    return _with_headings(rows, "") if len(rows) > 1 else None


def is_csv(name: str) -> bool:
    """Whether a file's ending says that it is CSV."""
    return re.search(r"(?i)\.(csv|tsv|tab|psv)(\.gz)?$", name) is not None


def begins_as_json(text: str) -> bool:
    """Whether a text is JSON, as far as its beginning tells."""
    if not _JSON_BEGINS.match(text[:1000]):
        return False
    try:
        with suppress(RecursionError):
            json.loads(text[:LOOKED_AT])
        return True
    except json.JSONDecodeError as error:
        return len(text) > LOOKED_AT and (error.pos > LOOKED_AT - 100 or error.msg.startswith("Unterminated"))


def all_rows(text: str, found: Table) -> Table | None:
    """All rows of a table whose first ones are known; None if it is damaged further on."""
    if found.kind == CSV:
        return _with_headings(_rows(text, found.separator), found.separator)
    return _json_lines(text, False) if found.kind == JSON_LINES else _json(text, False)


def _json_lines(text: str, cut: bool) -> Table | None:
    if not text.lstrip().startswith("{"):
        return None
    lines = [line for line in text.split("\n")[: -1 if cut else None] if line.strip()]
    try:
        objects = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None
    return _of_objects(objects, JSON_LINES) if len(objects) > 1 else None


def _json(text: str, cut: bool) -> Table | None:
    """A list of objects, alone or as the one list of an object."""
    if not _JSON_BEGINS.match(text[:1000]):
        return None
    try:
        found = list(_first_objects(text)) if cut else json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        found = lists[0] if len(lists) == 1 else []
    return _of_objects(found, JSON) if found else None


def _first_objects(text: str) -> Iterator[Any]:
    """The whole objects or strings of a list whose end is not there."""
    decoder, place = json.JSONDecoder(), text.find("[") + 1
    while place and (found := _NEXT.match(text, place)):
        try:
            one, place = decoder.raw_decode(text, found.end())
        except ValueError:
            return
        yield one


def _of_objects(objects: Sequence[Any], kind: str) -> Table | None:
    if all(isinstance(one, str) for one in objects):
        return Table(kind, ("1",), [[one] for one in objects])
    if not all(isinstance(one, dict) for one in objects):
        return None
    columns = tuple(dict.fromkeys(name for one in objects for name in one))
    return Table(kind, columns, [[one.get(name) for name in columns] for one in objects]) if columns else None


def _separated(text: str, cut: bool) -> Table | None:
    best: tuple[float, Table] | None = None
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        rows = rows[:-1] if cut else rows
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows) / max(1, len(rows))
        # A quotation mark without its other half was cut off by a sign that separates nothing.
        torn = sum(any(cell.count('"') % 2 for cell in row) for row in rows) / max(1, len(rows))
        score = same * width * (1 - torn)
        if width > 1 and len(rows) > 1 and same >= _SAME_WIDTH and (best is None or score > best[0]):
            best = (score, _with_headings(rows, separator))
    return None if best is None else best[1]


def _rows(text: str, separator: str) -> list[list[str]]:
    """The rows of CSV that hold something; without a separator each has one cell."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # of the whole process
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator or ",") if row]
    return rows if separator else [[",".join(row)] for row in rows]


def _with_headings(rows: list[list[str]], separator: str) -> Table:
    """A table whose first row are its headings, unless they are blank, alike, numbers or as long as the cells below."""
    first = [cell.strip().lstrip("\ufeff") for cell in rows[0]]
    columns = [[row[place] for row in rows[1 : _LOOKED_AT_ROWS + 1] if place < len(row)] for place in range(len(first))]
    numbers = any(map(_are_numbers, columns))
    plain = all(cell and len(cell) <= _LONGEST_HEADING and not _NUMBER.fullmatch(cell) for cell in first)
    plain = plain and (numbers or len(set(first)) == len(first))
    told = numbers or all(re.fullmatch(r"[\w.-]+", cell) for cell in first)
    shorter = any(cells and 2 * len(name) < median(map(len, cells)) for name, cells in zip(first, columns, strict=True))
    if plain and (told or shorter):
        return Table(CSV, tuple(first), rows[1:], separator)
    return Table(CSV, _numbered(len(first)), rows, separator)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(str(number + 1) for number in range(count))


def _are_numbers(cells: Sequence[Any]) -> bool:
    return sum(isinstance(cell, str) and bool(_NUMBER.fullmatch(cell)) for cell in cells) > len(cells) / 2


def listed(names: Sequence[str]) -> str:
    """Names as a table gives them, kept to a sentence's length and one line."""
    shown = ["".join(filter(str.isprintable, name))[:40] for name in names[:_MOST_NAMED]]
    return cleaning.listed(shown + [f"{len(names) - _MOST_NAMED:,} more"] * (len(names) > _MOST_NAMED))
