"""A folder of a person's text files, in the order of their names; reads none of them."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from rnnlab.data.files import own_name, refusal
from rnnlab.data.text.cleaning import how_many, was
from rnnlab.data.text.text_files import ENDINGS, TABLE_ENDINGS
from rnnlab.errors import DataError

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
