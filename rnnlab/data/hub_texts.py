"""Fetches a text out of a dataset on the Hugging Face Hub; knows no pinned text, no cleaning and no cache.

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
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rnnlab.data.catalog import HubSource, text_source
from rnnlab.errors import DataError

MOST_BYTES = 50_000_000  # as much as a text that is read from a file
INSTEAD = "install a newer rnnlab, or give the text as a file of your own"
# Where the Hub is and how long to wait for it; no token, no token's place and no cache of the person's is handed on.
HANDED_ON = ("HF_ENDPOINT", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT")
TEXT, REFUSAL = "text", "refusal"  # the files by which the process answers


def download(
    source: HubSource,
    folder: Path,
    *,
    seconds: float,
    most_bytes: int = MOST_BYTES,
    progress: Callable[[str], None] | None = None,
) -> bytes:
    """Fetch the rows of a dataset, joined, without sending any token.

    Args:
        source: the dataset and what of it is wanted.
        folder: an empty folder for temporary files, whose removal is the caller's.
        seconds: the time limit of it all.
        most_bytes: of text, in UTF-8; where a dataset holds more, nothing is given.
        progress: is told in half a sentence how much has arrived.

    Raises:
        DataError: the dataset is missing, private, gated or a script, has no such revision, split or column, holds no
            text or too much, or the Hub cannot be reached or takes too long.
    """
    asked = json.dumps({"source": asdict(source), "most_bytes": most_bytes})
    process = subprocess.Popen(
        [sys.executable, "-m", "rnnlab.data.hub_texts", asked],
        cwd=folder,  # a folder that holds nothing, as `datasets` prefers a folder of the dataset's name to the Hub
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            _wait(process, source, folder, seconds, progress)
        finally:
            process.kill()
    if (folder / REFUSAL).is_file():
        raise DataError((folder / REFUSAL).read_text(encoding="utf-8"))
    if process.returncode:
        raise DataError(
            f"{source.dataset} could not be read from the Hugging Face Hub;"
            f" check the network and try again, or {INSTEAD}."
        )
    return (folder / TEXT).read_bytes()


def _environment(folder: Path) -> dict[str, str]:
    """What the process may know: all but the Hub's own variables, of which it is given a few."""
    ours = Path(__file__).resolve().parents[2]
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in HANDED_ON or not name.startswith(("HF_", "HUGGINGFACE", "HUGGING_FACE"))
    }
    return kept | {
        "HF_HOME": str(folder / "home"),
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "PYTHONPATH": os.pathsep.join([str(ours), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }


def _wait(
    process: subprocess.Popen[bytes],
    source: HubSource,
    folder: Path,
    seconds: float,
    progress: Callable[[str], None] | None,
) -> None:
    """Wait until the process has ended, telling how much has arrived whenever that has changed."""
    end, told = time.monotonic() + seconds, ""
    while (left := end - time.monotonic()) > 0:
        try:
            process.wait(timeout=min(left, 0.2))
            return
        except subprocess.TimeoutExpired:
            size = (folder / TEXT).stat().st_size if (folder / TEXT).is_file() else 0
            words = f"{source.dataset}: {size / 1e6:.1f} MB"
            if progress and size and words != told:
                progress(words)
                told = words
    raise DataError(
        f"{source.dataset} did not arrive from the Hugging Face Hub within {seconds:g} seconds;"
        " check the network and try again, or allow more."
    )


def main() -> int:
    """Write the text that the argument asks for into this folder, or the sentence that says why not."""
    asked = json.loads(sys.argv[1])
    source = text_source(asked["source"])
    assert isinstance(source, HubSource)
    try:
        _write(source, asked["most_bytes"])
    except DataError as error:
        Path(REFUSAL).write_text(str(error), encoding="utf-8")
        return 1
    return 0


def _write(source: HubSource, most_bytes: int) -> None:
    written, joint = 0, b""
    with Path(TEXT).open("wb") as file:
        for row in _rows(source):
            content = joint + row.encode("utf-8")
            written += len(content)
            if written > most_bytes:
                raise DataError(
                    f"{source.dataset} holds more than {most_bytes / 1e6:g} MB of text, too much to be read;"
                    " give a part of it as a file of your own."
                )
            file.write(content)
            joint = source.joined_by.encode("utf-8")
    if not written:
        raise DataError(f"The column {source.column!r} of {source.dataset} is empty; {INSTEAD}.")


def _rows(source: HubSource) -> Iterator[str]:
    """The texts of the column, split after split, as they arrive."""
    dataset = _open(source)
    for name in source.splits:
        if name not in dataset:
            raise DataError(f"{source.dataset} has no split {name!r}, only {', '.join(dataset)}; {INSTEAD}.")
        try:
            for row in dataset[name]:
                if source.column not in row:
                    raise DataError(
                        f"{source.dataset} has no column {source.column!r}, only {', '.join(row)}; {INSTEAD}."
                    )
                if not isinstance(row[source.column], str):
                    raise DataError(f"The column {source.column!r} of {source.dataset} is not all text; {INSTEAD}.")
                yield row[source.column]
        except ValueError as error:
            raise DataError(f"A file of {source.dataset} is damaged or holds no rows; {INSTEAD}.") from error


def _open(source: HubSource) -> Any:
    """The dataset's splits by name, each of which is read while it is iterated over; one commit for all of them."""
    try:
        import datasets
    except ImportError as error:
        raise DataError(f"{source.dataset} is read with `datasets`, which is missing; pip install datasets.") from error
    datasets.config.USE_PARQUET_EXPORT = False  # else it asks a second server, of which nothing is needed
    try:
        return datasets.load_dataset(source.dataset, revision=source.revision, streaming=True, token=False)
    except datasets.exceptions.DatasetNotFoundError as error:
        raise DataError(_not_found(source, str(error))) from error
    except datasets.data_files.EmptyDatasetError as error:
        raise DataError(f"{source.dataset} at {source.revision} holds no data; {INSTEAD}.") from error
    except ConnectionError as error:
        raise DataError(
            f"{source.dataset} cannot be reached on the Hugging Face Hub;"
            " check the network and that no variable such as HF_HUB_OFFLINE is set, and try again."
        ) from error
    except RuntimeError as error:
        if "scripts are no longer supported" not in str(error):
            raise
        raise DataError(
            f"{source.dataset} at {source.revision} is a script, which `datasets` no longer runs;"
            " take its revision refs/convert/parquet."
        ) from error


def _not_found(source: HubSource, words: str) -> str:
    """The sentence for what the library says of a dataset that it may not read; only its words tell the cases apart."""
    if "gated" in words:
        return (
            f"{source.dataset} is gated: the Hugging Face Hub gives it only to accounts that were let in;"
            " download it there yourself and give the text as a file of your own."
        )
    if words.startswith("Revision"):
        return f"{source.dataset} has no revision {source.revision!r} on the Hugging Face Hub; {INSTEAD}."
    return f"The Hugging Face Hub has no public dataset {source.dataset}; {INSTEAD}."


if __name__ == "__main__":
    # Without waiting for the library's threads, which may outlast the last row (huggingface/datasets issue 8169).
    os._exit(main())
