"""Fetches a text out of a dataset on the Hugging Face Hub; independent of any pinned text, cleaning or cache.

The dataset is read by the `datasets` library in a process of its own: the library waits and tries again on its own
terms, for minutes where a server stalls, and only a process can be ended at the time limit. What that process is given
holds no token, and all that it writes lies below the folder it is given.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from rnnlab.data.catalog import HubSource
from rnnlab.data.fetch.hub_rows import FOUND, REFUSAL, TEXT, Found, Request
from rnnlab.data.files import Tell
from rnnlab.errors import DataError

MOST_BYTES = 50_000_000  # as much as a text that is read from a file
# Where the Hub is and how long to wait for it; no token, no token's place and no cache of the person's is handed on.
HANDED_ON = ("HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT")


def download(
    source: HubSource, folder: Path, *, seconds: float, most_bytes: int = MOST_BYTES, progress: Tell | None = None
) -> bytes:
    """Fetch the rows of a dataset of the catalog, joined; arguments and errors as of `read`."""
    request = Request(source.dataset, source.revision, source.splits, source.column, source.joined_by, most_bytes)
    return read(request, folder, seconds=seconds, progress=progress)[0]


def read(request: Request, folder: Path, *, seconds: float, progress: Tell | None = None) -> tuple[bytes, Found]:
    """Fetch the text of a dataset as `write` does; gives the text in UTF-8, and what it was found to be."""
    found = write(request, folder, seconds=seconds, progress=progress)
    return (folder / TEXT).read_bytes(), found


def write(request: Request, folder: Path, *, seconds: float, progress: Tell | None = None) -> Found:
    """Fetch the text of a dataset into the file TEXT of a folder, without any token; gives what it was found to be.

    Args:
        request: the dataset and what of it is wanted, and how much at most; where it holds more, nothing is given.
        folder: an empty folder for temporary files, whose removal is the caller's.
        seconds: the time limit of it all.
        progress: is told in half a sentence how much has arrived.

    Raises:
        DataError: the dataset is missing, private, gated, a script or several, has no such revision, split or column,
            or several of which none was chosen, holds no text or too much, or the Hub cannot be reached or takes too
            long.
    """
    command = [sys.executable, "-m", "rnnlab.data.fetch.hub_rows", json.dumps(asdict(request))]
    none = subprocess.DEVNULL
    # In a folder that holds nothing, as `datasets` prefers a folder of the dataset's name to the Hub.
    process = subprocess.Popen(command, cwd=folder, env=_environment(folder), stdin=none, stdout=none, stderr=none)
    with process:
        try:
            _wait(process, request.dataset, folder, seconds, progress)
        finally:
            process.kill()
    if (folder / REFUSAL).is_file():
        raise DataError((folder / REFUSAL).read_text(encoding="utf-8"))
    if process.returncode:
        unread = f"{request.dataset} could not be read from the Hugging Face Hub"
        raise DataError(f"{unread}; check the network and try again, or {request.remedy()}")
    found = json.loads((folder / FOUND).read_text(encoding="utf-8"))
    return Found(**found | {"splits": tuple(found["splits"])})


def _environment(folder: Path) -> dict[str, str]:
    """What the process may know: all but the Hub's own variables, of which it is given a few."""
    ours = Path(__file__).resolve().parents[3]
    hubs = {name for name in os.environ if name.startswith(("HF_", "HUGGINGFACE", "HUGGING_FACE"))}
    kept = {name: value for name, value in os.environ.items() if name in HANDED_ON or name not in hubs}
    path = os.pathsep.join([str(ours), *filter(None, [os.environ.get("PYTHONPATH")])])
    silent = {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_UPDATE_DOWNLOAD_COUNTS": "0"}
    return kept | silent | {"HF_HOME": str(folder / "home"), "PYTHONPATH": path}


def _wait(process: subprocess.Popen[bytes], dataset: str, folder: Path, seconds: float, progress: Tell | None) -> None:
    """Wait until the process has ended, telling how much has arrived whenever that has changed."""
    end, told = time.monotonic() + seconds, ""
    while (left := end - time.monotonic()) > 0:
        try:
            process.wait(timeout=min(left, 0.2))
            return
        except subprocess.TimeoutExpired:
            size = (folder / TEXT).stat().st_size if (folder / TEXT).is_file() else 0
            words = f"{dataset}: {size / 1e6:.1f} MB"
            if progress and size and words != told:
                progress(words)
                told = words
    remedy = "check the network and try again, or allow more"
    raise DataError(f"{dataset} did not arrive from the Hugging Face Hub within {seconds:g} seconds; {remedy}.")
