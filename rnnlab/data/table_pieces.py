"""A column of a table that may be larger than memory, row by row, as pieces of text; writes nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from rnnlab.data.columns import damaged_parquet, is_text, place_of
from rnnlab.data.files import Tell
from rnnlab.data.regular_files import open_regular
from rnnlab.data.tables import CSV, JSON_LINES, LOOKED_AT, Table, find_table
from rnnlab.data.text.cleaning import how_many, was
from rnnlab.data.text.text_pieces import text_pieces
from rnnlab.errors import DataError

PIECE = 1_000_000  # characters, about
BETWEEN = "\n\n"  # of two cells


def column_pieces(file: Path, column: str, encoding: str | None = None, tell: Tell | None = None) -> Iterator[str]:
    """The cells of a column of CSV, JSON lines or Parquet, blank lines between them, in pieces that end with a line.

    Args:
        file: its path, gzip or not.
        column: its heading, upper or lower case, or its number from 1 on.
        encoding: such as "KOI8-R"; UTF-8 if None.
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
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            yield is_text(one.get(name), name, label)
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
    try:
        with open_regular(file) as raw:
            return raw.read(4) == b"PAR1"
    except OSError:
        return False  # what is wrong with it is told when it is read
