"""The forecaster's commands: forecast, backtest, bench forecast, and the flags of its training."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from rnnlab.data.catalog import GROUPS
from rnnlab.errors import RnnlabError
from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import Table
from rnnlab.tasks.forecast.bench import bench_forecast, bench_tables
from rnnlab.tasks.forecast.data import PriceReading
from rnnlab.tasks.forecast.judge.frames import daily_frame
from rnnlab.tasks.forecast.judge.refitting import LinearHeads, backtest_yearly
from rnnlab.tasks.forecast.judge.reports import BacktestReport
from rnnlab.tasks.forecast.judge.scoring import backtest, backtest_panel
from rnnlab.tasks.forecast.learn.training import RECIPES
from rnnlab.tasks.forecast.ledger.commands import add_ledger
from rnnlab.tasks.forecast.outlook import flags
from rnnlab.tasks.forecast.outlook.risk import answered_by, with_risk
from rnnlab.tasks.forecast.risk_tables import (
    RISK_NOTE,
    panel_risk_table,
    panel_terciles_sentence,
    risk_tables,
    storm_sentence,
    tercile_table,
)
from rnnlab.tasks.forecast.tables import backtest_table, horizon_tables, price, share, years_table
from rnnlab.tasks.forecast.use import forecast, forecast_many
from rnnlab.terminal.commands import Answer, add_command, add_device, add_overwrite, aligned, table_lines, tell
from rnnlab.terminal.files import check_new, write_whole
from rnnlab.terminal.streams import aside

NO_ADVICE = "No investment advice: the median is close to today's price; the bands are the model's uncertainty."
BAND = ("median", "lower80", "upper80", "lower95", "upper95")
FLAG: dict[str, Any] = {"action": "store_true"}


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """Add what `train forecast` takes beside its settings."""
    parser.add_argument("--recipe", choices=RECIPES, default="density", help="recipe to train (default density)")
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        help="number of seeds: tutorial scores each, density averages them into one network (default 1)",
    )
    parser.add_argument("--until", help="last training day, such as 2015-08-12 (default: the first four fifths)")
    parser.add_argument(
        "--unseen", nargs="+", default=[], metavar="NAME|FILE", help="series to score that are not trained on"
    )
    _add_market(parser, "index to read beside each series, with --wide: SP500 or a file")
    parser.add_argument("--garch", help="also score GARCH and GJR-GARCH on the unseen series (needs arch)", **FLAG)
    _add_file_flags(parser)


def add_commands(commands: Any) -> None:
    """Add `forecast`, `backtest` and `ledger`."""
    fan = add_command(commands, "forecast", "forecast the next sessions", _forecast)
    _add_model_and_data(fan, "bundled tickers, price files, or yahoo:TICKER; several print one line each")
    fan.add_argument("--horizon", type=int, default=20, help="sessions to forecast, 1 to 20 (default 20)")
    fan.add_argument("--calibrated", help="calibrate the whole distribution by the bands' past coverage", **FLAG)
    flags.add_flags(fan)
    walk = add_command(commands, "backtest", "walk forward through past days and score the forecasts", _backtest)
    _add_model_and_data(walk, "bundled tickers, price files, or yahoo:TICKER; several are scored together")
    walk.add_argument(
        "--start", help="first scored day, such as 2015-08-13 (default: the last fifth, minus training days)"
    )
    walk.add_argument(
        "--garch", help="also score GARCH and GJR-GARCH, refitted every 20 days (takes seconds; needs arch)", **FLAG
    )
    walk.add_argument(
        "--linear", help="also score the recipe's linear head, trained up to the start (takes a minute)", **FLAG
    )
    walk.add_argument(
        "--refit", choices=("yearly",), help="retrain the recipe for each year from --start on (takes minutes)"
    )
    walk.add_argument("--leak-check", help="check that noise after a day does not change its forecast", **FLAG)
    walk.add_argument(
        "--placebo", help="score on independent draws, which nothing can predict, instead of prices", **FLAG
    )
    walk.add_argument("--horizon", type=int, nargs="+", default=[1], help="days ahead, one or several (default 1)")
    walk.add_argument("--daily", metavar="FILE.csv", help="write a row a day: the forecast, what came, the bands' ends")
    add_overwrite(walk, "the file of --daily")
    add_ledger(commands, _add_file_flags)


def add_benches(benches: Any) -> None:
    """Add `bench forecast`."""
    parser = add_command(benches, "forecast", "time and score a training on one stock, and time many forecasts", _bench)
    parser.add_argument("--seeds", type=int, default=3, help="seeds to train; scores are their mean (default 3)")


def _add_model_and_data(parser: argparse.ArgumentParser, gloss: str) -> None:
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as stocks")
    parser.add_argument("--data", required=True, metavar="NAME|FILE", nargs="+", help=gloss)
    _add_market(parser, "index known beside the series, such as SP500, or a file; for checkpoints trained with --wide")
    _add_file_flags(parser)
    add_device(parser)


def _add_market(parser: argparse.ArgumentParser, gloss: str) -> None:
    parser.add_argument("--market", metavar="NAME|FILE", help=gloss)


def _add_file_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ticker", help="the ticker to read, if the file has several")
    parser.add_argument("--dates", choices=("iso", "us", "day-first"), help="order of day, month and year in the file")
    parser.add_argument("--encoding", help="encoding of the file, such as shift_jis (default: detected)")


def _how(args: argparse.Namespace) -> dict[str, Any]:
    return {"reading": PriceReading.of(vars(args)), "device": args.device, "market": args.market or ""}


def _are_several(args: argparse.Namespace) -> bool:
    return len(args.data) > 1 or args.data[0].lower() in GROUPS


def _forecast(args: argparse.Namespace) -> Answer:
    asked = flags.questions(args, several=_are_several(args))
    how = _how(args) | {"horizon": args.horizon, "calibrated": args.calibrated}
    if _are_several(args):
        made = forecast_many(args.model, args.data, **how)
    else:
        made = [forecast(args.model, args.data[0], **how)]
    risks = [answered_by(one, asked) for one in made]
    flags.write_files(args, made, risks)
    answers = [with_risk(one, risk) for one, risk in zip(made, risks, strict=True)]
    if not _are_several(args):
        return tell(args, answers[0], lambda answer: _fan_lines(answer, flags.risk_lines(made[0], risks[0])))
    many = {"model": args.model, "series": answers}
    return tell(args, many, lambda answer: many_lines(answer, flags.many_risk_lines(made, risks)))


def _fan_lines(answer: Answer, risk: Sequence[str]) -> list[str]:
    """The forecast as a table, and what else was asked of it."""
    digits = answer.get("decimals")
    head = f"{answer['name']} after {answer['last_date']} (close {price(answer['last_close'], decimals=digits)})"
    rows = [[row["date"], *(price(row[name], decimals=digits) for name in BAND)] for row in answer["rows"]]
    notes = [*_calibration(answer), *_source(answer), *answer["notices"], NO_ADVICE]
    return [head, *aligned(["date", *BAND], rows), *risk, *notes]


def many_lines(answer: Answer, risk: Sequence[str] = ()) -> list[str]:
    """Several series' forecasts for their last day ahead, a line each, and what else was asked of them."""
    rows, notices = [], []
    for one in answer["series"]:
        row, digits = one["rows"][-1], one.get("decimals")
        band = [price(row[name], decimals=digits) for name in BAND]
        rows.append([one["name"], one["last_date"], price(one["last_close"], decimals=digits), row["date"], *band])
        notices += [f"{one['name']}: {notice}" for notice in (*_calibration(one), *_source(one), *one["notices"])]
    return [*aligned(["", "last day", "close", "forecast for", *BAND], rows), *risk, *notices, NO_ADVICE]


def _source(answer: Answer) -> list[str]:
    return [answer["source"]] if "source" in answer else []


def _calibration(answer: Answer) -> list[str]:
    if "calibrated_from" not in answer:
        return []
    return [f"The bands are calibrated day by day, by their coverage from {answer['calibrated_from']} on."]


def _backtest(args: argparse.Namespace) -> Answer:
    if args.refit:
        return _backtest_yearly(args)
    several = _are_several(args)
    if several and (args.leak_check or args.placebo or args.daily):
        raise RnnlabError("--leak-check, --placebo and --daily are for one series at a time; give --data one of them.")
    if args.daily:
        check_new(args.daily, "--daily", overwrite=args.overwrite)
    how = _how(args) | {"start": args.start, "horizons": tuple(args.horizon), "garch": args.garch}
    if args.linear:
        how["beside"] = LinearHeads(args.model, aside).baseline
    if several:
        return tell(args, backtest_panel(args.model, args.data, **how).json(), panel_lines)
    found = backtest(args.model, args.data[0], leak_check=args.leak_check, placebo=args.placebo, **how)
    if args.daily:
        write_whole(args.daily, _daily_csv(found))
    return tell(args, found.json(), lambda found: list(backtest_lines(found)))


def _backtest_yearly(args: argparse.Namespace) -> Answer:
    if args.leak_check or args.placebo or args.linear or args.daily or args.horizon != [1] or not args.start:
        raise RnnlabError(
            "--refit needs --start and scores one day ahead; of the other flags it takes --garch, --market, --ticker, "
            "--dates and --encoding alone."
        )
    how: dict[str, Any] = {"start": args.start, "garch": args.garch, "market": args.market or ""}
    how["reading"] = PriceReading.of(vars(args))
    return tell(args, backtest_yearly(args.model, args.data, progress=aside, **how).json(), yearly_lines)


def _daily_csv(found: BacktestReport) -> str:
    """Every day's forecast; of several horizons one below the other, with a column `horizon`."""
    tables = [daily_frame(result) for result in found.results]
    if len(tables) > 1:
        for table, result in zip(tables, found.results, strict=True):
            table.insert(0, "horizon", result.horizon)
    return pd.concat(tables).to_csv(date_format="%Y-%m-%d", float_format="%.8g")


def backtest_lines(answer: Answer) -> Iterator[str]:
    """The scores beside the baselines', for each horizon, and the verdict."""
    for scores in answer.get("horizons", {"": answer}).values():
        yield from table_lines([backtest_table(scores, answer["name"], answer["model"], answer.get("decimals"))])
        direction, up = share(scores["direction"]), share(scores["direction_base_rate"])
        errors = f"MAE {price(scores['mae'], 3)}, MASE {scores['mase']:.3f}"
        width = f"mean width of the 80 % band {scores['width80']:.2f} %"
        yield f"direction correct on {direction} of days, up days {up}; {errors}, {width}"
        if "garch_t" not in scores["baselines"]:
            yield "--garch adds GARCH(1,1) and GJR-GARCH, by the package arch: pip install arch==8.0.0"
        yield from _band_lines(scores.get("record"))
        yield from _risk_lines(scores)
    if leaks := answer.get("leak_check"):
        changed = ", ".join(leaks["leaks"])
        found = f"these forecasts changed, so they leak: {changed}" if changed else "no forecast changed by a bit"
        yield f"leak check: all that follows was replaced by noise for {leaks['days']} days; {found}"
    yield from (answer["verdict"], *_source(answer), *answer["notices"])


def _band_lines(record: Mapping[str, Any] | None) -> Iterator[str]:
    """The bands' coverage, its interval, and the same when calibrated."""
    for percent, band in (record or {"bands": {}})["bands"].items():
        raw, calibrated = band["raw"], band["calibrated"]
        wider = f"{band['width_calibrated'] / band['width']:.2f} times as wide"
        alone = band["independence_p"]
        clusters = "" if alone is None else f"; misses are independent: p = {alone:.2g} (Christoffersen)"
        yield (
            f"{percent} % band: coverage {share(raw['share'])}, 95 % interval {share(raw['low'])}–{share(raw['high'])};"
            f" calibrated day by day {share(calibrated['share'])}, {wider}{clusters}"
        )


def _risk_lines(scores: Mapping[str, Any]) -> Iterator[str]:
    """Coverage in calm and in storms, and the tests and scores of value at risk."""
    terciles = (scores.get("record") or {}).get("terciles")
    if terciles:
        yield from table_lines([tercile_table(terciles)])
        yield storm_sentence(terciles, scores["horizon"])
    if risk := risk_tables(scores):
        yield from (*table_lines(risk), RISK_NOTE)


def panel_lines(answer: Answer) -> list[str]:
    """Several series' scores, each and together."""
    lines = table_lines(horizon_tables(answer["horizons"], answer["model"]))
    for found in answer["horizons"].values():
        if terciles := found["mean"]["terciles"]:
            lines.append(panel_terciles_sentence(terciles))
        if risk := panel_risk_table(found):
            lines += [*table_lines(risk), RISK_NOTE]
    return [*lines, *answer["notices"]]


def yearly_lines(answer: Answer) -> list[str]:
    """A back-test with yearly refits: mean CRPS by year, and the tests over all years."""
    series, years = answer["all"]["series"], len(answer["years"])
    rows = []
    for name, one in answer["against"].items():
        counts = (f"{one['wins']} of {series}", f"{one['years_won']} of {years}")
        rows.append((TITLES.get(name, name), *counts, f"{one['panel_statistic']:.1f}", f"{one['panel_p']:.2g}"))
    caption = f"{answer['model']}'s recipe, retrained each year, one day ahead."
    wins = Table(caption, ("against", "lower CRPS, series", "lower CRPS, years", "panel t", "p"), tuple(rows))
    return table_lines([years_table({**answer["years"], "all": answer["all"]}), wins])


def _bench(args: argparse.Namespace) -> Answer:
    return tell(args, bench_forecast(seeds=args.seeds), lambda answer: table_lines(bench_tables(answer)))
