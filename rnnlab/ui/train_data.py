"""What the tab Train's choosers say, in the service's words; never a path that a visitor wrote."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnnlab import service
from rnnlab.errors import RnnlabError
from rnnlab.ui.reading_files import Reading

FIELDS = 5  # choosers of the settings; after them may stand what to learn on from, and how a file is read
TASKS = {"Forecast prices": "forecast", "Write in a style": "text"}


def data_of(task: str, series: str | None, file: str | None) -> str:
    """What to hand to the service as data.

    Raises:
        RnnlabError: nothing is chosen, or a file that was dropped is no longer here.
    """
    if file:
        if not Path(file).is_file():
            raise RnnlabError("Your file is no longer here, as uploads are deleted after a while; drop it once more.")
        return file
    known = service.tickers() if TASKS[task] == "forecast" else [str(one["name"]) for one in service.known_texts()]
    if series not in known:
        raise RnnlabError("No data is chosen; choose some, or give a file of your own.")
    return str(series)


def listed_texts() -> list[str]:
    """The fetched texts to choose from; in a Space no datasets: what another visitor fetched is not told."""
    shared = bool(os.environ.get("SPACE_ID"))
    fetched = [one for one in service.known_texts() if one["state"] == "cached"]
    return [str(one["name"]) for one in fetched if not (shared and "commit" in one)]


def reading_of(task: str, file: str | None, values: Sequence[str | None]) -> Reading:
    """How a file of prices is to be read; nothing of that for other data."""
    return Reading.of(values if file and TASKS[task] == "forecast" else ())


def settings_of(values: Sequence[Any]) -> dict[str, Any]:
    """The settings by name, out of the choosers of cell, units, layers, passes and rate."""
    cell, hidden, layers, epochs, rate = values
    whole = {"hidden": int(hidden), "layers": int(layers), "epochs": int(epochs)}
    return {"cell": cell, **whole, "lr": float(rate or 0)}
