"""A table of another kind -> the CSV text that it would be, so that all are read alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from rnnlab.data.files import refusal
from rnnlab.data.prices.dates.forms import is_date

MOST_CELLS = 5_000_000  # a hundred thousand days with fifty columns
_MOST_BYTES = 100_000_000  # of a Parquet file's columns once they are unpacked


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Write rows of cells as CSV with commas."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def frame_text(table: pd.DataFrame | pd.Series, label: str) -> str:
    """Write a pandas table as CSV, its dates first; a series is a table of closes.

    Raises DataError if it has no rows, a series has no dates, or there are too many cells.
    """
    if isinstance(table, pd.Series):
        if not _holds_dates(table.index):
            raise refusal(label, "is a pandas Series without dates; give it an index of dates")
        table = table.to_frame("Close")
    if table.empty:
        raise refusal(label, "of prices has no rows; give one for each day")
    if table.size > MOST_CELLS:
        raise refusal(label, f"has {table.size:,} cells, over {MOST_CELLS:,}; give fewer columns or rows")
    if list(map(type, table.columns)) == [int]:
        table = table.set_axis(["value"], axis=1)  # a number is no heading
    index = table.index
    if isinstance(index, pd.MultiIndex):
        table = table.reset_index()
    elif isinstance(index, pd.PeriodIndex):
        table = _dated(table.set_axis(index.to_timestamp(how="end").normalize()))
    elif _holds_dates(index):
        table = _dated(table)
    return str(table.to_csv(index=False))


def parquet_text(content: bytes, label: str) -> str:
    """Write a Parquet file's table as CSV; DataError if it is damaged or holds more than MOST_CELLS."""
    import pyarrow as pa  # 0.2 s, and only wanted for a Parquet file
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        shape = file.metadata
        groups = [shape.row_group(number) for number in range(min(shape.num_row_groups, 10_000))]
        size = sum(group.total_byte_size for group in groups)
        if shape.num_rows * max(shape.num_columns, 1) > MOST_CELLS or size > _MOST_BYTES:
            has = f"has {shape.num_rows:,} rows of {shape.num_columns:,} columns, over {MOST_CELLS:,} cells"
            raise refusal(label, f"{has}; give one series of daily prices")
        table = file.read().to_pandas()
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise refusal(label, "is a damaged Parquet file; write or download it again") from error
    return frame_text(table, label)


def _holds_dates(index: pd.Index) -> bool:
    """Whether an index is one of dates, or of text that is written like them."""
    if isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
        return True
    return not is_numeric_dtype(index.dtype) and len(index) > 0 and all(is_date(str(value)) for value in index[:5])


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """The index as a first column Date; where the columns have two levels, so does its heading."""
    named = [name for name in table.columns if str(np.ravel(name)[0]).lower() == "date"]
    return table.drop(columns=named).rename_axis("Date").reset_index()
