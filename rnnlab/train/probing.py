"""How fast a training would go on this machine, from half a second of it; learns nothing."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, replace

from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.train.loop import fit
from rnnlab.train.progress import Task, TrainConfig

PROBE = 0.5  # seconds
MOST_STEPS = 200


@dataclass(frozen=True)
class Pace:
    """step: seconds a step. report: seconds a report adds, its validation included."""

    step: float
    report: float

    def seconds(self, steps: int, reports: int) -> float:
        """How long so many steps and reports take."""
        return steps * self.step + reports * self.report


def probe(task: Task, model: ModelConfig, config: TrainConfig, budget: float = PROBE) -> Pace:
    """Time some steps and one report of a training with these settings; its weights are thrown away.

    Args:
        task: what would be learnt.
        model, config: what would be trained, and how.
        budget: seconds for the steps; the first one, which loads kernels, and the report come on top.
    """
    times: list[float] = []

    def watch(step: int, steps: int) -> bool:
        times.append(time.perf_counter())
        return len(times) < 2 or times[-1] - times[0] < budget

    trial = replace(config, steps=MOST_STEPS, report_every=MOST_STEPS)
    for _ in itertools.islice(fit(new_model(model, config.seed), task, trial, watch=watch), 1):
        pass
    ended = time.perf_counter()
    step = (times[-1] - times[0]) / max(1, len(times) - 1)
    return Pace(step, ended - times[-1])
