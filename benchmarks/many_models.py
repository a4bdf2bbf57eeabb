"""What a thousand different checkpoints, asked for in turn, leave in memory.

python -m benchmarks.many_models [MODELS]
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.tasks.text import data
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.devices import quiet_threads
from rnnlab.train.weights import cpu_weights

HIDDEN = 256
TOLD_AFTER = (1, 25, 50, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000)


def writers(models: int) -> Iterator[Checkpoint]:
    """Writers of one size with weights of their own; the vocabulary and the record are those of a bundled one."""
    record = checkpoint.load(Path(__file__).parents[1] / "data" / "checkpoints" / "shakespeare")
    config = dataclasses.replace(record.model, layers=1, hidden=HIDDEN)
    for seed in range(models):
        yield dataclasses.replace(record, model=config, weights=weights(config, seed))


def weights(config: ModelConfig, seed: int) -> dict[str, torch.Tensor]:
    """A new model's weights."""
    return cpu_weights(new_model(config, seed))


def resident_mb() -> float:
    """Megabytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(models: int) -> None:
    """Ask every writer for 20 characters, each from a folder that is deleted after it, and tell the memory."""
    quiet_threads()
    texts, began = set(), time.perf_counter()
    print("models asked   resident MB   kept open   bytes kept (MB)")
    for number, made in enumerate(writers(models), 1):
        with tempfile.TemporaryDirectory() as place:
            checkpoint.save(made, Path(place) / "model")
            texts.add(write(str(Path(place) / "model"), "ROMEO:", length=20, seed=1)["text"])
        if number in TOLD_AFTER:
            shelf = data._OPEN
            print(f"{number:12,} {resident_mb():13,.0f} {len(shelf):11,} {shelf.bytes / 1e6:17,.0f}", flush=True)
    print(f"{len(texts):,} different texts, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
