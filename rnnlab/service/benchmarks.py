"""Timings for whoever asks, and as lines for a terminal."""

from __future__ import annotations

from typing import Any

from rnnlab.bench.generation import bench_generation
from rnnlab.bench.training import bench_training
from rnnlab.tasks.forecast.bench import bench_forecast
from rnnlab.tasks.forecast.lines import table

__all__ = [
    "bench_forecast",
    "bench_generation",
    "bench_training",
    "forecast_bench_lines",
    "generation_lines",
    "training_bench_lines",
]


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


def forecast_bench_lines(answer: dict[str, Any]) -> list[str]:
    """What training on a stock costs and is worth, beside others, and what many forecasts cost."""
    own = [
        [f"rnnlab density, {one['data']}", f"{one['cpu_seconds']:.1f}", f"{one['crps']:.4f}"]
        for one in answer["trainings"]
    ]
    peers = [
        [one["name"], "–" if one["cpu_seconds"] is None else f"{one['cpu_seconds']:.1f}", f"{one['crps']:.4f}"]
        for one in answer["peers"]
    ]
    days = answer["trainings"][0]["days"]
    forecasts = [
        [f"{one['series']:,}", f"{one['cpu_seconds']:.2f}", f"{one['command_seconds']:.1f}"]
        for one in answer["forecasts"]
    ]
    return [
        _machine(answer),
        f"AAPL, {days} days never learnt from; the last rows were measured elsewhere (docs/experiments.md)",
        *table(["", "CPU seconds a seed", "CRPS"], own + peers),
        *table(["series forecast", "CPU seconds", "as a command on files"], forecasts),
    ]


def _machine(answer: dict[str, Any]) -> str:
    machine = answer["machine"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['instructions']}, bf16 instructions: "
        f"{machine['bf16']}, load {machine['load']}, torch {machine['torch']}, {machine['threads']} thread"
    )
