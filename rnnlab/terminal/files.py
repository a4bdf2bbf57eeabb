"""Files that a command writes beside its answer: never over another unasked, and whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from rnnlab.errors import RnnlabError
from rnnlab.train.checkpoint.tensor_files import check_file, partial_file


def check_new(file: str, flag: str, *, overwrite: bool) -> None:
    """Raise RnnlabError, before anything is computed, if a file that a flag names may or can not be written."""
    if Path(file).is_file() and not overwrite:
        raise RnnlabError(f"{Path(file).name} exists; add --overwrite to replace it, or choose another for {flag}.")
    check_file(file)


def write_whole(file: str, content: str) -> None:
    """Write a text in UTF-8 so that a kill at any moment leaves the old file or the new one; raises RnnlabError."""
    with partial_file(file) as (stream, partial):
        stream.write(content.encode())
        stream.close()
        Path(partial).chmod(0o644)  # as other programs may read what is no secret
        os.replace(partial, file)
