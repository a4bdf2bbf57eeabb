"""The command train: one sub-command a task, with flags from its settings."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnnlab.commands.remote import add_remote, refuse_without_on, train_there
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.runtime.training import train
from rnnlab.tasks.kind import Request, TaskKind, Training
from rnnlab.tasks.registry import TASKS, kinds
from rnnlab.terminal.commands import Answer, add_command, add_overwrite, add_settings, given, picked, table_lines, tell
from rnnlab.terminal.streams import StepBar, aside
from rnnlab.train import saved_state
from rnnlab.train.processes import is_first, started

NAMES = ("train",)


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `train` with a sub-command for every task."""
    trainings = commands.add_parser("train", help="train a model").add_subparsers(required=True, metavar="TASK")
    for kind in kinds():
        if len(given) < 2 or given[1] not in TASKS or given[1] == kind.name:
            _add(trainings, kind)


def _add(trainings: Any, kind: TaskKind) -> None:
    parser = add_command(trainings, kind.name, kind.help, _train)
    parser.set_defaults(kind=kind)
    parser.add_argument("--data", required=True, nargs="+", metavar="NAME|FILE", help=kind.data)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument(
        "--from", dest="base", metavar="MODEL", help="fine-tune this checkpoint; its architecture is kept"
    )
    parser.add_argument("--resume", action="store_true", help="resume the training that DIR holds")
    parser.add_argument("--minutes", type=float, help="time limit; the best weights are kept (default: none)")
    add_overwrite(parser)
    add_remote(parser)
    own = kind.part(kind.commands)
    if hasattr(own, "add_training_flags"):
        own.add_training_flags(parser)
    seen: set[str] = set()
    for heading, settings in kind.settings().items():
        add_settings(parser.add_argument_group(heading), settings, seen)


def _train(args: argparse.Namespace) -> Answer:
    kind: TaskKind = args.kind
    refuse_without_on(args)
    own = kind.part(kind.commands)
    if hasattr(own, "check_training_flags"):
        own.check_training_flags(args)
    settings, arguments = given(args, kind.options()), picked(args, kind.arguments)
    request = Request.of(args.data, settings, arguments=arguments, base=args.base, command=args.command)
    if args.on:
        return train_there(args, kind, request)
    bar, processes = StepBar(args.minutes), started(args.device or "auto")

    def settled(training: Training) -> None:
        args.resumable = training.resumable and len(training.rounds) == 1
        for sentence in training.warnings:
            aside(sentence)

    args.resumable = True
    asked = picked(args, ("out", "resume", "overwrite"))
    training = train(kind, request, watch=bar.watch, processes=processes, settled=settled, **asked)
    try:
        answer = _follow(args, training, kind.counted)
    finally:
        bar.close()
        processes.part()
    if not is_first():
        return answer  # the first process has the result
    if bar.cut is not None:
        answer["notices"] = [_stopped(args, *bar.cut, answer), *answer["notices"]]
    return tell(args, answer, lambda answer: _lines(kind, answer))


def _stopped(args: argparse.Namespace, step: int, steps: int, answer: Answer) -> str:
    """A sentence on a training that its time limit ended after a step of so many; saved is its last report."""
    stopped = f"Stopped by --minutes {args.minutes:g}"
    if (Path(args.out) / saved_state.FOLDER).exists():
        return f"{stopped}; {answer.get('steps', step):,} of {steps:,} steps are kept, add --resume to continue."
    return f"{stopped}: a training ended after {step:,} of {steps:,} steps, and cannot be resumed."


def _lines(kind: TaskKind, answer: Answer) -> list[str]:
    """What a finished training amounts to."""
    where = f"saved in {answer['folder']}"
    if {"parameters", "seconds"} <= set(answer):
        best = f", best at step {answer['best_step']:,}" if answer.get("best_step") else ""
        until = f" on data up to {answer['until']}" if "until" in answer else ""
        where = f"Trained {answer['parameters']:,} parameters{until} in {answer['seconds']:.0f} s{best}; {where}"
    advice = [one for one in answer.get("advice", []) if one not in answer["notices"]]
    return [f"{where[0].upper()}{where[1:]}.", *table_lines(kind.tables(answer)), *advice, *answer["notices"]]


def _follow(args: argparse.Namespace, training: Iterator[TrainReport | TrainResult], unit: str) -> Answer:
    """Print a training's reports on standard error; gives its result's figures, with its folder.

    Args:
        args: learns in `reported` whether anything has been saved yet, for an interruption's sentence.
        training: its reports and its result.
        unit: of what is trained on in a second: "rows", "tokens".
    """
    answer: Answer = {}
    args.reported = False
    for event in training:
        args.reported = True
        if isinstance(event, TrainResult):
            answer = event.summary | {"folder": event.folder}
        else:
            aside(_report(event, unit))
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
    sample = "\n".join(f"    | {line}" for line in event.sample.splitlines())
    return "\n".join([text, *filter(None, [event.message, sample])])
