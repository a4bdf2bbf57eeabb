"""How often bands hold when they are widened and narrowed day by day, at several steps (docs/experiments.md).

python -m benchmarks.calibration BA.csv CAT.csv …    (price files that the checkpoint never trained on)
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import statistics

import numpy as np
import pandas as pd

from rnnlab.runtime.opening import locate
from rnnlab.scoring.baselines import ahead
from rnnlab.scoring.record import calibrated_bands, record_of
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.prepared import Prepared, prepare
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.terminal.commands import aligned
from rnnlab.train.devices import quiet_threads

STEPS = (0.0, 0.005, 0.01, 0.02)
HORIZONS = (1, 5, 20)
HEAD = ["days ahead", "step", *(f"{p} %: {what}" for p in (80, 95) for what in ("held", "between series", "width"))]


def main() -> None:
    """Print the table for the series that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--model", default="stocks")
    parser.add_argument("--start", default="2015-08-13")
    asked = parser.parse_args()
    quiet_threads()
    found = locate(asked.model)
    opened = open_forecasting(found)
    series = [prepare(asked.model, found, opened, open_prices(name)) for name in asked.data]
    first = pd.Timestamp(asked.start)
    for row in aligned(HEAD, (line for h in HORIZONS for line in _lines(series, first, h))):
        print(row)


def _lines(series: list[Prepared], first: pd.Timestamp, horizon: int) -> list[list[str]]:
    """A line a step: for each band the share held, its spread between series, and the mean width in percent."""
    days = [said(one, first, horizon) for one in series]
    lines = []
    for step in STEPS:
        records = [
            record
            for one in days
            if (record := record_of(*one, calibrated_bands(*one, horizon, step), horizon)) is not None
        ]
        line = [str(horizon), f"{step:g}"]
        for percent in ("80", "95"):
            bands = [record.bands[percent] for record in records]
            held = [100 * band.calibrated.share for band in bands]
            spread = statistics.stdev(held) if len(held) > 1 else 0.0
            widths = statistics.mean(band.width_calibrated for band in bands)
            line += [f"{statistics.mean(held):.2f}", f"{spread:.2f}", f"{widths:.2f}"]
        lines.append(line)
    return lines


def said(asked: Prepared, first: pd.Timestamp, horizon: int) -> tuple[StudentT, FloatArray]:
    """The densities of a series' scored days and what came, percent log return."""
    returns = walk.of_days(asked.prices.table)[1]
    split = int(pd.DatetimeIndex(asked.prices.table.index).searchsorted(first))
    origins = np.arange(split - 1, len(returns) - horizon)
    return asked.densities.at((origins, horizon - 1)), ahead(returns, origins, horizon)


if __name__ == "__main__":
    main()
