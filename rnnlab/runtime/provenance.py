"""Where a checkpoint comes from, written down so that anyone can make it again; knows no training."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.data import catalog
from rnnlab.data.prices.series import Prices
from rnnlab.errors import RnnlabError
from rnnlab.version import __version__


def read_day(written: str, what: str) -> pd.Timestamp:
    """Read a day written as 2015-08-13.

    Args:
        written: what a person wrote.
        what: what the day is, for the message: "The start".

    Raises:
        RnnlabError: it is no such day.
    """
    try:
        if len(written) != 10:
            raise ValueError
        return pd.Timestamp(date.fromisoformat(written))
    except ValueError as error:
        raise RnnlabError(f"{what} {written[:40]!r} is no date; write it as 2015-08-13.") from error


def origin(command: str) -> dict[str, Any]:
    """The command and the version that made a checkpoint.

    Paths in the command that lead out of the folder it was given in are shortened to their last part: a card is read
    by strangers. What UTF-8 cannot say, such as a file's name in another encoding, becomes a question mark.
    """
    told = shlex.join(_shortened(word) for word in shlex.split(command))
    return {"command": told.encode("utf-8", "replace").decode(), "rnnlab": __version__}


def provenance(data: Sequence[Prices], until: pd.Timestamp, command: str) -> dict[str, Any]:
    """The origin, the series with their spans, licences and digests, and the last day that was learnt from."""
    return origin(command) | {
        "until": f"{until:%Y-%m-%d}",
        "data": [series_record(prices) for prices in data],
    }


def _shortened(word: str) -> str:
    flag, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    path = Path(value)
    leads_out = path.is_absolute() or ".." in path.parts or value.startswith("~")
    return flag + equals + (path.name if leads_out else value)


def series_record(prices: Prices) -> dict[str, Any]:
    """What a checkpoint tells of one series: its name, span, source and digests; equal for equal closes."""
    dates = prices.table.index
    record = {
        "name": prices.name,
        "rows": len(dates),
        "start": f"{dates[0]:%Y-%m-%d}",
        "end": f"{dates[-1]:%Y-%m-%d}",
        "closes_sha256": hashlib.sha256(prices.table["Close"].to_numpy(float).tobytes()).hexdigest(),
    }
    if not prices.bundled:
        return record | {"source": "a file of the maker's own"}
    entry = next(entry for entry in catalog.entries() if prices.name in entry.tickers)
    source = f"{entry.source.package} {entry.source.version} ({entry.source.licence})"
    return record | {"source": source, "sha256": entry.sha256}
