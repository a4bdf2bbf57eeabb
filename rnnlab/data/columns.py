"""One column of a table as texts, whole or, where it may be larger than memory, in pieces."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from rnnlab.data.files import Tell, refusal
from rnnlab.data.regular_files import open_regular
from rnnlab.data.tables import CSV, JSON_LINES, LOOKED_AT, Table, all_rows, find_table, listed
from rnnlab.data.text.cleaning import how_many, was
from rnnlab.data.text.text_pieces import text_pieces
from rnnlab.errors import DataError


def read_column(text: str, label: str, column: str) -> tuple[list[str], tuple[str, ...]]:
    """The cells of a table's column that hold something, and a sentence on what was left out.

    Args:
        text: of the table, its line ends as they are; messages call it by its label.
        column: its heading, upper or lower case, or its number from 1 on.

    Raises:
        DataError: the text is no table, has no such column, or holds something else than text in it.
    """
    found = find_table(text, label, column)
    if found is None:
        raise refusal(label, "is no table (CSV, JSON or JSON lines); leave out --column")
    table = found if len(text) <= LOOKED_AT else all_rows(text, found)
    if table is None:
        raise refusal(label, f"begins as {found.kind} but is damaged further on; write it anew")
    place = place_of(table.columns, column, label)
    whole, notices = _as_wide(table, place)
    cells, on_cells = _taken(list(whole.cells(place)), table.columns, place, label)
    return cells, (*on_cells, *notices)


def read_parquet_column(content: bytes, label: str, column: str) -> tuple[list[str], tuple[str, ...]]:
    """The same of a Parquet file; DataError as `read_column`, or if it is damaged."""
    from pyarrow import parquet  # of the package datasets; half a second that hardly anyone needs

    with damaged_parquet(label):
        file = parquet.ParquetFile(io.BytesIO(content))
        names = tuple(map(str, file.schema_arrow.names))
        place = place_of(names, column, label)
        batches = file.iter_batches(1000, columns=[names[place]])
        cells = [cell for batch in batches for cell in batch.column(0).to_pylist()]
    return _taken(cells, names, place, label)


@contextmanager
def damaged_parquet(label: str) -> Iterator[None]:
    """Raise DataError for what pyarrow cannot read; `label` is what the message calls the file."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError) as error:
        raise refusal(label, "is a damaged Parquet file; write or download it again") from error


def _as_wide(table: Table, place: int) -> tuple[Table, tuple[str, ...]]:
    """A table without rows of more cells than its headings, whose cells stand no longer where they belong."""
    width = len(table.columns)
    rows = [row for row in table.rows if len(row) <= width or not any(row[width:])]
    gone = len(table.rows) - len(rows)
    told = f"{how_many(gone, 'row')} of more than {width} cells {was(gone)} left out."
    return replace(table, rows=rows), (told,) if gone else ()


def _taken(cells: list[Any], names: tuple[str, ...], place: int, label: str) -> tuple[list[str], tuple[str, ...]]:
    found = [is_text(cell, names[place], label) for cell in cells]
    texts = [cell for cell in found if cell and not cell.isspace()]
    if not texts:
        raise DataError(f"The column {names[place]!r} of {label} is empty; choose another --column.")
    others = [name for number, name in enumerate(names) if number != place]
    empty = len(cells) - len(texts)
    gone = [f"the {'column' if len(others) == 1 else 'columns'} {listed(others)}"] if others else []
    gone += [how_many(empty, "empty cell")] if empty else []
    rest = f"; {' and '.join(gone)} {was(len(others) + empty)} left out" if gone else ""
    return texts, (f"The {how_many(len(texts), 'cell')} of the column {names[place]!r} are a document each{rest}.",)


def is_text(cell: Any, name: str, label: str) -> str | None:
    """A cell that is a text or nothing; DataError if it is something else."""
    if cell is None or isinstance(cell, str):
        return cell
    raise DataError(f"The column {name!r:.60} of {label} is not all text; choose another --column.")


def place_of(names: Sequence[str], column: str, label: str) -> int:
    """Which of the columns is meant, by its heading or its number from 1 on; DataError if none is, or several are."""
    alike = [name.strip().casefold() for name in names]
    for known, asked in ((list(names), column), (alike, column.strip().casefold())):
        if known.count(asked) == 1:
            return known.index(asked)
    if column.isdecimal() and 1 <= int(column) <= len(names):
        return int(column) - 1
    problem = "several columns" if column in names else "no column"
    raise refusal(label, f"has {problem} {column!r:.60}, only {listed(names)}; choose another --column")


PIECE = 1_000_000  # characters, about
BETWEEN = "\n\n"  # of two cells


def column_pieces(file: Path, column: str, encoding: str | None = None, tell: Tell | None = None) -> Iterator[str]:
    """The cells of a column of CSV, JSON lines or Parquet, blank lines between them, in pieces that end with a line.

    Args:
        file: its path, gzip or not, in an encoding such as "KOI8-R"; in UTF-8 if None.
        column: its heading, upper or lower case, or its number from 1 on.
        tell: is told how many cells there were, and how many rows were left out.

    Raises:
        DataError: the file cannot be read, is no such table, has no such column, or holds something else than text.
    """
    gathered: list[str] = []
    characters = taken = left_out = 0
    for cell in _cells(file, column, encoding):
        if not cell or cell.isspace():
            left_out += 1
            continue
        gathered.append(cell)
        characters, taken = characters + len(cell), taken + 1
        if characters >= PIECE:
            yield BETWEEN.join([*gathered, ""])
            gathered, characters = [], 0
    if gathered:
        yield BETWEEN.join([*gathered, ""])
    if tell is not None:
        gone = f"; {how_many(left_out, 'row')} without one {was(left_out)} left out" if left_out else ""
        tell(f"{file.name}: {how_many(taken, 'cell')} of the column {column!r:.60} {was(taken)} taken{gone}.")


def _cells(file: Path, column: str, encoding: str | None) -> Iterator[str | None]:
    if _is_parquet(file):
        yield from _parquet_cells(file, column)
        return
    pieces, head = text_pieces(file, encoding), ""
    while len(head) <= LOOKED_AT and (piece := next(pieces, "")):
        head += piece
    table = find_table(head, file.name, column)
    if table is None or table.kind not in (CSV, JSON_LINES):
        raise DataError(f"{file.name} is neither CSV nor JSON lines nor Parquet; leave out --column.")
    lines = (line for piece in chain([head], pieces) for line in io.StringIO(piece))
    place = place_of(table.columns, column, file.name)
    if table.kind == JSON_LINES:
        yield from _json_cells(lines, table.columns[place], file.name)
    else:
        yield from _csv_cells(lines, table, place)


def _csv_cells(lines: Iterator[str], table: Table, place: int) -> Iterator[str | None]:
    """Of each row but the headings; None where a row has no such cell, or more cells than there are headings."""
    rows = csv.reader(lines, delimiter=table.separator or ",")
    if table.has_headings:
        next(row for row in rows if row)
    for row in filter(None, rows):
        cells = row if table.separator else [",".join(row)]
        fits = place < len(cells) and not any(cells[len(table.columns) :])
        yield cells[place] if fits else None


def _json_cells(lines: Iterator[str], name: str, label: str) -> Iterator[str | None]:
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                yield is_text(json.loads(line).get(name), name, label)
        except (ValueError, AttributeError, RecursionError) as error:
            raise DataError(f"Line {number:,} of {label} is no JSON object; write the file anew.") from error


def _parquet_cells(file: Path, column: str) -> Iterator[str | None]:
    from pyarrow import parquet  # of the package datasets; half a second that hardly anyone needs

    with damaged_parquet(file.name):
        table = parquet.ParquetFile(file)
        names = tuple(map(str, table.schema_arrow.names))
        name = names[place_of(names, column, file.name)]
        for batch in table.iter_batches(1000, columns=[name]):
            yield from (is_text(cell, name, file.name) for cell in batch.column(0).to_pylist())


def _is_parquet(file: Path) -> bool:
    with suppress(OSError), open_regular(file) as raw:
        return raw.read(4) == b"PAR1"
    return False  # what is wrong with it is told when it is read
