"""Where and in which precision to train, chosen by measurement; independent of what is trained."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

import torch

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "fp32", "bf16", "fp16")

LENT = "RNNLAB_LENT_GPU"  # set in a process that a ZeroGPU Space has forked and lends a GPU to

# Below this width a step is bound by its many small calls, not by arithmetic, and casting costs more than it saves.
NARROWEST_FOR_HALF = 128


def quiet_threads() -> None:
    """Keep torch on one thread, for processes that run small recurrent models.

    A second thread on two busy cores made a step 8 to 100 times slower (docs/decisions.md). The variables act only
    if torch is not imported yet; entry points therefore set them themselves, first of all.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    torch.set_num_threads(1)


def on_zero_gpu() -> bool:
    """Whether this is a ZeroGPU Space, whose GPU is only there in processes that it is lent to."""
    return os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def available_devices() -> list[str]:
    """The devices of this machine, the CPU first."""
    found = ["cpu"]
    # ZeroGPU has torch say that there is a GPU also where there is none yet.
    if torch.cuda.is_available() and not (on_zero_gpu() and LENT not in os.environ):
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


def choose_device(
    wanted: str, seconds_per_step: Callable[[str], float], available: Sequence[str] | None = None
) -> torch.device:
    """Take the device that is wanted, or for "auto" the one on which a step of this very model takes least time.

    Args:
        wanted: one of DEVICES.
        seconds_per_step: measures one training step on a device; asked only if there is a choice.
        available: the devices to choose from; this machine's if None.

    Raises:
        RnnlabError: the wanted device is not there.
    """
    found = list(available_devices() if available is None else available)
    if wanted == "auto":
        return torch.device(found[0] if len(found) == 1 else min(found, key=seconds_per_step))
    if wanted not in found:
        raise RnnlabError(f"This machine has no {wanted} device; choose --device {' or '.join(['auto', *found])}.")
    return torch.device(wanted)


def forward_seconds(model: ModelConfig) -> Callable[[str], float]:
    """A measurement for `choose_device`: seconds that a model of this shape takes for 512 steps on a device."""
    return lambda device: _forward_seconds(model, device)


@lru_cache(maxsize=64)
def _forward_seconds(config: ModelConfig, device: str) -> float:
    try:
        model = SequenceModel(config).to(device).eval()
        shape = (1, 512) if config.vocabulary else (1, 512, config.inputs)
        x = torch.zeros(shape, dtype=torch.long if config.vocabulary else torch.float32, device=device)
        with torch.no_grad():
            model(x)[0].sum().item()  # the first run also loads kernels
            began = time.perf_counter()
            model(x)[0].sum().item()
        return time.perf_counter() - began
    except (RuntimeError, AssertionError):  # torch asserts where it was built without the device
        return math.inf


def choose_precision(wanted: str, device: torch.device, model: ModelConfig) -> torch.dtype:
    """Take the wanted precision, or for "auto" the fastest that this machine has instructions for.

    CUDA: bfloat16 from Ampere on, float16 before. CPU: bfloat16 where it has instructions for it, matrix tiles (AMX)
    or dot products (AVX-512), with which LSTMs trained 2.4 to 3.3 and 1.7 times faster (docs/decisions.md); elsewhere
    float32, for without such instructions bfloat16 is slower. Narrow models and Apple's GPUs: float32.

    Raises:
        RnnlabError: this CPU has no instructions for the wanted precision and its cell's kernel cannot do without.
    """
    named = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    if wanted != "auto":
        if device.type == "cpu" and CELLS[model.cell].half_by_instruction and not cpu_computes(wanted):
            name = model.cell.upper()
            raise RnnlabError(f"This CPU cannot train an {name} in {wanted}; choose --precision fp32 or auto.")
        return named[wanted]
    if model.hidden < NARROWEST_FOR_HALF or device.type == "mps":
        return torch.float32
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16
    return torch.bfloat16 if has_bf16_instructions() else torch.float32


def cpu_computes(precision: str) -> bool:
    """Whether this CPU's LSTM kernel (oneDNN) computes in "fp32", "bf16" or "fp16"."""
    asked = {"bf16": "_is_mkldnn_bf16_supported", "fp16": "_is_mkldnn_fp16_supported"}.get(precision)
    return asked is None or bool(getattr(torch.ops.mkldnn, asked)())


def has_bf16_instructions() -> bool:
    """Whether this CPU multiplies bfloat16 by instructions of its own, instead of converting to float32 and back."""
    asked = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    known: list[Callable[[], bool]] = [found for name in asked if (found := getattr(torch.cpu, name, None))]
    return any(check() for check in known)
