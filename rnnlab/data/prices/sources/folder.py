"""Prices by name from a folder or a web address of files, one a ticker: `folder:PRICES#NVDA`."""

from __future__ import annotations

import dataclasses
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote, urlsplit

import pandas as pd

from rnnlab.data.cache import refuse_offline
from rnnlab.data.files import own_name
from rnnlab.data.prices.files import ENDINGS, WANTED
from rnnlab.data.prices.series import Origin, Prices, read_prices
from rnnlab.errors import DataError

LOOPBACK = ("127.0.0.1", "localhost")
SLOWEST = 10.0  # seconds for a step of an answer
CHUNK = 1 << 16


@dataclass(frozen=True)
class Folder:
    """Daily prices of files named after their ticker, in a folder of this machine or at an address.

    For whoever may read this machine's files and reach its network. seconds: the time limit of an address.
    """

    prefix: ClassVar[str] = "folder"
    for_visitors: ClassVar[bool] = False
    seconds: float = 30

    def prices(self, name: str) -> Prices:
        """The prices of `PATH#TICKER`: of PATH/TICKER with any ending, or of https://…/TICKER.csv.

        Raises:
            DataError: there is no such folder, address or file, or the file cannot be used.
        """
        place, _, ticker = name.rpartition("#")
        if not (place and ticker) or "/" in ticker or "\\" in ticker:
            raise DataError(f"'folder:{own_name(name)}' names no ticker in a folder; write it as folder:PATH#NVDA.")
        if "://" in place:
            return self._from_address(place, ticker)
        file = _file_of(Path(place).expanduser(), ticker)
        read = read_prices(file)
        return dataclasses.replace(read, name=ticker, origin=Origin(f"the file {file.name}", "", ""))

    def _from_address(self, place: str, ticker: str) -> Prices:
        refuse_offline(f"{ticker}.csv")
        host = _host_of(place)
        read = read_prices(self._fetched(f"{place.rstrip('/')}/{quote(ticker)}.csv"), name=f"{ticker}.csv")
        now = pd.Timestamp.now("UTC").tz_localize(None)
        return dataclasses.replace(read, name=ticker, origin=Origin(host, "", "", now))

    def _fetched(self, address: str) -> bytes:
        """The file at an address, within bounds of time and size."""
        host, end, content = _host_of(address), time.monotonic() + self.seconds, b""
        try:
            with urllib.request.urlopen(address, timeout=min(SLOWEST, self.seconds)) as answer:
                _host_of(answer.url)  # of where it was led
                while chunk := answer.read1(CHUNK):
                    content += chunk
                    if len(content) > WANTED.most_bytes:
                        raise DataError(f"What {host} answers is larger than {WANTED.most_bytes // 1_000_000} MB.")
                    if time.monotonic() > end:
                        raise TimeoutError
        except urllib.error.HTTPError as error:
            raise DataError(f"{host} answers {error.code} for {own_name(address)}; check the address.") from error
        except TimeoutError as error:
            raise DataError(f"{host} did not answer within {self.seconds:g} seconds; try again later.") from error
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise DataError(f"{host} did not answer within {self.seconds:g} seconds; try again later.") from error
            raise DataError(f"{host} cannot be reached; check the address and the network.") from error
        return content


def _host_of(address: str) -> str:
    """Whom an address asks; DataError unless it is encrypted, or of this machine."""
    host = scheme = ""
    with suppress(ValueError):  # a bracket that is not closed
        host, scheme = urlsplit(address).hostname or "", urlsplit(address).scheme
    if not host or not (scheme == "https" or (scheme == "http" and host in LOOPBACK)):
        raise DataError(f"{address[:60]!r} is not an https address; give one, or a folder.")
    return host


def _file_of(folder: Path, ticker: str) -> Path:
    """The file of a ticker, whatever its ending and its case."""
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder.name!r} here; check its name.")
    named = {file.name.lower(): file for file in sorted(folder.iterdir()) if file.is_file()}
    found = [named[name] for ending in ENDINGS if (name := f"{ticker.lower()}{ending}") in named]
    if not found:
        raise DataError(f"There is no {ticker}.csv in {folder.name!r}; give a ticker that has a file there.")
    return found[0]
