"""The `tutorial` recipe: the stock-price RNN of countless tutorials, exactly as taught, its leak included by name.

Closes are scaled to ±1 by the least and greatest of *all* closes, those of the test among them, so the network is told
how high prices will rise. `leak=False` takes the training closes alone. Nothing here looks at files or dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab import options
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.options import option
from rnnlab.scoring.forecasts import rmse
from rnnlab.scoring.student import StudentT, fit_student
from rnnlab.train.progress import Batch, TrainConfig

Floats = NDArray[np.float64]

CHUNK = 128  # windows run at once when forecasting; always this many, so that more rows change no earlier day
SMALLEST_SHARE = 0.01  # of the last close: a price that the network sets lower has no logarithm worth scoring

MODEL = ModelConfig(cell="rnn", hidden=32, layers=2, inputs=1, outputs=1)
# Adam (AdamW without decay) at 0.01 for 100 epochs of one full batch each; no schedule, no clipping, no validation.
TRAIN = TrainConfig(
    steps=100, lr=0.01, warmup=0.0, schedule="constant", weight_decay=0.0, clip=0.0, report_every=5, seed=1
)


@dataclass(frozen=True)
class TutorialConfig:
    """What the tutorial recipe lets one choose beside the model and the training."""

    lookback: int = option(20, "days in a window; the last one is predicted from the others", 3, 500)
    test: float = option(0.2, "fraction of the windows, the newest, kept for the test", 0.05, 0.5)
    leak: bool = option(True, "scale by all closes, test days included, as the tutorial does")

    def __post_init__(self) -> None:
        options.check(self)


class TutorialTask:
    """Predict the next scaled close from the scaled closes before it, all training windows in one batch."""

    steps_per_epoch = 1

    def __init__(self, close: Floats, config: TutorialConfig) -> None:
        count = len(close) - config.lookback
        if count < 10:
            raise DataError(
                f"{len(close)} rows are too few for a lookback of {config.lookback}; "
                f"give at least {config.lookback + 10}."
            )
        self.config = config
        self.split = count - round(config.test * count)
        # Window i holds rows i … i + lookback − 1; the tutorial never uses the last row.
        rows = np.arange(count)[:, None] + np.arange(config.lookback)
        self.windows: Floats = close[rows]
        seen = close if config.leak else close[: self.split + config.lookback - 1]
        self.low, self.high = float(seen.min()), float(seen.max())
        if self.high <= self.low:
            raise DataError(f"Every close is {self.low:g}; give a series that moves.")
        scaled = torch.from_numpy(scale(self.windows, self.low, self.high).astype(np.float32))[..., None]
        self.x, self.y = scaled[:, :-1], scaled[:, -1]
        self.residual = StudentT(np.zeros(()), np.ones(()), np.full((), 5.0))

    def codec(self) -> dict[str, Any]:
        """The scaling, and the Student-t of the training errors that turns a point into a density."""
        residual = {"scale": float(self.residual.scale), "dof": float(self.residual.dof)}
        scaling = {"low": self.low, "high": self.high, "leak": self.config.leak}
        return {"recipe": "tutorial", "lookback": self.config.lookback} | scaling | {"residual": residual}

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """The one full batch of all training windows, again and again."""
        while True:
            yield Batch(self.x[: self.split], self.y[: self.split])

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, 1) outputs, (B, 1) scaled next closes -> mean squared error of the last step's output."""
        return functional.mse_loss(output[:, -1], y)

    def counted(self, y: Tensor) -> float:
        """(B, 1) next closes -> how many."""
        return float(y.numel())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """RMSE on training and test windows, in the prices' currency; no validation, as in the tutorial."""
        return self._errors(unscale(_last_outputs(model, self.x), self.low, self.high))

    def naive(self) -> dict[str, float]:
        """The same scores of repeating each window's last known close."""
        return self._errors(self.windows[:, -2])

    def _errors(self, predicted: Floats) -> dict[str, float]:
        """(W,) prices predicted for the windows -> RMSE on those of training and test."""
        parts = {"train_rmse": slice(self.split), "test_rmse": slice(self.split, None)}
        return {name: rmse(self.windows[part, -1], predicted[part]) for name, part in parts.items()}

    def fit_residual(self, model: SequenceModel) -> None:
        """Fit a Student-t to the percent log errors on the training windows, for the codec."""
        predicted = _predict(model, self.windows[: self.split, :-1], self.low, self.high)
        self.residual = fit_student(100 * np.log(self.windows[: self.split, -1] / predicted))


def forecast(model: SequenceModel, codec: dict[str, Any], close: Floats, longest: int) -> StudentT:
    """Predict the percent log returns from every day over 1 … longest days, predictions fed back for later ones.

    The location is the network's price; scale and degrees of freedom are those of its training errors, the scale
    growing as the square root of the horizon. No prediction depends on a later close (but the leaky scaling does).

    Returns:
        Densities of shape (N, longest); the first lookback − 2 rows, which have too few closes before them, are nan.
    """
    width, days = codec["lookback"] - 1, len(close)
    location = np.full((days, longest), np.nan)
    windows = close[np.arange(days - width + 1)[:, None] + np.arange(width)]
    for horizon in range(longest):
        predicted = _predict(model, windows, codec["low"], codec["high"])
        location[width - 1 :, horizon] = 100 * np.log(predicted / close[width - 1 :])
        windows = np.concatenate([windows[:, 1:], predicted[:, None]], axis=1)
    growth = np.sqrt(np.arange(1, longest + 1))
    dof = np.full_like(location, codec["residual"]["dof"])
    return StudentT(location, np.zeros_like(location) + codec["residual"]["scale"] * growth, dof)


def scale(price: Floats, low: float, high: float) -> Floats:
    """Prices -> numbers within ±1 between low and high."""
    return 2 * (price - low) / (high - low) - 1


def unscale(scaled: Floats, low: float, high: float) -> Floats:
    """Undo `scale`."""
    return (scaled + 1) / 2 * (high - low) + low


def _predict(model: SequenceModel, windows: Floats, low: float, high: float) -> Floats:
    """(N, lookback − 1) closes -> (N,) next closes, never below a hundredth of the last one."""
    x = torch.from_numpy(scale(windows, low, high).astype(np.float32))[..., None]
    predicted = unscale(_last_outputs(model, x), low, high)
    return np.maximum(predicted, SMALLEST_SHARE * windows[:, -1])


def _last_outputs(model: SequenceModel, x: Tensor) -> Floats:
    """(N, T, 1) -> (N,) outputs after the last step, in chunks of one size, the last one filled up with zeros."""
    padded = functional.pad(x, (0, 0, 0, 0, 0, -len(x) % CHUNK)).to(model.head.weight.device)
    with torch.no_grad():
        outputs = [model(chunk)[0][:, -1, 0].cpu() for chunk in torch.split(padded, CHUNK)]
    found: Floats = torch.cat(outputs)[: len(x)].double().numpy()
    return found
