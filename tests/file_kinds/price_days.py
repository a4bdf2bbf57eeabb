"""The kinds of dates in price files, and of days that are missing or that nothing traded on; one row each."""

from typing import Any

import numpy as np
import pandas as pd
from walks import csv, dated, holidays, swapped, walk, with_days

from file_kinds import FileKind, kind

TABLE = walk(260)
DAYS = pd.DatetimeIndex(TABLE.index)
CLOSE = TABLE[["Close"]]
COIN = TABLE.set_axis(pd.date_range("2021-01-01", periods=260, name="Date"))
TOKYO = walk(300, exchange="XTKS")
NEXT = DAYS[-1:] + pd.Timedelta(days=1)
EITHER = "Date,Close\n06/04/2020,10\n07/04/2020,11\n08/04/2020,12\n"
FORMS = {
    "2019-01-31": "%Y-%m-%d",
    "2019/01/31": "%Y/%m/%d",
    "2019.01.31": "%Y.%m.%d",
    "20190131": "%Y%m%d",
    "01/31/2019": "%m/%d/%Y",
    "31/01/2019": "%d/%m/%Y",
    "31.01.19": "%d.%m.%y",
    "31-Jan-19": "%d-%b-%y",
    "Jan 31, 2019": "%b %d, %Y",
    "Thursday, January 31, 2019": "%A, %B %d, %Y",
    "2019年01月31日": "%Y年%m月%d日",
    "2019-01-31 16:00:00": "%Y-%m-%d 16:00:00",
    "2019-01-31T00:00:00-05:00": "%Y-%m-%dT00:00:00-05:00",
}
FRENCH = ["jan.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]


def days(written: Any, table: pd.DataFrame = TABLE) -> bytes:
    """The file with its dates written so."""
    return dated(list(map(str, written)), table)


def after(row: str) -> str:
    """Two rows of a date and a close, and one more."""
    return f"Date,Close\n2021-01-04,10\n2021-01-05,11\n{row}\n"


def gone(places: list[int]) -> pd.DataFrame:
    """The table on weekdays of which some are left out."""
    weekdays = pd.bdate_range("2019-01-02", periods=len(TABLE) + len(places), name="Date")
    return TABLE.set_axis(weekdays.drop(weekdays[places]))


WRITTEN = [
    *(kind(f"dates such as {shown}", days(DAYS.strftime(form)), "read") for shown, form in FORMS.items()),
    kind(
        "dates such as 31 janv. 2019, in many languages",
        days(f"{d.day} {FRENCH[d.month - 1]} {d.year}" for d in DAYS),
        "read",
    ),
    kind("seconds since 1970", days(DAYS.as_unit("s").asi8), "read"),
    kind("milliseconds since 1970", days(DAYS.as_unit("ms").asi8), "read"),
    kind("newest first", csv(TABLE[::-1]), "read"),
    kind("years of Taiwan", days(f"{d.year - 1911}/{d:%m/%d}" for d in DAYS), "told", "Years were read as Taiwan's"),
    kind(
        "a spreadsheet's numbers of days",
        days((DAYS - pd.Timestamp("1899-12-30")).days),
        "told",
        "a spreadsheet's numbers of days: '43467' as 2019-01-02",
    ),
    kind(
        "year, day, month throughout",
        days(DAYS.strftime("%Y-%d-%m")),
        "told",
        "were read as year, day, month: 2019-01-14",
    ),
    kind("dates that may be read both ways", EITHER, "refused", "which may mean 2020-06-04 or 2020-04-06"),
    kind("the same with --dates day-first", EITHER, "read", dates="day-first"),
    kind(
        "an order of dates that there is not",
        csv(TABLE),
        "refused",
        "must be one of iso, us, day-first, not 'german'",
        dates="german",
    ),
    kind(
        "both orders in one file",
        "Date,Close\n01/30/2020,10\n31/01/2020,11\n02/03/2020,12\n",
        "refused",
        "'31/01/2020'",
    ),
    kind(
        "days and months that a program swapped",
        days(swapped(DAYS)),
        "mended",
        "dates have day and month swapped, the first",
    ),
    kind(
        "the same in some rows",
        days(swapped(DAYS, np.arange(260) >= 200)),
        "mended",
        "22 dates have day and month swapped",
    ),
    kind(
        "midnights of Tokyo or Berlin in UTC",
        days(DAYS.tz_localize("Asia/Tokyo").tz_convert("UTC").strftime("%Y-%m-%d %H:%M:%S+00:00")),
        "mended",
        "another time zone's midnight, so 260 dates were moved on by a day",
    ),
    kind(
        "times of a market that never closes",
        days((f"{d:%Y-%m-%d} 15:00:00" for d in COIN.index), COIN),
        "told",
        "are another time zone's midnight, give the dates a day later",
    ),
    kind(
        "all dates a day too early",
        days((DAYS - pd.Timedelta(days=1)).strftime("%Y-%m-%d")),
        "told",
        "Rows fall on Sundays and on no Friday",
    ),
    kind(
        "rows out of order",
        csv(pd.concat([TABLE[100:], TABLE[:100]])),
        "told",
        "The dates step back once, first on line 162",
    ),
    kind(
        "dates in the future",
        "Date,Close\n2199-01-01,1\n2199-01-02,1.1\n2199-01-04,1.2\n",
        "told",
        "rows dated in the future, the first on 2199-01-01",
    ),
    kind("a day that there is not", after("2021-02-30,12"), "refused", "has the date '2021-02-30', which is no day"),
    kind("a date that is none", after("soon,12"), "refused", "has the date 'soon', which cannot be read"),
    kind("a row without a date", after(",12"), "refused", "has no date; write it as 2020-01-31 or remove that line."),
    kind(
        "several rows a day (intraday)",
        "Date,Close\n2021-01-04 09:30,10\n2021-01-04 10:30,11\n",
        "refused",
        "aggregate intraday prices to one row a day.",
    ),
    kind(
        "weekly rows",
        csv(CLOSE[:50].set_axis(pd.date_range("2019-01-04", periods=50, freq="W-FRI"))),
        "told",
        "The rows are weekly ones, so a forecast's steps are weeks and not days.",
    ),
]

CALENDARS = [
    kind("sessions of New York", csv(TABLE), "read"),
    kind(
        "sessions of Tokyo, and of 35 other exchanges",
        csv(TOKYO),
        "told",
        "The dates keep the holidays of Tokyo's exchange, and so do the forecast's.",
    ),
    kind("every weekday", csv(gone([])), "read"),
    kind("every day", csv(COIN), "read"),
    kind(
        "holidays of no exchange that is known",
        csv(gone([20, 60, 61, 100, 140, 180, 190, 230])),
        "told",
        "no exchange whose holidays are known here",
    ),
    kind("a session that is missing", csv(TABLE.drop(DAYS[150])), "told", "1 New York session is missing"),
    kind(
        "months without a price",
        csv(TABLE.drop(DAYS[100:180])),
        "told",
        "There is no price from 2019-05-24 to 2019-09-19, 118 days.",
    ),
    kind(
        "rows of the exchange's holidays",
        csv(with_days(TABLE, holidays(TABLE))),
        "mended",
        "rows of days on which New York's exchange was closed, with the close of the day before",
    ),
    kind(
        "weekends that repeat Friday",
        csv(TABLE.asfreq("D").ffill()),
        "mended",
        "on Saturdays and Sundays, the first on 2019-01-05: they only fill up",
    ),
    kind(
        "weekends on a line from Friday to Monday",
        csv(CLOSE.asfreq("D").interpolate().round(2)),
        "mended",
        "on Saturdays and Sundays, the first on 2019-01-05: they only fill up",
    ),
    kind(
        "a few rows on weekends",
        csv(pd.concat([TABLE, TABLE[-1:].set_axis([DAYS[-1] + pd.Timedelta(days=5)]) * 1.01])),
        "told",
        "1 row falls on a weekend",
    ),
    kind(
        "today's row before today has traded",
        csv(with_days(TABLE, NEXT)),
        "mended",
        "Left out the last row, 2020-01-14: nothing had traded",
    ),
    kind(
        "the last close once more, closes alone",
        csv(with_days(CLOSE, NEXT)),
        "told",
        "The last row, 2020-01-14, repeats the close",
    ),
]

DAYS_OF_PRICES: list[FileKind] = [*WRITTEN, *CALENDARS]
