"""Damaged and forged checkpoints, zips, kept texts, shards and cache files, given to rnnlab: what becomes of each.

python -m benchmarks.fuzz [--mutations 5000] [--seed N] [--case NUMBER]

Each case is something small and whole, damaged in one way that its number draws, and given in a process of its own: it
is opened, looked at, used, saved anew, and a training that was stopped is resumed. Counted are those that were

    refused         in one sentence
    harmless        what was damaged is not read, may be so, or says the same as before
    escaped         a raw error, or a sentence that is none
    hung            for more than 5 seconds
    taken wrongly   a field contradicts docs/checkpoints.md, or what came of it is not finite, and nobody was told

The last three are faults.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzzing import cases, others, sources
from benchmarks.fuzzing.cases import Case
from benchmarks.fuzzing.judging import OUTCOMES, Files, Told, Verdict, judge, judge_other
from benchmarks.fuzzing.sources import Source
from benchmarks.fuzzing.worker import Worker

FAULTS = OUTCOMES[2:]


@dataclass(frozen=True)
class Found:
    """A case, and what became of it."""

    case: Case
    verdict: Verdict


def run(mutations: int, seed: int, place: Path, *, few: bool = False, only: int | None = None) -> Iterator[Found]:
    """Try so many cases below a folder, or only the one of a number.

    Args:
        mutations: how many.
        seed: of the draws; the same gives the same cases.
        place: an empty folder.
        few: damage only one thing of each kind, which are made in two seconds.
    """
    made = sources.build(place, few=few)
    (place / "elsewhere").mkdir()
    worker = Worker(place / "elsewhere")
    try:
        expected = {one.name: _whole(worker, one, place) for one in made if one.kind == "model"}
        for number in [only] if only is not None else range(mutations):
            root = place / "case"
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            case = cases.make(number, seed, made, root)
            yield Found(case, _tried(worker, case, expected, place))
    finally:
        worker.close()


def _whole(worker: Worker, source: Source, place: Path) -> dict:
    """What using a whole checkpoint gives, by step."""
    folder = place / "case" / source.name
    shutil.copytree(source.place, folder)
    told = _asked(worker, Case(-1, source, "", "folder", folder), folder.parent)
    shutil.rmtree(place / "case")
    assert told is not None, f"{source.name} hangs as it is"
    assert all("taken" in answer for answer in told.values()), f"{source.name} is not taken as it is: {told}"
    return {step: answer["taken"] for step, answer in told.items()}


def _asked(worker: Worker, case: Case, root: Path) -> dict | None:
    source = case.source
    told = worker.ask(
        sent=case.sent,
        place=str(case.place),
        task=source.task,
        data=source.data,
        model=source.model,
        cache=str(root / "cache"),
    )
    if told is not None:
        told.pop("seconds", None)
    return told


def _tried(worker: Worker, case: Case, expected: dict, place: Path) -> Verdict:
    root, places = place / "case", [str(place), "/tmp/", "/proc/"]
    before = Files.of(case.place) if case.sent in ("folder", "files") else None
    told = _asked(worker, case, root)
    folder = (told or {}).pop("folder", None)
    if case.source.kind != "model":
        return judge_other(Told(told or {}, hung=told is None), lambda: others.changed(case), places)
    files = before if folder is None else Files.of(Path(folder["at"]))
    return judge(Files.of(case.source.place), Told(told or {}, files, told is None), expected[case.source.name], places)


def table(found: list[Found]) -> str:
    """Outcomes by the way of damage, as lines of columns."""
    counted = Counter((one.case.how, one.verdict.outcome) for one in found)
    ways = sorted({one.case.how for one in found})
    width = max(map(len, [*ways, "all"]))
    lines = [" " * width + "".join(f"{name:>15}" for name in ("cases", *OUTCOMES))]
    for way in [*ways, "all"]:
        numbers = [
            sum(count for (how, out), count in counted.items() if way in (how, "all") and out == name)
            for name in OUTCOMES
        ]
        lines.append(f"{way:<{width}}" + "".join(f"{number:>15,}" for number in (sum(numbers), *numbers)))
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--mutations", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="only the case of this number, with what was said of it")
    asked = parser.parse_args()
    began, found = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for one in run(asked.mutations, asked.seed, Path(folder), only=asked.case):
            found.append(one)
            if one.verdict.outcome in FAULTS or asked.case is not None:
                case = one.case
                print(f"case {case.number} ({case.source.name}, {case.sent}, {case.how}): {one.verdict}", flush=True)
            elif len(found) % 500 == 0:
                print(f"{len(found):,} cases, {time.monotonic() - began:,.0f} s", file=sys.stderr, flush=True)
    print(table(found))
    print(f"seed {asked.seed}, {time.monotonic() - began:,.0f} s")
    return int(any(one.verdict.outcome in FAULTS for one in found))


if __name__ == "__main__":
    sys.exit(main())
