"""Timings for whoever asks, and as lines for a terminal."""

from __future__ import annotations

from typing import Any

from rnnlab.bench.generation import bench_generation
from rnnlab.bench.training import bench_training
from rnnlab.service.lines import table

__all__ = ["bench_generation", "bench_training", "generation_lines", "training_bench_lines"]


def generation_lines(answer: dict[str, Any]) -> list[str]:
    """The engines' speeds as a table."""
    rows = [
        [f"{pair['model']}, {pair['engine']}", str(pair["batch"]), f"{pair['chars_per_cpu_second']:,.0f}",
         f"{pair['ratio_to_nn_lstm']:.1f}", f"{pair['ratio_to_floor']:.2f}"]
        for pair in answer["pairs"]
    ]  # fmt: skip
    head = ["", "batch", "characters a CPU second", "times nn.LSTM's speed", "times the floor's time"]
    return [_machine(answer), *table(head, rows)]


def training_bench_lines(answer: dict[str, Any]) -> list[str]:
    """The training step's speed as a table."""
    rows = [
        [f"{pair['model']}, {pair['precision']}", str(pair["batch"]), f"{pair['chars_per_cpu_second']:,.0f}",
         f"{pair['ratio_to_fp32_nn_lstm']:.2f}", f"{pair['ratio_to_char_loop']:.2f}", f"{pair['ratio_to_floor']:.2f}"]
        for pair in answer["pairs"]
    ]  # fmt: skip
    head = [
        "",
        "batch",
        "characters a CPU second",
        "times plain nn.LSTM",
        "times the loop by characters",
        "× the floor",
    ]
    return [_machine(answer), *table(head, rows)]


def _machine(answer: dict[str, Any]) -> str:
    machine = answer["machine"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['instructions']}, bf16 instructions: "
        f"{machine['bf16']}, load {machine['load']}, torch {machine['torch']}, {machine['threads']} thread"
    )
