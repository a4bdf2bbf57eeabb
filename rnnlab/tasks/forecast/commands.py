"""The commands on prices: train forecast, forecast, backtest."""

from __future__ import annotations

import argparse
from typing import Any

from rnnlab.commands.remote import add_remote, refuse_without_on, train_there
from rnnlab.errors import RnnlabError
from rnnlab.service.hub_jobs import setting_flags
from rnnlab.service.listing import GROUPS
from rnnlab.tasks.forecast import use
from rnnlab.tasks.forecast.judge.panels import backtest_panel, forecast_many
from rnnlab.tasks.forecast.judge.refitting import backtest_yearly
from rnnlab.tasks.forecast.learn import training as training_module
from rnnlab.tasks.forecast.learn.training import RECIPES, train_forecast
from rnnlab.tasks.forecast.lines import (
    backtest_lines,
    forecast_lines,
    forecast_many_lines,
    panel_lines,
    training_lines,
    yearly_lines,
)
from rnnlab.terminal.commands import (
    Answer,
    StepBar,
    add_command,
    add_overwrite,
    add_settings,
    add_time_limit,
    follow,
    given,
    tell,
)
from rnnlab.terminal.streams import aside
from rnnlab.train.devices import DEVICES
from rnnlab.train.processes import is_first, started


def add_training(trainings: Any) -> None:
    """Add `train forecast`."""
    parser = add_command(trainings, "forecast", "train a forecaster of prices", _train)
    parser.add_argument("--data", required=True, nargs="+", metavar="NAME|FILE", help="bundled tickers or price files")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument("--recipe", choices=RECIPES, default="density", help="what to train (default density)")
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        help="seeds to train: each scored, or their mean as one density network (default 1)",
    )
    parser.add_argument("--until", help="last day to learn from, as 2015-08-12 (default: the first four fifths)")
    parser.add_argument(
        "--from", dest="base", metavar="MODEL", help="go on from this checkpoint of the density recipe, as stocks"
    )
    parser.add_argument(
        "--unseen", nargs="+", default=[], metavar="NAME|FILE", help="series to score afterwards, never learnt from"
    )
    parser.add_argument("--garch", action="store_true", help="score GARCH and GJR-GARCH on those, too (needs arch)")
    parser.add_argument("--resume", action="store_true", help="go on with the training that DIR holds")
    add_overwrite(parser)
    add_time_limit(parser)
    add_remote(parser)
    _add_file_flags(parser)
    seen: set[str] = set()
    for recipe in RECIPES:
        add_settings(
            parser.add_argument_group(f"settings of the {recipe} recipe"), training_module.settings(recipe), seen
        )


def add_commands(commands: Any) -> None:
    """Add `forecast` and `backtest`."""
    forecast = add_command(commands, "forecast", "forecast the next sessions", _forecast)
    _add_model_and_data(forecast, "NAME|FILE", "bundled tickers, or files of prices; several get a line each")
    forecast.add_argument("--horizon", type=int, default=20, help="sessions to forecast, 1 to 20 (default 20)")
    forecast.add_argument(
        "--calibrated", action="store_true", help="bands calibrated day by day, by how often they held before"
    )
    backtest = add_command(commands, "backtest", "walk forward through past days and score the forecasts", _backtest)
    _add_model_and_data(backtest, "NAME|FILE", "bundled tickers, or files of prices; several are judged together")
    backtest.add_argument("--start", help="first scored day, as 2015-08-13 (default: last fifth, less what was learnt)")
    backtest.add_argument(
        "--garch", action="store_true", help="also GARCH and GJR-GARCH, refitted every 20 days (seconds; needs arch)"
    )
    backtest.add_argument(
        "--refit",
        choices=("yearly",),
        help="train the recipe anew for each year from --start on (minutes)",
    )
    backtest.add_argument(
        "--leak-check", action="store_true", help="also replace what follows a day by noise: does its forecast change?"
    )
    backtest.add_argument(
        "--placebo", action="store_true", help="on independent draws in place of the prices: nobody may win"
    )
    backtest.add_argument("--horizon", type=int, nargs="+", default=[1], help="days ahead, one or several (default 1)")


def _add_model_and_data(
    parser: argparse.ArgumentParser, shown: str, gloss: str
) -> None:  # fmt: skip
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as stocks")
    parser.add_argument("--data", required=True, metavar=shown, nargs="+", help=gloss)
    _add_file_flags(parser)
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where to compute (default auto)")


def _add_file_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ticker", help="which ticker, if the file holds several")
    parser.add_argument("--dates", choices=("iso", "us", "day-first"), help="how the file writes its dates")
    parser.add_argument("--encoding", help="in which the file is written, as shift_jis (default: found)")


def _train(asked: argparse.Namespace) -> Answer:
    refuse_without_on(asked)
    asked.resumable = asked.recipe == "density" and asked.seeds == 1 and not asked.base
    settings = given(asked, [known for recipe in RECIPES for known in training_module.settings(recipe)])
    if asked.on:
        return train_there(asked, "forecast", asked.data, _other_flags(asked), settings, asked.unseen)
    bar, processes = StepBar(asked.minutes), started(asked.device or "auto")
    training = train_forecast(
        asked.data, recipe=asked.recipe, out=asked.out, settings=settings, seeds=asked.seeds, until=asked.until,
        resume=asked.resume, ticker=asked.ticker, dates=asked.dates, encoding=asked.encoding, command=asked.command,
        base=asked.base, unseen=asked.unseen, garch=asked.garch, watch=bar.watch, processes=processes,
        overwrite=asked.overwrite, tell=aside,
    )  # fmt: skip
    answer = follow(asked, training, "rows", bar, processes)
    return tell(asked, answer, training_lines) if is_first() else answer


def _other_flags(asked: argparse.Namespace) -> list[str]:
    """What is neither data, nor how they are read, nor a setting."""
    values = {"recipe": asked.recipe, "seeds": asked.seeds}
    return [*setting_flags(values), *(["--garch"] if asked.garch else [])]


def _forecast(asked: argparse.Namespace) -> Answer:
    if _are_several(asked):
        many = forecast_many(
            asked.model, asked.data, horizon=asked.horizon, device=asked.device, ticker=asked.ticker,
            dates=asked.dates, encoding=asked.encoding, calibrated=asked.calibrated,
        )  # fmt: skip
        return tell(asked, many, forecast_many_lines)
    answer = use.forecast(
        asked.model, asked.data[0], horizon=asked.horizon, ticker=asked.ticker, dates=asked.dates, device=asked.device,
        encoding=asked.encoding, calibrated=asked.calibrated,
    )  # fmt: skip
    return tell(asked, answer, forecast_lines)


def _are_several(asked: argparse.Namespace) -> bool:
    return len(asked.data) > 1 or asked.data[0].lower() in GROUPS


def _backtest(asked: argparse.Namespace) -> Answer:
    if asked.refit:
        return _backtest_yearly(asked)
    if _are_several(asked):
        return _backtest_panel(asked)
    answer = use.backtest(
        asked.model, asked.data[0], start=asked.start, horizons=tuple(asked.horizon), ticker=asked.ticker,
        dates=asked.dates, device=asked.device, garch=asked.garch, leak_check=asked.leak_check,
        placebo=asked.placebo, encoding=asked.encoding,
    )  # fmt: skip
    return tell(asked, answer, backtest_lines)


def _backtest_panel(asked: argparse.Namespace) -> Answer:
    if asked.leak_check or asked.placebo:
        raise RnnlabError("--leak-check and --placebo are for one series at a time; give --data one of them.")
    answer = backtest_panel(
        asked.model, asked.data, start=asked.start, horizons=tuple(asked.horizon), garch=asked.garch,
        device=asked.device, ticker=asked.ticker, dates=asked.dates, encoding=asked.encoding,
    )  # fmt: skip
    return tell(asked, answer, panel_lines)


def _backtest_yearly(asked: argparse.Namespace) -> Answer:
    if asked.leak_check or asked.placebo or asked.horizon != [1] or not asked.start:
        raise RnnlabError(
            "--refit needs --start and scores one day ahead; of the other flags it takes --garch, --ticker, --dates "
            "and --encoding alone."
        )
    answer = backtest_yearly(
        asked.model, asked.data, start=asked.start, garch=asked.garch,
        progress=aside, ticker=asked.ticker, dates=asked.dates, encoding=asked.encoding,
    )  # fmt: skip
    return tell(asked, answer, yearly_lines)
