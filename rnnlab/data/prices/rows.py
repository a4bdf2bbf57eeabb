"""Cuts the text of a price file into rows of cells, and finds what stands between the cells; knows no ticker."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from rnnlab.data.prices.formats.layouts import guess_layout
from rnnlab.data.prices.headings import Headings, find_headings
from rnnlab.errors import DataError

Rows = list[list[str]]

SEPARATORS = (",", ";", "\t", "|")
LONGEST_CELL = 131_072  # characters, beyond which a quotation mark is taken for one that is never closed
FIRST_ROWS = 100  # in which the headings stand, below a disclaimer for example


def first_rows(text: str, label: str) -> dict[str, Rows]:
    """A text's first hundred rows as each separator cuts them."""
    return {separator: split(text, separator, label, most=FIRST_ROWS)[0] for separator in SEPARATORS}


def find_separator(first: dict[str, Rows], label: str) -> tuple[str, Headings] | None:
    """What stands between cells: where headings are understood, or else where the cells look like prices."""
    for way in (find_headings, guess_layout):
        for separator, rows in first.items():
            if (headings := way(rows, label)) is not None:
                return separator, headings
    return None


def split(
    text: str, separator: str, label: str, *, most: int | None = None, line: Callable[[int], int] = int
) -> tuple[Rows, list[int]]:
    """Cut text into rows that hold something (at most so many), each with the file's number of its (last) line.

    `line` gives that of a line of the text, from 1. Raises DataError if a quotation mark is never closed.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows, lines, begun = Rows(), list[int](), 0
    try:
        for row in reader:
            # The library's own limit is one for the whole process, and texts raise it.
            if sum(map(len, row)) > LONGEST_CELL and max(map(len, row)) > LONGEST_CELL:
                raise csv.Error
            begun = reader.line_num
            if any(map(str.strip, row)):
                rows.append(row)
                lines.append(line(reader.line_num))
                if most is not None and len(rows) == most:
                    break
    except csv.Error as error:
        remedy = "look for a quotation mark that is never closed, or give a CSV file of prices"
        raise DataError(f"Line {line(begun + 1)} of {label} cannot be split into cells; {remedy}.") from error
    return rows, lines
