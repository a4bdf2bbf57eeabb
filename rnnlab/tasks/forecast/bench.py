"""A forecaster's cost and score: trained on one stock, and many series forecast; independent of any page."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from rnnlab.runtime.machine import description, machine_words
from rnnlab.runtime.opening import locate
from rnnlab.runtime.training import train
from rnnlab.summary import Table
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.recipes import LONGEST_HORIZON, open_forecasting
from rnnlab.tasks.forecast.use import forecasts
from rnnlab.tasks.kind import Request

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
        forecasts: [{series, cpu_seconds: of computing alone, command_seconds: CPU seconds of the whole command, its
        start and the reading of as many files included}]}.
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
            asked = Request.of(str(file), {"seed": seed}, arguments={"until": UNTIL})
            for _ in train(KIND, asked, out=out):
                pass
            seconds.append(time.process_time() - began)
            scores.append(backtest(str(out), str(file), start=START).results[0].scores)
    means = {
        name: statistics.mean(getattr(one, name) for one in scores) for name in ("crps", "log_score", "coverage80")
    }
    return {"data": kind, "days": scores[0].n, "cpu_seconds": statistics.mean(seconds)} | means


def _forecasts() -> list[dict[str, float]]:
    """What forecasting the next 20 days of so many series by the bundled checkpoint costs."""
    opened, prices = open_forecasting(locate("stocks"), device="cpu"), open_prices(TICKER)
    forecasts("stocks", opened, [prices], LONGEST_HORIZON)  # loads kernels and the calendar
    found = []
    for series in SERIES:
        began = time.process_time()
        for made in forecasts("stocks", opened, [prices] * series, LONGEST_HORIZON):
            made.summary()
        computing = time.process_time() - began
        found.append({"series": series, "cpu_seconds": computing, "command_seconds": _command(prices.table, series)})
    return found


def _command(table: pd.DataFrame, series: int) -> float:
    """CPU seconds of `rnnlab forecast` for so many files, from the start of the program to its end."""
    with tempfile.TemporaryDirectory() as place:
        files = [str(Path(place) / f"S{number:04d}.csv") for number in range(series)]
        table.to_csv(files[0])
        for file in files[1:]:
            shutil.copy(files[0], file)
        before = _spent()
        command = [sys.executable, "-m", "rnnlab", "forecast", "stocks", "--device", "cpu", "--data", *files]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return _spent() - before


def _spent() -> float:
    """CPU seconds of the programs that this one has started and seen end."""
    times = os.times()
    return times.children_user + times.children_system


def bench_tables(answer: dict[str, Any]) -> list[Table]:
    """The cost and the score of training on a stock, beside others, and the cost of many forecasts."""
    named = [{"name": f"rnnlab density, {one['data']}"} | one for one in answer["trainings"]] + answer["peers"]
    scored = []
    for one in named:
        seconds = "–" if one["cpu_seconds"] is None else f"{one['cpu_seconds']:.1f}"
        scored.append((one["name"], seconds, f"{one['crps']:.4f}"))
    rows = tuple(
        (f"{one['series']:,}", f"{one['cpu_seconds']:.2f}", f"{one['command_seconds']:.1f}")
        for one in answer["forecasts"]
    )
    days = answer["trainings"][0]["days"]
    trained = f"AAPL, {days} held-out days; the last rows were measured elsewhere (docs/experiments.md)."
    return [
        Table(f"{machine_words(answer['machine'])}\n{trained}", ("", "CPU seconds per seed", "CRPS"), tuple(scored)),
        Table("", ("series forecast", "CPU seconds", "as a command on files"), rows),
    ]
