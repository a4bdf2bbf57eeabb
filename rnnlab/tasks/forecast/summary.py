"""A forecaster in words, and its scores as tables: for its card, the page and a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.runtime.provenance import CARD_USE, how_it_was_made, on_the_page
from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Code, Result, Section, Summary, Table
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

BEATEN = ("har_t", "ewma_t", "constant_t")  # the baselines of a verdict
PIPELINE = "time-series-forecasting"
NOT_MEASURED = "How good it is has not been measured, as its training has not ended."
NO_ADVICE = "This is no investment advice."
HEADINGS = {
    "density": "Densities of tomorrow's stock prices, from a recurrent network",
    "tutorial": "The tutorial's stock-price RNN, as taught",
}
WHAT = {
    "density": (
        "For each of the next 1 to 20 trading days it gives a Student-t distribution of the price, from the series' "
        "own daily past. Its medians are as good as repeating the last close, which nothing beats on large stocks; "
        "what it adds is how uncertain the next days are."
    ),
    "tutorial": (
        "Scales closes to ±1 and predicts the next one from those before it. It is kept to show why a low RMSE is no "
        "triumph: compare the scores with repeating yesterday's close."
    ),
}
INTENDED = {
    "density": (
        "It is meant for seeing how uncertain a large stock's next days are, and for comparing with other densities on "
        "the same days; not for choosing what to buy."
    ),
    "tutorial": "It is meant for showing what a low error does not tell; not for forecasting.",
}
LIMITS = {
    "density": (
        f"{NO_ADVICE} It knows nothing but past prices and volumes: no news, no earnings dates. It was trained on the "
        "series listed above alone; on other stocks, markets, frequencies or periods its bands may not hold. The "
        "recipe's defaults were settled with Apple's days from 2015-08-13 on in view (docs/experiments.md of rnnlab)."
    ),
    "tutorial": (
        f"{NO_ADVICE} With the leak its scaling has seen the test's prices; without it the network cannot follow "
        "prices beyond those it was trained on. Its bands come from its training errors, not from the day's "
        "uncertainty."
    ),
}
USE = (
    Code(
        "python -m rnnlab forecast FOLDER --data AAPL\n"
        "python -m rnnlab backtest FOLDER --data prices.csv --start 2015-08-13"
    ),
    Code('import rnnlab\n\nmodel = rnnlab.load("FOLDER")\nprint(model.forecast("AAPL", horizon=5))', "python"),
)


def summary(made: Checkpoint) -> Summary:
    """A forecaster in words, from its own record."""
    recipe = str(made.codec["recipe"])
    names = [str(one["name"]) for one in made.provenance["data"]]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    tables = score_tables(made.metrics, made.provenance)
    scored = Section("Scores", tuple(tables)) if tables else Section("", (NOT_MEASURED,))
    sections = (
        Section("", (WHAT[recipe],)),
        scored,
        Section("Use", (INTENDED[recipe], CARD_USE, *USE, on_the_page("Forecast"))),
        Section("Data", _data(made.provenance)),
        how_it_was_made(made, (TrainConfig, DensityConfig, TutorialConfig)),
        Section("Limits", (LIMITS[recipe],)),
    )
    return Summary(
        title=f"Daily prices: {listed}",
        verdict=_verdict(made.metrics),
        scores=_short(made.metrics),
        heading=HEADINGS[recipe],
        sections=sections,
        pipeline=PIPELINE,
        tags=("forecast", recipe, made.model.cell, PIPELINE, "stocks"),
        model_name=f"rnnlab {recipe}",
        results=tuple(_results(made.metrics.get("backtests") or [])),
    )


def score_tables(metrics: Mapping[str, Any], origin: Mapping[str, Any]) -> list[Table]:
    """All that a training has scored: each series one day ahead, by year, before fine-tuning, on series unseen."""
    if "test_rmse" in metrics:
        return [tutorial_table(metrics)]
    tests = metrics.get("backtests") or []
    if not tests:
        return []
    names = list(tests[0]["baselines"])
    head = f"One day ahead, from {tests[0]['start']} on, days it was never trained on; baselines on the same days."
    tables = [
        _series_table(f"{head} CRPS of the daily log return, percent, lower is better.", tests, names),
        Table(
            "RMSE of the median price, lower is better.",
            ("", THIS_MODEL, *(TITLES.get(name, name) for name in names)),
            tuple((t["name"], *(f"{one['rmse']:.3f}" for one in (t, *t["baselines"].values()))) for t in tests),
        ),
    ]
    years = metrics.get("years") or {}
    tables += [years_table(years)] if len(years) > 1 else []
    tables += [before_table(metrics, origin["from"]["name"])] if metrics.get("before") else []
    unseen = metrics.get("unseen")
    return tables + (horizon_tables(unseen["horizons"], "on series it was never trained on") if unseen else [])


def horizon_tables(horizons: Mapping[str, Any], what: str) -> list[Table]:
    """For each horizon the series' scores with their mean, and the tests on all series together."""
    tables = []
    for horizon, found in horizons.items():
        ahead = "One day" if horizon == "1" else f"{horizon} days"
        mean = {"name": "mean", "n": None, "end": "", "baselines": found["against"]} | found["mean"]
        start = min(str(one["start"]) for one in found["series"])
        caption = f"{ahead} ahead, {what}: CRPS in percent from {start} on, lower is better."
        tables.append(_series_table(caption, [*found["series"], mean], list(found["against"])))
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


def _series_table(caption: str, tests: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """A row a series: its days, the CRPS of the model and of the baselines, and how often the bands held."""
    head = ("", "days", THIS_MODEL, *(TITLES.get(name, name) for name in names), "80 % held", "95 % held")
    rows = []
    for test in tests:
        others = (f"{_finite(test['baselines'][name]['crps']):.4f}" for name in names)
        held = (share(test["coverage80"]), share(test["coverage95"]))
        days = "" if test["n"] is None else f"{int(test['n']):,} to {test['end']}"
        rows.append((str(test["name"]), days, f"{_finite(test['crps']):.4f}", *others, *held))
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
                f" The {percent} % band held on {share(raw)} ± {share(spread)} of days, calibrated day by day on "
                f"{share(after)} ± {share(around)}."
            )
    caption = f"{ahead} ahead, all series together; panel t on the mean daily difference in CRPS, below 0 for it."
    head = ("against", "wins", "significant (Holm)", "significant losses", "panel t", "p")
    return Table(caption + "".join(held), head, tuple(rows))


def _score_row(name: str, scores: Mapping[str, Any], p: str, digits: int) -> tuple[str, ...]:
    log_score = "–" if scores["log_score"] is None else f"{scores['log_score']:.4f}"
    held = (share(scores["coverage80"]), share(scores["coverage95"]))
    return (name, price(scores["rmse"], digits), f"{scores['crps']:.4f}", log_score, *held, p)


def _short(metrics: Mapping[str, Any]) -> Table | None:
    """The scores as the page's list of checkpoints has room for."""
    if "test_rmse" in metrics:
        errors = (
            (f"{THIS_MODEL}, with the tutorial's leak", f"{_finite(metrics['test_rmse_mean']):.3f}"),
            ("The same without the leak", f"{_finite(metrics['leak_free_test_rmse']):.3f}"),
            ("Tomorrow is today", f"{_finite(metrics['naive_rmse']):.3f}"),
        )
        return Table("RMSE of the close on the test days, in its currency; lower is better.", ("", "RMSE"), errors)
    tests = metrics.get("backtests") or []
    if not tests:
        return None
    known = [name for name in BEATEN if name in tests[0]["baselines"]]
    rows = tuple(
        (
            str(test["name"]),
            f"{int(test['n']):,}",
            *(f"{_finite(one['crps']):.3f}" for one in (test, *(test["baselines"][name] for name in known))),
            share(_finite(test["coverage80"])),
        )
        for test in tests
    )
    head = ("", "Days", THIS_MODEL, *(TITLES.get(name, name) for name in known), "80 % band held")
    return Table("CRPS of the daily return in percent, one day ahead; lower is better.", head, rows)


def _verdict(metrics: Mapping[str, Any]) -> str:
    if "test_rmse" in metrics:
        times = _finite(metrics["test_rmse_mean"]) / _finite(metrics["naive_rmse"])
        return f"Its error is {times:.1f} times that of repeating yesterday's close; it is kept to show that."
    tests = metrics.get("backtests") or []
    if not tests:
        return NOT_MEASURED
    known = [name for name in BEATEN if name in tests[0]["baselines"]]
    return (
        f"On days it was never trained on, its one-day forecasts {_beaten(tests, known)}; its bands say how sure it "
        f"is, and the median is close to today's price."
    )


def _beaten(tests: Sequence[Mapping[str, Any]], known: Sequence[str]) -> str:
    """Which baselines it beats: on how many of several series, or of a single one."""
    wins = {
        TITLES.get(name, name): sum(_finite(t["crps"]) < _finite(t["baselines"][name]["crps"]) for t in tests)
        for name in known
    }
    if len(tests) > 1:
        return f"beat {', '.join(f'{name} on {won}' for name, won in wins.items())} of {len(tests)} series"
    beaten = [name for name, won in wins.items() if won]
    return f"beat {', '.join(beaten)}" if beaten else f"beat none of {', '.join(wins)}"


def _results(tests: Sequence[Mapping[str, Any]]) -> list[Result]:
    results = []
    for test in tests:
        for metric in ("crps", "log_score", "rmse", "coverage80", "coverage95"):
            results.append(_result(test, metric, f"{metric}, one day ahead", test[metric]))
        for name, scores in test["baselines"].items():
            results += [
                _result(test, metric, f"baseline {name}: {metric}, one day ahead", scores[metric])
                for metric in ("crps", "rmse")
                if scores.get(metric) is not None
            ]
    return results


def _result(test: Mapping[str, Any], metric: str, name: str, value: float) -> Result:
    dataset = f"{test['name']} {test['start']} to {test['end']}"
    return Result(metric, name, value, "daily-prices", dataset, "test", test["name"])


def _data(origin: Mapping[str, Any]) -> tuple[str | Table, ...]:
    rows = tuple(
        (one["name"], f"{one['start']} – {one['end']}", f"{one['rows']:,}", one["source"], one.get("sha256", "")[:12])
        for one in origin["data"]
    )
    base = origin.get("from")
    head = ("series", "days there are", "rows", "source and licence", "sha256")
    return (
        *([f"Fine-tuned from `{base['name']}`, which was trained on days up to {base['until']}."] if base else []),
        Table(f"Trained on the days up to {origin['until']} of:", head, rows),
        "Daily prices were first published by exchanges and data vendors; the licences cover the collections.",
    )


def _finite(value: Any) -> float:
    """A number out of a stranger's record; ValueError or TypeError if it is none."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("no finite number")
    return float(value)
