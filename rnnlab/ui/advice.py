"""What a training's reports say of how it goes, in a sentence each; independent of any layout."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rnnlab.runtime.run_log import TrainReport

RISING = 4  # reports in a row without a better validation loss, while the training loss falls
JUMP = 20.0  # times the usual gradient norm
STUCK = 0.02  # of the baseline's loss
ENOUGH = 6  # reports before anything but a breakdown is said


def advise(reports: Sequence[TrainReport], baseline: float, beaten: str) -> list[str]:
    """Sentences on what goes wrong, the most serious first; none while all is well.

    Args:
        reports: so far.
        baseline: the validation loss of the model to beat, nats.
        beaten: its name.
    """
    told = [report.message for report in reports if report.message]
    if len(reports) < ENOUGH:
        return told
    found = (_exploding(reports), _overfitting(reports) or _stuck(reports, baseline, beaten))
    return told + [words for words in found if words]


def _exploding(reports: Sequence[TrainReport]) -> str:
    usual = statistics.median(report.gradient_norm for report in reports)
    jumps = [report for report in reports if report.gradient_norm_max > JUMP * usual]
    if not jumps:
        return ""
    worst = max(jumps, key=lambda report: report.gradient_norm_max)
    return (
        f"The gradient exploded around step {worst.step:,}, to {worst.gradient_norm_max / usual:,.0f} times its usual "
        f"norm; clipping scaled it down, so the weights moved no further than usual."
    )


def _overfitting(reports: Sequence[TrainReport]) -> str:
    losses = [report.scores.get("loss", float("inf")) for report in reports]
    best = min(range(len(losses)), key=losses.__getitem__)
    since = len(losses) - 1 - best
    if since < RISING or not reports[-1].loss < reports[best].loss:
        return ""
    return (
        f"Since step {reports[best].step:,} the training loss falls but the validation loss does not: the network is "
        f"overfitting. Stop here, or use a smaller network, more dropout, or more data."
    )


def _stuck(reports: Sequence[TrainReport], baseline: float, beaten: str) -> str:
    losses = [report.scores.get("loss", float("inf")) for report in reports[-ENOUGH:]]
    moved = max(losses) - min(losses)
    if moved > STUCK * abs(baseline) or min(losses) < baseline:
        return ""
    help_by = "another learning rate, a larger network or more data may help"
    return f"The validation loss is stuck above that of the {beaten}: {help_by}."
