"""Makes one row a day out of rows that were read, or refuses; independent of how the file was written."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnlab.data.files import refusal
from rnnlab.data.prices.cells import PriceCells
from rnnlab.data.prices.dates.order import Dates
from rnnlab.data.prices.tickers import quoted
from rnnlab.data.prices.words import PRICE_FIELDS
from rnnlab.errors import DataError

Floats = NDArray[np.float64]
Notices = list[str]


def settle_rows(cells: PriceCells, dates: Dates, numbers: dict[str, Floats]) -> tuple[pd.DataFrame, Notices]:
    """Give one row a day, oldest first, each with a close: a DatetimeIndex "Date" and float64 columns.

    Rows without any price and repeated rows are left out, each kind with a notice.

    Raises:
        DataError: a close is missing beside other prices, one date has two prices, the rows are intraday, nothing is
            left, or the close never changes.
    """
    frame = pd.DataFrame(numbers)
    # Microseconds are what pandas itself makes of dates, so that tables from elsewhere join without a conversion.
    frame.insert(0, "Date", dates.days.astype("datetime64[us]"))
    frame, notices = _use_adjusted_alone(cells, frame)
    frame = _without_empty_rows(cells, frame, notices)
    frame = _without_unfinished_day(frame, notices)
    if frame["Close"].isna().any():
        row = int(frame.index[frame["Close"].isna()][0])
        day = str(frame["Date"].loc[row])[:10]
        raise cells.refusal(row, f"has no close for {day}, though it has other prices; fill it in or remove that line")
    frame = _without_repeats(cells, dates, frame, notices)
    frame = frame.sort_values("Date", kind="stable").set_index("Date")
    if len(frame) > 1 and frame["Close"].min() == frame["Close"].max():
        still = f"All {len(frame)} closes in {cells.label} are {frame['Close'].iloc[0]:g}"
        raise DataError(f"{still}, and a price that never moves has no volatility to forecast; give another series.")
    return frame, notices


def first_of(dates: pd.Index) -> str:
    """Write the earliest date for a notice: "on 2020-01-02", or "the first on 2020-01-02" where there are several."""
    day = str(dates.min())[:10]
    return f"on {day}" if len(dates) == 1 else f"the first on {day}"


def rows_of(count: int) -> str:
    """Write a number of rows: "1 row" or "1,234 rows"."""
    return "1 row" if count == 1 else f"{count:,} rows"


def _use_adjusted_alone(cells: PriceCells, frame: pd.DataFrame) -> tuple[pd.DataFrame, Notices]:
    """Take Adj Close for the close where a file has no other, without the Open, High and Low of another basis."""
    if "Close" in frame:
        return frame, []
    frame = frame.rename(columns={"Adj Close": "Close"}).drop(columns=["Open", "High", "Low"], errors="ignore")
    bad = frame["Close"] <= 0
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        has = f"has the adj close {quoted(cells.columns['Adj Close'][row])}"
        raise cells.refusal(row, f"{has}, but a price must be above zero; correct or remove that line")
    return frame, ["There is no Close, so the Adj Close was used, without Open, High and Low, which are not adjusted."]


def _without_empty_rows(cells: PriceCells, frame: pd.DataFrame, notices: Notices) -> pd.DataFrame:
    prices = frame[[field for field in PRICE_FIELDS if field in frame]]
    # An Open, High or Low of zero beside no close stands for an empty cell as well.
    empty = (prices.isna() | (prices == 0)).all(axis=1)
    if empty.all():
        raise refusal(cells.label, f"has {rows_of(len(frame))} but no price in any; give a file with a close a day")
    if empty.any():
        first = first_of(pd.Index(frame["Date"][empty]))
        notices.append(f"Left out {rows_of(int(empty.sum()))} without any price, {first}.")
    return frame[~empty]


def _without_unfinished_day(frame: pd.DataFrame, notices: Notices) -> pd.DataFrame:
    """Leave out the last day if it has an Open but no close yet."""
    last = frame["Date"] == frame["Date"].max()
    if len(frame) > 1 and last.sum() == 1 and frame["Close"][last].isna().all():
        notices.append(f"Left out the last row, {frame['Date'].max():%Y-%m-%d}: it has no close yet.")
        frame = frame[~last]
    return frame


def _without_repeats(cells: PriceCells, dates: Dates, frame: pd.DataFrame, notices: Notices) -> pd.DataFrame:
    same = frame.duplicated()
    if same.any():
        notices.append(f"Left out {rows_of(int(same.sum()))} given twice, {first_of(pd.Index(frame['Date'][same]))}.")
        frame = frame[~same]
    again = frame["Date"].duplicated()
    if not again.any():
        return frame
    if not frame.duplicated(["Date", "Close"])[again].all():
        raise _two_prices(cells, dates, frame)
    return _without_lesser_rows(cells, frame, notices)


def _without_lesser_rows(cells: PriceCells, frame: pd.DataFrame, notices: Notices) -> pd.DataFrame:
    """Of rows of one day with one close keep that of the greatest volume, or the last: it was written latest."""
    order = frame.sort_values("Volume", kind="stable", na_position="first") if "Volume" in frame else frame
    kept = order.drop_duplicates("Date", keep="last").sort_index()
    out = frame.index.difference(kept.index)
    row = int(out[0])
    other = int(kept.index[kept["Date"] == frame["Date"].loc[row]][0])
    more = "" if len(out) == 1 else f", and {len(out) - 1} more rows like it"
    words = f"{cells.place(row).capitalize()} and {cells.place(other)} give {str(frame['Date'].loc[row])[:10]}"
    notices.append(f"{words} the same close but other values; {cells.place(row)} was left out{more}.")
    return kept


def _two_prices(cells: PriceCells, dates: Dates, frame: pd.DataFrame) -> DataError:
    again = frame["Date"].duplicated() & ~frame.duplicated(["Date", "Close"])
    row = int(frame.index[again][0])
    earlier = int(frame.index[frame["Date"] == frame["Date"].loc[row]][0])
    day = str(frame["Date"].loc[row])[:10]
    clocks, other = cells.columns.get("Clock", dates.clocks), f"and {cells.place(earlier)}"
    if clocks[row] != clocks[earlier]:
        remedy = "but rnnlab works with daily prices; aggregate intraday prices to one row a day"
        return cells.refusal(row, f"{other} are two times of one day, {day}, {remedy}")
    return cells.refusal(row, f"{other} give different prices for {day}; keep one of them or choose one ticker")
