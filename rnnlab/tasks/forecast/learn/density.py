"""The `density` recipe: a network whose every step predicts a Student-t for each horizon; independent of any files.

Trained by the Student-t's negative log-likelihood on returns in units of their running volatility, over windows drawn
from many stocks (docs/forecasting.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab import options
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.options import option
from rnnlab.scoring.student import StudentT, fit_student
from rnnlab.tasks.forecast.learn import features
from rnnlab.tasks.forecast.learn.features import Panel
from rnnlab.train.progress import Batch, TrainConfig

LONGEST_HORIZON = 20
HORIZONS = tuple(range(1, LONGEST_HORIZON + 1))
CHUNK = 128  # steps run at once when forecasting; always this many, see `forecast`
GROUP = 100  # series run side by side: twice as many are no faster, and take twice the memory

MODEL = ModelConfig(
    cell="gru",
    hidden=16,
    layers=1,
    output_dropout=0.1,
    inputs=len(features.NAMES),
    outputs=3 * LONGEST_HORIZON,
    skip=True,
)
TRAIN = TrainConfig(batch=32, lr=6e-3, warmup=0.3, weight_decay=1e-3, clip=1.0, ema=0.98, patience=0, seed=1)
CODEC: dict[str, Any] = {"recipe": "density", "features": list(features.NAMES), "horizons": list(HORIZONS)}
WIDE_CODEC: dict[str, Any] = CODEC | {"features": list(features.WIDE)}


@dataclass(frozen=True)
class DensityConfig:
    """What the density recipe lets one choose beside the model and the training."""

    window: int = option(64, "days of each training window that count in the loss", 8, 1024)
    lead: int = option(22, "days before each window that only warm up the hidden state", 0, 512)
    validation: float = option(0.15, "fraction of the training days, the newest, used for early stopping", 0.02, 0.5)
    epochs: int = option(30, "maximum number of epochs over the training days", 1, 1000)
    recurrence: bool = option(True, "train the recurrent state beside a linear function of the day's features")
    hide: float = option(0.15, "fraction of windows trained on closes only", 0.0, 0.9)
    near: float = option(0.0, "weight of near horizons: h days have weight h to the power of minus this", 0.0, 3.0)
    wide: bool = option(False, "average the network with a linear head on more features, --market's among them")

    def __post_init__(self) -> None:
        options.check(self)


FEW_DAYS = 10_000  # four decades of one stock
FEW = (dataclasses.replace(TRAIN, lr=1e-2), DensityConfig(epochs=60, near=1.0))


def proposed(days: int) -> tuple[TrainConfig, DensityConfig]:
    """Settings for so many days of all series together.

    Of a single stock, the overlapping returns over many days add more noise than signal, and an epoch is but a
    step; measured on ten stocks, each alone (docs/experiments.md).
    """
    return FEW if days < FEW_DAYS else (TRAIN, DensityConfig())


class DensityTask:
    """Learn densities from the panels of many stocks, none of which reaches beyond the end of training."""

    def __init__(self, panels: Sequence[Panel], config: DensityConfig, batch: int) -> None:
        self.config, self.batch = config, batch
        start = _date_at(panels, 1 - config.validation)
        self.stocks = [_Stock(panel, start) for panel in panels]
        self.span = config.lead + config.window
        self.places = np.array([max(0, stock.split - self.span - features.FIRST_DAY + 1) for stock in self.stocks])
        if not self.places.any():
            raise DataError(
                f"Training needs at least {features.FIRST_DAY + self.span} days before {start:%Y-%m-%d}, where "
                f"validation begins, but no stock has them; give a longer history or a smaller --window."
            )
        weights = torch.arange(1, LONGEST_HORIZON + 1).float() ** -config.near
        self.weights = weights / weights.mean()  # (H,) what a horizon counts in the loss
        self.names = panels[0].names
        self.steps_per_epoch = max(1, round(int(self.places.sum()) / (batch * config.window)))

    def codec(self) -> dict[str, Any]:
        """The names of the features and the horizons that the outputs stand for."""
        return WIDE_CODEC if self.names == features.WIDE else CODEC

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """Windows of lead + window days, stocks drawn in proportion to their length; lead days have no target."""
        number = start
        while True:
            yield self._batch(np.random.default_rng([seed, number]))
            number += 1

    def _batch(self, random: np.random.Generator) -> Batch:
        chosen = random.choice(len(self.stocks), self.batch, p=self.places / self.places.sum())
        firsts = features.FIRST_DAY + random.integers(self.places[chosen])
        windows = [(self.stocks[n], slice(first, first + self.span)) for n, first in zip(chosen, firsts, strict=True)]
        inputs = np.stack([stock.panel.x[rows] for stock, rows in windows])
        targets = np.stack([stock.training[rows] for stock, rows in windows])
        targets[:, : self.config.lead] = np.nan
        closes_only = random.random(self.batch) < self.config.hide
        inputs[closes_only] = features.without(inputs[closes_only], features.GROUPS, self.names)
        if self.names == features.WIDE:
            alone = closes_only | (random.random(self.batch) < features.WITHOUT_MARKET)
            inputs[alone] = features.without(inputs[alone], ["market"], self.names)
        return Batch(torch.from_numpy(inputs), torch.from_numpy(targets))

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, 3H) outputs, (B, T, H) scaled returns, nan for none -> mean negative log-likelihood, nats."""
        # Selecting what is known by a mask would make a GPU wait; multiplying by it does not.
        known = ~y.isnan()
        losses = -log_density(*student_parameters(output), y.where(known, 0.0))
        counted = known * self.weights.to(losses.device)
        return (losses * counted).sum() / counted.sum()

    def counted(self, y: Tensor) -> float:
        """(B, T, H) scaled returns -> how many are known, each weighted as its horizon."""
        return float((~y.isnan() * self.weights.to(y.device)).sum())

    def constant_loss(self) -> float:
        """What the running volatility alone scores in `evaluate`: a Student-t a horizon, of the training days."""
        losses = []
        for column in range(LONGEST_HORIZON):
            known = np.concatenate([stock.training[:, column] for stock in self.stocks]).astype(np.float64)
            fitted = fit_student(known[np.isfinite(known)])
            for stock in self.stocks:
                y = stock.validation[max(stock.split, features.FIRST_DAY) :, column]
                losses.append(-fitted.log_density(y[np.isfinite(y)]))
        return float(np.concatenate(losses).mean())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Score the validation days: negative log-likelihood over all horizons, and one day ahead CRPS and coverage."""
        losses, crps, inside = [], [], []
        for stock in self.stocks:
            # A year before the validation is enough to warm up the hidden state.
            start = max(0, stock.split - features.FIRST_DAY - 252)
            rows = slice(max(stock.split, features.FIRST_DAY), len(stock.panel))
            y = stock.validation[rows]
            known, one = np.isfinite(y), np.isfinite(y[:, 0])
            density = _run(model, stock.panel.x[start:]).at(slice(rows.start - start, None))
            losses.append(-density.log_density(y)[known])
            day = density.at(np.s_[:, 0])
            low, high = day.interval(0.8)
            crps.append((day.crps(y[:, 0]) * stock.panel.volatility[rows])[one])
            inside.append(((y[:, 0] >= low) & (y[:, 0] <= high))[one])
        means = [float(np.concatenate(values).mean()) for values in (losses, crps, inside)]
        return dict(zip(("loss", "crps", "coverage80"), means, strict=True))


def without_recurrence(model: SequenceModel) -> SequenceModel:
    """Have a model learn its linear path alone: the recurrent one leads into weights that are and stay 0."""
    with torch.no_grad():
        model.head.weight.zero_()
    model.head.weight.register_hook(torch.zeros_like)  # type: ignore[no-untyped-call]
    return model


def forecast(model: SequenceModel, panel: Panel) -> StudentT:
    """Predict the percent log returns from every day over every horizon of HORIZONS.

    The prediction of a day depends on no later row of the panel, to the last bit: see `_run`.

    Returns:
        Densities of shape (N, H); the rows before FIRST_DAY say nothing.
    """
    return _run(model, panel.x).scaled_by(panel.scales(HORIZONS))


def latest(model: SequenceModel, panels: Sequence[Panel]) -> StudentT:
    """Predict from the last day of each of S panels: densities (S, H) of the percent log return over each of HORIZONS.

    Many panels run side by side, GROUP at a time, in the chunks of `forecast`; a single one gives its very numbers.
    """
    parts = [_last_steps(model, panels[first : first + GROUP]) for first in range(0, len(panels), GROUP)]
    scales = np.stack([panel.scales(HORIZONS)[-1] for panel in panels])
    return StudentT(*np.concatenate(parts, axis=1)).scaled_by(scales)


def student_parameters(output: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(…, 3H) outputs -> location, scale and degrees of freedom, (…, H) each, in units of b·√h.

    The scale of the whole return, scale·√h, never falls as the horizon grows.
    """
    location, log_scale, dof = output.view(*output.shape[:-1], LONGEST_HORIZON, 3).unbind(-1)
    roots = torch.arange(1, LONGEST_HORIZON + 1, device=output.device).sqrt()
    location, scale, dof = own_parameters(location, log_scale, dof)
    return location, torch.cummax(scale * roots, dim=-1).values / roots, dof


def own_parameters(location: Tensor, log_scale: Tensor, dof: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Outputs of one shape -> location, scale and degrees of freedom, of each horizon for itself."""
    return 0.1 * location, (log_scale - 0.25).clamp(-2.5, 2.5).exp(), 2.1 + functional.softplus(dof + 2)


def log_density(location: Tensor, scale: Tensor, dof: Tensor, y: Tensor) -> Tensor:
    """Log density of a Student-t at y, nats; not a number where a parameter is none, which the loop's guard needs."""
    w = (y - location) / scale
    constant = torch.lgamma((dof + 1) / 2) - torch.lgamma(dof / 2) - 0.5 * torch.log(torch.pi * dof)
    return constant - torch.log(scale) - (dof + 1) / 2 * torch.log1p(w * w / dof)


class _Stock:
    """One stock cut in time: targets before the validation's start, and those of the validation itself."""

    def __init__(self, panel: Panel, validation_start: pd.Timestamp) -> None:
        self.panel = panel
        self.split = int(panel.dates.searchsorted(validation_start))
        scaled = panel.returns_ahead(HORIZONS) / panel.scales(HORIZONS)
        self.validation = scaled
        self.training = scaled.astype(np.float32)
        for column, horizon in enumerate(HORIZONS):
            # A target that reaches across the start of validation belongs to neither side.
            self.training[max(0, self.split - horizon) :, column] = np.nan


def _run(model: SequenceModel, x: NDArray[np.float32]) -> StudentT:
    """(N, I) features -> densities (N, H) in units of b·√h, the state carried from the first day with features.

    Everything is computed in chunks of one size, the last one filled up with zeros. A matrix product may add in
    another order when its size changes, and a vectorised exponential treats the end of an array differently, so
    with chunks of the file's own length a longer file would change earlier days' last bits.
    """
    days = len(x) - features.FIRST_DAY
    padded = np.zeros((-(-days // CHUNK) * CHUNK, x.shape[1]), np.float32)
    padded[:days] = x[features.FIRST_DAY :]
    found, state = [], None
    with torch.no_grad():
        for chunk in torch.split(torch.from_numpy(padded).to(model.head.weight.device), CHUNK):
            output, state = model(chunk[None], state)
            found.append(torch.stack(student_parameters(output[0].cpu().double())))
    parts = torch.cat(found, dim=1)[:, :days].numpy()
    filler = ((features.FIRST_DAY, 0), (0, 0))
    return StudentT(*(np.pad(part, filler, constant_values=np.nan) for part in parts))


def _last_steps(model: SequenceModel, panels: Sequence[Panel]) -> NDArray[np.float64]:
    """Parameters (3, S, H) after each panel's last day, in units of b·√h, each state carried from its first day."""
    days = np.array([len(panel) - features.FIRST_DAY for panel in panels])
    padded = np.zeros((len(panels), -(-days.max() // CHUNK) * CHUNK, panels[0].x.shape[1]), np.float32)
    for row, panel in enumerate(panels):
        padded[row, : days[row]] = panel.x[features.FIRST_DAY :]
    found, state = np.empty((3, len(panels), LONGEST_HORIZON)), None
    with torch.no_grad():
        for number, chunk in enumerate(torch.split(torch.from_numpy(padded).to(model.head.weight.device), CHUNK, 1)):
            output, state = model(chunk, state)
            ending = np.flatnonzero((days - 1) // CHUNK == number)
            last = output[ending, (days[ending] - 1) % CHUNK].cpu().double()
            found[:, ending] = torch.stack(student_parameters(last)).numpy()
    return found


def _date_at(panels: Sequence[Panel], share: float) -> pd.Timestamp:
    """The date before which this share of all stocks' days lies."""
    days = np.sort(np.concatenate([panel.dates[features.FIRST_DAY :].to_numpy() for panel in panels]))
    return pd.Timestamp(days[min(len(days) - 1, int(share * len(days)))])
