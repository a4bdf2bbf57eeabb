"""What commands share: their parsers, and what a training prints; knows no task."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tqdm import tqdm

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.options import Option
from rnnlab.runtime.reports import TrainReport, TrainResult
from rnnlab.terminal.streams import aside, show
from rnnlab.train.processes import Processes, is_first

Answer = dict[str, Any]


def add_command(commands: Any, name: str, help: str, run: Callable[[argparse.Namespace], Answer]) -> Any:
    """Add a command with its --json; gives its parser."""
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)
    return parser


def tell(asked: argparse.Namespace, answer: Answer, lines: Callable[[Answer], Iterable[str]]) -> Answer:
    """Print an answer as lines unless JSON is asked for, which is printed later; gives the answer."""
    if not asked.json:
        show("\n".join(lines(answer)))
    return answer


def add_settings(group: Any, settings: Iterable[Option], seen: set[str]) -> None:
    """Add a flag for every setting whose name is not among those seen, and remember it."""
    for known in settings:
        if known.name not in seen:
            options.add_flag(group, known)
        seen.add(known.name)


def add_time_limit(parser: Any) -> None:
    """Add --minutes to a training."""
    parser.add_argument("--minutes", type=float, help="end after so long, and keep the best (default: no limit)")


def add_overwrite(parser: Any, what: str = "the checkpoint or the stopped training that DIR holds") -> None:
    """Add --overwrite to a command that writes a folder or a file."""
    parser.add_argument("--overwrite", action="store_true", help=f"replace {what}")


def without_overwrite(words: Sequence[str]) -> list[str]:
    """A command line to be run again, by whoever reads it: nothing of theirs is replaced unasked."""
    return [word for word in words if len(word) < len("--ov") or not "--overwrite".startswith(word)]


def given(asked: argparse.Namespace, settings: Iterable[Option]) -> dict[str, Any]:
    """The settings that were given as flags; the others are None."""
    names = {known.name for known in settings}
    return {name: value for name, value in vars(asked).items() if name in names}


class StepBar:
    """A bar on a terminal that moves with every step of a training; a log has none. Reports stand above it."""

    def __init__(self, minutes: float | None = None) -> None:
        """Prepare; after so many minutes the training is to end."""
        self._bar: tqdm[Any] | None = None
        if minutes is not None and not minutes > 0:
            raise RnnlabError(f"{minutes:g} minutes are none; give a larger --minutes.")
        self._ends = None if minutes is None else time.monotonic() + 60 * minutes

    def watch(self, step: int, steps: int) -> bool:
        """Take note of a step; whether the training is to go on."""
        if self._bar is None:
            disable = None if is_first() else True  # None leaves the bar out where standard error is no terminal
            self._bar = tqdm(total=steps, initial=step - 1, unit="step", file=sys.stderr, leave=False, disable=disable)
        self._bar.update(step - self._bar.n if not self._bar.disable else 0)
        return self._ends is None or time.monotonic() < self._ends

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def follow(
    asked: argparse.Namespace,
    training: Iterator[TrainReport | TrainResult],
    unit: str,
    bar: StepBar,
    processes: Processes,
) -> Answer:
    """Print a training's reports on standard error; gives its result's figures, with its folder.

    Args:
        asked: learns in `reported` whether anything has been saved yet, for an interruption's sentence.
        training: what the service yields.
        unit: of what is learnt from a second: "rows", "tokens".
        bar: moved by the training's steps; closed at the end, however that comes.
        processes: those that train together; left at the end.
    """
    answer: Answer = {}
    asked.reported = False
    try:
        for event in training:
            asked.reported = True
            if isinstance(event, TrainResult):
                answer = event.summary | {"folder": event.folder}
            else:
                aside(_report(event, unit))
    finally:
        bar.close()
        processes.part()
    return answer


def _report(event: TrainReport, unit: str) -> str:
    who = f"seed {event.seed} {event.variant}".strip()
    scores = "  ".join(f"{name} {value:.4f}" for name, value in event.scores.items())
    text = (
        f"{who}: step {event.step}/{event.steps}  epoch {event.epoch:.1f}  training loss {event.loss:.5f}  {scores}  "
        f"gradient {event.gradient_norm:.3f}  rate {event.rate:.1e}  {event.per_second:,.0f} {unit}/s  "
        f"{event.seconds_left:.0f} s left"
    )
    if event.best_step is not None:
        text += f"  best at step {event.best_step}"
    return "\n".join([text, *filter(None, [event.message, event.sample and _shown(event.sample)])])


def _shown(sample: str) -> str:
    return "\n".join(f"    | {line}" for line in sample.splitlines())
