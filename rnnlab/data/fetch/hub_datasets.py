"""Texts of datasets that a person names by id, fetched when asked and kept in the cache; independent of the catalog.

Of a dataset one text is kept, the one that was fetched last: `datasets/owner/name.txt` in the cache, and beside it, as
`name.json`, what it was taken from.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rnnlab.data.cache import cache_folder, file_sha256, keep, refuse_offline
from rnnlab.data.fetch import hub_texts
from rnnlab.data.fetch.hub_rows import Request
from rnnlab.data.files import Tell
from rnnlab.data.json_objects import parse_object, seal
from rnnlab.data.kinds import DIGEST, find_fault, record, text, whole
from rnnlab.data.regular_files import read_regular
from rnnlab.data.text.corpus import read_corpus
from rnnlab.errors import DataError

MAIN = "main"
MOST_OF_A_RECORD = 100_000  # bytes
SEAL = "seal"  # of a record, whose sha256 is the text's
_WORDS = dict.fromkeys(("dataset", "revision", "commit", "split", "column"), text())
_RECORD = record(_WORDS | {"characters": whole(), "sha256": DIGEST}, {"part": text(), SEAL: DIGEST}, others=False)


@dataclass(frozen=True)
class FetchedDataset:
    """The text of a dataset as it was fetched: from which commit, split and column, its length and its sha256.

    `revision` is what was asked for, `commit` what it stood for; `sha256` is that of the cleaned text in UTF-8;
    `part` is "" or which part of it was taken, as "the first 3 MB of ".
    """

    dataset: str
    revision: str
    commit: str
    split: str
    column: str
    characters: int
    sha256: str
    part: str = ""

    def words(self) -> str:
        """Say in half a sentence where the text comes from; nobody here has read what the card says of its licence."""
        what = f"{self.part}column {self.column!r} of the split {self.split!r} of {self.dataset}"
        return f"{what} at {self.commit} on the Hugging Face Hub (licence: see its card)"


def is_dataset_id(name: str) -> bool:
    """Whether a name has the form of a dataset's id, "owner/name"."""
    return re.fullmatch(r"[A-Za-z0-9_-][\w.-]*/[A-Za-z0-9_-][\w.-]*", name, re.ASCII) is not None


def fetch_dataset(
    dataset: str,
    *,
    column: str | None = None,
    split: str | None = None,
    revision: str | None = None,
    seconds: float = 120,
    progress: Tell | None = None,
    first_bytes: int | None = None,
) -> FetchedDataset:
    """Fetch the text of a dataset, cleaned, into the cache, in place of what was fetched of it before.

    Args:
        dataset: its id, "owner/name".
        column: the one that holds the text; by default `text`, else the only one of texts.
        split: by default `train`, else the only one.
        revision: a branch, a tag or a commit; by default the main branch.
        seconds: the time limit of it all.
        progress: is told in half a sentence what is being done, and what was changed or looks odd in the text.
        first_bytes: take no more than so much of it, from its beginning; None refuses what is larger than 50 MB.

    Raises:
        DataError: as `hub_texts.read`, or this machine is set to be offline, or the text cannot be used as it is.
            What was in the cache is left as it was.
    """
    assert is_dataset_id(dataset)
    tell = progress or (lambda words: None)
    refuse_offline(dataset)
    most, cut = first_bytes or hub_texts.MOST_BYTES, first_bytes is not None
    request = Request(dataset, revision or MAIN, (split,) if split else (), column, None, most, cut)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tell(f"fetching {dataset} from the Hugging Face Hub")
        content, found = hub_texts.read(request, Path(folder), seconds=seconds, progress=tell)
    corpus = read_corpus(content, name=dataset)
    for notice in corpus.notices:
        tell(notice)
    part = f"the first {first_bytes / 1e6:g} MB of " if first_bytes and len(content) > first_bytes - 4 else ""
    where = (dataset, request.revision, found.commit, found.splits[0], found.column)
    fetched = FetchedDataset(*where, corpus.characters, corpus.sha256, part)
    # First, so that a text without it has never been fetched whole.
    told = asdict(fetched)
    keep(json.dumps(told | {SEAL: seal(told, SEAL)}, indent=1) + "\n", _record_path(dataset), dataset)
    keep(corpus.documents[0], _text_path(dataset), dataset)
    tell(f"{dataset}: {corpus.characters:,} characters, column {found.column!r} of {found.splits[0]} at {found.commit}")
    return fetched


def fetched_dataset(dataset: str) -> FetchedDataset | None:
    """What of a dataset is in the cache, whole and as it was fetched; None if nothing is."""
    fetched = _record(_record_path(dataset)) if is_dataset_id(dataset) else None
    if fetched is None or fetched.dataset != dataset or file_sha256(_text_path(dataset)) != fetched.sha256:
        return None
    return fetched


def fetched_datasets() -> tuple[FetchedDataset, ...]:
    """All datasets of which a text is in the cache, sorted by id."""
    records = map(_record, (cache_folder() / "datasets").glob("*/*.json"))
    ids = sorted({record.dataset for record in records if record is not None})
    return tuple(found for found in map(fetched_dataset, ids) if found is not None)


def fetched_path(dataset: str) -> Path:
    """The path of the text of a fetched dataset; DataError if it has not been fetched or was changed since."""
    how = f"fetch it with: python -m rnnlab data fetch {dataset}"
    if not _text_path(dataset).is_file():
        raise DataError(f"{dataset} is no file here, nor a dataset that has been fetched; check its name, or {how}")
    if fetched_dataset(dataset) is None:
        raise DataError(f"{dataset} was changed since it was fetched; {how}")
    return _text_path(dataset)


def _text_path(dataset: str) -> Path:
    return cache_folder() / "datasets" / f"{dataset}.txt"


def _record_path(dataset: str) -> Path:
    return cache_folder() / "datasets" / f"{dataset}.json"


def _record(path: Path) -> FetchedDataset | None:
    """What a file tells of a text; one that tells nothing is as good as none."""
    try:
        told = parse_object(read_regular(path, MOST_OF_A_RECORD))
    except (OSError, ValueError):
        return None
    if find_fault(told, _RECORD) is not None or told.pop(SEAL, None) not in (None, seal(told, SEAL)):
        return None  # those that earlier versions wrote have no seal
    return FetchedDataset(**told)
