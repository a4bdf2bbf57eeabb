"""The folder of what was fetched, outside the tree; knows neither what lies in it nor where it came from."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from rnnlab.data.regular_files import open_regular
from rnnlab.errors import DataError

MOST_BYTES = 300_000_000  # of a file here: what is fetched has 50 MB, and cleaning makes no more than six bytes of one
OFFLINE = ("RNNLAB_OFFLINE", "HF_HUB_OFFLINE")


def cache_folder() -> Path:
    """The folder of what is fetched, which need not exist yet: $RNNLAB_CACHE, or the platform's place for caches."""
    if own := os.environ.get("RNNLAB_CACHE"):
        return Path(own).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "rnnlab" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "rnnlab"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rnnlab"


def refuse_offline(name: str) -> None:
    """Raise a DataError if this machine is set to be offline; name is what was to be fetched."""
    for variable in OFFLINE:
        if os.environ.get(variable, "").strip().lower() in ("1", "true", "yes", "on"):
            raise DataError(f"{name} cannot be fetched while {variable} is set; unset it and try again.")


def file_sha256(path: Path) -> str | None:
    """The digest of a file's bytes, or None if it cannot be read or is larger than any that is kept here."""
    with suppress(OSError), open_regular(path) as file:
        if os.fstat(file.fileno()).st_size <= MOST_BYTES:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return None


def keep(text: str, path: Path, name: str) -> None:
    """Put a whole text in its place at once, so that no reader and no interruption sees a part of it.

    Raises DataError if it cannot be written; name is what the message calls it.
    """
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        os.replace(partial, path)
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        remedy = "set RNNLAB_CACHE to a folder of yours"
        raise DataError(f"{name} cannot be kept in the cache ({reason}); {remedy}.") from error
    finally:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
