"""Where a checkpoint comes from, written down so that anyone can make it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from rnnlab.data import catalog
from rnnlab.data.prices import Prices
from rnnlab.version import __version__


def provenance(data: Sequence[Prices], until: pd.Timestamp, command: str) -> dict[str, Any]:
    """The command, the series with their spans, licences and digests, and the last day that was learnt from."""
    return {
        "command": command,
        "rnnlab": __version__,
        "until": f"{until:%Y-%m-%d}",
        "data": [_series(prices) for prices in data],
    }


def _series(prices: Prices) -> dict[str, Any]:
    dates = prices.table.index
    record = {"name": prices.name, "rows": len(dates), "start": f"{dates[0]:%Y-%m-%d}", "end": f"{dates[-1]:%Y-%m-%d}"}
    for entry in catalog.entries():
        if prices.name in entry.tickers and not prices.notices:
            source = f"{entry.source.package} {entry.source.version} ({entry.source.licence})"
            return record | {"source": source, "sha256": entry.sha256}
    return record | {"source": "a file of the maker's own"}
