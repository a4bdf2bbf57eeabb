"""On which device a training runs, by a few steps of it on each; independent of any file."""

from __future__ import annotations

import math
import time

import torch

from rnnlab.nn.model import SequenceModel
from rnnlab.train import devices
from rnnlab.train.processes import Processes
from rnnlab.train.progress import Snapshot, Task, TrainConfig


def training_device(
    model: SequenceModel, task: Task, config: TrainConfig, resume: Snapshot | None, processes: Processes
) -> torch.device:
    """The device that the settings name, or where the training began, or the one on which its steps take least time.

    Raises:
        RnnlabError: the device that is wanted is not there.
    """
    wanted = processes.device or config.device
    if wanted == "auto" and resume is not None and resume.numbers["device"] in devices.available_devices():
        wanted = str(resume.numbers["device"])
    return devices.choose_device(wanted, lambda name: _seconds_per_step(model, task, name))


def _seconds_per_step(model: SequenceModel, task: Task, device: str) -> float:
    """Measure a training step of this model on a device; infinite where it does not run at all."""
    trial = SequenceModel(model.config)
    batch = next(task.batches(seed=0))
    try:
        trial.to(device).seed_noise(0)
        x, y = batch.x.to(device), batch.y.to(device)
        for repeat in range(4):
            if repeat == 1:  # the first step also loads kernels
                began = time.perf_counter()
            loss = task.loss(trial(x)[0].float(), y)
            loss.backward()  # type: ignore[no-untyped-call]
            loss.item()  # waits for the device
        return (time.perf_counter() - began) / 3
    except (RuntimeError, AssertionError):  # torch asserts where it was built without the device
        return math.inf
