"""What the tab Train shows of a training: the plan, how far it is, its curve, its newest work; knows no layout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.reports import TrainReport
from rnnlab.service.visit_training import Plan
from rnnlab.tasks.forecast.page import figures, panels
from rnnlab.ui.advice import advise
from rnnlab.widgets.wording import notes_of

UNITS = {"forecast": "Loss, nats a return", "text": "Loss, nats a symbol"}
HALF_MINUTE = 30


def plan_panel(plan: Plan) -> str:
    """What was read, what would be trained, and how long that takes."""
    read = " ".join(plan.read)
    told = list(plan.notices)
    if plan.seconds > plan.most_seconds:
        told.append(
            f"A visit may train for {plan.most_seconds / 60:g} minutes here; then it is stopped, and what was best is "
            f"kept. With fewer passes or units it ends in time."
        )
    notes = notes_of(told)
    chosen = plan.settings
    words = (
        f"{str(chosen['cell']).upper()}, {chosen['layers']} × {chosen['hidden']} units, {chosen['epochs']} passes, "
        f"{plan.steps:,} steps; to beat: {plan.baseline:.3f} nats of the {plan.baseline_name}."
    )
    return (
        f'<section class="verdict plan"><p class="eyebrow">{escape(read)}</p><h2><strong>'
        f"{_duration(plan.seconds)} on this machine.</strong> {escape(words)}</h2>"
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + "</section>"
    )


def _duration(seconds: float) -> str:
    if seconds < 1.5:
        return "About a second"
    if seconds < HALF_MINUTE:
        return f"About {round(seconds)} seconds"
    minutes = seconds / 60
    return f"About {minutes:.0f} minutes" if minutes >= 1.5 else "About a minute"


def status(pulse: Pulse, reports: Sequence[TrainReport], plan: Plan) -> str:
    """How far it is, on one line above a bar."""
    if pulse.paused:
        return panels.status(f"Paused at step {pulse.step:,} of {pulse.steps:,}.", pulse.step / pulse.steps)
    words = f"Step {pulse.step:,} of {pulse.steps:,}" if pulse.step else "Starting …"
    if reports:
        last = reports[-1]
        words += (
            f", held out {last.scores.get('loss', math.nan):.4f} ({plan.baseline_name} {plan.baseline:.4f}), "
            f"gradient norm {last.gradient_norm:.2g}, rate {last.rate:.1e}, {last.per_second:,.0f} a second, "
            f"{_duration(last.seconds_left).lower()} left"
        )
    return panels.status(words, pulse.step / max(pulse.steps, 1))


def curve(reports: Sequence[TrainReport], plan: Plan) -> go.Figure:
    """The losses so far beside what is to be beaten."""
    points = [(report.epoch, report.loss, report.scores.get("loss")) for report in reports]
    return figures.training_figure(points, plan.baseline, plan.baseline_name, UNITS[plan.task])


def shown(reports: Sequence[TrainReport], plan: Plan) -> tuple[str, go.Figure, str]:
    """Status, curve and newest work after a report."""
    last = reports[-1]
    return status(Pulse(last.step, last.steps, False), reports, plan), curve(reports, plan), live(reports, plan)


def live(reports: Sequence[TrainReport], plan: Plan) -> str:
    """A fresh sample of a writer, the validation's scores of a forecaster, and advice."""
    last = reports[-1]
    told = "".join(f"<li>{escape(words)}</li>" for words in advise(reports, plan.baseline, plan.baseline_name))
    advice = f'<ul class="notes">{told}</ul>' if told else ""
    if plan.task == "text":
        sheet = f'<p class="seed">As it writes now</p><div class="written">{escape(last.sample)}</div>'
        return f'<div class="sheet">{sheet}</div>{advice}'
    scores = last.scores
    return (
        f'<p class="caption">On the days set aside, one day ahead: CRPS {scores["crps"]:.4f} %, the 80 % band held '
        f"{100 * scores['coverage80']:.1f} % of days.</p>{advice}"
    )
