"""Tables with a column of texts: CSV, JSON, JSON lines, Parquet; knows no prose and no vocabulary."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from rnnlab.data.cleaning import how_many
from rnnlab.data.files import as_subject
from rnnlab.errors import DataError

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
        return any(_are_numbers([*self.cells(place)]) for place in self._places)

    def is_filled(self) -> bool:
        """Whether the first column and another one hold something in most rows."""
        filled = [sum(bool(cell and cell.strip()) for cell in self.cells(place)) for place in self._places]
        return filled[0] > len(self.rows) / 2 and sorted(filled)[-2] > len(self.rows) / 2

    @property
    def _places(self) -> range:
        return range(len(self.columns))


def find_table(text: str, name: str = "", heading: str = "") -> Table | None:
    """The table that a text is, or the first rows of a long one; None if it is none.

    A text of several columns is one whose rows, nearly all of them, have as many cells; prose may be that by chance.

    Args:
        text: of the file.
        name: of the file; CSV of a single column is told from a text by its ending alone, or by
        heading: a column that is known to be there.
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
        json.loads(text[:LOOKED_AT])
    except json.JSONDecodeError as error:
        return len(text) > LOOKED_AT and (error.pos > LOOKED_AT - 100 or error.msg.startswith("Unterminated"))
    except RecursionError:
        return True
    return True


def read_column(text: str, label: str, column: str) -> tuple[list[str], tuple[str, ...]]:
    """Take one column out of a table.

    Args:
        text: of the table, its line ends as they are.
        label: what messages call it.
        column: its heading, upper or lower case, or its number from 1 on.

    Returns:
        The cells that hold something, and a sentence on what was left out.

    Raises:
        DataError: the text is no table, has no such column, or holds something else than text in it.
    """
    found = find_table(text, label, column)
    if found is None:
        raise DataError(f"{as_subject(label)} is no table (CSV, JSON or JSON lines); leave out --column.")
    table = found if len(text) <= LOOKED_AT else _whole(text, label, found)
    place = _place(table.columns, column, label)
    whole, notices = _as_wide(table, place)
    cells, on_cells = _taken(list(whole.cells(place)), table.columns, place, label)
    return cells, (*on_cells, *notices)


def read_parquet_column(content: bytes, label: str, column: str) -> tuple[list[str], tuple[str, ...]]:
    """The same of a Parquet file; DataError as `read_column`, or if it is damaged."""
    import pyarrow  # of the package datasets; half a second that hardly anyone needs
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        names = tuple(map(str, file.schema_arrow.names))
        place = _place(names, column, label)
        cells = [
            cell for batch in file.iter_batches(1000, columns=[names[place]]) for cell in batch.column(0).to_pylist()
        ]
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{as_subject(label)} is a damaged Parquet file; write or download it again.") from error
    return _taken(cells, names, place, label)


def _as_wide(table: Table, place: int) -> tuple[Table, tuple[str, ...]]:
    """A table without rows of more cells than its headings, whose cells stand no longer where they belong."""
    width = len(table.columns)
    rows = [row for row in table.rows if len(row) <= width or not any(row[width:])]
    gone = len(table.rows) - len(rows)
    if not gone:
        return table, ()
    was = "was" if gone == 1 else "were"
    return replace(table, rows=rows), (f"{how_many(gone, 'row')} of more than {width} cells {was} left out.",)


def _taken(cells: list[Any], names: tuple[str, ...], place: int, label: str) -> tuple[list[str], tuple[str, ...]]:
    wrong = next((cell for cell in cells if cell is not None and not isinstance(cell, str)), None)
    if wrong is not None:
        raise DataError(f"The column {names[place]!r} of {label} is not all text; choose another --column.")
    texts = [cell for cell in cells if cell and not cell.isspace()]
    if not texts:
        raise DataError(f"The column {names[place]!r} of {label} is empty; choose another --column.")
    others = [name for number, name in enumerate(names) if number != place]
    empty = len(cells) - len(texts)
    gone = [f"the {'column' if len(others) == 1 else 'columns'} {listed(others)}"] if others else []
    gone += [how_many(empty, "empty cell")] if empty else []
    were = "was" if len(others) + empty == 1 else "were"
    rest = f"; {' and '.join(gone)} {were} left out" if gone else ""
    return texts, (f"The {how_many(len(texts), 'cell')} of the column {names[place]!r} are a document each{rest}.",)


def _place(names: Sequence[str], column: str, label: str) -> int:
    alike = [name.strip().casefold() for name in names]
    for known, asked in ((list(names), column), (alike, column.strip().casefold())):
        if known.count(asked) == 1:
            return known.index(asked)
    if column.isdecimal() and 1 <= int(column) <= len(names):
        return int(column) - 1
    problem = "several columns" if column in names else "no column"
    raise DataError(f"{as_subject(label)} has {problem} {column!r:.60}, only {listed(names)}; choose another --column.")


def _whole(text: str, label: str, found: Table) -> Table:
    """All rows of a table whose first ones are known."""
    if found.kind == CSV:
        return _with_headings(_rows(text, found.separator), found.separator)
    table = _json_lines(text, False) if found.kind == JSON_LINES else _json(text, False)
    if table is None:
        raise DataError(f"{as_subject(label)} begins as {found.kind} but is damaged further on; write it anew.")
    return table


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
        if width > 1 and len(rows) > 1 and same >= _SAME_WIDTH and (best is None or same * width > best[0]):
            best = (same * width, _with_headings(rows, separator))
    return None if best is None else best[1]


def _rows(text: str, separator: str) -> list[list[str]]:
    """The rows of CSV that hold something; without a separator each has one cell."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
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
    return Table(CSV, tuple(str(number + 1) for number in range(len(first))), rows, separator)


def _are_numbers(cells: Sequence[Any]) -> bool:
    return sum(isinstance(cell, str) and bool(_NUMBER.fullmatch(cell)) for cell in cells) > len(cells) / 2


def listed(names: Sequence[str]) -> str:
    """Names as a table gives them, kept to a sentence's length and one line."""
    shown = ["".join(filter(str.isprintable, name))[:40] for name in names[:_MOST_NAMED]]
    shown += [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
