"""On which machine bits were recorded: another kind of processor or another torch may round otherwise."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

import torch


def kind() -> dict[str, str]:
    """What bits depend on: processor, the instructions torch uses, and the versions that compute."""
    return {
        "processor": _processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "onnxruntime": version("onnxruntime"),
    }


def _processor() -> str:
    """Vendor, family and model, as Linux tells them; elsewhere what Python knows."""
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return f"{platform.system()} {platform.machine()} {platform.processor()}"
    lines = [line.partition(":") for line in told.read_text().splitlines()]
    known = {name.strip(): value.strip() for name, _, value in reversed(lines)}
    return " ".join(known.get(name, "?") for name in ("vendor_id", "cpu family", "model", "model name"))
