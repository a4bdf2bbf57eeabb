"""A forecaster in words, and its scores as tables: for its card, the page and a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.runtime.provenance import CARD_USE, how_it_was_made, on_the_page
from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Code, Result, Section, Summary, Table
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.tasks.forecast.tables import (
    before_table,
    finite,
    horizon_tables,
    series_table,
    share,
    tutorial_table,
    years_table,
)
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
        "Scales closes to ±1 and predicts the next one from those before it. It is kept to show why a low RMSE says "
        "little: compare the scores with repeating yesterday's close."
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
        series_table(f"{head} CRPS of the daily log return, percent, lower is better.", tests, names),
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


def _short(metrics: Mapping[str, Any]) -> Table | None:
    """The scores as the page's list of checkpoints has room for."""
    if "test_rmse" in metrics:
        errors = (
            (f"{THIS_MODEL}, with the tutorial's leak", f"{finite(metrics['test_rmse_mean']):.3f}"),
            ("The same without the leak", f"{finite(metrics['leak_free_test_rmse']):.3f}"),
            ("Tomorrow is today", f"{finite(metrics['naive_rmse']):.3f}"),
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
            *(f"{finite(one['crps']):.3f}" for one in (test, *(test["baselines"][name] for name in known))),
            share(finite(test["coverage80"])),
        )
        for test in tests
    )
    head = ("", "Days", THIS_MODEL, *(TITLES.get(name, name) for name in known), "80 % coverage")
    return Table("CRPS of the daily return in percent, one day ahead; lower is better.", head, rows)


def _verdict(metrics: Mapping[str, Any]) -> str:
    if "test_rmse" in metrics:
        times = finite(metrics["test_rmse_mean"]) / finite(metrics["naive_rmse"])
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
        TITLES.get(name, name): sum(finite(t["crps"]) < finite(t["baselines"][name]["crps"]) for t in tests)
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
