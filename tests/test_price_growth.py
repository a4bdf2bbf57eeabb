"""Reading takes time linear in the file, whatever an attacker writes into it."""

import contextlib
import time
from collections.abc import Callable

import pytest

from rnnlab.data.prices.series import read_prices
from rnnlab.errors import DataError

ROW = "2021-01-04,1\n2021-01-05,2\n"
LEAST = 0.03  # seconds, below which a measurement says nothing


def days(count: int) -> list[str]:
    return [f"{1900 + n // 336}-{1 + n // 28 % 12:02}-{1 + n % 28:02}" for n in range(min(count, 90_000))]


ADVERSARIES: dict[str, Callable[[int], str]] = {
    "one heading of brackets": lambda n: "(" * min(n, 130_000) + ",Close\n" + ROW,
    "many headings of brackets": lambda n: ",".join(["(" * 199] * (n // 400)) + "\n" + ROW * (n // 60),
    "brackets that close": lambda n: ",".join(["()[]" * 45] * (n // 400)) + "\n" + ROW * (n // 60),
    "headings of marks": lambda n: "Date," + ". -_:" * min(n // 5, 26_000) + "\n" + ROW,
    "blanks around dates": lambda n: "Date,Close\n" + f"{' ' * 60}2021-01-04{' ' * 60},1\n" * (n // 130),
    "dates of digits": lambda n: "Date,Close\n" + f"{'1' * 78},1\n" * (n // 80),
    "dates of words": lambda n: "Date,Close\n" + f"{'mon' + ' ' * 60 + 'x'},1\n" * (n // 66),
    "dates with accents": lambda n: "Date,Close\n" + f"2021-01-04{chr(0x301) * 30},1\n" * (n // 44),
    "closes of commas": lambda n: "Date;Close\n" + f"2021-01-04;{'1,000' * 7}\n" * (n // 48),
    "closes of blanks": lambda n: "Date;Close\n" + f"2021-01-04;{'1 ' * 18}\n" * (n // 48),
    "closes of signs": lambda n: "Date;Close\n" + f"2021-01-04;{'+ ' * 18}\n" * (n // 48),
    "closes of codes": lambda n: "Date;Close\n" + f"2021-01-04;{'USD' * 12}\n" * (n // 48),
    "volumes of digits": lambda n: "Date;Close;Volume\n" + f"2021-01-04;1;{'1' * 38}k\n" * (n // 52),
    "spikes": lambda n: "Date,Close\n" + "".join(
        f"{day},{(1, 10, 1, 100)[i % 4]}\n" for i, day in enumerate(days(n // 14))),
    "days and months that are swapped": lambda n: "Date,Close\n" + "".join(
        f"{day[:4]}-{day[8:]}-{day[5:7]},{1 + i % 5}\n" if int(day[8:]) <= 12 else f"{day},2\n"
        for i, day in enumerate(days(n // 13))),
    "rows of one day": lambda n: "Date,Close,Volume\n2021-01-05,2,1\n" + "".join(
        f"2021-01-04,1,{i}\n" for i in range(n // 18)),
    "tickers": lambda n: "Date,Ticker,Close\n" + "".join(f"2021-01-04,A{i},1\n" for i in range(n // 18)),
    "footers": lambda n: "Date,Close\n" + ROW * (n // 60) + "x,\n" * 25,
    "headings again and again": lambda n: "Date,Close\n" * (n // 11) + ROW,
    "lines above": lambda n: "2021-01-04,x\n" * (n // 13),
    "JSON in JSON": lambda n: '{"a":' * 6 + "[" + ",".join(["[1,2]"] * (n // 6)) + "]" + "}" * 6,
    "JSON lists in lists": lambda n: '{"a":[' * 400 + "1," * n + "1" + "]}" * 400,
    "JSON that breaks off": lambda n: '{"a":1}\n' * (n // 8) + "{",
    "JSON with other keys": lambda n: "[" + ",".join(f'{{"k{i}":1}}' for i in range(n // 100)) + "]",
    "quotation marks": lambda n: '"a\n' * min(n // 3, 199_000),
}  # fmt: skip


def seconds(content: bytes) -> float:
    """The least CPU time of two."""
    taken = []
    for _ in range(2):
        begun = time.process_time()
        with contextlib.suppress(DataError):
            read_prices(content, name="acme.csv")
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", ADVERSARIES)
def test_a_file_twice_as_long_takes_about_twice_as_long(name):
    short, long = (seconds(ADVERSARIES[name](size).encode()) for size in (100_000, 200_000))
    assert long < 3.5 * max(short, LEAST)
