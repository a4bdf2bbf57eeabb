"""The model card of a forecaster, from its own record; knows no page and no command."""

from __future__ import annotations

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from rnnlab.hub.parts import LICENSE, WHERE, curve, made, on_the_page, table
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

NO_ADVICE = "This is no investment advice."


def forecast_card(checkpoint: Checkpoint) -> str:
    """Write a forecaster's model card: Markdown with the Hub's front matter."""
    recipe = str(checkpoint.codec["recipe"])
    parts = [
        f"---\n{_front_matter(checkpoint, recipe)}\n---",
        f"# {_TITLES[recipe]}",
        _WHAT[recipe],
        *(_density_scores(checkpoint) if recipe == "density" else _tutorial_scores(checkpoint)),
        "## Use",
        _INTENDED[recipe],
        _use(),
        "## Data",
        _data(checkpoint.provenance),
        "## How it was made",
        *curve(checkpoint),
        made(checkpoint, _SETTINGS),
        "## Limits",
        _LIMITS[recipe],
    ]
    return "\n\n".join(parts) + "\n"


_SETTINGS = (TrainConfig, DensityConfig, TutorialConfig)
_TITLES = {
    "density": "Densities of tomorrow's stock prices, from a recurrent network",
    "tutorial": "The tutorial's stock-price RNN, as taught",
}
_WHAT = {
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
_INTENDED = {
    "density": (
        "It is meant for seeing how uncertain a large stock's next days are, and for comparing with other densities on "
        "the same days; not for choosing what to buy."
    ),
    "tutorial": "It is meant for learning what a low error does not tell; not for forecasting.",
}
_LIMITS = {
    "density": (
        f"{NO_ADVICE} It knows nothing but past prices and volumes: no news, no earnings dates. It learnt from "
        "the series listed above alone; on other stocks, markets, frequencies or periods its bands may not hold. The "
        "recipe's defaults were settled with Apple's days from 2015-08-13 on in view (docs/experiments.md of rnnlab)."
    ),
    "tutorial": (
        f"{NO_ADVICE} With the leak its scaling has seen the test's prices; without it the network cannot follow "
        "prices beyond those it learnt from. Its bands come from its training errors, not from the day's uncertainty."
    ),
}


def _front_matter(checkpoint: Checkpoint, recipe: str) -> str:
    results = []
    for test in checkpoint.metrics.get("backtests", []):
        for metric in ("crps", "log_score", "rmse", "coverage80", "coverage95"):
            results.append(_result(test, metric, f"{metric}, one day ahead", test[metric]))
        for name, scores in test["baselines"].items():
            results += [
                _result(test, metric, f"baseline {name}: {metric}, one day ahead", scores[metric])
                for metric in ("crps", "rmse")
                if scores.get(metric) is not None
            ]
    data = ModelCardData(
        license=LICENSE,
        library_name="rnnlab",
        tags=["rnnlab", "forecast", recipe, checkpoint.model.cell, "time-series-forecasting", "stocks"],
        pipeline_tag="time-series-forecasting",
        eval_results=results or None,
        model_name=f"rnnlab {recipe}",
    )
    return str(data.to_yaml())


def _result(test: dict[str, Any], metric: str, name: str, value: float) -> EvalResult:
    return EvalResult(
        task_type="time-series-forecasting",
        dataset_type="daily-prices",
        dataset_name=f"{test['name']} {test['start']} to {test['end']}",
        dataset_config=test["name"],
        dataset_split="test",
        metric_type=metric,
        metric_name=name,
        metric_value=round(value, 5),
    )


def _density_scores(checkpoint: Checkpoint) -> list[str]:
    tests = checkpoint.metrics.get("backtests", [])
    if not tests:
        return ["Its training has not ended or left no days to score; there are no test scores."]
    names = [*tests[0]["baselines"]]
    head = ["", "days", "**this model**", *(f"`{name}`" for name in names), "80 % held", "95 % held"]
    rows = [
        [test["name"], f"{test['n']:,} to {test['end']}", f"**{test['crps']:.4f}**"]
        + [f"{test['baselines'][name]['crps']:.4f}" for name in names]
        + [f"{100 * test[held]:.1f} %" for held in ("coverage80", "coverage95")]
        for test in tests
    ]
    rmse_rows = [
        [test["name"], f"**{test['rmse']:.3f}**"] + [f"{test['baselines'][name]['rmse']:.3f}" for name in names]
        for test in tests
    ]
    return [
        "## Scores",
        f"One day ahead, from {tests[0]['start']} on, days it never learnt from; baselines on the very same days. "
        "CRPS of the daily log return, percent, lower is better:",
        table(head, rows),
        "RMSE of the median price:",
        table(["", "**this model**", *(f"`{name}`" for name in names)], rmse_rows),
        *_by_year(checkpoint.metrics.get("years")),
        *_before(checkpoint),
        *_unseen(checkpoint.metrics.get("unseen")),
    ]


def _by_year(years: dict[str, Any] | None) -> list[str]:
    """Mean CRPS over the series by year."""
    if not years or len(years) < 2:
        return []
    names = [name for name in next(iter(years.values())) if name not in ("series", "model")]
    rows = [
        [year, str(one["series"]), f"**{one['model']:.4f}**", *(f"{one[name]:.4f}" for name in names)]
        for year, one in years.items()
    ]
    return [
        "By year, mean CRPS over the series that reach so far:",
        table(["", "series", "**this model**", *(f"`{name}`" for name in names)], rows),
    ]


def _before(checkpoint: Checkpoint) -> list[str]:
    """What learning on has changed, on the very same days."""
    before = checkpoint.metrics.get("before")
    if not before:
        return []
    after = {test["name"]: test for test in checkpoint.metrics["backtests"]}
    rows = [
        [
            name,
            *(f"{scores[key]:.4f} → {after[name][key]:.4f}" for key in ("crps", "log_score")),
            f"{scores['dm_p']:.2g}",
        ]
        for name, scores in before.items()
    ]
    began = checkpoint.provenance["from"]["name"]
    return [
        f"`{began}`, which it began with, and this model, on the same days (p of Diebold–Mariano, on CRPS):",
        table(["", "CRPS", "log score", "p"], rows),
    ]


def _unseen(found: dict[str, Any] | None) -> list[str]:
    """Scores on series that it never learnt from: one day ahead each, then the means of all horizons."""
    if not found:
        return []
    day = found["horizons"]["1"]
    names, series = list(day["against"]), len(day["series"])
    head = ["", "days", "**this model**", *(f"`{name}`" for name in names), "80 % held", "95 % held"]
    rows = [
        [one["name"], f"{one['n']:,} to {one['end']}", f"**{one['crps']:.4f}**"]
        + [f"{one['baselines'][name]['crps']:.4f}" for name in names]
        + [f"{100 * one[held]:.1f} %" for held in ("coverage80", "coverage95")]
        for one in day["series"]
    ]
    parts = [
        f"## On {series} series that it never learnt from",
        f"From {day['series'][0]['start']} on, one day ahead, CRPS in percent:",
        table(head, rows),
        "Means over them; in brackets on how many of them this model is better:",
    ]
    rows = [_mean_row(horizon, one, names) for horizon, one in found["horizons"].items()]
    parts.append(
        table(["days ahead", "**this model**", *(f"`{name}`" for name in names), "80 % held", "95 % held"], rows)
    )
    tests = [
        f"`{name}` t = {one['panel_statistic']:.1f} (p = {one['panel_p']:.2g})"
        for name, one in day["against"].items()
        if one["panel_p"] is not None
    ]
    return [
        *parts,
        "Held are the network's own bands, and after the stroke those calibrated day by day. Panel test one day ahead, "
        f"on the mean daily difference in CRPS, below 0 for this model: {', '.join(tests)}.",
    ]


def _mean_row(horizon: str, one: dict[str, Any], names: list[str]) -> list[str]:
    mean = one["mean"]
    held = [
        f"{100 * mean[f'coverage{percent}']:.1f} / {100 * mean[f'calibrated{percent}']:.1f} %" for percent in (80, 95)
    ]
    others = (f"{one['against'][name]['crps']:.4f} ({one['against'][name]['wins']})" for name in names)
    return [horizon, f"**{mean['crps']:.4f}**", *others, *held]


def _tutorial_scores(checkpoint: Checkpoint) -> list[str]:
    scores = checkpoint.metrics
    if not scores:
        return []
    rows = [
        [str(seed), f"{train:.3f}", f"{test:.3f}", f"{free:.3f}"]
        for seed, train, test, free in zip(
            scores["seeds"], scores["train_rmse"], scores["test_rmse"], scores["leak_free_test_rmse_each"], strict=True
        )
    ]
    rows.append(["tomorrow = today", f"{scores['naive_train_rmse']:.3f}", f"{scores['naive_rmse']:.3f}", ""])
    where = f"## RMSE on {scores['name']}, in its currency"
    return [where, table(["seed", "train", "test (leaks)", "test, leak-free"], rows)]


def _use() -> str:
    return (
        f"{WHERE}\n\n"
        "```\npython -m rnnlab forecast FOLDER --data AAPL\n"
        "python -m rnnlab backtest FOLDER --data prices.csv --start 2015-08-13\n```\n\n"
        '```python\nimport rnnlab\n\nmodel = rnnlab.load("FOLDER")\nprint(model.forecast("AAPL", horizon=5))\n```\n\n'
        + on_the_page("Forecast")
    )


def _data(provenance: dict[str, Any]) -> str:
    rows = [
        [one["name"], f"{one['start']} – {one['end']}", f"{one['rows']:,}", one["source"], one.get("sha256", "")[:12]]
        for one in provenance["data"]
    ]
    began = provenance.get("from")
    on = f"It went on from `{began['name']}`, which had learnt from days up to {began['until']}.\n\n" if began else ""
    return on + (
        f"Learnt from the days up to {provenance['until']} of:\n\n"
        + table(["series", "days there are", "rows", "source and licence", "sha256"], rows)
        + "\n\nDaily prices were first published by exchanges and data vendors; the licences cover the collections."
    )
