"""Checkpoints made by the code of 2026-11-26: what they forecast and write, and how those that were stopped end."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

import rnnlab

from .commands import DAYS, FORECASTER, TEXT_NETWORK, TUTORIAL, WRITER, answer, working_in
from .places import FIXTURES, ROOT

SHAPE = "--hidden 16 --layers 2 --embedding 8"
# A training of each task that is stopped midway and resumed: many short reports, so that it can be stopped between two.
TRAININGS = {
    "forecaster": f"{FORECASTER} prices.csv {DAYS} --hidden 6 --layers 2 --epochs 30 --lr 0.0003 --seed 2 --patience 0",
    "writer": f"{WRITER} story.txt {SHAPE} --epochs 2 --batch 4 --window 25 --lr 0.01 --report-every 20",
}
FINISHED = {
    "tutorial": f"{TUTORIAL} prices.csv --hidden 6 --steps 20 --seeds 1",
    "words": f"{WRITER} story.txt {TEXT_NETWORK} --level word --words 100",
    "subwords": f"{WRITER} story.txt {TEXT_NETWORK} --level subword --subwords 512",
    "taught": f"{FORECASTER} prices.csv --from forecaster --epochs 1",
}
SCORES = ("n", "rmse", "mae", "mase", "crps", "log_score", "coverage80", "coverage95", "width80")
ROUNDED = ("nats_per_char_int8",)  # which processors without instructions for it round otherwise


def make(fixtures: Path = FIXTURES) -> None:
    """Train all of it by real commands; of the stopped ones also what they come to when they are resumed here."""
    with tempfile.TemporaryDirectory() as made, working_in(Path(made)):
        for name, command in TRAININGS.items():
            _stop_midway(f"{command} --out {name}")
            shutil.copytree(name, fixtures / "stopped" / name)
            ended = answer(f"{command} --out {name} --resume")
            stopped = json.loads((fixtures / "stopped" / name / "resume" / "state.json").read_text("utf-8"))
            assert stopped["step"] < ended["validation"]["step"], f"{name} was at its best before it was stopped"
            shutil.copytree(name, fixtures / "finished" / name)
        for name, command in FINISHED.items():
            answer(f"{command} --out {name}")
            shutil.copytree(name, fixtures / "finished" / name)


def _stop_midway(command: str) -> None:
    """Interrupt a training, as ^C does, after its second report."""
    words = [sys.executable, "-m", "rnnlab", *command.split()]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for _ in range(2):
            while ": step " not in process.stderr.readline():
                continue
        process.send_signal(signal.SIGINT)
        process.stderr.read()


def resume(name: str, folder: Path) -> dict[str, torch.Tensor]:
    """Resume a stopped training in an empty folder; the tensors that it ends with."""
    with working_in(folder):
        shutil.copytree(FIXTURES / "stopped" / name, folder / name)
        answer(f"{TRAININGS[name]} --out {name} --resume")
        assert not (folder / name / "resume").exists()
        return tensors(folder / name)


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint's folder."""
    return safetensors.torch.load_file(folder / "model.safetensors")


def digests(weights: dict[str, torch.Tensor]) -> dict[str, str]:
    """The SHA-256 of each tensor's bytes, by its name."""
    return {name: hashlib.sha256(one.contiguous().numpy().tobytes()).hexdigest() for name, one in weights.items()}


@contextmanager
def _among_the_fixtures() -> Iterator[None]:
    with chdir(FIXTURES):
        yield


@_among_the_fixtures()
def observe_forecasts() -> dict[str, Any]:
    """What each forecaster says of the days to come, and its scores on days that have been."""
    models = {name: f"finished/{name}" for name in ("stocks", "forecaster", "taught")}
    found: dict[str, Any] = {}
    for name, model in models.items():
        found[name] = {
            "task": rnnlab.load(model).task,
            "forecast of AAPL": _forecast(model, "AAPL", 20),
            "forecast of a file, calibrated": _forecast(model, "prices.csv", 3, calibrated=True),
            "backtest of AAPL": _scores(answer(f"backtest {model} --data AAPL --start 2017-06-01")),
            "backtest of a file": _scores(answer(f"backtest {model} --data prices.csv")),
        }
    tutorial = "finished/tutorial"
    return found | {
        "tutorial": {
            "task": rnnlab.load(tutorial).task,
            "backtest of a file": _scores(answer(f"backtest {tutorial} --data prices.csv")),
        }
    }


def _forecast(model: str, prices: str, horizon: int, calibrated: bool = False) -> dict[str, Any]:
    with warnings.catch_warnings():  # its notices, which are sentences
        warnings.simplefilter("ignore", UserWarning)
        table = rnnlab.load(model).forecast(prices, horizon, calibrated=calibrated)
    return {f"{day:%Y-%m-%d}": dict(row) for day, row in table.iterrows()}


def _scores(answered: dict[str, Any]) -> dict[str, Any]:
    baselines = {name: {"crps": one["crps"], "rmse": one["rmse"]} for name, one in answered["baselines"].items()}
    return {name: answered[name] for name in SCORES if name in answered} | {"baselines": baselines}


@_among_the_fixtures()
def observe_scores() -> dict[str, Any]:
    """How well each writer foretells a text."""
    models = {"shakespeare": "shakespeare"} | {name: f"finished/{name}" for name in ("writer", "words")}
    answers = {name: answer(f"evaluate {model} --data story.txt") for name, model in models.items()}
    return {
        name: {score: value for score, value in one.items() if type(value) in (int, float) and score not in ROUNDED}
        for name, one in answers.items()
    }


@_among_the_fixtures()
def observe_texts() -> dict[str, Any]:
    """What each writer writes: the likeliest, and drawn by seeds in several ways."""
    models = {"shakespeare": "shakespeare"} | {name: f"finished/{name}" for name in ("writer", "words")}
    return {name: _texts(model) for name, model in models.items()}


def _texts(model: str) -> dict[str, str]:
    prompt, loaded = "The ", rnnlab.load(model)
    rules = {"top_k": 20, "top_p": 0.9, "min_p": 0.01, "typical": 0.9, "repetition_penalty": 1.2}
    light = f"write {model} --prompt O --length 120 --seed 3 --weights int8"
    return {
        "likeliest": loaded.write(prompt, length=120, temperature=0),
        "seed 7": loaded.write(prompt, length=200, seed=7),
        "by the whole chain": loaded.write(prompt, length=200, seed=11, temperature=0.9, sampling=rules),
        "banned, stopped, finished": loaded.write(
            prompt, length=60, seed=5, stops=["the"], banned="x", keep_stop=True, finish_sentence=True
        ),
        "int8": answer(light)["text"],
    }
