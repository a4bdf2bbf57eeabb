"""Chooses one of the tickers that a price file holds, or says which there are; knows no file."""

from __future__ import annotations

from collections.abc import Sequence

from rnnlab.data.files import as_subject
from rnnlab.errors import DataError

_MOST_LISTED = 12


def choose_ticker(known: Sequence[str], ticker: str | None, label: str, *, all_known: bool = True) -> str:
    """Give the ticker as the file writes it, in any case of letters; the only one where none is asked for.

    Raises:
        DataError: there are several and none is asked for, or the one that is asked for is not there.
    """
    listed = ", ".join(
        name if len(name) <= 20 and name.isprintable() else quoted(name) for name in known[:_MOST_LISTED]
    )
    listed += f" … ({len(known)} in all)" if len(known) > _MOST_LISTED else ""
    if ticker is None:
        if len(known) > 1:
            raise DataError(f"{as_subject(label)} holds the prices of {listed}; choose one ticker.")
        return known[0]
    for name in known:
        if name.lower() == ticker.strip().lower():
            return name
    if not all_known:
        raise DataError(
            f"{as_subject(label)} has no rows of the ticker {quoted(ticker)}, others begin with {listed}; write it as "
            "the file does."
        )
    raise DataError(f"{as_subject(label)} has no ticker {quoted(ticker)}, only {listed}; choose one of those.")


def quoted(value: str) -> str:
    """Quote a cell for a message: at most 40 characters, control characters written out."""
    return repr(value if len(value) <= 40 else value[:40] + "…")
