"""What is bundled, as plain lists; opens nothing heavy."""

from __future__ import annotations

from typing import Any

from rnnlab.data import catalog
from rnnlab.service.opening import bundled_checkpoints, open_checkpoint


def tickers() -> tuple[str, ...]:
    """The names of all bundled price series."""
    return catalog.tickers()


def bundled_data() -> list[dict[str, Any]]:
    """What data comes with the repository, a table each: name, title, tickers, rows, span, bytes, licence, source."""
    folder = catalog.bundled_folder()
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "tickers": list(entry.tickers),
            "rows": entry.rows,
            "start": entry.start,
            "end": entry.end,
            "bytes": (folder / entry.file).stat().st_size,
            "licence": entry.source.licence,
            "source": f"{entry.source.package} {entry.source.version}",
            "state": "bundled",
        }
        for entry in catalog.entries()
    ]


def bundled_models(task: str) -> list[str]:
    """The names of the bundled checkpoints for a task."""
    return [name for name in bundled_checkpoints() if open_checkpoint(name).task == task]
