"""What a back-test says of value at risk and of calm and stormy days: tables of words, and a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Table
from rnnlab.tasks.forecast.tables import share

STORMS = ("calm", "middle", "stormy")  # the terciles of volatility
CHANCE = 2.39  # standard errors, for 95 % over three terciles together (Bonferroni)
TESTS = ("kupiec_p", "independence_p", "conditional_p")
HEAD = ("", "breaches", "Kupiec p", "independence p", "both p", "quantile score %", "joint score", "p (DM)")
RISK_NOTE = "Scores: lower is better; joint: of value at risk and expected shortfall (Fissler–Ziegel), as is p (DM)."


def risk_tables(scores: Mapping[str, Any]) -> list[Table]:
    """For each level of value at risk a row a model that has a density; none for horizons over a day."""
    return [_level(scores, level) for level in scores.get("value_at_risk") or ()]


def _level(scores: Mapping[str, Any], level: str) -> Table:
    models = {THIS_MODEL: scores} | {TITLES.get(name, name): one for name, one in scores["baselines"].items()}
    known = {title: one["value_at_risk"][level] for title, one in models.items() if one.get("value_at_risk")}
    due = (1 - int(level) / 100) * scores["n"]
    caption = (
        f"Value at risk of {level} %, long position: losses beyond it are due on {due:.0f} of {scores['n']:,} days."
    )
    return Table(caption, HEAD, tuple((title, *risk_cells(tail)) for title, tail in known.items()))


def risk_cells(tail: Mapping[str, Any]) -> tuple[str, ...]:
    """One model's record of one level, in words: breaches, the tests' p-values, both scores and the comparison's p."""
    tests = (f"{tail[name]:.2g}" for name in TESTS)
    joint = "–" if tail["joint_score"] is None else f"{tail['joint_score']:.4f}"
    compared = "" if tail["joint_p"] is None else f"{tail['joint_p']:.2g}"
    return str(tail["breaches"]), *tests, f"{tail['quantile_score']:.4f}", joint, compared


def panel_risk_table(found: Mapping[str, Any]) -> list[Table]:
    """Value at risk over several series, a row a model; none for horizons over a day, or where it was not scored."""
    own = found["mean"].get("value_at_risk")
    if not own:
        return []
    others = {TITLES.get(name, name): one.get("value_at_risk") for name, one in found["against"].items()}
    rows = []
    for title, tails in ({THIS_MODEL: own} | others).items():
        cells = [text for tail in (tails or {}).values() for text in _panel_cells(tail)]
        rows += [(title, *cells)] if cells else []
    days, series = own["95"]["days"], len(found["series"])
    head = [f"{level} %: {what}" for level in own for what in ("beyond", "rejected", "joint score", "panel t")]
    caption = (
        f"Value at risk, long position: share of {days:,} days with a loss beyond it, and how many of {series} series "
        f"Kupiec's test rejects; panel t on the joint score, below 0 if better."
    )
    return [Table(caption, ("", *head), tuple(rows))]


def _panel_cells(tail: Mapping[str, Any]) -> tuple[str, ...]:
    joint = "–" if tail["joint_score"] is None else f"{tail['joint_score']:.4f}"
    test = "" if tail["panel_statistic"] is None else f"{tail['panel_statistic']:.1f}"
    return f"{100 * tail['share']:.2f} %", str(tail["rejected"]), joint, test


def panel_terciles_sentence(terciles: Sequence[Mapping[str, Any]]) -> str:
    """The mean coverage by tercile of volatility, raw and calibrated."""
    told = []
    for percent in (80, 95):
        each = (
            f"{share(one[f'coverage{percent}'])} ({share(one[f'calibrated{percent}'])}) on {name} days"
            for name, one in zip(STORMS, terciles, strict=True)
        )
        told.append(f"{percent} % band {', '.join(each)}")
    return f"Coverage by tercile of volatility, mean of the series, in brackets when calibrated: {'; '.join(told)}."


def tercile_table(terciles: Sequence[Mapping[str, Any]]) -> Table:
    """Coverage by tercile of volatility, as given and as calibrated."""
    rows = []
    for name, one in zip(STORMS, terciles, strict=True):
        covered = (share(one[key]) for key in ("coverage80", "calibrated80", "coverage95", "calibrated95"))
        rows.append((name, f"{one['days']:,}", f"{one['low']:.2f} – {one['high']:.2f}", *covered))
    caption = "Coverage by tercile of the running volatility known the day before (percent a day)."
    head = ("", "days", "volatility %", "80 % band", "calibrated", "95 % band", "calibrated")
    return Table(caption, head, tuple(rows))


def storm_sentence(terciles: Sequence[Mapping[str, Any]], horizon: int) -> str:
    """Whether the 80 % band fails in calm or in storms; beyond one day, where outcomes overlap, without a judgement."""
    calm, _, stormy = terciles
    figures = (
        f"coverage {share(stormy['coverage80'])} on stormy days ({share(stormy['calibrated80'])} when calibrated), "
        f"{share(calm['coverage80'])} on calm ones ({share(calm['calibrated80'])})"
    )
    if horizon > 1:
        return f"The 80 % band in calm and in storms: {figures}."
    far = max(range(3), key=lambda number: abs(terciles[number]["coverage80"] - 0.8))
    worst = terciles[far]
    missed = worst["coverage80"] - 0.8
    if abs(missed) < CHANCE * math.sqrt(0.8 * 0.2 / worst["days"]):
        return f"The 80 % band is off by no more than chance in any tercile of volatility: {figures}."
    return f"The 80 % band is too {'narrow' if missed < 0 else 'wide'} on {_days(far)}: {figures}."


def _days(tercile: int) -> str:
    return "days of middle volatility" if STORMS[tercile] == "middle" else f"{STORMS[tercile]} days"
