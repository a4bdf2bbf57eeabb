"""How often bands hold one day ahead, overall and in each tercile of volatility, for several calibrations.

python -m benchmarks.terciles [FILE.csv …] [--each]    (the bundled series, and price files beside them)
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rnnlab.data import catalog
from rnnlab.runtime.opening import locate
from rnnlab.scoring.baselines import ahead, ewma_volatility
from rnnlab.scoring.record import PERCENT, Bands, calibrated_bands
from rnnlab.scoring.student import FloatArray
from rnnlab.scoring.volatility import ranks, thirds
from rnnlab.tasks.forecast.data import open_many
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.prepared import Prepared, first_scored, prepare
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.terminal.commands import aligned
from rnnlab.train.devices import quiet_threads

NAMES = ("calm", "middle", "stormy")
HEAD = ("", *(f"{p} %: {what}" for p in PERCENT for what in ("all", *NAMES, "width", "score")))


def main() -> None:
    """Print, for each calibration, means over the series and what is furthest off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*")
    parser.add_argument("--model", default="stocks")
    parser.add_argument("--each", action="store_true", help="also a line a series, calibrated along the volatility")
    asked = parser.parse_args()
    quiet_threads()
    found = locate(asked.model)
    opened = open_forecasting(found)
    data = [*open_many(list(catalog.tickers())), *open_many(asked.files)]
    series = [scored(prepare(asked.model, found, opened, prices)) for prices in data]
    kinds = {name: pd.DataFrame([row[name] for row in series]) for name in series[0]}
    lines = []
    for name, table in kinds.items():
        off = table.drop(columns=[column for column in table if column[1] in ("width", "score")])
        lines.append([f"{name}, mean", *cells(table.mean())])
        lines.append([f"{name}, furthest", *cells(off.abs().max().reindex(table.columns))])
    if asked.each:
        table = kinds["along the volatility"]
        lines += [[prices.name, *cells(table.loc[row])] for row, prices in enumerate(data)]
    print(f"{len(series)} series; coverage in points above (+) or below its level; width and interval score over raw")
    for line in aligned(HEAD, lines):
        print(line)
    within = (kinds["along the volatility"][[(p, name) for p in PERCENT for name in NAMES]].abs() <= 2).to_numpy()
    print(f"{100 * within.mean():.0f} % of all terciles of single series are within 2 points")


def cells(row: "pd.Series[float]") -> Iterator[str]:
    """Points with their sign, ratios without; nothing for what is not known."""
    for column, value in row.items():
        ratio = column[1] in ("width", "score")
        yield "" if np.isnan(value) else f"{value:.3f}" if ratio else f"{value:+.2f}"


def scored(asked: Prepared) -> dict[str, dict[tuple[int, str], float]]:
    """Of one series, by calibration: coverage less its level in points, overall and by tercile; width and score."""
    table = asked.prices.table
    _, returns, _ = walk.of_days(table)
    split = int(pd.DatetimeIndex(table.index).searchsorted(first_scored(asked.checkpoint, asked.prices, None)))
    origins = np.arange(split - 1, len(returns) - 1)
    density, actual, volatility = asked.densities.at((origins, 0)), ahead(returns, origins), ewma_volatility(returns)
    raw = {percent: density.interval(percent / 100) for percent in PERCENT}
    kinds = {"raw": raw, "day by day": calibrated_bands(density, actual)}
    kinds["along the volatility"] = calibrated_bands(density, actual, ranks=ranks(volatility, origins))
    third, _ = thirds(volatility[origins])
    return {name: _row(bands, raw, actual, third) for name, bands in kinds.items()}


def _row(bands: Bands, raw: Bands, actual: FloatArray, third: FloatArray) -> dict[tuple[int, str], float]:
    row: dict[tuple[int, str], float] = {}
    for percent in PERCENT:
        lower, upper = bands[percent]
        held = (lower <= actual) & (actual <= upper)
        row[percent, "all"] = 100 * held.mean() - percent
        row |= {(percent, name): 100 * held[third == n].mean() - percent for n, name in enumerate(NAMES)}
        row[percent, "width"] = float((upper - lower).mean() / np.subtract(*raw[percent][::-1]).mean())
        row[percent, "score"] = interval_score(*bands[percent], actual, percent) / interval_score(
            *raw[percent], actual, percent
        )
    return row


def interval_score(lower: FloatArray, upper: FloatArray, actual: FloatArray, percent: int) -> float:
    """Mean width and what lies outside of it, weighted (Winkler 1972); lower is better."""
    outside = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return float(np.mean(upper - lower + 2 / (1 - percent / 100) * outside))


if __name__ == "__main__":
    main()
