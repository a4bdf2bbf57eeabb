"""What learning from teachers brings: writers trained alone, and others that learn from the mean of their predictions.

    python -m benchmarks.students [TEXT] [--teachers 3] [--students 3] [--at-once 1] [--out DIR]
        [--all=FLAGS] [--taught=FLAGS]

TEXT is a file or a name of the catalog (tinyshakespeare). FLAGS are those of `train text`: of --all for every network,
of --taught for the students beside them. Teachers have the seeds from 11 on, students those from 1 on. What is finished
in DIR is not trained again, and what was stopped is resumed, so that the hours can be spread over several days.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rnnlab.terminal.commands import aligned
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.saved_state import FOLDER

FIRST_TEACHER, FIRST_STUDENT = 11, 1
FIGURES = ("nats_per_char_windows", "nats_per_char_streamed", "ngram_nats_per_char")


def main(asked: argparse.Namespace) -> None:
    """Train what is not there yet, the teachers first, and print every network's loss and the means."""
    everyone, taught = shlex.split(asked.all), shlex.split(asked.taught)
    teachers = {f"teacher-{seed}": seed for seed in range(FIRST_TEACHER, FIRST_TEACHER + asked.teachers)}
    students = {f"student-{seed}": seed for seed in range(FIRST_STUDENT, FIRST_STUDENT + asked.students)}
    learnt = ["--teacher", *(str(asked.out / name) for name in teachers), *taught]
    rows = []
    for names, flags in ((teachers, everyone), (students, [*everyone, *learnt])):
        made = _trained(names, ["--data", asked.text, *flags], asked.out, asked.at_once)
        losses = [[one.metrics[name] for name in FIGURES] for one in made]
        means = [sum(column) / len(column) for column in zip(*losses, strict=True)]
        named = zip([*names, "mean"], [*losses, means], strict=True)
        rows += [[name, *(f"{loss:.4f}" for loss in some)] for name, some in named]
    print(*aligned(["network", "windows", "streamed", "5-gram"], rows), sep="\n")


def _trained(names: dict[str, int], flags: Sequence[str], out: Path, at_once: int) -> list[Checkpoint]:
    """The checkpoints of these names, with their seeds, in the folder `out`; raises CalledProcessError."""

    def train(name: str) -> Checkpoint:
        place = out / name
        if not (place / "config.json").exists() or (place / FOLDER).exists():
            resume = ["--resume"] * (place / FOLDER).exists()
            command = [sys.executable, "-m", "rnnlab", "train", "text", *flags, "--seed", str(names[name])]
            with open(out / f"{name}.log", "a", encoding="utf-8") as log:
                told = {"stdout": log, "stderr": log}
                subprocess.run([*command, "--out", str(place), *resume], check=True, **told)
        return checkpoint.load(place)

    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(train, names))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.students", description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="?", default="tinyshakespeare", help="the text (default tinyshakespeare)")
    parser.add_argument("--teachers", type=int, default=3, help="how many are trained alone (default 3)")
    parser.add_argument("--students", type=int, default=3, help="how many learn from them (default 3)")
    parser.add_argument("--at-once", type=int, default=1, help="trainings at the same time (default 1)")
    parser.add_argument("--out", type=Path, default=Path("build/students"), help="folder (default build/students)")
    parser.add_argument("--all", default="", metavar="FLAGS", help="flags of train text for every network")
    parser.add_argument("--taught", default="", metavar="FLAGS", help="flags of train text for the students beside")
    main(parser.parse_args())
