"""Names and paths -> opened prices and checkpoints, the bundled ones kept open; knows nothing of scores."""

from __future__ import annotations

import difflib
import math
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from rnnlab.data import catalog
from rnnlab.data.prices import Prices, read_prices
from rnnlab.errors import CheckpointError
from rnnlab.tasks.forecast.recipes import Forecaster, open_forecaster
from rnnlab.train import checkpoint, devices
from rnnlab.train.checkpoint import Checkpoint

OPEN_MODELS = 8  # bundled checkpoints kept open; each is under 10 MB


def open_prices(data: str | Path, *, ticker: str | None = None, dates: str | None = None) -> Prices:
    """Open a bundled ticker by name, or a file by path.

    Raises:
        DataError: there is no such ticker or file, or the file cannot be used as it is.
    """
    name = str(data)
    if name.upper() in catalog.tickers() and not Path(name).exists():
        return _bundled_prices(name.upper())
    if len(name) < 20 and name.replace("-", "").isalnum() and not Path(name).exists():
        catalog.price_table(name)  # a name and no file: its error lists the names that come close
    return read_prices(Path(data), ticker=ticker, dates=dates)


def expand(data: Iterable[str]) -> list[str]:
    """Replace names that stand for several tickers ("pool", "bundled") by those tickers, each named once."""
    groups = [catalog.group(name) if name in catalog.GROUPS else (name,) for name in data]
    return list(dict.fromkeys(ticker for group in groups for ticker in group))


def open_many(data: Sequence[str], *, ticker: str | None = None, dates: str | None = None) -> list[Prices]:
    """Open several tickers or files, each bundled table read once."""
    names = expand(data)
    bundled = [name.upper() for name in names if name.upper() in catalog.tickers() and not Path(name).exists()]
    tables = catalog.price_tables(bundled)
    return [
        Prices(name.upper(), tables[name.upper()])
        if name.upper() in tables
        else open_prices(name, ticker=ticker, dates=dates)
        for name in names
    ]


def open_checkpoint(model: str, *, folders: bool = True) -> Checkpoint:
    """Open a checkpoint by folder or bundled name.

    Args:
        model: a folder, or the name of a bundled checkpoint.
        folders: whether folders of this machine may be opened; a visitor of the page may not.

    Raises:
        CheckpointError: there is none of that name, or it is damaged.
    """
    if folders and Path(model).is_dir():
        return checkpoint.load(model)
    if model in bundled_checkpoints():
        return _bundled_checkpoint(model)
    near = difflib.get_close_matches(model, bundled_checkpoints(), 1)
    hint = f"did you mean {near[0]}?" if near else f"bundled are {', '.join(bundled_checkpoints())}."
    where = "folder or bundled checkpoint" if folders else "bundled checkpoint"
    raise CheckpointError(f"There is no {where} {Path(model).name!r}; {hint}")


def open_forecasting(model: str, *, folders: bool = True, device: str = "auto") -> tuple[Checkpoint, Forecaster]:
    """Open a forecasting checkpoint, ready to use on a device; see `open_checkpoint` and `devices.choose_device`."""
    opened = open_checkpoint(model, folders=folders)
    forecaster = open_forecaster(opened)
    chosen = devices.choose_device(device, lambda name: _seconds_to_forecast(forecaster, name))
    forecaster.model.to(chosen)
    return opened, forecaster


def bundled_checkpoints() -> tuple[str, ...]:
    """The names of the checkpoints that come with the repository."""
    place = catalog.bundled_folder() / "checkpoints"
    return tuple(sorted(folder.parent.name for folder in place.glob("[!.]*/config.json")))


def _seconds_to_forecast(forecaster: Forecaster, device: str) -> float:
    """Measure a forecast over two years of bundled days; infinite where it does not run at all."""
    table = _bundled_prices("AAPL").table[:500]
    try:
        forecaster.model.to(device)
        forecaster.densities(table)  # the first one also loads kernels
        began = time.perf_counter()
        forecaster.densities(table)
        return time.perf_counter() - began
    except RuntimeError:
        return math.inf


@lru_cache(maxsize=64)
def _bundled_prices(name: str) -> Prices:
    return Prices(name, catalog.price_table(name))


@lru_cache(maxsize=OPEN_MODELS)
def _bundled_checkpoint(name: str) -> Checkpoint:
    return checkpoint.load(catalog.bundled_folder() / "checkpoints" / name)
