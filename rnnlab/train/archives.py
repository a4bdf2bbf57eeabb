"""A checkpoint folder <-> one zip file, or loose files that a stranger sends; takes nothing else and trusts no name."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, NoReturn

from rnnlab.errors import CheckpointError
from rnnlab.nn.model import ModelConfig
from rnnlab.train.checkpoint import CONFIG, PUBLIC, RESUME, TAKEN, largest, read_config

MOST_ENTRIES = 1000  # of an archive; a checkpoint has five
CHUNK = 1 << 20  # bytes
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
REMEDY = "give a zip of a checkpoint's folder"
Check = Callable[[ModelConfig], None]


def pack(folder: Path, file: Path) -> None:
    """Write a checkpoint's files into a zip, in a folder of the zip's own name; nothing is compressed."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in (*PUBLIC, *RESUME):
            if (folder / name).is_file():
                archive.write(folder / name, f"{file.stem}/{name}")


def unpack(file: Path, place: Path, name: str, *, resume: bool = False, check: Check | None = None) -> None:
    """Write a zip's checkpoint into a new folder, which `checkpoint.load` has to judge; at most so many bytes are read.

    The checkpoint may lie at the zip's root or in one folder of it. Other harmless files are passed over, unread.

    Args:
        file: the zip.
        place: the folder to make.
        name: what to call the zip in messages.
        resume: also take what going on with its training takes.
        check: is shown the model that config.json describes before anything larger is unpacked; may refuse it.

    Raises:
        CheckpointError: it is no zip or a damaged one, is encrypted, holds a link, names a place outside it or a name
            twice, holds no checkpoint or several, or a file is larger than a checkpoint's may be.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_entries(entries, name)
            wanted = _checkpoint_of(entries, name, (*TAKEN, *RESUME) if resume else TAKEN)
            _write(place, {file: _opener(archive, entry, name) for file, entry in wanted.items()}, name, check)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{name} is no sound zip file; {REMEDY}.") from error


def gather(files: Iterable[Path], place: Path, name: str, *, check: Check | None = None) -> None:
    """Copy a checkpoint's files, sent one by one, into a new folder; errors as of `unpack`, others are passed over."""
    paths = [path for path in files if path.name in TAKEN]
    _refuse_twice([path.name for path in paths], name)
    if any(path.is_symlink() for path in paths):
        _refuse(name, "holds a link")
    found = {path.name: path for path in paths}
    if CONFIG not in found:
        _refuse(name, f"holds no {CONFIG}, so it is no checkpoint of rnnlab")
    _write(place, {file: _reading(path) for file, path in found.items()}, name, check)


def _reading(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Callable[[], IO[bytes]]:
    if entry.compress_type not in PACKED:
        _refuse(name, "is packed in a way that is not read here")
    return lambda: archive.open(entry)


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MOST_ENTRIES:
        _refuse(name, f"holds {len(entries):,} files where {MOST_ENTRIES:,} are read")
    for entry in entries:
        path = entry.filename
        if "\\" in path or ":" in path or path.startswith("/") or ".." in PurePosixPath(path).parts:
            _refuse(name, "names a place outside itself")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            _refuse(name, "holds a link or a device")
        if entry.flag_bits & 1:
            _refuse(name, "is encrypted")
    _refuse_twice([str(PurePosixPath(entry.filename)) for entry in entries], name)


def _refuse_twice(paths: list[str], name: str) -> None:
    """Names that only differ in case are one on some disks."""
    if any(times > 1 for times in Counter(path.casefold() for path in paths).values()):
        _refuse(name, "holds the same name twice")


def _checkpoint_of(
    entries: list[zipfile.ZipInfo], name: str, taken: Sequence[str]
) -> dict[str, zipfile.ZipInfo]:  # fmt: skip
    """The files that are taken, by their path beside the one config.json."""
    paths = {PurePosixPath(entry.filename): entry for entry in entries if not entry.is_dir()}
    homes = [path.parent for path in paths if path.name == CONFIG and "__MACOSX" not in path.parts]
    if len(homes) != 1:
        _refuse(name, f"holds {len(homes) or 'no'} {CONFIG} where one checkpoint is read at a time")
    beside = {str(path.relative_to(homes[0])): one for path, one in paths.items() if path.is_relative_to(homes[0])}
    return {path: entry for path, entry in beside.items() if path in taken}


def _write(place: Path, files: Mapping[str, Callable[[], IO[bytes]]], name: str, check: Check | None) -> None:
    """Copy the files, config.json first, as the sizes that it describes bound the others."""
    place.mkdir(parents=True)
    try:
        _copy(files[CONFIG], place / CONFIG, largest(CONFIG), f"{name}/{CONFIG}")
        _, model, _ = read_config(place, name[-80:])
        if check is not None:
            check(model)
        for file in (one for one in files if one != CONFIG):
            (place / file).parent.mkdir(exist_ok=True)
            _copy(files[file], place / file, largest(file, model), f"{name}/{file}")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _copy(opened: Callable[[], IO[bytes]], path: Path, most: int, name: str) -> None:
    """Copy a file, giving up at the first byte too many: what a zip says of its sizes need not be true."""
    left = most
    with opened() as source, path.open("xb") as target:
        while piece := source.read(CHUNK):
            left -= len(piece)
            if left < 0:
                _refuse(name, f"is larger than {most / 1e6:.4g} MB")
            target.write(piece)


def _refuse(name: str, what: str) -> NoReturn:
    raise CheckpointError(f"{name[-80:]} {what}; {REMEDY}.")
