"""What the tab Train's choosers say, in the service's words; never a path that a visitor wrote."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnlab.errors import RnnlabError
from rnnlab.service.listing import known_texts, tickers
from rnnlab.tasks.forecast.page.reading import Reading
from rnnlab.tasks.text.page.reading import text_settings

FIELDS = 5  # choosers of the settings; after them may stand what to learn on from, and how a file is read
READING = 3  # choosers of how a file is read that both tasks have; those of texts follow
TASKS = {"Forecast prices": "forecast", "Write in a style": "text"}


def data_of(task: str, series: str | None, files: Sequence[str] | str | None) -> list[str]:
    """What to hand to the service as data: one name or path, or of a text several files.

    Raises:
        RnnlabError: nothing is chosen, several files are given for prices, or a file that was dropped is gone.
    """
    files = [files] if isinstance(files, str) else files
    if files:
        if not all(Path(file).is_file() for file in files):
            raise RnnlabError("Your file is no longer here, as uploads are deleted after a while; drop it once more.")
        if len(files) > 1 and TASKS[task] == "forecast":
            raise RnnlabError(f"{len(files)} files were given, but prices are trained on one by one here; drop one.")
        return list(files)
    known = tickers() if TASKS[task] == "forecast" else [str(one["name"]) for one in known_texts()]
    if series not in known:
        raise RnnlabError("No data is chosen; choose some, or give a file of your own.")
    return [str(series)]


def listed_texts() -> list[str]:
    """The fetched texts to choose from; in a Space no datasets: what another visitor fetched is not told."""
    shared = bool(os.environ.get("SPACE_ID"))
    fetched = [one for one in known_texts() if one["state"] == "cached"]
    return [str(one["name"]) for one in fetched if not (shared and "commit" in one)]


def reading_of(task: str, files: Sequence[str] | None, values: Sequence[Any]) -> Reading:
    """How a file of prices is to be read, by the first of the values; nothing of that for other data."""
    return Reading.of(values[:READING] if files and TASKS[task] == "forecast" else ())


def text_reading_of(task: str, values: Sequence[Any]) -> dict[str, Any]:
    """How a text is to be read, as settings of its training: its encoding is the last of what `reading_of` takes."""
    written = TASKS[task] == "text" and len(values) >= READING
    return text_settings(values[READING - 1], values[READING:]) if written else {}


def settings_of(values: Sequence[Any]) -> dict[str, Any]:
    """The settings by name, out of the choosers of cell, units, layers, passes and rate."""
    cell, hidden, layers, epochs, rate = values
    whole = {"hidden": int(hidden), "layers": int(layers), "epochs": int(epochs)}
    return {"cell": cell, **whole, "lr": float(rate or 0)}
