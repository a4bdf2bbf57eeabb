"""How often losses exceed the value at risk of either position, one or more days ahead, raw and calibrated.

python -m benchmarks.tails BA.csv CAT.csv …    (price files that the checkpoint was not trained on)
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import pandas as pd

from benchmarks.calibration import said
from rnnlab.runtime.opening import locate
from rnnlab.scoring.distribution import Distribution, Stretch
from rnnlab.scoring.record import PERCENT, calibrated_bands
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.prepared import prepare
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
    found = locate(asked.model)
    opened = open_forecasting(found)
    series = [prepare(asked.model, found, opened, open_prices(name)) for name in asked.data]
    rows = []
    for horizon in HORIZONS:
        days = [said(one, pd.Timestamp(asked.start), horizon) for one in series]
        for kind in ("raw", "calibrated"):
            reached = [_reached(density, actual, horizon, calibrated=kind == "calibrated") for density, actual in days]
            for position, sign in (("long", 1), ("short", -1)):
                rows.append([str(horizon), position, kind, *(_share(reached, level, sign) for level in LEVELS)])
    for row in aligned(HEAD, rows):
        print(row)


def _reached(density: StudentT, actual: FloatArray, horizon: int, *, calibrated: bool) -> FloatArray:
    """(N,) probabilities of at most what came, by the distribution of each day."""
    if not calibrated:
        return Distribution(density).cdf(actual)
    bands = calibrated_bands(density, actual, horizon)
    given = np.array([density.interval(percent / 100)[1] - density.location for percent in PERCENT])
    meant = np.array([(bands[percent][1] - bands[percent][0]) / 2 for percent in PERCENT])
    return Distribution(density, Stretch(given, meant)).cdf(actual)


def _share(reached: list[FloatArray], level: float, sign: int) -> str:
    beyond = [100 * float(((one < 1 - level) if sign > 0 else (one > level)).mean()) for one in reached]
    return f"{np.mean(beyond):.2f} ± {np.std(beyond, ddof=1) if len(beyond) > 1 else 0.0:.2f}"


if __name__ == "__main__":
    main()
