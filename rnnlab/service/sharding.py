"""A text larger than memory into shards, from files or from a dataset of the Hub; trains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from rnnlab.data.cache import refuse_offline
from rnnlab.data.columns import column_pieces
from rnnlab.data.fetch import hub_datasets, hub_texts
from rnnlab.data.fetch.hub_rows import TEXT, Request
from rnnlab.data.text.shards import Shards, beside, write_shards
from rnnlab.data.text.text_files import is_folder, text_files
from rnnlab.data.text.text_pieces import read_pieces
from rnnlab.errors import DataError
from rnnlab.runtime.opening import is_file

MOST_BYTES = 10**12
Tell = Callable[[str], None] | None
USUAL_SECONDS = 3600.0
SMALLEST, USUAL, LARGEST = 0.01, 8.0, 200.0  # millions of characters of a shard


def make_shards(
    sources: Sequence[str],
    out: str | Path,
    *,
    name: str | None = None,
    millions: float = USUAL,
    column: str | None = None,
    split: str | None = None,
    revision: str | None = None,
    seconds: float | None = None,
    progress: Tell = None,
    encoding: str | None = None,
) -> dict[str, Any]:
    """Write a text as a folder of shards, which `train_text` takes as its data.

    Args:
        sources: paths of text files or folders of them, one after the other, or one dataset's id of the Hub, which is
            streamed.
        out: the folder to make.
        name: what to call the text; else the first file's or the dataset's.
        millions: of characters in a shard, about.
        column: of a dataset, see rnnlab.data.fetch.hub_datasets.fetch_dataset, or of tables (CSV, JSON lines, Parquet).
        split, revision: of a dataset.
        seconds: the time limit of a dataset's download; an hour if None.
        progress: is told in half a sentence what is being done.
        encoding: of the files, such as "KOI8-R"; UTF-8 if None.

    Returns:
        {name, folder, characters, alphabet, shards, source, notices}.

    Raises:
        RnnlabError: a source cannot be read or fetched, the folder is there already, or the text is empty.
    """
    if not SMALLEST <= millions <= LARGEST:
        raise DataError(f"{millions:g} million characters are no shard's size; give {SMALLEST:g} to {LARGEST:g}.")
    with beside(out):
        pass  # before anything is fetched or read
    size = round(1e6 * millions)
    if len(sources) == 1 and not is_file(sources[0]) and hub_datasets.is_dataset_id(sources[0]):
        asked = Request(sources[0], revision or hub_datasets.MAIN, (split,) if split else (), column, None, MOST_BYTES)
        if encoding:
            raise DataError(f"{sources[0]} is read from the Hub, where text is UTF-8; leave out --encoding.")
        made = _from_hub(asked, Path(out), name, size, USUAL_SECONDS if seconds is None else seconds, progress)
    elif split or revision:
        raise DataError("Files have no splits or revisions; leave out --split and --revision.")
    elif seconds is not None:
        raise DataError("Files are not downloaded; leave out --seconds.")
    else:
        made = _from_files(sources, Path(out), name, size, column, encoding, progress)
    told = {"name": made.name, "folder": str(made.folder), "characters": made.characters, "source": made.source}
    return told | {"alphabet": len(made.counts), "shards": len(made.lengths), "notices": [*made.notices]}


def _from_files(
    sources: Sequence[str], out: Path, name: str | None, size: int, column: str | None, encoding: str | None, tell: Tell
) -> Shards:
    """Write files, and those of folders, as shards."""
    files: list[str | Path] = []
    told: list[str] = []
    for one in sources:
        found, notices = text_files(Path(one), tables=bool(column)) if is_folder(one) else ([Path(one)], [])
        files += found
        told += notices
    names = ", ".join(Path(one).name for one in files[:3]) + (", …" if len(files) > 3 else "")
    pieces = read_pieces(files, encoding, told.append)
    if column:
        cells = (column_pieces(Path(file), column, encoding, told.append) for file in files)
        pieces = chain.from_iterable(cells)
    name, source = name or Path(sources[0]).stem, f"files of the maker's own ({names})"
    return write_shards(pieces, out, name=name, source=source, size=size, progress=tell, notices=told)


def _from_hub(asked: Request, out: Path, name: str | None, size: int, seconds: float, tell: Tell) -> Shards:
    """Stream a dataset to the disk, beside the folder, and write it as shards."""
    refuse_offline(asked.dataset)
    with beside(out) as (_, folder):
        found = hub_texts.write(asked, folder, seconds=seconds, progress=tell)
        part = f"column {found.column!r} of {', '.join(found.splits)} of {asked.dataset} at {found.commit}"
        source, pieces = f"{part} on the Hugging Face Hub (licence: see its card)", read_pieces([folder / TEXT])
        return write_shards(pieces, out, name=name or asked.dataset, source=source, size=size, progress=tell)
