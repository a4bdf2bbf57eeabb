"""Prices in JSON, in whatever arrangement -> the CSV text that they would be; independent of any column's meaning."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from rnnlab.data.files import refusal
from rnnlab.data.prices.dates.forms import is_date
from rnnlab.data.prices.tables import MOST_CELLS, csv_text
from rnnlab.errors import DataError

Rows = list[list[str]]

_DEEPEST = 6
_PAIR = ("Date", "value")
_FIRST_RECORDS = 100
_MOST_COLUMNS = 1_000


def json_text(text: str, label: str) -> str:
    """Write JSON as CSV: records, columns, an object by date, bare rows, wherever in it they lie; or JSON lines.

    Raises DataError if it cannot be read, holds no table, or one with too many cells.
    """
    value = _parsed(text, label)
    tables = [table for table in _tables(value, 0) if len(table) > 1]
    if not tables:
        raise refusal(label, "is JSON without a table of prices; give a list of objects with a date and a close")
    # Of lists of one length those with most columns hold the dates as well.
    best: Rows = max(tables, key=lambda table: (len(table), len(table[0])))
    return csv_text(best)


def _parsed(text: str, label: str) -> Any:
    """The value, its numbers as they are written."""
    try:
        return _load(text)
    except RecursionError as error:
        raise refusal(label, "is JSON that is nested too deeply; give a list of objects") from error
    except ValueError as error:
        with suppress(ValueError, RecursionError):
            return [_load(line) for line in text.splitlines() if line.strip()]
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise refusal(label, f"is JSON that cannot be read{where}; write or download it again") from error


def _load(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _tables(value: Any, depth: int) -> Iterator[Rows]:
    """Every table that lies within a value, its headings first where it has some."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        yield from _of_list(value)
        if len(value) == 1:
            yield from _tables(value[0], depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value)
        for inner in value.values():
            yield from _tables(inner, depth + 1)


def _of_list(value: list[Any]) -> Iterator[Rows]:
    if len(value) < 2:
        return
    if all(isinstance(one, dict) for one in value):
        yield _records(value)
    elif _are_pairs(value):
        yield [list(_PAIR), *(list(map(_cell, row)) for row in value)]
    elif all(isinstance(one, list) for one in value):
        _bound(sum(map(len, value)))
        yield [list(map(_cell, row)) for row in value]


def _of_object(value: dict[str, Any]) -> Iterator[Rows]:
    names, data = value.get("columns", value.get("column_names")), value.get("data")
    listed = isinstance(data, list) and all(isinstance(row, list) for row in data)
    if isinstance(names, list) and isinstance(data, list) and listed and _are_cells(names):
        yield _split_table(names, value.get("index"), data)
        return
    inner = list(value.values())
    if len(inner) > 1 and all(isinstance(one, dict) for one in inner):
        if _are_dates(value):
            yield _records([{"Date": day} | row for day, row in value.items()])
        elif all(map(str.isdecimal, value)):
            yield _records(inner)
        else:
            yield from _by_column({name: column for name, column in value.items() if _are_cells(list(column.values()))})
    elif _are_dates(value) and _are_cells(inner):
        yield [list(_PAIR), *([day, _cell(one)] for day, one in value.items())]
    yield from _of_pairs({name: rows for name, rows in value.items() if _are_pairs(rows)})
    yield from _columns(dict(_lists(value, 0)))


def _of_pairs(lists: dict[str, list[list[Any]]]) -> Iterator[Rows]:
    """Lists of [date, number] as columns, those of the same dates as the first."""
    dates = [row[0] for row in next(iter(lists.values()), [])]
    same = {name: rows for name, rows in lists.items() if [row[0] for row in rows] == dates}
    yield from _columns({"Date": dates} | {name: [row[1] for row in rows] for name, rows in same.items()})


def _records(value: list[dict[str, Any]]) -> Rows:
    """Objects as rows; the columns are those of the first hundred."""
    names = list(dict.fromkeys(name for one in value[:_FIRST_RECORDS] for name in one))[:_MOST_COLUMNS]
    _bound(len(names) * len(value))
    return [names, *([_cell(one.get(name)) for name in names] for one in value)]


def _split_table(names: list[Any], index: Any, data: list[list[Any]]) -> Rows:
    """The arrangement that pandas calls "split"."""
    _bound(sum(map(len, data)) + len(data))
    rows = [list(map(_cell, row)) for row in data]
    if _are_cells(index) and len(index) == len(rows) and index and is_date(_cell(index[0])):
        return [["Date", *map(_cell, names)], *([_cell(day), *row] for day, row in zip(index, rows, strict=True))]
    return [list(map(_cell, names)), *rows]


def _by_column(value: dict[str, dict[str, Any]]) -> Iterator[Rows]:
    """A column an object, its cells by row or by date."""
    keys = list(next(iter(value.values()), ()))
    columns = {name: [column.get(key) for key in keys] for name, column in value.items()}
    _bound(len(columns) * len(keys))
    dated = {"Date": keys} if keys and is_date(keys[0]) else {}
    yield from _columns(dated | columns)


def _lists(value: Any, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """Every list of cells within an object, by its name."""
    if depth > _DEEPEST or not isinstance(value, dict):
        return
    for name, inner in value.items():
        if _are_cells(inner):
            yield name, inner
        else:
            yield from _lists(inner[0] if isinstance(inner, list) and len(inner) == 1 else inner, depth + 1)


def _columns(columns: dict[str, list[Any]]) -> Iterator[Rows]:
    """Those columns that are as long as the longest, as rows below their names."""
    longest = max((len(cells) for cells in columns.values()), default=0)
    whole = {name: cells for name, cells in columns.items() if len(cells) == longest}
    if longest > 1 and len(whole) > 1:
        _bound(longest * len(whole))
        yield [list(whole), *([_cell(one) for one in row] for row in zip(*whole.values(), strict=True))]


def _are_dates(value: dict[str, Any]) -> bool:
    return len(value) > 1 and all(is_date(name) for name in itertools.islice(value, 5))


def _are_cells(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and not any(isinstance(one, dict | list) for one in value)


def _are_pairs(value: Any) -> bool:
    """Whether it is a list of [date, number]."""
    if not isinstance(value, list) or len(value) < 2:
        return False
    return all(_are_cells(row) and len(row) == 2 for row in value) and is_date(_cell(value[0][0]))


def _cell(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _bound(count: int) -> None:
    if count > MOST_CELLS:
        raise DataError(f"The JSON has {count:,} cells, over {MOST_CELLS:,}; give one series of daily prices.")
