"""A person's files into the author's words: found, decoded, cleaned, without a distributor's header; not cut up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from rnnlab.data.columns import read_column, read_parquet_column
from rnnlab.data.encodings import Decoded, decode, encoding_notices, refuse_unsure
from rnnlab.data.files import Wanted, as_subject, is_binary, is_empty, own_name, read_content, refusal
from rnnlab.data.headers import strip_headers
from rnnlab.data.tables import find_table
from rnnlab.data.text.cleaning import changes_told, clean, compose, how_many, was
from rnnlab.data.text.structure import structure_of
from rnnlab.errors import DataError

# Of a folder those files are taken; a file that is named is looked at whatever its name is.
ENDINGS = (".txt", ".text", ".md", ".txt.gz", ".text.gz", ".md.gz")
# Of one whose files' column is asked for.
_TABLES = (".csv", ".tsv", ".json", ".jsonl")
TABLE_ENDINGS = (*_TABLES, ".parquet", *(f"{ending}.gz" for ending in _TABLES))

WANTED = Wanted(
    file="a plain text file (.txt, UTF-8)",
    holding="a plain text file with some pages of writing",
    smaller="give a part of it, or cut it into shards with `python -m rnnlab data shards`",
    most_bytes=50_000_000,
    remedies={
        "archive": "unpack it and give the text file inside",
        "book": "convert it to plain text (.txt) with an e-book program",
        "parquet": "name the column that holds the text with --column",
        "pointer": "fetch the file with git lfs pull",
        "picture": "give the text itself, as a plain text file (.txt, UTF-8)",
    },
    otherwise="open it where it came from and save or export it as plain text (.txt, UTF-8)",
)
_TABLE = replace(WANTED, taken=frozenset({"parquet"}))
# Characters that Unicode promises never to use.
_BETWEEN = tuple(chr(0xFDD0 + number) for number in range(32))


def read_text(source: str | Path | bytes, label: str, encoding: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The cleaned text of a file, and sentences on what was changed and what looks odd.

    source: a path, or the content, gzip or not, in an encoding that is found out if None; label: what messages call it.

    Raises DataError if there is no such file, or it is no text, empty, too large or in an encoding that is not sure.
    """
    content = read_content(source, label, WANTED)
    decoded = _decoded(content, label, encoding)
    cleaned, on_cleaning = _cleaned(decoded.text, label)
    refuse_unsure(decoded, as_subject(label), content)
    notices = encoding_notices(decoded)
    del decoded, content  # as large as what is left of them
    found = structure_of(cleaned, label)
    own, on_headers = strip_headers(cleaned)
    if not own or own.isspace():
        if on_headers:
            raise refusal(label, f"holds a header and licence but no text; give {WANTED.holding}")
        raise is_empty(label, WANTED)
    return own, (*notices, *on_cleaning, *on_headers, *([found.notice()] if found else []))


def read_cells(
    source: str | Path | bytes, label: str, column: str, encoding: str | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The cleaned cells of a column, none of them blank, and sentences; DataError as `read_text` and `read_column`."""
    content = read_content(source, label, _TABLE)
    if content.startswith(b"PAR1"):
        if encoding:
            raise refusal(label, "is a Parquet file, which is always in UTF-8; leave out --encoding")
        cells, notices = read_parquet_column(content, label, column)
    else:
        decoded = _decoded(content, label, encoding)
        refuse_unsure(decoded, as_subject(label), content)
        cells, on_column = read_column(decoded.text, label, column)
        notices = encoding_notices(decoded) + on_column
    between = _between(cells)
    joined, on_cleaning = _cleaned(between.join(cells), label)
    kept = tuple(cell.strip("\n") for cell in joined.split(between) if cell and not cell.isspace())
    if not kept:
        raise is_empty(label, WANTED)
    return kept, (*notices, *on_cleaning)


def looks_tabular(path: Path) -> bool:
    """Whether a file seems to be a table, by its ending and its beginning, or a folder holds some."""
    if path.is_dir():
        return any(looks_tabular(one) for one in path.iterdir() if one.name.casefold().endswith(TABLE_ENDINGS))
    if path.name.casefold().endswith(TABLE_ENDINGS):
        return True
    with suppress(DataError):
        return find_table(read_text(path, path.name)[0]) is not None
    return False


def folded(documents: Sequence[str]) -> tuple[str, ...]:
    """Documents in lower case, composed."""
    between = _between(documents)
    return tuple(compose(between.join(documents).lower())[0].split(between))


def _between(documents: Sequence[str]) -> str:
    """A character to hold them apart while they are worked on together, for each by itself costs a millisecond."""
    return next(one for one in _BETWEEN if not any(one in document for document in documents))


def _decoded(content: bytes, label: str, encoding: str | None) -> Decoded:
    decoded = decode(content, encoding)
    if decoded is None:
        raise is_binary(label, WANTED)
    return decoded


def _cleaned(text: str, label: str) -> tuple[str, tuple[str, ...]]:
    cleaned = clean(text)
    # A stray control character is a slip of some editor; in binary data one byte in ten is one.
    if cleaned.controls > 1 + len(text) / 100:
        raise is_binary(label, WANTED)
    return cleaned.text, changes_told(vars(cleaned))


MOST_FILES = 1_000  # a checkpoint names each of them
_CHECKPOINT = "model.safetensors"


def is_folder(path: str) -> bool:
    """Whether a path leads to a folder; no path is too odd to ask for."""
    with suppress(OSError, ValueError):
        return Path(path).is_dir()
    return False


def text_files(folder: Path, *, tables: bool = False) -> tuple[list[Path], list[str]]:
    """The text files, or the tables, that lie in a folder, by their endings, and a sentence on what else does.

    Names are ordered as people do it: numbers in them by their size, so that chapter2 comes before chapter10.

    Raises DataError if there is no text file in it or there are more than 1,000, it is a checkpoint or cannot be read.
    """
    label, what = own_name(str(folder.resolve())), "tables" if tables else "text files"
    endings = TABLE_ENDINGS if tables else ENDINGS
    try:
        there = [one for one in folder.iterdir() if not one.name.startswith(".")]
        files = [one for one in there if one.name.casefold().endswith(endings) and one.is_file()]
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise refusal(label, f"cannot be looked into ({reason}); give its files by name") from error
    if any(one.name == _CHECKPOINT for one in there):
        raise DataError(f"{label} is a checkpoint's folder and no text; give a text to train on.")
    if not files:
        raise DataError(f"{label} is a folder without {what} ({', '.join(endings[:3])}); name the files in it.")
    if len(files) > MOST_FILES:
        remedy = "join them, or cut them into shards with `python -m rnnlab data shards`"
        raise DataError(f"{label} holds {len(files):,} {what}, more than {MOST_FILES:,}; {remedy}.")
    return sorted(files, key=_order), _on_others(set(there) - set(files))


def _order(file: Path) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", file.name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _on_others(others: set[Path]) -> list[str]:
    if not others:
        return []
    names = sorted(own_name(one.name) + "/" * one.is_dir() for one in others)
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    count = how_many(len(others), "other entry").replace("entrys", "entries")
    return [f"{count} of the folder ({shown}) {was(len(others))} left out."]
