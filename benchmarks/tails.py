"""How often losses exceed the value at risk of either position, one or more days ahead, raw and calibrated.

python -m benchmarks.tails BA.csv CAT.csv …    (price files that the checkpoint was not trained on)
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

from collections.abc import Sequence

import numpy as np
import pandas as pd

from benchmarks.calibration import said
from rnnlab.runtime.opening import locate
from rnnlab.scoring.distribution import Distribution, Stretch
from rnnlab.scoring.record import PERCENT
from rnnlab.scoring.student import FloatArray
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.prepared import Prepared, prepare
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.terminal.commands import aligned
from rnnlab.train.devices import quiet_threads

LEVELS = (0.9, 0.95, 0.975, 0.99, 0.995)
HORIZONS = (1, 5, 20)
HEAD = ["days ahead", "position", "bands", *(f"{100 * (1 - level):g} %" for level in LEVELS)]


def main() -> None:
    """Print the share of days beyond each level, its mean and its spread between the series that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--model", default="stocks")
    parser.add_argument("--start", default="2015-08-13")
    asked = parser.parse_args()
    quiet_threads()
    place = locate(asked.model)
    opened = open_forecasting(place)
    series = [prepare(asked.model, place, opened, open_prices(name)) for name in asked.data]
    rows = []
    for horizon in HORIZONS:
        found = [_reached(one, asked.start, horizon) for one in series]
        for kind, reached in zip(("raw", "calibrated"), zip(*found, strict=True), strict=True):
            for position, sign in (("long", 1), ("short", -1)):
                rows.append([str(horizon), position, kind, *(_share(reached, level, sign) for level in LEVELS)])
    for row in aligned(HEAD, rows):
        print(row)


def _reached(series: Prepared, start: str, horizon: int) -> tuple[FloatArray, FloatArray]:
    """(N,) probabilities of at most what came, by the distribution of each day, raw and with a back-test's bands."""
    density, actual = said(series, pd.Timestamp(start), horizon)
    [result] = series.walked(start, [horizon])
    given = np.array([density.interval(percent / 100)[1] - density.location for percent in PERCENT])
    ends = result.calibrated
    meant = np.array([50 * np.log(ends[f"upper{percent}"] / ends[f"lower{percent}"]) for percent in PERCENT])
    return Distribution(density).cdf(actual), Distribution(density, Stretch(given, meant)).cdf(actual)


def _share(reached: Sequence[FloatArray], level: float, sign: int) -> str:
    beyond = [100 * float(((one < 1 - level) if sign > 0 else (one > level)).mean()) for one in reached]
    return f"{np.mean(beyond):.2f} ± {np.std(beyond, ddof=1) if len(beyond) > 1 else 0.0:.2f}"


if __name__ == "__main__":
    main()
