"""Names and paths -> opened texts and writers, the bundled ones kept open; knows nothing of scores."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from rnnlab.data import catalog, fetching, hub_datasets
from rnnlab.data.corpus import Corpus, read_corpus
from rnnlab.nn.stepping import stepping_seconds
from rnnlab.service.callers import OWNER, Caller
from rnnlab.service.opening import Located, heavy, is_file, locate, open_located, stamp
from rnnlab.service.shelf import Shelf
from rnnlab.tasks.text.writer import Writer, open_writer
from rnnlab.train import devices
from rnnlab.train.checkpoint import Checkpoint

MOST_BYTES = 500_000_000  # of writers kept open, whoever asked for them
_SHELF: Shelf[Writer] = Shelf(MOST_BYTES)


def open_text(data: str, *, documents: str = "whole", marker: str = "", fold_case: bool = False) -> Corpus:
    """Open a text of the catalog or a dataset of the Hub that has been fetched, or a file by path.

    Args:
        data: a name of the catalog, a dataset's id, or a path; a file of that name comes first, then the catalog.
        documents, marker, fold_case: see rnnlab.data.corpus.read_corpus; marker "" is none.

    Raises:
        DataError: there is no such text or file, it has not been fetched, or it cannot be used as it is.
    """
    source, name = _found(data)
    corpus = read_corpus(source, name=name, documents=documents, marker=marker or None, fold_case=fold_case)
    return corpus if name is None else replace(corpus, name=name)


def _found(data: str) -> tuple[str | Path, str | None]:
    """The path of a text, and the name that it goes by if it is not a file of the person's own."""
    if is_file(data):
        return data, None
    if data.casefold() in {entry.name.casefold() for entry in catalog.text_entries()}:
        return fetching.fetched(data), catalog.text_entry(data).name
    if hub_datasets.is_dataset_id(data) and not Path(data).exists():
        return hub_datasets.fetched_path(data), data
    return data, None


def text_record(corpus: Corpus) -> dict[str, Any]:
    """What a checkpoint tells of a text: name, title, size, source and licence, sha256.

    A file that holds a text of the catalog is that text, wherever it lies; a dataset is one only under its own name.
    """
    record = {"name": corpus.name, "title": corpus.name, "characters": corpus.characters}
    record |= {"alphabet": len(corpus.alphabet), "sha256": corpus.sha256, "source": "a file of the maker's own"}
    dataset = hub_datasets.fetched_dataset(corpus.name)
    if dataset is not None and dataset.sha256 == corpus.sha256:
        return record | {"source": dataset.words()}
    for entry in catalog.text_entries():
        if fetching.expected_sha256(entry) == corpus.sha256:
            title = f"{entry.author}, {entry.title}"
            return record | {
                "name": entry.name, "title": title, "language": entry.language, "source": entry.source.words()
            }  # fmt: skip
    return record


def open_writing(model: str, *, caller: Caller = OWNER, device: str = "auto", weights: str = "fp32") -> Writer:
    """Open a writing checkpoint (see `opening.locate`), ready to write on a device; it stays open for a while.

    Raises:
        RnnlabError: there is none of that name, it is damaged or no writer, or the device or weights are not there.
    """
    return open_located_writing(locate(model, caller=caller), device=device, weights=weights)


def open_located_writing(found: Located, *, device: str = "auto", weights: str = "fp32") -> Writer:
    """Open a writing checkpoint that was found; errors as of `open_writing`."""
    key = (*stamp(found.folder), device, weights)

    def opened() -> Writer:
        with heavy(found):
            return _opened(open_located(found), device, weights)

    return _SHELF.get(key, opened, _bytes)


def _opened(made: Checkpoint, device: str, weights: str) -> Writer:
    place = devices.choose_device(device, stepping_seconds(made.model))
    return open_writer(made, place, weights)


def _bytes(writer: Writer) -> int:
    """About what a writer holds: its weights as they were read, in its model, packed, and in the engine's own copies.

    A hundred writers of 0.4 million weights took 16 bytes a weight (`python -m benchmarks.many_models`).
    """
    return 16 * writer.model.parameter_count()
