"""What the tab Train shows of a training: the plan, how far it is, its curve, its newest work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.page_training import Plan
from rnnlab.runtime.run_log import TrainReport
from rnnlab.tasks.registry import kind_named
from rnnlab.ui.advice import advise
from rnnlab.widgets import figures, html

HALF_MINUTE = 30


def plan_panel(plan: Plan) -> str:
    """What was read, what would be trained, and how long that takes."""
    read = " ".join(plan.read)
    told = list(plan.notices)
    if plan.seconds > plan.most_seconds:
        told.append(
            f"A training may take {plan.most_seconds / 60:g} minutes here; then it is stopped and the best weights are "
            f"kept. Choose fewer epochs or units to finish in time."
        )
    chosen = plan.settings
    epochs = f"{chosen['epochs']} epochs, " if "epochs" in chosen else ""
    words = (
        f"{str(chosen['cell']).upper()}, {chosen['layers']} × {chosen['hidden']} units, {epochs}{plan.steps:,} steps; "
        f"baseline: {plan.baseline:.3f} nats ({plan.baseline_name})."
    )
    return (
        f'<section class="verdict plan"><p class="eyebrow">{escape(read)}</p><h2><strong>'
        f"{_duration(plan.seconds)} on this machine.</strong> {escape(words)}</h2>"
        f"{html.notes(told)}</section>"
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
        return html.status(f"Paused at step {pulse.step:,} of {pulse.steps:,}.", pulse.step / pulse.steps)
    words = f"Step {pulse.step:,} of {pulse.steps:,}" if pulse.step else "Starting …"
    if reports:
        last = reports[-1]
        words += (
            f", held out {last.scores.get('loss', math.nan):.4f} ({plan.baseline_name} {plan.baseline:.4f}), "
            f"gradient norm {last.gradient_norm:.2g}, rate {last.rate:.1e}, {last.per_second:,.0f} per second, "
            f"{_duration(last.seconds_left).lower()} left"
        )
    return html.status(words, pulse.step / max(pulse.steps, 1))


def curve(reports: Sequence[TrainReport], plan: Plan) -> go.Figure:
    """The losses so far beside what is to be beaten."""
    points = [(report.epoch, report.loss, report.scores.get("loss")) for report in reports]
    return figures.training_figure(points, plan.baseline, plan.baseline_name, kind_named(plan.task).loss)


def shown(reports: Sequence[TrainReport], plan: Plan) -> dict[str, Any]:
    """Progress, curve and newest work after a report."""
    last = reports[-1]
    words = status(Pulse(last.step, last.steps, False), reports, plan)
    return {"progress": words, "curve": curve(reports, plan), "live": live(reports, plan)}


def live(reports: Sequence[TrainReport], plan: Plan) -> str:
    """A fresh sample, or the validation's scores, and advice."""
    last = reports[-1]
    advice = html.notes(advise(reports, plan.baseline, plan.baseline_name))
    if last.sample:
        sheet = f'<p class="seed">Sample</p><div class="written">{escape(last.sample)}</div>'
        return f'<div class="sheet">{sheet}</div>{advice}'
    return f'<p class="caption">{escape(kind_named(plan.task).live(last.scores))}</p>{advice}'
