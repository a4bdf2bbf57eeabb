"""Files and folders written so that they survive the moment the machine stops; knows nothing of checkpoints."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def to_json(value: dict[str, Any]) -> bytes:
    """Readable JSON in UTF-8; numbers that are not finite are our own mistake and raise ValueError."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def flush_file(file: Path, content: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has a folder's entries."""
    if os.name == "posix":  # other systems cannot open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
