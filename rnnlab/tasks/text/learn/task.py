"""Learning to predict the next character or word of a text; knows ids and streams, not files or pages.

The training text is cut into B streams that are read side by side, a window of steps at a time; the state is carried
from window to window and detached, so that the network remembers further back than gradients reach (truncated
backpropagation through time: Williams & Peng 1990, Neural Computation 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab import options
from rnnlab.data.text.vocab import Vocabulary
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.tasks.text.judge.score import characters_of, streamed_losses
from rnnlab.train.progress import Batch

Ids = NDArray[np.integer[Any]]

# While training: read side by side, and no more than these ids of the whole, spread evenly, for a long text's tenth
# would take longer to score than the steps between two reports. The exact scores of the module judge.score read all.
VALIDATION_STREAMS = 32
MOST_VALIDATED = 250_000


class TextTask:
    """Train on one part of a text, validate on another."""

    def __init__(
        self, training: Ids, validation: Ids, vocabulary: Vocabulary, *, window: int, forget: int, batch: int
    ) -> None:
        """Prepare the streams.

        Args:
            training: (N,) ids, in any integer type; they stay in it, for a byte an id is enough.
            validation: (M,) ids of what is never trained on.
            vocabulary: what made them.
            window: steps that gradients reach back.
            forget: windows after which, on average, the state is forgotten. A network that seldom begins without a past
                predicts the first characters of a prompt badly (docs/experiments.md).
            batch: streams read side by side; fewer if the text is too short for so many.

        Raises:
            DataError: a part is too short for one window.
        """
        check_length(training, window, "to train on")
        check_length(validation, window, "held out")
        self.training, self.validation, self.vocabulary = training, validation, vocabulary
        self.window, self.forget = window, forget
        self.streams = max(1, min(batch, (len(training) - 1) // window))
        self.steps_per_epoch = (len(training) - 1) // (self.streams * window)

    def codec(self) -> dict[str, Any]:
        """The vocabulary."""
        return {"vocabulary": self.vocabulary.codec()}

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """Windows of B streams in their order; now and then they forget, and at an epoch's start they begin elsewhere.

        Where an epoch begins is drawn anew for each, so that windows are not cut at the same places every time.
        """
        for places, fresh in self.places(seed, start):
            ids = torch.from_numpy(self.training[places].astype(np.int64))
            yield Batch(ids[:, :-1], ids[:, 1:], fresh)

    def places(self, seed: int, start: int = 0) -> Iterator[tuple[NDArray[np.int64], bool]]:
        """(B, T + 1) places in the training ids of each batch's windows, and whether the state is forgotten first."""
        steps = np.arange(self.window + 1)
        number = start
        while True:
            epoch, place = divmod(number, self.steps_per_epoch)
            # At places drawn one by one, so that now and then a state is carried for long, as when streaming.
            fresh = place == 0 or np.random.default_rng([seed, epoch, place]).random() < 1 / self.forget
            yield self._firsts(self._offset(seed, epoch), place)[:, None] + steps, fresh
            number += 1

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, V) logits, (B, T) next ids -> mean negative log-probability, nats an id."""
        return functional.cross_entropy(output.flatten(0, 1), y.flatten())

    def counted(self, y: Tensor) -> float:
        """(B, T) next ids -> how many."""
        return float(y.numel())

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Nats an id (`loss`) and a character on what is held out, read in several streams for speed.

        Each stream begins without a past, so this is a little worse than the exact score of one stream.
        """
        losses, characters = streamed_losses(model, self._validated), self._characters
        return {"loss": float(losses.mean()), "nats_per_char": float(losses.sum()) / characters}

    @cached_property
    def _validated(self) -> Ids:
        """(streams, M) ids."""
        streams = min(VALIDATION_STREAMS, len(self.validation) // 2)
        length = len(self.validation) // streams
        rows = self.validation[len(self.validation) - streams * length :].reshape(streams, length)
        return rows[:, : max(2, MOST_VALIDATED // streams)]

    @cached_property
    def _characters(self) -> int:
        """How many characters those ids stand for that are predicted: all but each stream's first."""
        return int(characters_of(self.vocabulary)[self._validated[:, 1:]].sum())

    def _offset(self, seed: int, epoch: int) -> int:
        room = len(self.training) - 1 - self.streams * self.steps_per_epoch * self.window
        return int(np.random.default_rng([seed, epoch]).integers(room + 1))

    def _firsts(self, offset: int, place: int) -> NDArray[np.int64]:
        """(B,) where each stream's window begins."""
        return offset + np.arange(self.streams) * self.steps_per_epoch * self.window + place * self.window


def check_length(ids: Ids, window: int, part: str) -> None:
    """Raise DataError if there is not even one window of ids; part says which they are."""
    if len(ids) < window + 1:
        raise DataError(
            f"{len(ids)} ids {part} are too few for windows of {window}; give a longer text or a smaller --window."
        )


def shape_of(vocabulary: Vocabulary, model: ModelConfig) -> ModelConfig:
    """The model's shape for a vocabulary: as many embeddings and outputs as it has ids."""
    changes = {"inputs": 0, "vocabulary": vocabulary.size, "outputs": vocabulary.size}
    return options.from_mapping(ModelConfig, changes, model)
