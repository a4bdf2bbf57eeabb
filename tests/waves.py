"""A small real task for the loop's tests: predict the next value of noisy sine waves, streams carried over."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.train.progress import Batch, TrainConfig

STREAMS, STEPS, LENGTH = 3, 7, 6
CONFIG = TrainConfig(steps=40, lr=0.02, report_every=10, ema=0.9, clip=0.5)


class Waves:
    """Three endless streams cut into pieces of seven steps; the state is carried within six pieces."""

    steps_per_epoch = LENGTH

    def codec(self) -> dict[str, Any]:
        return {"streams": STREAMS}

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        number = start
        while True:
            yield self._batch(seed, number)
            number += 1

    def _batch(self, seed: int, number: int) -> Batch:
        generator = np.random.default_rng([seed, number])
        time = number * STEPS + np.arange(STEPS + 1)
        wave = np.sin(time[None] * np.array([[0.3], [0.5], [0.7]])) + generator.normal(0, 0.05, (STREAMS, STEPS + 1))
        values = torch.tensor(wave, dtype=torch.float32)[..., None]
        return Batch(values[:, :-1], values[:, 1:], fresh=number % LENGTH == 0)

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        return (output - y).square().mean()

    def counted(self, y: Tensor) -> float:
        return float(y.numel())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        device = model.head.weight.device
        batch = self._batch(seed=12345, number=0)
        return {"loss": self.loss(model(batch.x.to(device))[0].cpu(), batch.y).item()}


def wave_model(cell: str = "gru", layers: int = 2, dropout: float = 0.2, seed: int = 5) -> SequenceModel:
    return new_model(
        ModelConfig(
            cell=cell,
            hidden=9,
            layers=layers,
            between_dropout=dropout,
            output_dropout=dropout,
            recurrent_dropout=dropout,
            inputs=1,
            outputs=1,
        ),
        seed,
    )
