"""A checkpoint folder <-> one zip file, or loose files that a stranger sends; takes nothing else and trusts no name."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NoReturn

from rnnlab.data.files import own_name
from rnnlab.data.regular_files import open_regular
from rnnlab.errors import CheckpointError
from rnnlab.nn.model import ModelConfig
from rnnlab.train.checkpoint.checkpoint import CONFIG, PUBLIC, RESUME, TAKEN, largest, read_config
from rnnlab.train.checkpoint.zip_files import REMEDY, opened_zip, overlap, pieces

MOST_ENTRIES = 1000  # of an archive; a checkpoint has five
CHUNK = 1 << 20  # bytes
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
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
    name = own_name(name)
    with opened_zip(file, name) as archive:
        entries = archive.infolist()
        _check_entries(entries, name)
        wanted = _checkpoint_of(entries, name, (*TAKEN, *RESUME) if resume else TAKEN)
        _write(place, {file: pieces(archive, entry, name) for file, entry in wanted.items()}, name, check)


def gather(files: Iterable[Path], place: Path, name: str, *, check: Check | None = None) -> None:
    """Copy a checkpoint's files, sent one by one, into a new folder; errors as of `unpack`, others are passed over."""
    paths = [path for path in files if path.name in TAKEN]
    _refuse_twice([path.name for path in paths], name)
    if any(path.is_symlink() or not path.is_file() for path in paths):
        _refuse(name, "holds a link or a device")
    found = {path.name: path for path in paths}
    if CONFIG not in found:
        _refuse(name, f"holds no {CONFIG}, so it is no checkpoint of rnnlab")
    _write(place, {file: _of_file(path, name) for file, path in found.items()}, name, check)


def _of_file(path: Path, name: str) -> Iterator[bytes]:
    """The content of a loose file, a MB at a time."""
    try:
        with open_regular(path) as stream:
            while piece := stream.read(CHUNK):
                yield piece
    except OSError as error:
        raise CheckpointError(f"{path.name} of {name} cannot be read ({error.strerror}); {REMEDY}.") from error


def _check_entries(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MOST_ENTRIES:
        _refuse(name, f"holds {len(entries):,} files where {MOST_ENTRIES:,} are read")
    for entry in entries:
        if not (path := entry.filename):
            _refuse(name, "holds a file without a name")
        if "\\" in path or ":" in path or path.startswith("/") or ".." in PurePosixPath(path).parts:
            _refuse(name, "names a place outside itself")
        if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            _refuse(name, "holds a link or a device")
        if entry.flag_bits & 1:
            _refuse(name, "is encrypted")
    _refuse_twice([str(PurePosixPath(entry.filename)) for entry in entries], name)


def _refuse_twice(paths: list[str], name: str) -> None:
    """Names that only differ in case are one on some disks."""
    if any(times > 1 for times in Counter(path.casefold() for path in paths).values()):
        _refuse(name, "holds the same name twice")


def _checkpoint_of(entries: list[zipfile.ZipInfo], name: str, taken: Sequence[str]) -> dict[str, zipfile.ZipInfo]:
    """The files that are taken, by their path beside the one config.json."""
    paths = {PurePosixPath(entry.filename): entry for entry in entries if not entry.is_dir()}
    homes = [path.parent for path in paths if path.name == CONFIG and "__MACOSX" not in path.parts]
    if len(homes) != 1:
        _refuse(name, f"holds {len(homes) or 'no'} {CONFIG} where one checkpoint is read at a time")
    beside = {str(path.relative_to(homes[0])): one for path, one in paths.items() if path.is_relative_to(homes[0])}
    wanted = {path: entry for path, entry in beside.items() if path in taken}
    if any(entry.compress_type not in PACKED for entry in wanted.values()):
        _refuse(name, "is packed in a way that is not read here")
    if overlap([*wanted.values()]):
        _refuse(name, "holds files that share their bytes")
    return wanted


def _write(place: Path, files: Mapping[str, Iterator[bytes]], name: str, check: Check | None) -> None:
    """Copy the files, config.json first, as the sizes that it describes bound the others."""
    place.mkdir(parents=True)
    try:
        _copy(files[CONFIG], place / CONFIG, largest(CONFIG), f"{name}/{CONFIG}")
        _, model, _ = read_config(place, name)
        if check is not None:
            check(model)
        for file in (one for one in files if one != CONFIG):
            (place / file).parent.mkdir(exist_ok=True)
            _copy(files[file], place / file, largest(file, model), f"{name}/{file}")
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, OSError):
            raise CheckpointError(f"{name} cannot be kept here ({error.strerror}); try again later.") from error
        raise


def _copy(content: Iterator[bytes], path: Path, most: int, name: str) -> None:
    """Copy a file, giving up at the first byte too many: what a zip says of its sizes need not be true."""
    left = most
    with path.open("xb") as target:
        for piece in content:
            left -= len(piece)
            if left < 0:
                _refuse(name, f"is larger than {most / 1e6:.4g} MB")
            target.write(piece)


def _refuse(name: str, what: str) -> NoReturn:
    raise CheckpointError(f"{name} {what}; {REMEDY}.")
