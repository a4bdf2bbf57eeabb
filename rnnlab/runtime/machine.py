"""What this machine can do, measured, and a fair way to compare: in turn, in CPU seconds, by medians."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch


def medians(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU seconds of each piece of work, the median of so many rounds in each of which all are done once in turn.

    A machine that slows down so slows them all. A first round, which loads kernels, does not count.
    """
    taken: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 1):
        for name, do in work.items():
            began = time.process_time()
            do()
            if number:
                taken[name].append(time.process_time() - began)
    return {name: statistics.median(values) for name, values in taken.items()}


def bytes_a_second(size: int) -> float:
    """How fast this core reads so many bytes again and again, from whichever cache or memory holds them."""
    buffer = torch.ones(max(1024, size // 4))
    repeats = max(1, 200_000_000 // max(1, size))
    return buffer.numel() * 4 / _least(lambda: buffer.sum(), repeats)


def flops_a_second(rows: int, columns: int, inner: int, dtype: torch.dtype) -> float:
    """How many floating-point operations a second this core does in a product (rows, inner) × (inner, columns)."""
    left, right = torch.ones(rows, inner, dtype=dtype), torch.ones(inner, columns, dtype=dtype)
    work = 2 * rows * columns * inner
    return work / _least(lambda: left @ right, max(1, int(2e9 / work)))


def description() -> dict[str, Any]:
    """Which machine it was, for the record: processor, instructions, cores, load, torch."""
    instructions = torch.backends.cpu.get_cpu_capability()
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    known = {"processor": _processor(), "cores": os.cpu_count(), "instructions": instructions, "bf16": _bf16()}
    return known | {"load": load, "torch": torch.__version__, "threads": torch.get_num_threads()}


def machine_words(machine: Mapping[str, Any]) -> str:
    """The same as a line."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['instructions']}, bf16 instructions: "
        f"{machine['bf16']}, load {machine['load']}, torch {machine['torch']}, {machine['threads']} thread"
    )


def _least(do: Callable[[], object], repeats: int) -> float:
    """CPU seconds of one call, the least of seven tries of so many."""
    best = float("inf")
    for _ in range(7):
        began = time.process_time()
        for _ in range(repeats):
            do()
        best = min(best, (time.process_time() - began) / repeats)
    return max(best, 1e-9)


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _bf16() -> str:
    if torch.cpu._is_amx_tile_supported():
        return "AMX"
    return "AVX-512" if torch.cpu._is_avx512_bf16_supported() else "none"
