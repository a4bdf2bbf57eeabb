"""Answers as lines of text for a terminal; knows what the keys mean and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rnnlab.scoring.baselines import TITLES

NO_ADVICE = "No investment advice: the median is close to today's price, and the bands are what the model knows."


def forecast_lines(answer: dict[str, Any]) -> list[str]:
    """The forecast as a table."""
    digits = answer.get("decimals")
    head = f"{answer['name']} after {answer['last_date']} (close {_price(answer['last_close'], decimals=digits)})"
    columns = ("median", "lower80", "upper80", "lower95", "upper95")
    rows = [[row["date"], *(_price(row[name], decimals=digits) for name in columns)] for row in answer["rows"]]
    return [head, *table(["date", *columns], rows), *_calibration_lines(answer), *answer["notices"], NO_ADVICE]


def _calibration_lines(answer: dict[str, Any]) -> list[str]:
    if "calibrated_from" not in answer:
        return []
    return [f"The bands are calibrated day by day by how often they held from {answer['calibrated_from']} on."]


def forecast_many_lines(answer: dict[str, Any]) -> list[str]:
    """Several series' forecasts for their last day ahead, a line each."""
    columns = ("median", "lower80", "upper80", "lower95", "upper95")
    rows, notices = [], []
    for one in answer["series"]:
        row, digits = one["rows"][-1], one.get("decimals")
        band = [_price(row[name], decimals=digits) for name in columns]
        rows.append([one["name"], one["last_date"], _price(one["last_close"], decimals=digits), row["date"], *band])
        notices += [f"{one['name']}: {notice}" for notice in (*_calibration_lines(one), *one["notices"])]
    return [*table(["", "last day", "close", "forecast for", *columns], rows), *notices, NO_ADVICE]


def backtest_lines(answer: dict[str, Any]) -> list[str]:
    """The scores beside the baselines', for each horizon, and the verdict."""
    lines = []
    for scores in answer.get("horizons", {"": answer}).values():
        ahead = "one day" if scores["horizon"] == 1 else f"{scores['horizon']} days"
        lines.append(f"{answer['name']}, {ahead} ahead, {scores['n']} days, {scores['start']} to {scores['end']}")
        digits = max(4, 1 + (answer.get("decimals") or 0))
        rows = [_score_row(f"this model ({answer['model']})", scores, "", digits)]
        for name, baseline in scores["baselines"].items():
            rows.append(_score_row(TITLES.get(name, name), baseline, f"{baseline['dm_p']:.2g}", digits))
        lines += table(["", "RMSE", "CRPS %", "log score", "80 % held", "95 % held", "p (DM)"], rows)
        lines.append(
            f"direction right on {_share(scores['direction'])} of days, "
            f"up days {_share(scores['direction_base_rate'])}; "
            f"MAE {_price(scores['mae'], 3)}, MASE {scores['mase']:.3f}, "
            f"mean width of the 80 % band {scores['width80']:.2f} %"
        )
        if "garch_t" not in scores["baselines"]:
            lines.append(
                "GARCH(1,1) and GJR-GARCH stand beside them with --garch, by the package arch: pip install arch"
            )
        lines += _record_lines(scores.get("record"))
    return [*lines, *_leak_lines(answer.get("leak_check")), answer["verdict"], *answer["notices"]]


def _leak_lines(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return []
    tried = f"leak check: for {found['days']} days all that follows was replaced by noise; "
    if not found["leaks"]:
        return [tried + "no forecast changed by a bit"]
    return [tried + f"changed, so leaking, are {', '.join(found['leaks'])}"]


def panel_lines(answer: dict[str, Any]) -> list[str]:
    """Several series' scores, and what they say together."""
    return [*_horizon_lines(answer["horizons"], answer["model"]), *answer["notices"]]


def _horizon_lines(horizons: dict[str, Any], model: str) -> list[str]:
    """For each horizon the series' scores, their mean, and the tests on all of them."""
    lines: list[str] = []
    for horizon, found in horizons.items():
        ahead = "one day" if horizon == "1" else f"{horizon} days"
        names = list(found["against"])
        rows = [_panel_row(one["name"], str(one["n"]), one, one["baselines"]) for one in found["series"]]
        rows.append(_panel_row("mean", "", found["mean"], found["against"]))
        lines.append(f"{model}, {ahead} ahead, CRPS in percent")
        lines += table(["", "days", "model", *names, "80 % held", "95 % held"], rows)
        lines += _together(found, len(found["series"]))
    return lines


def yearly_lines(answer: dict[str, Any]) -> list[str]:
    """A walk with yearly refits: mean CRPS by year, and what all years say."""
    series, years = answer["all"]["series"], len(answer["years"])
    lines = [f"{answer['model']}'s recipe, trained anew each year, one day ahead, mean CRPS in percent"]
    lines += _year_lines({**answer["years"], "all": answer["all"]})
    wins = [
        [TITLES.get(name, name), f"{one['wins']} of {series}", f"{one['years_won']} of {years}",
         f"{one['panel_statistic']:.1f}", f"{one['panel_p']:.2g}"]
        for name, one in answer["against"].items()
    ]  # fmt: skip
    return [*lines, *table(["against", "series won", "years won", "panel t", "p"], wins)]


def _panel_row(name: str, days: str, scores: dict[str, Any], baselines: dict[str, Any]) -> list[str]:
    others = (f"{one['crps']:.4f}" for one in baselines.values())
    return [name, days, f"{scores['crps']:.4f}", *others, _share(scores["coverage80"]), _share(scores["coverage95"])]


def _together(found: dict[str, Any], series: int) -> list[str]:
    """Wins, and whether they could be chance, a line a baseline; then the coverages' spread."""
    rows = [
        [TITLES.get(name, name), f"{one['wins']} of {series}", str(one.get("wins_sure", "")),
         str(one.get("losses_sure", "")),
         "" if one["panel_p"] is None else f"{one['panel_statistic']:.1f}",
         "" if one["panel_p"] is None else f"{one['panel_p']:.2g}"]
        for name, one in found["against"].items()
    ]  # fmt: skip
    mean = found["mean"]
    spread = [
        f"{percent} % band: {_share(mean[f'coverage{percent}'])} ± {_share(mean[f'sd{percent}'])} of days held, "
        f"calibrated day by day {_share(mean[f'calibrated{percent}'])} ± {_share(mean[f'calibrated_sd{percent}'])}"
        for percent in (80, 95)
        if f"calibrated{percent}" in mean and series > 1
    ]
    return [*table(["against", "wins", "sure (Holm)", "sure losses", "panel t", "p"], rows), *spread, ""]


def _record_lines(record: dict[str, Any] | None) -> list[str]:
    """How often the bands held, how sure that is, and what calibration makes of them."""
    lines = []
    for percent, band in (record or {"bands": {}})["bands"].items():
        raw, calibrated = band["raw"], band["calibrated"]
        alone = band["independence_p"]
        sure = f"95 % sure of {_share(raw['low'])} to {_share(raw['high'])}"
        wider = f"{band['width_calibrated'] / band['width']:.2f} times as wide"
        clusters = "" if alone is None else f"; misses come alone: p = {alone:.2g} (Christoffersen)"
        lines.append(
            f"{percent} % band: held {_share(raw['share'])} ({sure}); calibrated day by day "
            f"{_share(calibrated['share'])}, {wider}{clusters}"
        )
    return lines


def training_lines(answer: dict[str, Any]) -> list[str]:
    """What a finished training amounts to."""
    if answer["recipe"] == "tutorial":
        return _tutorial_lines(answer)
    lines = [
        f"Trained {answer['parameters']:,} parameters on days up to {answer['until']} in {answer['seconds']:.0f} s; "
        f"saved in {answer['folder']}."
    ]
    if answer["backtests"]:
        rivals = ("constant_t", "ewma_t", "har_t")
        rows = [
            [test["name"], f"{test['start']} – {test['end']}", f"{test['crps']:.4f}"]
            + [f"{test['baselines'][rival]['crps']:.4f}" for rival in rivals]
            + [_share(test["coverage80"]), _share(test["coverage95"])]
            for test in answer["backtests"]
        ]
        lines += table(["", "days", "CRPS %", *rivals, "80 % held", "95 % held"], rows)
    lines += [*_before_lines(answer), *_year_lines(answer.get("years", {}))]
    if "unseen" in answer:
        lines += ["", *_horizon_lines(answer["unseen"]["horizons"], "On series that it never learnt from")]
    return [*lines, *answer["notices"]]


def _before_lines(answer: dict[str, Any]) -> list[str]:
    """Of a model that went on from another: both on the same days."""
    if not answer.get("before"):
        return []
    after = {test["name"]: test for test in answer["backtests"]}
    rows = [
        [
            name,
            *(f"{one[key]:.4f}" for one in (before, after[name]) for key in ("crps", "log_score")),
            f"{before['dm_p']:.2g}",
        ]
        for name, before in answer["before"].items()
    ]
    began = answer["from"]["name"]
    return table(
        [f"{began}, and after learning on", "CRPS before", "log score", "CRPS after", "log score", "p (DM)"], rows
    )


def _year_lines(years: dict[str, Any]) -> list[str]:
    """Mean CRPS over the series by year, if there are several."""
    if len(years) < 2:
        return []
    names = [name for name in next(iter(years.values())) if name != "series"]
    rows = [[year, str(one["series"]), *(f"{one[name]:.4f}" for name in names)] for year, one in years.items()]
    return ["", *table(["mean CRPS by year", "series", *names], rows)]


def _tutorial_lines(answer: dict[str, Any]) -> list[str]:
    rows = [
        [f"seed {seed}", f"{train:.3f}", f"{test:.3f}", f"{free:.3f}"]
        for seed, train, test, free in zip(
            answer["seeds"], answer["train_rmse"], answer["test_rmse"], answer["leak_free_test_rmse_each"], strict=True
        )
    ]
    naive = ["tomorrow = today", f"{answer['naive_train_rmse']:.3f}", f"{answer['naive_rmse']:.3f}", ""]
    return [
        f"{answer['name']}, {answer['train_windows']} training and {answer['test_windows']} test windows",
        *table(["RMSE", "train", "test", "test, leak-free"], [*rows, naive]),
        f"test RMSE: least {answer['test_rmse_min']:.3f}, mean {answer['test_rmse_mean']:.3f}, "
        f"greatest {answer['test_rmse_max']:.3f}; repeating yesterday's close {answer['naive_rmse']:.3f}",
        "The test RMSE leaks: the scaling has seen the test's prices. Leak-free it is the last column.",
        *answer["notices"],
    ]


def _score_row(name: str, scores: dict[str, Any], p: str, digits: int) -> list[str]:
    log_score = "–" if scores["log_score"] is None else f"{scores['log_score']:.4f}"
    return [
        name, _price(scores["rmse"], digits), f"{scores['crps']:.4f}", log_score, _share(scores["coverage80"]),
        _share(scores["coverage95"]), p,
    ]  # fmt: skip


def _price(value: float, digits: int = 2, *, decimals: int | None = None) -> str:
    """A price with its file's decimals; else with two (or four), or with four significant digits where it is small."""
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    return f"{value:,.{digits}f}" if value >= 1 else f"{value:.4g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Align the first column left and the others right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))])
        for line in lines
    ]
