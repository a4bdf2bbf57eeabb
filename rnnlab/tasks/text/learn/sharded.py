"""Learning to predict the next character of a text in shards, of which two are held at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from torch import Tensor

from rnnlab.data.text.vocab import Vocabulary
from rnnlab.nn.model import SequenceModel
from rnnlab.tasks.text.learn.task import Ids, TextTask, check_length
from rnnlab.train.progress import Batch

HELD = 2  # shards in memory at a time


class ShardedTask:
    """One TextTask a shard, their order drawn anew for each pass; the state is carried within a shard."""

    def __init__(
        self,
        open_shard: Callable[[int], Ids],
        lengths: Sequence[int],
        validation: Ids,
        vocabulary: Vocabulary,
        *,
        window: int,
        forget: int,
        batch: int,
    ) -> None:
        """Prepare; no shard is opened yet.

        Args:
            open_shard: gives the (N,) ids of a shard that are trained on.
            lengths: N of each.
            validation: (M,) ids of what is never trained on.
            vocabulary: what made them.
            window, forget, batch: as of TextTask.

        Raises:
            DataError: the validation is too short for one window.
        """
        check_length(validation, window, "held out")
        self.vocabulary, self.validation, self.window = vocabulary, validation, window
        self._settings = {"window": window, "forget": forget, "batch": batch}
        self._scored = TextTask(validation, validation, vocabulary, window=window, forget=forget, batch=batch)
        self._open = lru_cache(maxsize=HELD)(lambda number: self._task(open_shard(number)))
        self._steps = np.array([_steps(length, window, batch) for length in lengths])
        self.steps_per_epoch = int(self._steps.sum())

    def codec(self) -> dict[str, Any]:
        """The vocabulary."""
        return self._scored.codec()

    def batches(self, seed: int, start: int = 0) -> Iterator[Batch]:
        """Each pass's shards in an order of their own, each shard's windows in theirs; a shard begins without a past.

        So number n depends on seed and n alone, and a training that is resumed opens the shard it was at.
        """
        epoch, place = divmod(start, self.steps_per_epoch)
        while True:
            for shard in np.random.default_rng([seed, epoch]).permutation(len(self._steps)):
                steps = int(self._steps[shard])
                if place < steps:
                    windows = self._open(int(shard)).batches(seed, epoch * steps + place)
                    yield from itertools.islice(windows, steps - place)
                place = max(0, place - steps)
            epoch += 1

    def loss(self, output: Tensor, y: Tensor) -> Tensor:
        """(B, T, V) logits, (B, T) next ids -> mean negative log-probability, nats an id."""
        return self._scored.loss(output, y)

    def counted(self, y: Tensor) -> float:
        """(B, T) next ids -> how many."""
        return self._scored.counted(y)

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Nats an id (`loss`) and a character on what is held out; see TextTask."""
        return self._scored.evaluate(model)

    def _task(self, ids: Ids) -> TextTask:
        return TextTask(ids, self.validation, self.vocabulary, **self._settings)


def _steps(length: int, window: int, batch: int) -> int:
    """Windows side by side in one pass over a shard, as TextTask cuts it; 0 if it is too short for one."""
    if length < window + 1:
        return 0
    streams = max(1, min(batch, (length - 1) // window))
    return (length - 1) // (streams * window)
