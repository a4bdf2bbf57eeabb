"""Small whole things of each kind that strangers send, made once for all tests, which damage copies of them."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from benchmarks.fuzzing import sources
from benchmarks.fuzzing.sources import Source


@functools.cache
def wholes() -> dict[str, Source]:
    """By name: writer0, forecaster-gru and tutorial, of which the first two were stopped; draft, shards, dataset."""
    folder = Path(tempfile.mkdtemp(prefix="rnnlab-whole-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {one.name: one for one in sources.build(folder, few=True)}
