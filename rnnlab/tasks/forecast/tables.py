"""A forecaster's scores as tables of words: of back-tests, panels, years, fine-tuning and the tutorial."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Cells, Table

COVERAGE = ("80 % coverage", "95 % coverage")


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
    head = ("", "series", THIS_MODEL, *titles(names))
    scored = {year: [f"{one[name]:.4f}" for name in ("model", *names)] for year, one in years.items()}
    rows = ((year, str(years[year]["series"]), *scores) for year, scores in scored.items())
    return Table("Mean CRPS by year, over the series that have days in it.", head, tuple(rows))


def before_table(metrics: Mapping[str, Any], base: str) -> Table:
    """What fine-tuning has changed, on the same days."""
    rows, tests = [], {test["name"]: test for test in metrics["backtests"]}
    for name, before in metrics["before"].items():
        pairs = (f"{one[key]:.4f}" for key in ("crps", "log_score") for one in (before, tests[name]))
        rows.append((name, *pairs, f"{before['dm_p']:.2g}"))
    head = ("", "CRPS before", "after", "log score before", "after", "p")
    caption = f"{base} before and after fine-tuning, on the same days (p of Diebold–Mariano, on CRPS)."
    return Table(caption, head, tuple(rows))


def tutorial_table(scores: Mapping[str, Any]) -> Table:
    """The tutorial's errors beside those of repeating yesterday's close."""
    columns = (scores[name] for name in ("train_rmse", "test_rmse", "leak_free_test_rmse_each"))
    rows = [
        (f"seed {seed}", *(f"{value:.3f}" for value in values))
        for seed, *values in zip(scores["seeds"], *columns, strict=True)
    ]
    rows.append(("tomorrow = today", f"{scores['naive_train_rmse']:.3f}", f"{scores['naive_rmse']:.3f}", ""))
    windows = f"{scores['train_windows']} training and {scores['test_windows']} test windows"
    least, mean, most = (f"{scores[f'test_rmse_{name}']:.3f}" for name in ("min", "mean", "max"))
    spread = f"on the test {least} to {most}, mean {mean}"
    caption = f"RMSE on {scores['name']}, in its currency, lower is better: {windows}; {spread}."
    return Table(caption, ("", "train", "test (leaks)", "test, leak-free"), tuple(rows))


def backtest_table(scores: Mapping[str, Any], name: str, model: str, decimals: int | None) -> Table:
    """One back-test of one series: the model above its baselines."""
    rows = []
    for key, one in ({"": scores} | scores["baselines"]).items():
        title = TITLES.get(key, key) if key else f"{THIS_MODEL} ({model})"
        log_score = "–" if one["log_score"] is None else f"{one['log_score']:.4f}"
        error, p_value = price(one["rmse"], max(4, 1 + (decimals or 0))), f"{one['dm_p']:.2g}" if key else ""
        qlike = f"{one['qlike']:.4f}" if one.get("qlike") is not None else "–"
        rows.append((title, error, f"{one['crps']:.4f}", log_score, *_coverage(one), qlike, p_value))
    ahead = "one day" if scores["horizon"] == 1 else f"{scores['horizon']} days"
    caption = f"{name}, {ahead} ahead, {scores['n']} days, {scores['start']} to {scores['end']}"
    return Table(caption, ("", "RMSE", "CRPS %", "log score", *COVERAGE, "QLIKE", "p (DM)"), tuple(rows))


def share(value: float | None) -> str:
    """A share as a percentage; a dash for none."""
    return "–" if value is None else f"{100 * value:.1f} %"


def price(value: float, digits: int = 2, *, decimals: int | None = None) -> str:
    """A price with its file's decimals; else with two (or four), or with four significant digits where it is small."""
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    return f"{value:,.{digits}f}" if value >= 1 else f"{value:.4g}"


def _coverage(scores: Mapping[str, Any]) -> Cells:
    return share(scores["coverage80"]), share(scores["coverage95"])


def titles(names: Iterable[str]) -> Cells:
    """What baselines are called."""
    return tuple(TITLES.get(name, name) for name in names)


def series_table(caption: str, tests: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """A row a series: its days, the CRPS of the model and of the baselines, and the bands' coverage."""
    rows = []
    for test in tests:
        scores = (f"{finite(one['crps']):.4f}" for one in (test, *(test["baselines"][name] for name in names)))
        days = "" if test["n"] is None else f"{int(test['n']):,} to {test['end']}"
        rows.append((str(test["name"]), days, *scores, *_coverage(test)))
    return Table(caption, ("", "days", THIS_MODEL, *titles(names), *COVERAGE), tuple(rows))


def _together(found: Mapping[str, Any], ahead: str) -> Table:
    """On how many series the CRPS is lower, and the tests, a row a baseline; the caption has the bands' coverage."""
    rows = []
    for name, one in found["against"].items():
        known = one["panel_p"] is not None
        test = (f"{one['panel_statistic']:.1f}", f"{one['panel_p']:.2g}") if known else ("", "")
        significant = (str(one.get("wins_sure", "")), str(one.get("losses_sure", "")))
        rows.append((TITLES.get(name, name), f"{one['wins']} of {len(found['series'])}", *significant, *test))
    mean = found["mean"]
    caption = f"{ahead} ahead, all series together; panel t on the mean daily difference in CRPS, below 0 if better."
    for percent in (80, 95):
        if f"calibrated{percent}" in mean and len(found["series"]) > 1:
            raw, spread = mean[f"coverage{percent}"], mean[f"sd{percent}"]
            after, around = mean[f"calibrated{percent}"], mean[f"calibrated_sd{percent}"]
            caption += f" Coverage of the {percent} % band {share(raw)} ± {share(spread)}, calibrated day by day "
            caption += f"{share(after)} ± {share(around)}."
    head = ("against", "lower CRPS", "significant (Holm)", "significantly higher", "panel t", "p")
    return Table(caption, head, tuple(rows))


def finite(value: Any) -> float:
    """A number out of a stranger's record; ValueError or TypeError if it is none."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("no finite number")
    return float(value)
