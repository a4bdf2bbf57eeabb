"""Whether a forecaster gets better if its head is trained day by day on what has become known (docs/experiments.md).

python -m benchmarks.online AAPL MSFT BA.csv … --start 2013-09-03 --until 2015-08-12    (the model is `stocks`)
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from rnnlab.nn.model import SequenceModel
from rnnlab.runtime.opening import locate
from rnnlab.scoring.evidence import panel_test
from rnnlab.scoring.student import FloatArray, StudentT
from rnnlab.tasks.forecast.data import open_many
from rnnlab.tasks.forecast.judge.leaks import days_to_try, leaking_days
from rnnlab.tasks.forecast.learn.density import HORIZONS, log_density, student_parameters
from rnnlab.tasks.forecast.learn.features import FIRST_DAY, WIDE, build_panel
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.terminal.commands import aligned
from rnnlab.train.devices import quiet_threads

WARM = 250  # days before the first scored one on which mean squared gradients are measured and nothing moves
DECAY, SMALLEST = 0.99, 1e-8  # of the mean squares; of their roots
WEIGHTS = torch.tensor(HORIZONS) ** -1.0  # of the horizons in the loss, as in the checkpoint's training
HEAD = ("learns", "rate", "pull", "log score", "better on", "t", "CRPS", "better on", "t")


@dataclass(frozen=True)
class Days:
    """S series on their N common days: z (S, N, K) what the head reads; y, scales (S, N, H) as of `Panel`."""

    dates: pd.DatetimeIndex
    z: Tensor
    y: Tensor
    scales: FloatArray


@torch.no_grad()
def days_of(model: SequenceModel, tables: Sequence[pd.DataFrame]) -> Days:
    """A return over h days of a series ends at most h common days later: one learnt then is known."""
    panels = [build_panel(table, WIDE) for table in tables]
    dates = panels[0].dates
    for panel in panels[1:]:
        dates = dates.intersection(panel.dates)
    z, y, scales = [], [], []
    for panel in panels:
        x, rows = torch.from_numpy(panel.x), panel.dates.get_indexer(dates)
        units = torch.nn.functional.pad(model.cores[0](x[None, FIRST_DAY:])[0][0], (0, 0, FIRST_DAY, 0))
        z.append(torch.cat([units, x, torch.ones(len(x), 1)], dim=1)[rows])
        scales.append(panel.scales(HORIZONS)[rows])
        y.append(panel.returns_ahead(HORIZONS)[rows] / scales[-1])
    return Days(dates, torch.stack(z), torch.from_numpy(np.stack(y)).float(), np.stack(scales))


def forecasts(
    model: SequenceModel, days: Days, begin: pd.Timestamp, rate: float, pull: float, alone: float = 0
) -> StudentT:
    """Densities (S, N, H) of percent log returns from the day before `begin` on, where learning begins.

    rate, pull: of a step, as in dynamic evaluation of texts. alone: 1 for a head for each series, 0 for one for all.
    """
    first, skip = int(days.dates.searchsorted(begin)), model.skip
    assert skip is not None
    trained = torch.cat([model.head.weight, skip.weight, model.head.bias[:, None]], dim=1).detach()
    trained = trained.expand(len(days.z) if alone else 1, -1, -1)
    weights, squares = trained.clone().requires_grad_(), torch.zeros_like(trained)
    found = torch.full((3, *days.y.shape), torch.nan, dtype=torch.float64)
    for number, day in enumerate(range(first - 1 - WARM, len(days.dates)), 1):
        [gradient] = torch.autograd.grad(_loss(weights, days, day), weights)
        squares.lerp_(gradient.square(), max(1 / number, 1 - DECAY))
        if day >= first - 1:
            with torch.no_grad():
                weights.addcdiv_(gradient, squares.sqrt() + SMALLEST, value=-rate).lerp_(trained, pull)
                output = (weights @ days.z[:, day, :, None])[..., 0]
            found[:, :, day] = torch.stack(student_parameters(output.double()))
    return StudentT(*found.numpy()).scaled_by(days.scales)


def _loss(weights: Tensor, days: Days, day: int) -> Tensor:
    """Of the returns that end on a day, one a horizon and series: each series' weighted mean, summed if it is alone."""
    horizons = torch.arange(len(HORIZONS))
    origins = day - 1 - horizons
    at = np.s_[:, horizons, horizons]
    location, scale, dof = student_parameters(days.z[:, origins] @ weights.mT)
    losses = -log_density(location[at], scale[at], dof[at], days.y[:, origins, horizons]) @ (WEIGHTS / WEIGHTS.sum())
    return losses.sum() if len(weights) > 1 else losses.mean()


def main() -> None:
    """Print a line a way to learn, its change from the head as it is; and on how many days the last looks ahead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--start", default="2013-09-03")
    parser.add_argument("--until", default="2015-08-12")
    parser.add_argument("--rates", type=float, nargs="+", default=[1e-4, 3e-4, 1e-3, 3e-3])
    parser.add_argument("--pulls", type=float, nargs="+", default=[1e-3, 1e-2])
    asked = parser.parse_args()
    quiet_threads()
    model = open_forecasting(locate("stocks"), device="cpu")[1].model
    tables = [prices.table for prices in open_many(asked.data)]
    days, begin, end = days_of(model, tables), pd.Timestamp(asked.start), pd.Timestamp(asked.until)
    scored = np.s_[:, slice(*(days.dates.searchsorted([begin, end + pd.Timedelta(days=1)]) - 1)), 0]
    actual = days.y.double().numpy()[scored] * days.scales[scored]

    def losses(*how: float) -> tuple[FloatArray, FloatArray]:
        density = forecasts(model, days, begin, *how).at(scored)
        return -density.log_density(actual), density.crps(actual)

    before, lines = losses(0, 0), []
    for how in ((rate, pull, alone) for alone in (0, 1) for rate in asked.rates for pull in asked.pulls):
        changes = [_change(*pair) for pair in zip(losses(*how), before, strict=True)]
        lines.append(["alone" if how[2] else "together", f"{how[0]:g}", f"{how[1]:g}", *changes[0], *changes[1]])
    print("{} series, {} days; log score {:.4f} and CRPS {:.4f} as it is".format(*actual.shape, *map(np.mean, before)))
    for line in aligned(HEAD, lines):
        print(line)
    first, last = tables[0].index.searchsorted([begin, end])
    tried = days_to_try(int(first), int(last), 3)
    leaking = leaking_days(lambda table: forecasts(model, days_of(model, [table]), begin, *how).at(0), tables[0], tried)
    print(f"days whose forecast looks ahead: {len(leaking)} of {len(tried)}")


def _change(after: FloatArray, before: FloatArray) -> list[str]:
    """Of a mean loss, in percent; on how many series it is lower; and the panel test's t."""
    better = (after.mean(axis=1) < before.mean(axis=1)).sum()
    share, test = after.mean() / before.mean() - 1, panel_test((after - before).T)
    return [f"{100 * share:+.2f} %", f"{better} of {len(after)}", f"{test.statistic:+.2f}"]


if __name__ == "__main__":
    main()
