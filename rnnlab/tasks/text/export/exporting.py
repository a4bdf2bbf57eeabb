"""A writer -> a folder that other programs read: written whole or not at all, never over something else."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from rnnlab.data.text.shards import beside
from rnnlab.errors import RnnlabError
from rnnlab.nn.stepping import step_file
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate, open_located
from rnnlab.tasks.text.export.vocabulary_file import vocabulary_fields
from rnnlab.tasks.text.writer import Writer, open_writer, voice_of
from rnnlab.train.checkpoint.files import flush_file, flush_folder, to_compact_json

FORMATS = ("onnx",)
STEP, VOCABULARY = "step.onnx", "vocabulary.json"
# Copied as they are; ".txt" keeps the reader, which has other packages than this one, from being one of our modules.
COPIED = {
    "write.py.txt": "write.py",
    "writer.mjs": "writer.mjs",
    "write.mjs": "write.mjs",
    "index.html": "index.html",
    "package.json": "package.json",
}
README = "README.md"
WRITTEN = (STEP, VOCABULARY, *COPIED.values(), README)


def export(model: str, folder: str | Path, *, overwrite: bool = False, caller: Caller = OWNER) -> dict[str, Any]:
    """Write one step of a writer as ONNX in float32, its vocabulary, two readers and a page into a folder.

    Args:
        model: a folder, a bundled name or a repository of the Hub.
        folder: a new one, or with `overwrite` that of an earlier export, whose other files stay.
        overwrite: whether an earlier export may be replaced.
        caller: who asks.

    Returns:
        As JSON: {folder, files: [{name, bytes}], model}.

    Raises:
        RnnlabError: it is no writer, its cell has no graph, or the folder may or can not be written.
    """
    place = _check_place(folder, overwrite)
    found = locate(model, caller=caller)
    checkpoint = open_located(found)
    if checkpoint.task != "text":
        raise RnnlabError(f"{found.name} was trained for {checkpoint.task}; only a writer can be exported.")
    name = found.pinned(found.name)  # and no path of this machine
    content = _content(open_writer(checkpoint), name)
    with beside(place, "DIR", replaced=overwrite) as (_, staged):
        for file, written in content.items():
            flush_file(staged / file, written)
        staged.chmod(0o755)  # mkdtemp's folders are closed to others
        flush_folder(staged)
        _swap(staged, place)
    sizes = [{"name": file, "bytes": len(written)} for file, written in content.items()]
    return {"model": name, "folder": str(place), "files": sizes}


def exported_lines(answer: Mapping[str, Any]) -> list[str]:
    """What was written, and how it is used."""
    name = os.path.relpath(answer["folder"])
    held = sum(file["bytes"] for file in answer["files"]) / 1e6
    return [
        f"{answer['model']}, one step in float32, with readers and a page: {held:.1f} MB in {name}",
        f"write with it: python {shlex.quote(os.path.join(name, 'write.py'))} --seed 1 (needs numpy and onnxruntime)",
        f"JavaScript and the page: {name}/{README}",
    ]


def _check_place(folder: str | Path, overwrite: bool) -> Path:
    """Where to write; RnnlabError, before anything is computed, if something lies there that may not be replaced."""
    try:
        place = Path(folder).resolve()
        there, earlier = place.exists(), (place / STEP).is_file() and (place / VOCABULARY).is_file()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a zero byte
        raise RnnlabError(f"{str(folder)[-60:]!r} cannot be a folder; choose another for DIR.") from error
    if there and not earlier:
        raise RnnlabError(f"{place.name} exists and is no export; choose another folder for DIR.")
    if there and not overwrite:
        raise RnnlabError(f"{place.name} exists; add --overwrite to replace it, or choose another folder for DIR.")
    return place


def _content(writer: Writer, name: str) -> dict[str, bytes]:
    """The files by their names."""
    fields = vocabulary_fields(writer, voice_of(writer, name))
    templates = files(__package__) / "files"
    readme = (templates / README).read_text(encoding="utf-8")
    for key in ("model", "title", "size", "verdict", "temperature", "min_p"):
        readme = readme.replace(f"{{{key}}}", str(fields[key]))
    return {
        STEP: step_file(writer.model),
        VOCABULARY: to_compact_json(fields),
        **{to: (templates / source).read_bytes() for source, to in COPIED.items()},
        README: readme.encode(),
    }


def _swap(staged: Path, place: Path) -> None:
    """Put a folder into its place; of an earlier one what is not written anew, such as node_modules, is kept."""
    if not place.exists():
        staged.rename(place)
        return
    aside = place.with_name(f".{place.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    place.rename(aside)
    staged.rename(place)
    for kept in aside.iterdir():
        if kept.name not in WRITTEN:
            kept.rename(place / kept.name)
    shutil.rmtree(aside, ignore_errors=True)
