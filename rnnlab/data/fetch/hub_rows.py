"""Reads the rows of a dataset on the Hugging Face Hub, as a process of its own; sends no token.

`python -m rnnlab.data.fetch.hub_rows REQUEST` answers in the folder where it runs: with a text and what it was found to
be, or with the sentence that says why there is none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from rnnlab.errors import DataError

TEXT, FOUND, REFUSAL = "text", "found", "refusal"  # the files by which the process answers
OWN_FILE = "give the text as a file of your own"
LOOKED_AT = 100  # rows, by which the columns of text are told: a format may say no types, and a cell may be empty
MOST_NAMES = 12  # in a sentence


@dataclass(frozen=True)
class Request:
    """What of a dataset is wanted; what is left open follows from the dataset.

    `revision` is a branch, a tag, a ref or a commit. No `splits` are "train", or the only one. A `column` of None is
    "text", or the only one of texts. `joined_by` of None is asked by hand, not by the catalog: a blank line between two
    rows, those that hold nothing left out, but nothing between the lines of text files, which keep their line breaks.
    `most_bytes` are of text, in UTF-8; where there is more, it is refused, or `cut` there.
    """

    dataset: str
    revision: str
    splits: tuple[str, ...]
    column: str | None
    joined_by: str | None
    most_bytes: int
    cut: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person typed it."""
        return self.joined_by is None

    def remedy(self, by_hand: str = "") -> str:
        """What to do instead: what the catalog asks for is mended by a newer catalog."""
        if not self.by_hand:
            return f"install a newer rnnlab, or {OWN_FILE}."
        return f"{by_hand}, or {OWN_FILE}." if by_hand else f"{OWN_FILE}."


@dataclass(frozen=True)
class Found:
    """What was read: the commit that the revision stood for, the splits in their order, and the column."""

    commit: str
    splits: tuple[str, ...]
    column: str


def main() -> int:
    """Write the text that the argument asks for into this folder, or the sentence that says why not."""
    asked = json.loads(sys.argv[1])
    try:
        found = _write(Request(**asked | {"splits": tuple(asked["splits"])}))
    except DataError as error:
        Path(REFUSAL).write_text(str(error), encoding="utf-8")
        return 1
    Path(FOUND).write_text(json.dumps(asdict(found)), encoding="utf-8")
    return 0


def _write(request: Request) -> Found:
    dataset, commit, lines = _open(request)
    splits = _splits(request, tuple(dataset))
    rows = chain.from_iterable(_rows(request, dataset[split]) for split in splits)
    first = list(islice(rows, LOOKED_AT))
    column = _column(request, first)
    texts = _texts(request, column, chain(first, rows))
    written = 0
    with Path(TEXT).open("wb") as file:
        for part in _joined(texts, "\n\n" if request.by_hand else request.joined_by, lines):
            content = part.encode("utf-8")
            if request.cut and written + len(content) > request.most_bytes:
                file.write(content[: request.most_bytes - written].decode("utf-8", "ignore").encode())
                break
            written += len(content)
            if written > request.most_bytes:
                more = f"holds more than {request.most_bytes / 1e6:g} MB of text, too much to be read"
                raise DataError(f"{request.dataset} {more}; give a part of it as a file of your own.")
            file.write(content)
    if not Path(TEXT).stat().st_size:
        raise DataError(f"The column {column!r} of {request.dataset} is empty; {request.remedy()}")
    return Found(commit, splits, column)


def _joined(texts: Iterable[str], joint: str | None, lines: bool) -> Iterator[str]:
    """Texts with the joint between them; lines keep their breaks, and one without gets one before the next."""
    between = ""
    for text in texts:
        yield between + text
        between = "\n" * (not text.endswith("\n")) if lines else joint or ""


def _splits(request: Request, there: Sequence[str]) -> tuple[str, ...]:
    if missing := [name for name in request.splits if name not in there]:
        remedy = request.remedy("choose another --split")
        raise DataError(f"{request.dataset} has no split {missing[0]!r}, only {_listed(there)}; {remedy}")
    if request.splits or len(there) == 1:
        return request.splits or tuple(there)
    if "train" in there:
        return ("train",)
    raise DataError(f"{request.dataset} has the splits {_listed(there)}; choose one with --split.")


def _column(request: Request, rows: Sequence[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        raise DataError(f"{request.dataset} at {request.revision} holds no rows; {request.remedy()}")
    wanted = request.column or ("text" if "text" in names else None)
    if wanted in names:
        return str(wanted)
    if wanted is not None:
        remedy = request.remedy("choose another --column")
        raise DataError(f"{request.dataset} has no column {wanted!r}, only {_listed(names)}; {remedy}")
    cells = {name: [row[name] for row in rows if row.get(name) is not None] for name in names}
    texts = [name for name in names if cells[name] and all(isinstance(cell, str) for cell in cells[name])]
    if not texts:
        raise DataError(f"{request.dataset} has no column of text, only {_listed(names)}; {request.remedy()}")
    if len(texts) > 1:
        raise DataError(f"{request.dataset} has the columns of text {_listed(texts)}; choose one with --column.")
    return texts[0]


def _texts(request: Request, column: str, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if column not in row:
            raise DataError(f"Not all of {request.dataset} has the column {column!r}; {request.remedy()}")
        text = row[column]
        if request.by_hand and text in (None, ""):
            continue
        if not isinstance(text, str):
            remedy = request.remedy("choose another --column")
            raise DataError(f"The column {column!r} of {request.dataset} is not all text; {remedy}")
        yield text


def _rows(request: Request, stream: Any) -> Iterator[dict[str, Any]]:
    """The rows of a split as they arrive, pictures and sounds left as they are."""
    try:
        yield from stream.decode(False) if stream.features else stream
    except UnicodeDecodeError as error:
        remedy = f"{OWN_FILE}, which is read in other encodings too"
        raise DataError(f"A file of {request.dataset} is not in UTF-8; {remedy}.") from error
    except ValueError as error:
        raise _damaged(request) from error


def _open(request: Request) -> tuple[Any, str, bool]:
    """Streams by split, each read while it is iterated over; the one commit of them all; whether rows are lines."""
    try:
        import datasets
    except ImportError as error:
        remedy = "pip install datasets"
        raise DataError(f"{request.dataset} is read with `datasets`, which is missing; {remedy}.") from error
    datasets.config.USE_PARQUET_EXPORT = False  # else it asks a second server, of which nothing is needed
    try:
        builder = datasets.load_dataset_builder(request.dataset, revision=request.revision, token=False)
        lines = request.by_hand and getattr(builder.config, "sample_by", None) == "line"
        if lines:
            kept = {"revision": builder.hash, "keep_linebreaks": True}
            builder = datasets.load_dataset_builder(request.dataset, token=False, **kept)
        return builder.as_streaming_dataset(), str(builder.hash), lines
    except datasets.exceptions.DatasetNotFoundError as error:
        raise DataError(_not_found(request, str(error))) from error
    except (datasets.data_files.EmptyDatasetError, datasets.exceptions.DataFilesNotFoundError) as error:
        raise DataError(f"{request.dataset} at {request.revision} holds no data; {request.remedy()}") from error
    except ConnectionError as error:
        remedy = "check the network and that no variable such as HF_HUB_OFFLINE is set, and try again"
        raise DataError(f"{request.dataset} cannot be reached on the Hugging Face Hub; {remedy}.") from error
    except RuntimeError as error:
        if "scripts are no longer supported" not in str(error):
            raise
        remedy = f"{'try --revision' if request.by_hand else 'take its revision'} refs/convert/parquet."
        script = f"{request.dataset} at {request.revision} is a script"
        raise DataError(f"{script}, which `datasets` no longer runs; {remedy}") from error
    except ValueError as error:
        if "Config name is missing" in str(error):
            raise DataError(f"{request.dataset} consists of several datasets; {request.remedy()}") from error
        raise _damaged(request) from error


def _damaged(request: Request) -> DataError:
    return DataError(f"A file of {request.dataset} is damaged or holds no rows; {request.remedy()}")


def _not_found(request: Request, words: str) -> str:
    """The sentence for what the library says of a dataset that it may not read; only its words tell the cases apart."""
    if "gated" in words:
        remedy = f"download it there yourself and {OWN_FILE}"
        return f"{request.dataset} is gated: the Hugging Face Hub gives it only to accounts that were let in; {remedy}."
    if words.startswith("Revision"):
        remedy = request.remedy("choose another --revision")
        return f"{request.dataset} has no revision {request.revision!r} on the Hugging Face Hub; {remedy}"
    return f"The Hugging Face Hub has no public dataset {request.dataset}; {request.remedy('check its name')}"


def _listed(names: Sequence[str]) -> str:
    """Names as a dataset gives them, kept to a sentence's length and one line."""
    shown = ["".join(filter(str.isprintable, str(name)))[:40] for name in names[:MOST_NAMES]]
    return ", ".join(shown) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")


if __name__ == "__main__":
    # Without waiting for the library's threads, which may outlast the last row (huggingface/datasets issue 8169).
    os._exit(main())
