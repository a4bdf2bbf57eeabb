"""A forecaster's scores as tables of words: of back-tests, panels, years, fine-tuning and the tutorial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Table


def horizon_tables(horizons: Mapping[str, Any], what: str) -> list[Table]:
    """For each horizon the series' scores with their mean, and the tests on all series together."""
    tables = []
    for horizon, found in horizons.items():
        ahead = "One day" if horizon == "1" else f"{horizon} days"
        mean = {"name": "mean", "n": None, "end": "", "baselines": found["against"]} | found["mean"]
        start = min(str(one["start"]) for one in found["series"])
        caption = f"{ahead} ahead, {what}: CRPS in percent from {start} on, lower is better."
        tables.append(series_table(caption, [*found["series"], mean], list(found["against"])))
        tables.append(_together(found, ahead))
    return tables


def years_table(years: Mapping[str, Any]) -> Table:
    """Mean CRPS over the series by year."""
    names = [name for name in next(iter(years.values())) if name not in ("series", "model")]
    rows = tuple(
        (year, str(one["series"]), *(f"{one[name]:.4f}" for name in ("model", *names))) for year, one in years.items()
    )
    head = ("", "series", THIS_MODEL, *(TITLES.get(name, name) for name in names))
    return Table("Mean CRPS by year, over the series that reach so far.", head, rows)


def before_table(metrics: Mapping[str, Any], base: str) -> Table:
    """What fine-tuning has changed, on the same days."""
    after = {test["name"]: test for test in metrics["backtests"]}
    rows = tuple(
        (
            name,
            *(f"{one[key]:.4f}" for key in ("crps", "log_score") for one in (before, after[name])),
            f"{before['dm_p']:.2g}",
        )
        for name, before in metrics["before"].items()
    )
    head = ("", "CRPS before", "after", "log score before", "after", "p")
    return Table(f"{base} before and after fine-tuning, on the same days (p of Diebold–Mariano, on CRPS).", head, rows)


def tutorial_table(scores: Mapping[str, Any]) -> Table:
    """The tutorial's errors beside those of repeating yesterday's close."""
    each = zip(
        scores["seeds"], scores["train_rmse"], scores["test_rmse"], scores["leak_free_test_rmse_each"], strict=True
    )
    rows = [(f"seed {seed}", *(f"{value:.3f}" for value in values)) for seed, *values in each]
    rows.append(("tomorrow = today", f"{scores['naive_train_rmse']:.3f}", f"{scores['naive_rmse']:.3f}", ""))
    caption = f"RMSE on {scores['name']}, in its currency, lower is better."
    return Table(caption, ("", "train", "test (leaks)", "test, leak-free"), tuple(rows))


def backtest_table(scores: Mapping[str, Any], name: str, model: str, decimals: int | None) -> Table:
    """One back-test of one series: the model above its baselines."""
    digits = max(4, 1 + (decimals or 0))
    ahead = "one day" if scores["horizon"] == 1 else f"{scores['horizon']} days"
    rows = [_score_row(f"{THIS_MODEL} ({model})", scores, "", digits)]
    for one, baseline in scores["baselines"].items():
        rows.append(_score_row(TITLES.get(one, one), baseline, f"{baseline['dm_p']:.2g}", digits))
    caption = f"{name}, {ahead} ahead, {scores['n']} days, {scores['start']} to {scores['end']}"
    return Table(caption, ("", "RMSE", "CRPS %", "log score", "80 % held", "95 % held", "p (DM)"), tuple(rows))


def share(value: float | None) -> str:
    """A share as a percentage; a dash for none."""
    return "–" if value is None else f"{100 * value:.1f} %"


def price(value: float, digits: int = 2, *, decimals: int | None = None) -> str:
    """A price with its file's decimals; else with two (or four), or with four significant digits where it is small."""
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    return f"{value:,.{digits}f}" if value >= 1 else f"{value:.4g}"


def series_table(caption: str, tests: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """A row a series: its days, the CRPS of the model and of the baselines, and how often the bands held."""
    head = ("", "days", THIS_MODEL, *(TITLES.get(name, name) for name in names), "80 % held", "95 % held")
    rows = []
    for test in tests:
        others = (f"{finite(test['baselines'][name]['crps']):.4f}" for name in names)
        held = (share(test["coverage80"]), share(test["coverage95"]))
        days = "" if test["n"] is None else f"{int(test['n']):,} to {test['end']}"
        rows.append((str(test["name"]), days, f"{finite(test['crps']):.4f}", *others, *held))
    return Table(caption, head, tuple(rows))


def _together(found: Mapping[str, Any], ahead: str) -> Table:
    """Wins, and whether they could be chance, a row a baseline; the caption tells how often the bands held."""
    rows = []
    for name, one in found["against"].items():
        known = one["panel_p"] is not None
        test = (f"{one['panel_statistic']:.1f}", f"{one['panel_p']:.2g}") if known else ("", "")
        wins = (f"{one['wins']} of {len(found['series'])}", str(one.get("wins_sure", "")))
        rows.append((TITLES.get(name, name), *wins, str(one.get("losses_sure", "")), *test))
    mean, held = found["mean"], []
    for percent in (80, 95):
        if f"calibrated{percent}" in mean and len(found["series"]) > 1:
            raw, spread = mean[f"coverage{percent}"], mean[f"sd{percent}"]
            after, around = mean[f"calibrated{percent}"], mean[f"calibrated_sd{percent}"]
            held.append(
                f" Coverage of the {percent} % band {share(raw)} ± {share(spread)}, calibrated day by day "
                f"{share(after)} ± {share(around)}."
            )
    caption = f"{ahead} ahead, all series together; panel t on the mean daily difference in CRPS, below 0 for it."
    head = ("against", "wins", "significant (Holm)", "significant losses", "panel t", "p")
    return Table(caption + "".join(held), head, tuple(rows))


def _score_row(name: str, scores: Mapping[str, Any], p: str, digits: int) -> tuple[str, ...]:
    log_score = "–" if scores["log_score"] is None else f"{scores['log_score']:.4f}"
    held = (share(scores["coverage80"]), share(scores["coverage95"]))
    return (name, price(scores["rmse"], digits), f"{scores['crps']:.4f}", log_score, *held, p)


def finite(value: Any) -> float:
    """A number out of a stranger's record; ValueError or TypeError if it is none."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("no finite number")
    return float(value)
