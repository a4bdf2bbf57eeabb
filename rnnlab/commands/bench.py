"""The command bench: timings on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from rnnlab.service import benchmarks
from rnnlab.terminal.commands import Answer, add_command, tell


def add_commands(commands: Any) -> None:
    """Add `bench generation`, `bench training` and `bench forecast`."""
    benches = commands.add_parser("bench", help="time our engines beside plain ones").add_subparsers(
        required=True, metavar="WHAT"
    )
    generation = add_command(benches, "generation", "single steps beside stepping nn.LSTM", _generation)
    generation.add_argument("--rounds", type=int, default=15, help="rounds, of which the median counts (default 15)")
    training = add_command(benches, "training", "a training step beside plain loops", _training)
    training.add_argument("--rounds", type=int, default=5, help="rounds, of which the median counts (default 5)")
    forecast = add_command(benches, "forecast", "training on a stock, its score, and many forecasts", _forecast)
    forecast.add_argument("--seeds", type=int, default=3, help="seeds to train, whose mean counts (default 3)")


def _generation(asked: argparse.Namespace) -> Answer:
    answer = benchmarks.bench_generation(asked.rounds)
    return tell(asked, answer, benchmarks.generation_lines)


def _training(asked: argparse.Namespace) -> Answer:
    answer = benchmarks.bench_training(asked.rounds)
    return tell(asked, answer, benchmarks.training_bench_lines)


def _forecast(asked: argparse.Namespace) -> Answer:
    answer = benchmarks.bench_forecast(asked.seeds)
    return tell(asked, answer, benchmarks.forecast_bench_lines)
