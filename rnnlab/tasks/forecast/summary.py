"""A forecaster in words, and its scores as tables: for its card, the page and a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from rnnlab.runtime.provenance import CARD_USE, how_it_was_made, on_the_page
from rnnlab.summary import THIS_MODEL, Code, Result, Section, Summary, Table
from rnnlab.tasks.forecast import tables
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.tasks.forecast.tables import finite, titles
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

BEATEN = ("har_t", "ewma_t", "constant_t")  # the baselines of a verdict
PIPELINE = "time-series-forecasting"
NOT_ENDED = "Not scored yet, as its training has not ended."
NO_DAYS = "Not scored, as too few days after its training are known here."
NO_ADVICE = "This is no investment advice."
HEADINGS = {
    "density": "Densities of tomorrow's stock prices, from a recurrent network",
    "tutorial": "The tutorial's stock-price RNN, as taught",
}
WHAT = {
    "density": (
        "Predicts a Student-t distribution of the price for each of the next 1 to 20 trading days, from the series' "
        "own daily past. Its medians are as good as repeating the last close, which nothing beats on large stocks; "
        "its bands add how uncertain the next days are."
    ),
    "tutorial": (
        "Scales closes to ±1 and predicts the next one from those before it. It is kept to show why a low RMSE says "
        "little: compare the scores with repeating yesterday's close."
    ),
}
INTENDED = {
    "density": (
        "Intended for the uncertainty of a large stock's next days, and for comparison with other densities on the "
        "same days; not for choosing what to buy."
    ),
    "tutorial": "Intended to show that a low error can be worse than no model; not for forecasting.",
}
LIMITS = {
    "density": (
        f"{NO_ADVICE} Its only inputs are past prices and volumes: no news, no earnings dates. It was trained only on "
        "the series listed above; on other stocks, markets, frequencies or periods its bands may be miscalibrated. The "
        "recipe's defaults were chosen with Apple's days from 2015-08-13 on in view (docs/experiments.md of rnnlab)."
    ),
    "tutorial": (
        f"{NO_ADVICE} With the leak its scaling uses the prices of the test; without it the network cannot follow "
        "prices beyond those it was trained on. Its bands come from its training errors, not from the day's "
        "uncertainty."
    ),
}
COMMANDS = "python -m rnnlab forecast FOLDER --data AAPL\npython -m rnnlab backtest FOLDER --data prices.csv --start {}"
IN_PYTHON = Code('import rnnlab\n\nmodel = rnnlab.load("FOLDER")\nprint(model.forecast("AAPL", horizon=5))', "python")


def summary(made: Checkpoint) -> Summary:
    """A forecaster in words, from its own record."""
    recipe = str(made.codec["recipe"])
    names = [str(one["name"]) for one in made.provenance["data"]]
    listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    scores = tuple(score_tables(made.metrics, made.provenance))
    after = date.fromisoformat(made.provenance["until"]) + timedelta(days=1)  # the first day that can be a test
    scored = Section("Scores", scores) if scores else Section("", (_unscored(made.metrics),))
    sections = (
        Section("", (WHAT[recipe],)),
        scored,
        Section("Use", (INTENDED[recipe], CARD_USE, Code(COMMANDS.format(after)), IN_PYTHON, on_the_page("Forecast"))),
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
        return [tables.tutorial_table(metrics)]
    tests = metrics.get("backtests") or []
    if not tests:
        return []
    names = list(tests[0]["baselines"])
    market = origin.get("market")
    beside = f", with {market['name']} known beside each series (--market)" if isinstance(market, Mapping) else ""
    head = (
        f"One day ahead{beside}, from {tests[0]['start']} on, days it was never trained on; baselines on the same days."
    )
    errors = ((t["name"], *(f"{one['rmse']:.3f}" for one in (t, *t["baselines"].values()))) for t in tests)
    found = [
        tables.series_table(f"{head} CRPS of the daily log return, percent, lower is better.", tests, names),
        Table("RMSE of the median price, lower is better.", ("", THIS_MODEL, *titles(names)), tuple(errors)),
    ]
    years = metrics.get("years") or {}
    found += [tables.years_table(years)] if len(years) > 1 else []
    found += [tables.before_table(metrics, origin["from"]["name"])] if metrics.get("before") else []
    unseen = metrics.get("unseen")
    return found + (tables.horizon_tables(unseen["horizons"], "on series it was never trained on") if unseen else [])


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
    rows = []
    for test in tests:
        scores = (f"{finite(one['crps']):.3f}" for one in (test, *(test["baselines"][name] for name in known)))
        rows.append((str(test["name"]), f"{int(test['n']):,}", *scores, tables.share(finite(test["coverage80"]))))
    head = ("", "Days", THIS_MODEL, *titles(known), "80 % coverage")
    return Table("CRPS of the daily return in percent, one day ahead; lower is better.", head, tuple(rows))


def _verdict(metrics: Mapping[str, Any]) -> str:
    if "test_rmse" in metrics:
        times = finite(metrics["test_rmse_mean"]) / finite(metrics["naive_rmse"])
        return f"Its error is {times:.1f} times that of repeating yesterday's close; it is kept to show this."
    tests = metrics.get("backtests") or []
    if not tests:
        return _unscored(metrics)
    known = [name for name in BEATEN if name in tests[0]["baselines"]]
    return (
        f"On days it was never trained on, its one-day forecasts {_beaten(tests, known)}; the bands show its "
        f"uncertainty, and the median is close to today's price."
    )


def _unscored(metrics: Mapping[str, Any]) -> str:
    return NO_DAYS if "backtests" in metrics else NOT_ENDED


def _beaten(tests: Sequence[Mapping[str, Any]], known: Sequence[str]) -> str:
    """Which baselines it beats: on how many of several series, or of a single one."""
    counts = (sum(finite(test["crps"]) < finite(test["baselines"][name]["crps"]) for test in tests) for name in known)
    wins = dict(zip(titles(known), counts, strict=True))
    if len(tests) > 1:
        return f"beat {', '.join(f'{name} on {won}' for name, won in wins.items())} of {len(tests)} series"
    beaten = [name for name, won in wins.items() if won]
    return f"beat {', '.join(beaten)}" if beaten else f"beat none of {', '.join(wins)}"


def _results(tests: Sequence[Mapping[str, Any]]) -> list[Result]:
    """The model's scores, then each baseline's CRPS and RMSE."""
    results = []
    for test in tests:
        scores = [(metric, "", test[metric]) for metric in ("crps", "log_score", "rmse", "coverage80", "coverage95")]
        for name, one in test["baselines"].items():
            scores += [(metric, f"baseline {name}: ", one.get(metric)) for metric in ("crps", "rmse")]
        dataset = ("daily-prices", f"{test['name']} {test['start']} to {test['end']}", "test", test["name"])
        for metric, whose, value in scores:
            if value is not None or not whose:
                results.append(Result(metric, f"{whose}{metric}, one day ahead", value, *dataset))
    return results


def _data(origin: Mapping[str, Any]) -> tuple[str | Table, ...]:
    rows = tuple(
        (one["name"], f"{one['start']} – {one['end']}", f"{one['rows']:,}", one["source"], one.get("sha256", "")[:12])
        for one in origin["data"]
    )
    base = origin.get("from")
    head = ("series", "days", "rows", "source and licence", "sha256")
    return (
        *([f"Fine-tuned from `{base['name']}`, which was trained on days up to {base['until']}."] if base else []),
        Table(f"Trained on the days up to {origin['until']} of:", head, rows),
        *([f"An index was known beside them: {origin['market']['name']}."] if "market" in origin else []),
        "Daily prices were first published by exchanges and data vendors; the licences cover the collections.",
    )
