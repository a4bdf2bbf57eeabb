"""What teachers bring: writers trained alone, and others trained towards the mean of their predictions.

    python -m benchmarks.students [TEXT] [--teachers 3] [--students 3] [--at-once 1] [--out DIR]
        [--all=FLAGS] [--taught=FLAGS]

TEXT is a file or a name of the catalog (tinyshakespeare). FLAGS are those of `train text`: of --all for every network,
of --taught for the students alone. Teachers have the seeds from 11 on, students those from 1 on. What is finished
in DIR is not trained again, and what was stopped is resumed, so that the hours can be spread over several days. Another
text or other FLAGS need another DIR.
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
    if min(asked.teachers, asked.students, asked.at_once) < 1:
        raise SystemExit("Give at least one teacher, one student and one training at a time.")
    common, taught = shlex.split(asked.all), shlex.split(asked.taught)
    teachers = {f"teacher-{seed}": seed for seed in range(FIRST_TEACHER, FIRST_TEACHER + asked.teachers)}
    students = {f"student-{seed}": seed for seed in range(FIRST_STUDENT, FIRST_STUDENT + asked.students)}
    taught += ["--teacher", *(str(asked.out / name) for name in teachers)]
    rows = []
    for seeds, flags in ((teachers, common), (students, [*common, *taught])):
        networks = _trained(seeds, ["--data", asked.text, *flags], asked.out, asked.at_once)
        losses = [[network.metrics[name] for name in FIGURES] for network in networks]
        means = [sum(column) / len(column) for column in zip(*losses, strict=True)]
        for name, figures in zip([*seeds, "mean"], [*losses, means], strict=True):
            rows.append([name, *(f"{loss:.4f}" for loss in figures)])
    print(*aligned(["network", "windows", "streamed", "5-gram"], rows), sep="\n")


def _trained(seeds: dict[str, int], flags: Sequence[str], out: Path, at_once: int) -> list[Checkpoint]:
    """The checkpoints of these names, with their seeds, in the folder `out`; ends the program where one fails."""

    def train(name: str) -> Checkpoint:
        folder, log = out / name, out / f"{name}.log"
        begun = (folder / FOLDER).exists()
        if begun or not (folder / "config.json").exists():
            resumed = ["--resume", *_without(flags, "--from")] if begun else flags
            command = [sys.executable, "-m", "rnnlab", "train", "text", *resumed, "--seed", str(seeds[name])]
            with open(log, "a", encoding="utf-8") as file:
                done = subprocess.run([*command, "--out", str(folder)], check=False, stdout=file, stderr=file)
            if done.returncode:
                raise SystemExit(f"{name} failed; {log} says why.")
        if (folder / FOLDER).exists():
            raise SystemExit(f"{name} was stopped before its last step; repeat the command to resume it.")
        return checkpoint.load(folder)

    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(train, seeds))


def _without(flags: Sequence[str], flag: str) -> list[str]:
    """The flags but one with its value."""
    place = flags.index(flag) if flag in flags else len(flags)
    return [*flags[:place], *flags[place + 2 :]]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.students", description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="?", default="tinyshakespeare", help="the text (default tinyshakespeare)")
    parser.add_argument("--teachers", type=int, default=3, help="how many are trained alone (default 3)")
    parser.add_argument("--students", type=int, default=3, help="how many they teach (default 3)")
    parser.add_argument("--at-once", type=int, default=1, help="trainings at the same time (default 1)")
    parser.add_argument("--out", type=Path, default=Path("build/students"), help="folder (default build/students)")
    parser.add_argument("--all", default="", metavar="FLAGS", help="flags of train text for every network")
    parser.add_argument("--taught", default="", metavar="FLAGS", help="further flags of train text for the students")
    main(parser.parse_args())
