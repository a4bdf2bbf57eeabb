"""What endpoints for programs share: an answer or one sentence, and a training streamed as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.page_training import Asked, Trained, begin, plan
from rnnlab.runtime.run_log import TrainReport
from rnnlab.tasks.kind import TaskKind
from rnnlab.widgets.wording import answer_for_programs, for_programs

TOLD = ("step", "steps", "epoch", "gradient_norm", "rate", "per_second", "seconds_left", "sample", "message")
LEFT_OUT = ("curve", "openings", "samples", "style", "originality")  # the checkpoint has them
LIMITS: dict[str, Any] = {"concurrency_id": "train", "concurrency_limit": 1}


def streamed(asked: Callable[[], Asked]) -> Iterator[dict[str, Any]]:
    """Train what is asked for; gr.Error with the one sentence that says why it cannot be."""
    try:
        wanted = asked()
        planned = plan(wanted)
        _, events = begin(wanted, report_every=planned.report_every)
        for event in events:
            if isinstance(event, TrainReport):
                yield _report(event, planned.baseline)
            elif isinstance(event, Trained):
                kept = {name: value for name, value in event.summary.items() if name not in LEFT_OUT}
                yield {"model": event.model, "ended_early": event.ended_early} | answer_for_programs(kept)
    except RnnlabError as error:
        raise gr.Error(for_programs(str(error)), print_exception=False) from error


def _report(report: TrainReport, baseline: float) -> dict[str, Any]:
    losses = {"training_loss": report.loss, "validation_loss": report.scores.get("loss"), "baseline_loss": baseline}
    return {name: getattr(report, name) for name in TOLD} | losses


def whole(settings: Mapping[str, Any], kind: TaskKind) -> dict[str, Any]:
    """The settings that were given, of a program's numbers and texts; whole numbers where they are to be whole."""
    given = {name: value.strip() if isinstance(value, str) else value for name, value in settings.items()}
    kinds = {known.name: known.kind for known in kind.options()}
    return {
        name: int(value) if kinds[name] is int and value == int(value) else value
        for name, value in given.items()
        if value
    }


def answered(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is asked for, or gr.Error with the one sentence that says why not."""
    try:
        return answer_for_programs(ask())
    except RnnlabError as error:
        raise gr.Error(for_programs(str(error)), print_exception=False) from error
