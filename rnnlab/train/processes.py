"""The processes that train one model together: their shares of a batch, and what they tell each other.

Each holds the whole model and reads the whole data; of every batch it learns its own sequences, and the gradients are
averaged before each step. They are started by torchrun and joined by Accelerate, over gloo on CPUs, over NCCL on GPUs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch
from torch import Tensor, nn

from rnnlab.errors import RnnlabError

if TYPE_CHECKING:
    from accelerate import Accelerator

Told = TypeVar("Told")


class Processes:
    """All processes of a training, seen from one of them; on one's own, everything here does nothing."""

    def __init__(self, accelerator: Accelerator | None = None) -> None:
        """Take what Accelerate has joined, or be on one's own."""
        self._accelerator = accelerator
        self.count: int = 1 if accelerator is None else accelerator.num_processes
        self.index: int = 0 if accelerator is None else accelerator.process_index

    @property
    def first(self) -> bool:
        """Whether this is the one that scores, prints and writes."""
        return self.index == 0

    @property
    def device(self) -> str | None:
        """What all of them train on, "cpu" or "cuda"; None on one's own, where the device is yet to be chosen."""
        return None if self._accelerator is None else str(self._accelerator.device.type)

    def share(self, sequences: int) -> slice:
        """Which sequences of a batch are this process's.

        Raises:
            RnnlabError: there are fewer sequences than processes.
        """
        if sequences < self.count:
            remedy = "give a larger --batch, more data or fewer processes"
            raise RnnlabError(f"A batch of {sequences} cannot be divided among {self.count} processes; {remedy}.")
        first, last = (sequences * number // self.count for number in (self.index, self.index + 1))
        return slice(first, last)

    def joined(self, model: nn.Module) -> nn.Module:
        """The model, whose gradients are from now on the mean of all processes'."""
        if self._accelerator is None:
            return model
        return cast(nn.Module, self._accelerator.prepare_model(model, device_placement=False))

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all processes, element by element; all of them must ask."""
        if self._accelerator is None:
            return values
        return cast(Tensor, self._accelerator.reduce(values, reduction="mean"))

    def whole(self, part: Tensor, dimension: int) -> Tensor:
        """Every process's part along a dimension, in their order, on the CPU; all of them must ask."""
        if self._accelerator is None:
            return part
        from accelerate.utils import gather_object

        return torch.cat(gather_object([part.cpu()]), dim=dimension)

    def told(self, value: Told) -> Told:
        """What the first process says, to all of them; all of them must ask."""
        if self._accelerator is None:
            return value
        from accelerate.utils import broadcast_object_list

        said: list[Any] = [value]
        broadcast_object_list(said)
        return cast(Told, said[0])

    def part(self) -> None:
        """Leave the others, who may be done earlier or later."""
        if self._accelerator is not None:
            self._accelerator.end_training()


ALONE = Processes()


def started(device: str = "auto") -> Processes:
    """Join the processes that torchrun has started, of which this is one; on one's own without it.

    Args:
        device: what to train on, as `--device` names it; "auto" is the GPUs if there is one for each process here.

    Raises:
        RnnlabError: Accelerate is not installed, the GPUs are too few, or the device cannot be shared.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return ALONE
    try:
        from accelerate import Accelerator, DistributedDataParallelKwargs
    except ImportError as error:
        raise RnnlabError("Training in several processes needs Accelerate; pip install 'rnnlab[train]'.") from error
    here = int(os.environ.get("LOCAL_WORLD_SIZE", os.environ["WORLD_SIZE"]))
    enough = torch.cuda.device_count() >= here
    if device == "mps" or (device == "cuda" and not enough):
        raise RnnlabError(f"{here} processes cannot train on {device} here; choose --device cpu or fewer processes.")
    # Gradients that lie where they are sent from spare a copy of all of them at each step.
    views = DistributedDataParallelKwargs(gradient_as_bucket_view=True)
    return Processes(Accelerator(cpu=device == "cpu" or not enough, kwargs_handlers=[views]))


def is_first() -> bool:
    """Whether this process is the one that speaks: the only one, or the first that torchrun has started."""
    return os.environ.get("RANK", "0") == "0"


def launcher() -> str:
    """How this program was started, as a person would write it: by Python, or by torchrun in several processes."""
    processes = os.environ.get("WORLD_SIZE", "1")
    if processes == "1":
        return "python"
    here = os.environ.get("LOCAL_WORLD_SIZE", processes)
    nodes = "" if here == processes else f" --nnodes {int(processes) // int(here)}"
    return f"torchrun{nodes} --nproc-per-node {here}"
