"""The sources of prices by name: `yahoo:NVDA`, `folder:PRICES#NVDA`; which of them a name belongs to."""

from __future__ import annotations

from typing import Protocol

from rnnlab.data.prices.series import Prices
from rnnlab.data.prices.sources.folder import Folder
from rnnlab.data.prices.sources.yahoo import Yahoo


class PriceSource(Protocol):
    """Gives prices by name, such as "yahoo:NVDA"."""

    @property
    def prefix(self) -> str:
        """What its names begin with."""

    @property
    def for_visitors(self) -> bool:
        """Whether a page's visitors may ask it: not if its names lead to files or to addresses."""

    def prices(self, name: str) -> Prices:
        """The prices of a name without its prefix, with their origin; DataError if there are none."""


# A source of one's own is a class like these, and a line here.
SOURCES: dict[str, PriceSource] = {source.prefix: source for source in (Yahoo(), Folder())}


def source_of(name: str) -> tuple[PriceSource, str] | None:
    """The source that a name's prefix names, and the rest of the name; None where it names none."""
    prefix, colon, rest = name.partition(":")
    source = SOURCES.get(prefix.lower())
    return (source, rest) if colon and source else None


def visitors_name(name: str) -> str | None:
    """A source's name as its prices are called, if visitors may ask for it: "yahoo:NVDA"; None for any other name."""
    asked = source_of(name)
    if asked is None or not asked[0].for_visitors or not asked[1].strip():
        return None
    source, rest = asked
    return None if {"/", "\\", "\0"} & set(rest) else f"{source.prefix}:{rest.strip().upper()}"
