"""A writer's training in one process and in two, in turn: characters a second, and how far the losses are apart.

    python -m benchmarks.processes TEXT [--rounds 3] [--hidden 512] [--batch 64] [--processes 2]

Each training is 200 steps of the same batches; one process is also given as many threads as there are processes.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from rnnlab.nn.model import new_model
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.train.loop import fit
from rnnlab.train.processes import started

STEPS, REPORT_EVERY = 200, 50
SELF = ["-m", "benchmarks.processes"]


def main(asked: argparse.Namespace) -> None:
    """Run the variants in turn and print medians and ratios."""
    several = ["-m", "torch.distributed.run", "--nproc-per-node", str(asked.processes), *SELF]
    variants = {
        "one process": (1, SELF),
        f"one process, {asked.processes} threads": (asked.processes, SELF),
        f"{asked.processes} processes": (1, several),
    }
    speeds: dict[str, list[float]] = {name: [] for name in variants}
    losses: dict[str, list[float]] = {}
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, load {os.getloadavg()[0]:.1f}")
    for _ in range(asked.rounds):
        for name, (threads, command) in variants.items():
            found = _measured(command, threads, asked)
            speeds[name].append(statistics.median(found["per_second"]))
            losses[name] = found["losses"]
    base = statistics.median(speeds["one process"])
    for name, values in speeds.items():
        apart = max(abs(a - b) for a, b in zip(losses[name], losses["one process"], strict=True))
        print(
            f"{name:<24} {statistics.median(values):9,.0f} characters/s  {statistics.median(values) / base:5.2f} x"
            f"   losses at most {apart:.1e} from one process's"
        )


def _measured(command: list[str], threads: int, asked: argparse.Namespace) -> dict[str, list[float]]:
    """One training's speeds and training losses, report by report."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        flags = [asked.text, "--hidden", str(asked.hidden), "--batch", str(asked.batch), "--answer", str(answer)]
        flags += ["--precision", asked.precision]
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        subprocess.run([sys.executable, *command, *flags], env=environment, check=True, stderr=subprocess.DEVNULL)
        found: dict[str, list[float]] = json.loads(answer.read_text())
        return found


def _train(asked: argparse.Namespace) -> None:
    """Train in this process, with the others if there are any; the first writes its reports' figures."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    processes = started("cpu")
    settings = {"hidden": asked.hidden, "batch": asked.batch, "steps": STEPS, "report_every": REPORT_EVERY}
    settings |= {"device": "cpu", "precision": asked.precision}
    request = Request.of(asked.text, settings, together=processes.count)
    [one] = TEXT.prepare(TEXT.read(request), request).rounds
    reports = list(fit(new_model(one.model, one.train.seed), one.task, one.train, processes=processes))
    if processes.first:
        found = {"losses": [one.loss for one in reports], "per_second": [one.per_second for one in reports[1:]]}
        Path(asked.answer).write_text(json.dumps(found))
    processes.part()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("text", metavar="TEXT", help="a text of the catalog that has been fetched, or a text file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--answer", help="where a training that was started writes its figures")
    given = parser.parse_args()
    _train(given) if given.answer else main(given)
