"""Names and paths -> opened texts; what a checkpoint records of them; independent of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnnlab.data import catalog
from rnnlab.data.fetch import fetching, hub_datasets
from rnnlab.data.text.corpus import Corpus, Reading, read_corpora, read_corpus
from rnnlab.data.text.documents import order_notices
from rnnlab.data.text.shards import Shards, is_shards, open_shards
from rnnlab.data.text.text_files import is_folder, looks_tabular, text_files
from rnnlab.errors import DataError
from rnnlab.runtime.opening import is_file
from rnnlab.tasks.text.learn.settings import TextConfig


def open_text(data: str | Sequence[str], reading: TextConfig) -> Corpus:
    """Open texts of the catalog, datasets of the Hub that have been fetched, or files, several of them as one text.

    Args:
        data: names of the catalog, datasets' ids, paths of files or of folders of text files; a file or folder of that
            name comes first, then the catalog. Several are one text, in their order.
        reading: how they are read and cut, and which share is held out.

    Raises:
        DataError: there is no such text, file or folder, it has not been fetched, or it cannot be used as it is.
    """
    names = [data] if isinstance(data, str) else list(data)
    sources, notices = [], []
    for one in names:
        found, told = text_sources(one, tables=bool(reading.column))
        sources += found
        notices += told
    _check_named(sources, reading)
    how = Reading(
        reading.fold_case, reading.documents, reading.marker, reading.encoding, reading.column, reading.shuffle
    )
    if len(names) == len(sources) == 1 and not is_folder(names[0]):
        [(source, name)] = sources
        corpus = read_corpus(source, name=name, **{**vars(how), "marker": how.marker or None})
        corpus = corpus if name is None else replace(corpus, name=name)
    else:
        corpus = read_corpora(sources, _name_of(names), how)
    order = () if reading.shuffle else order_notices(corpus.documents, reading.validation)
    return replace(corpus, notices=(*notices, *corpus.notices, *order))


def open_beside(data: str | Sequence[str], learnt: TextConfig, *, encoding: str = "", column: str = "") -> Corpus:
    """Open a text as that of a trained writer was, which it may be or another one.

    Args:
        data: as of `open_text`.
        learnt: how the writer's text was read.
        encoding: found out if "".
        column: of a table; the one that the writer was trained on if "" and the text is such a table.

    Raises:
        DataError: as of `open_text`.
    """
    names = [data] if isinstance(data, str) else list(data)
    if learnt.column and not column and all(map(is_table, names)):
        column = learnt.column
    how = replace(learnt, encoding=encoding, column=column)
    try:
        return open_text(names, how)
    except DataError:
        if not how.shuffle:
            raise
        # Another text than the one that was trained on may be a single document, which need not be mixed.
        return open_text(names, replace(how, shuffle=0))


def open_learnable(data: str | Sequence[str], reading: TextConfig) -> Corpus | Shards:
    """Open what a writer can be trained on: a text, as `open_text` does, or a folder of shards; errors as there."""
    names = [data] if isinstance(data, str) else list(data)
    folders = [name for name in names if is_shards(name)]
    if not folders:
        return open_text(names, reading)
    if len(names) > 1:
        raise DataError(f"{Path(folders[0]).name} is a folder of shards, which is a text by itself; give it alone.")
    return open_shards(folders[0])


def text_sources(data: str, *, tables: bool = False) -> tuple[list[tuple[str | Path, str | None]], list[str]]:
    """The paths that a name stands for, each with the name that it goes by if it is not a file of the person's own.

    Args:
        data: the name, or the path of a file or of a folder.
        tables: whether a folder's tables are wanted and not its text files.

    Returns:
        Those, and sentences on what of a folder is left out.
    """
    if is_file(data):
        return [(data, None)], []
    if is_folder(data):
        files, notices = text_files(Path(data), tables=tables)
        return [(file, None) for file in files], notices
    if data.casefold() in {entry.name.casefold() for entry in catalog.text_entries()}:
        return [(fetching.fetched(data), catalog.text_entry(data).name)], []
    if hub_datasets.is_dataset_id(data):
        return [(hub_datasets.fetched_path(data), data)], []
    return [(data, None)], []


def is_table(data: str) -> bool:
    """Whether a name is that of a file, or of a folder, that is read as tables if a column is asked for."""
    return (is_file(data) or is_folder(data)) and looks_tabular(Path(data))


def _check_named(sources: Sequence[tuple[str | Path, str | None]], reading: TextConfig) -> None:
    for _, name in sources:
        if name is not None and (reading.encoding or reading.column):
            flag = "--encoding" if reading.encoding else "--column"
            raise DataError(f"{name} was fetched as a plain text in UTF-8; leave out {flag}.")


def _name_of(names: Sequence[str]) -> str:
    first = Path(names[0]).resolve().name if is_folder(names[0]) else Path(names[0]).name.partition(".")[0]
    return first if len(names) == 1 else f"{first} and {len(names) - 1} more"


def text_record(corpus: Corpus) -> dict[str, Any]:
    """What a checkpoint tells of a text: name, title, size, source and licence, sha256, and of which files it consists.

    A file that holds a text of the catalog is that text, wherever it lies; a dataset is one only under its own name.
    """
    record = {"name": corpus.name, "title": corpus.name, "characters": corpus.characters}
    record |= {"alphabet": len(corpus.alphabet), "sha256": corpus.sha256}
    if not corpus.files:
        return record | _origin(corpus.name, corpus.sha256)
    files = [vars(file) | {"source": _origin(file.name, file.sha256)["source"]} for file in corpus.files]
    return record | {"source": "; ".join(dict.fromkeys(file["source"] for file in files)), "files": files}


def _origin(name: str, sha256: str) -> dict[str, Any]:
    """Where a text of a name and a sum comes from; of the catalog's also its own name, title and language."""
    dataset = hub_datasets.fetched_dataset(name)
    if dataset is not None and dataset.sha256 == sha256:
        return {"source": dataset.words()}
    for entry in catalog.text_entries():
        if fetching.expected_sha256(entry) == sha256:
            told = {"name": entry.name, "title": entry.full_title, "language": entry.language}
            return told | {"source": entry.source.words()}
    return {"source": "a file of the maker's own"}
