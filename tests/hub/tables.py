"""Tables as files that people put into datasets; independent of the Hub."""

from __future__ import annotations

import io
from typing import Any

import pyarrow
import pyarrow.parquet


def parquet(**columns: list[Any]) -> bytes:
    """A parquet file with these columns."""
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()
