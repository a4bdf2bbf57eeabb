"""Trains the waves in all processes that torchrun has started; not a test, but what tests start.

torchrun … tests/joined.py ANSWER [STEPS [RESUME]]
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import itertools
import sys
from pathlib import Path

import torch
from waves import CONFIG, Waves, wave_model

from rnnlab.train.loop import fit
from rnnlab.train.processes import started


def main(answer: str, steps: int = CONFIG.steps, resume: str | None = None) -> None:
    """Train up to a step and leave the reports and the weights of each process in a file."""
    processes = started("cpu")
    model = wave_model()
    snapshot = None if resume is None else torch.load(resume, weights_only=False)["reports"][-1].snapshot
    training = fit(model, Waves(), CONFIG, snapshot, processes=processes)
    reports = list(itertools.islice(training, (steps - (0 if snapshot is None else snapshot.numbers["step"])) // 10))
    training.close()
    weights = [weight.detach() for weight in model.parameters()]
    torch.save({"reports": reports, "weights": weights}, Path(f"{answer}.{processes.index}"))
    processes.part()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]), *sys.argv[3:])
