"""A text larger than memory into shards, from files or from a dataset of the Hub; trains nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rnnlab.data import hub_datasets, hub_texts
from rnnlab.data.cache import refuse_offline
from rnnlab.data.hub_rows import TEXT, Request
from rnnlab.data.shards import Shards, beside, read_pieces, write_shards
from rnnlab.errors import DataError
from rnnlab.service.opening import is_file

MOST_BYTES = 10**12
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
    seconds: float = 3600.0,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Write a text as a folder of shards, which `train_text` takes as its data.

    Args:
        sources: paths of UTF-8 text files, one after the other, or one dataset's id of the Hub, which is streamed.
        out: the folder to make.
        name: what to call the text; else the first file's or the dataset's.
        millions: of characters in a shard, about.
        column, split, revision: of a dataset, see rnnlab.data.hub_datasets.fetch_dataset.
        seconds: the time limit of a dataset's download.
        progress: is told in half a sentence what is being done.

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
        asked = Request(
            sources[0], revision or hub_datasets.MAIN, (split,) if split else (), column, None, MOST_BYTES
        )  # fmt: skip
        made = _from_hub(asked, Path(out), name, size, seconds, progress)
    elif column or split or revision:
        raise DataError("Files have no columns, splits or revisions; leave out --column, --split and --revision.")
    else:
        names = ", ".join(Path(one).name for one in sources[:3]) + (", …" if len(sources) > 3 else "")
        made = write_shards(
            read_pieces(sources), out, name=name or Path(sources[0]).stem, source=f"files of the maker's own ({names})",
            size=size, progress=progress,
        )  # fmt: skip
    told = {"name": made.name, "folder": str(made.folder), "characters": made.characters, "source": made.source}
    return told | {"alphabet": len(made.counts), "shards": len(made.lengths), "notices": [*made.notices]}


def _from_hub(
    asked: Request, out: Path, name: str | None, size: int, seconds: float, progress: Callable[[str], None] | None
) -> Shards:
    """Stream a dataset to the disk, beside the folder, and write it as shards."""
    refuse_offline(asked.dataset)
    with beside(out) as (_, folder):
        found = hub_texts.write(asked, folder, seconds=seconds, progress=progress)
        source = (
            f"column {found.column!r} of {', '.join(found.splits)} of {asked.dataset} at {found.commit} on the Hugging "
            f"Face Hub (licence: see its card)"
        )
        pieces = read_pieces([folder / TEXT])
        return write_shards(pieces, out, name=name or asked.dataset, source=source, size=size, progress=progress)
