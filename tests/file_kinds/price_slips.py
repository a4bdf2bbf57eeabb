"""The kinds of slips in price files; one row each."""

from typing import Any

import pandas as pd
from walks import csv, flat, walk

from file_kinds import FileKind, kind

TABLE = walk(260)
DAYS = pd.DatetimeIndex(TABLE.index)
CLOSE = TABLE[["Close"]]
ROW = 120


def cell(field: str, value: Any, row: int = ROW, table: pd.DataFrame = TABLE) -> bytes:
    """The file with another value in one cell."""
    changed = table.astype(object)
    changed.iloc[row, list(table).index(field)] = value
    return csv(changed)


def times(table: pd.DataFrame, factor: float, rows: slice) -> pd.DataFrame:
    """The table with its prices multiplied in some rows."""
    changed = table.copy()
    changed.iloc[rows, : min(4, changed.shape[1])] *= factor
    return changed


RANGES = [
    kind(
        "High equals Low every day (funds, quotes)",
        csv(flat(TABLE, DAYS)),
        "mended",
        "High equals Low on 260 of 260 days",
    ),
    kind(
        "High equals Low on many days", csv(flat(TABLE, DAYS[::3])), "mended", "on those days the close is used alone."
    ),
    kind(
        "High and Low made of Open and Close",
        csv(TABLE.assign(High=TABLE[["Open", "Close"]].max(axis=1), Low=TABLE[["Open", "Close"]].min(axis=1))),
        "mended",
        "High and Low are no more than Open and Close",
    ),
    kind("High equals Low on a few days", csv(flat(TABLE, DAYS[[30, 90, 150]])), "read"),
    kind(
        "High below Low in every row",
        csv(TABLE.assign(High=TABLE["Low"], Low=TABLE["High"])),
        "mended",
        "High is below Low in 260 rows, so the two columns were exchanged.",
    ),
    kind(
        "High below Low in one row",
        cell("High", TABLE["Low"].iloc[ROW] * 0.99),
        "mended",
        "a High below its Low (1631.4804 and 1647.96); both were taken from the day's other prices",
    ),
    kind(
        "a Low far from the day's other prices",
        cell("Low", 0.01),
        "mended",
        "a Low far from the day's other prices; it was replaced by them",
    ),
    kind(
        "an Open outside High and Low",
        cell("Open", TABLE["High"].iloc[ROW] * 1.02),
        "mended",
        "a High below the Open or Close; it was widened to them",
    ),
]

CELLS = [
    kind(
        "a negative volume",
        cell("Volume", -400),
        "mended",
        "has the volume '-400', but a volume must be zero or more; that cell was left empty.",
    ),
    kind(
        "a word in an Open, High, Low or Volume",
        cell("High", "halted"),
        "mended",
        "has the high 'halted', but a price must be a finite number; that cell was left empty.",
    ),
    kind("an empty Open", cell("Open", ""), "mended", "1 row with an empty Open; the previous close was put there"),
    kind("a volume of zero on one day", cell("Volume", 0), "told", "1 row with a volume of zero"),
    kind("a volume that is always zero", csv(TABLE.assign(Volume=0)), "mended", "Volume is always zero"),
    kind(
        "an Adj Close",
        csv(TABLE.assign(**{"Adj Close": TABLE["Close"] * 0.9})),
        "mended",
        "scaled by Adj Close / Close",
    ),
    kind(
        "an Adj Close that is none in one row",
        cell("Adj Close", "x", table=TABLE.assign(**{"Adj Close": TABLE["Close"] * 0.9})),
        "mended",
        "Adj Close is not used",
    ),
    kind(
        "a close of zero or less",
        "Date,Close\n2021-01-05,11\n2021-01-06,0\n",
        "refused",
        "has the close '0', but a price must be above zero",
    ),
    kind(
        "a close that is no number", cell("Close", "halted"), "refused", "Line 122 of file.csv has the close 'halted'"
    ),
    kind(
        "a day without a close", cell("Close", ""), "refused", "has no close for 2019-06-25, though it has other prices"
    ),
    kind(
        "a last day without a close",
        cell("Close", "", row=-1),
        "mended",
        "the last row, 2020-01-13: it has no close yet",
    ),
    kind(
        "a row without any price",
        csv(TABLE.where(TABLE.index.to_series() != DAYS[ROW])),
        "mended",
        "Left out 1 row without any price",
    ),
    kind("a row given twice", csv(pd.concat([TABLE, TABLE[-1:]])), "mended", "Left out 1 row given twice"),
    kind(
        "a row given twice, its volumes different",
        csv(pd.concat([TABLE, TABLE[-1:].assign(Volume=7)])),
        "mended",
        "the same close but other values; line 262 was left out.",
    ),
    kind(
        "two closes of one day",
        csv(pd.concat([TABLE, TABLE[-1:] * 1.001])),
        "refused",
        "give different prices for 2020-01-13",
    ),
    kind(
        "a price that never moves",
        csv(CLOSE * 0 + 7),
        "refused",
        "a price that never moves has no volatility to forecast; give another series.",
    ),
]

MOVES = [
    kind(
        "a close ten times its neighbours, one day",
        cell("Close", TABLE["Close"].iloc[ROW] * 10),
        "mended",
        "left out as a slip of the decimal point",
    ),
    kind(
        "a spike of another size that comes back",
        csv(times(CLOSE, 3, slice(150, 151))),
        "told",
        "correct it if it is a slip, as it widens the bands",
    ),
    kind("an unadjusted split", csv(times(TABLE, 0.5, slice(150, None))), "told", "looks like an unadjusted 2:1 split"),
    kind(
        "a big move that stays",
        csv(times(CLOSE, 1.4, slice(150, None))),
        "told",
        "The close moved by +40% on 2019-08-07.",
    ),
]

SLIPS: list[FileKind] = [*RANGES, *CELLS, *MOVES]
