"""Seconds of one training step by threads and by precision, in turn, as medians and ratios.

    python -m benchmarks.training [--rounds 7]

What it decides: one thread for small models, half precision only where the processor has instructions for it
(docs/decisions.md). Each round times every variant once, so that a machine that slows down slows them all.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import argparse
import platform
import statistics
import time

import torch

from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.train.devices import available_devices, cpu_computes

SHAPES = {
    "forecaster: GRU 16, batch 32, 86 steps": (ModelConfig("gru", 16, 1, inputs=15, outputs=60), 32, 86),
    "tutorial: RNN 32x2, batch 2399, 19 steps": (ModelConfig("rnn", 32, 2, inputs=1, outputs=1), 2399, 19),
    "text: LSTM 256x2, batch 32, 64 steps": (ModelConfig("lstm", 256, 2, inputs=128, outputs=65), 32, 64),
}


def step_seconds(model: SequenceModel, x: torch.Tensor, threads: int, dtype: torch.dtype) -> float:
    torch.set_num_threads(threads)
    began = time.perf_counter()
    with torch.autocast(x.device.type, dtype=dtype, enabled=dtype != torch.float32):
        output, _ = model(x)
    output.float().square().mean().backward()
    if x.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def variants() -> dict[str, tuple[str, int, torch.dtype]]:
    found = {"cpu, 1 thread, fp32": ("cpu", 1, torch.float32)}
    if (os.cpu_count() or 1) > 1:
        found["cpu, 2 threads, fp32"] = ("cpu", 2, torch.float32)
    if cpu_computes("bf16"):
        found["cpu, 1 thread, bf16"] = ("cpu", 1, torch.bfloat16)
    for device in available_devices()[1:]:
        found[f"{device}, fp32"] = (device, 1, torch.float32)
        found[f"{device}, bf16"] = (device, 1, torch.bfloat16)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")
    for name, (config, batch, steps) in SHAPES.items():
        seconds: dict[str, list[float]] = {variant: [] for variant in variants()}
        for round_number in range(rounds + 1):
            for variant, (device, threads, dtype) in variants().items():
                model = new_model(config, 1).to(device)
                x = torch.randn(batch, steps, config.inputs, device=device)
                taken = step_seconds(model, x, threads, dtype)
                if round_number:  # the first round loads kernels
                    seconds[variant].append(taken)
        print(name)
        base = statistics.median(seconds["cpu, 1 thread, fp32"])
        for variant, values in seconds.items():
            median = statistics.median(values)
            print(f"  {variant:<22} {1000 * median:8.1f} ms   {base / median:5.2f} x the first")


if __name__ == "__main__":
    main()
