"""What a forecaster costs and what it is worth: trained on one stock, and many series forecast; knows no page."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.bench.machine import description
from rnnlab.service.forecasting import backtest
from rnnlab.service.opening import locate, open_forecasting, open_prices
from rnnlab.service.training import train_forecast
from rnnlab.tasks.forecast import judge
from rnnlab.tasks.forecast.recipes import Forecaster

TICKER, UNTIL, START = "AAPL", "2015-08-12", "2015-08-13"
KINDS = {"all columns": None, "closes alone": ["Close"]}
SERIES = (1, 10, 100, 1000)
# Same days and scores, CPU seconds a seed on a quiet core of another machine (November 2026), for comparison.
PEERS = (
    {"name": "neuralforecast 3.3.0 LSTM, log returns, Student-t", "cpu_seconds": 6.8, "crps": 0.7312},
    {"name": "neuralforecast 3.3.0 DeepAR", "cpu_seconds": 21.5, "crps": 0.7328},
    {"name": "darts 0.48.1 LSTM, log returns, Laplace", "cpu_seconds": None, "crps": 0.7732},
)


def bench_forecast(seeds: int = 3) -> dict[str, Any]:
    """Train on one stock with several seeds and back-test the tutorial's days; then forecast up to 1,000 series.

    Returns:
        {machine, trainings: [{data, cpu_seconds, crps, log_score, coverage80}: means over the seeds], peers,
        forecasts: [{series, cpu_seconds}]}.
    """
    return {
        "machine": description(),
        "trainings": [_trained(kind, columns, seeds) for kind, columns in KINDS.items()],
        "peers": list(PEERS),
        "forecasts": _forecasts(),
    }


def _trained(kind: str, columns: list[str] | None, seeds: int) -> dict[str, Any]:
    table = open_prices(TICKER).table
    table = table if columns is None else table[columns]
    seconds, scores = [], []
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{TICKER}.csv"
        table.to_csv(file)
        for seed in range(1, seeds + 1):
            out, began = Path(place) / str(seed), time.process_time()
            for _ in train_forecast([str(file)], out=out, settings={"seed": seed}, until=UNTIL):
                pass
            seconds.append(time.process_time() - began)
            scores.append(backtest(str(out), str(file), start=START))
    means = {name: statistics.mean(one[name] for one in scores) for name in ("crps", "log_score", "coverage80")}
    return {"data": kind, "days": scores[0]["n"], "cpu_seconds": statistics.mean(seconds)} | means


def _forecasts() -> list[dict[str, float]]:
    """CPU seconds to forecast the next days of so many series by the bundled checkpoint, tables already read."""
    forecaster = open_forecasting(locate("stocks"), device="cpu")[1]
    table = open_prices(TICKER).table
    _forecast(forecaster, table)  # loads kernels and the calendar
    found = []
    for series in SERIES:
        began = time.process_time()
        for _ in range(series):
            _forecast(forecaster, table)
        found.append({"series": series, "cpu_seconds": time.process_time() - began})
    return found


def _forecast(forecaster: Forecaster, table: pd.DataFrame) -> None:
    judge.outlook(forecaster.densities(table), table, 20)
