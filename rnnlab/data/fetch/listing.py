"""What data come with the repository and what can be fetched, as plain lists."""

from __future__ import annotations

from typing import Any

from rnnlab.data import catalog
from rnnlab.data.catalog import Entry, TextEntry
from rnnlab.data.fetch import fetching, hub_datasets
from rnnlab.data.fetch.hub_datasets import FetchedDataset
from rnnlab.data.files import Tell
from rnnlab.errors import DataError

GROUPS = tuple(catalog.GROUPS)
MOST_MEGABYTES = 50  # of a text that is held in memory


def tickers() -> tuple[str, ...]:
    """The names of all bundled price series."""
    return catalog.tickers()


def bundled_data() -> list[dict[str, Any]]:
    """What data comes with the repository, a table each: name, title, tickers, rows, span, bytes, licence, source."""
    return [_table(entry) for entry in catalog.entries()]


def known_texts() -> list[dict[str, Any]]:
    """The texts of the catalog, and the datasets that a person has fetched.

    Each has name, author, title, characters, language, licence, source, and a state of cached or fetchable; a dataset
    has also revision, commit, split, column and sha256.
    """
    return [*map(_text, catalog.text_entries()), *map(_dataset, hub_datasets.fetched_datasets())]


def fetch(
    name: str,
    *,
    column: str | None = None,
    split: str | None = None,
    revision: str | None = None,
    seconds: float = 120,
    progress: Tell | None = None,
    first_mb: float | None = None,
) -> dict[str, Any]:
    """Fetch a text of the catalog, or of a dataset on the Hugging Face Hub, into the cache, outside the tree.

    Args:
        name: as the catalog writes it, or else a dataset's id, "owner/name".
        column, split, revision: of a dataset, see rnnlab.data.fetch.hub_datasets.fetch_dataset.
        seconds: the time limit of the download.
        progress: is told in half a sentence what is being done.
        first_mb: of a dataset: take no more than so many MB of text, from its beginning, however large it is.

    Returns the text as `known_texts` lists it, with its path.

    Raises:
        DataError: there is no such text, this machine is offline, or what came is not what is pinned or cannot be used.
    """
    named = name.strip().casefold() in {entry.name.casefold() for entry in catalog.text_entries()}
    if not named and hub_datasets.is_dataset_id(name):
        first = _bytes(first_mb)
        dataset = hub_datasets.fetch_dataset(
            name, column=column, split=split, revision=revision, seconds=seconds, progress=progress, first_bytes=first
        )
        return _dataset(dataset) | {"path": str(hub_datasets.fetched_path(name))}
    entry = catalog.text_entry(name)
    if column or split or revision or first_mb:
        raise DataError(f"{entry.name} is a text of the catalog; leave out --column, --split, --revision, --first-mb.")
    path = fetching.fetch_text(name, seconds=seconds, progress=progress)
    return _text(entry) | {"path": str(path)}


def _bytes(megabytes: float | None) -> int | None:
    if megabytes is not None and not 0.001 <= megabytes <= MOST_MEGABYTES:
        raise DataError(f"{megabytes:g} MB is not between 0.001 and {MOST_MEGABYTES}; give another --first-mb.")
    return None if megabytes is None else round(1e6 * megabytes)


def _fields(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _table(entry: Entry) -> dict[str, Any]:
    size = (catalog.bundled_folder() / entry.file).stat().st_size
    told = _fields(entry, "name", "title", "tickers", "rows", "start", "end")
    told |= {"tickers": list(entry.tickers), "bytes": size, "licence": entry.source.licence}
    return told | {"source": f"{entry.source.package} {entry.source.version}", "state": "bundled"}


def _text(entry: TextEntry) -> dict[str, Any]:
    told = _fields(entry, "name", "author", "title", "characters", "language")
    told |= {"licence": entry.source.licence, "source": entry.source.words()}
    return told | {"state": "cached" if fetching.is_cached(entry.name) else "fetchable"}


def _dataset(dataset: FetchedDataset) -> dict[str, Any]:
    title = f"column {dataset.column!r} of {dataset.split}"
    whose = {"name": dataset.dataset, "author": dataset.dataset.partition("/")[0], "title": title}
    told = whose | _fields(dataset, "characters")
    told |= {"language": "", "licence": "see its card", "source": dataset.words(), "state": "cached"}
    return told | _fields(dataset, "revision", "commit", "split", "column", "sha256")
