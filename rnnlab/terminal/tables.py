"""Tables as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rnnlab.summary import Table


def table_lines(tables: Iterable[Table]) -> list[str]:
    """Each table below its caption."""
    return [line for one in tables for line in ([one.caption] if one.caption else []) + aligned(one.head, one.rows)]


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Align the first column left and the others right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
