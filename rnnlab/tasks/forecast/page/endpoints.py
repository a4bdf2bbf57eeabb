"""The page's public endpoints for programs; their names, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.page_training import Asked
from rnnlab.tasks.forecast import use
from rnnlab.tasks.forecast.data import READING
from rnnlab.tasks.forecast.judge import scoring
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.outlook.risk import FIELDS, Questions, answered_by, with_risk
from rnnlab.tasks.forecast.page.request import FIRST, LONGEST_HORIZON, Source, reading_of
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import LIMITS, answered, streamed, whole


def forecast(
    token: gr.OAuthToken | None,
    data: str,
    model: str,
    horizon: float,
    file: str | None = None,
    ticker: str = "",
    dates: str = "",
    encoding: str = "",
    calibrated: bool = False,
    quantiles: str = "",
    var: str = "",
    short: bool = False,
    above: str = "",
    below: str = "",
    highest_density: str = "",
    paths: float = 0,
    seed: float = 0,
    market: str = "",
) -> dict[str, Any]:
    """Forecast the next business days of a bundled series, a ticker of Yahoo Finance or an uploaded file.

    Args:
        data: a bundled ticker, as AAPL, or yahoo:NVDA for one of Yahoo Finance; ignored if a file is given.
        model: the name of a bundled checkpoint, or owner/name or owner/name@revision of the Hugging Face Hub.
        horizon: business days to forecast, 1 … 20.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        ticker: which one, if the file holds several.
        dates: "iso", "us" or "day-first" if the file's dates can be read in two ways.
        encoding: in which the file is written, as "shift_jis"; detected if empty.
        calibrated: whether the bands, and all below, are calibrated day by day, by their past coverage.
        quantiles: probabilities of prices that are asked for, as "0.01,0.5".
        var: levels of value at risk and expected shortfall, as "0.99".
        short: whether those are of a short position.
        above, below: prices, or returns since the last close, as "180,5%".
        highest_density: probabilities of the narrowest bands of prices, as "0.8".
        paths: how many sample paths are drawn, at most 10,000.
        seed: of the paths.
        market: a bundled index that is known beside the prices, as SP500; only some checkpoints read one.

    Returns:
        {name, last_date, last_close, rows: [{date, median, lower80, upper80, lower95, upper95}], notices, decimals}; of
        calibrated bands also calibrated_from, the first day whose outcome they go by. If anything from quantiles to
        paths is given also risk: {position, rows: [{date, volatility_daily, volatility_annual, quantiles,
        value_at_risk, expected_shortfall, above, below, highest_density}]}, its paths a list a path. Of fetched prices
        also source, where they came from and how old they are.
    """
    source, reading, caller = Source(data, file), reading_of(ticker, dates, encoding), caller_of(token)
    questions = {"quantiles": quantiles, "var": var, "short": short, "above": above, "below": below}
    questions |= {"highest_density": highest_density}

    def forecast() -> dict[str, Any]:
        at, days = source.data(), _whole(horizon)
        drawn = {"paths": _whole(paths, "number of paths", ""), "seed": _whole(seed, "seed", "")}
        asked = Questions.of(questions | drawn)
        how: dict[str, Any] = {"reading": reading, "calibrated": calibrated, "market": _index(market)}
        made = use.forecast(model, at, horizon=days, caller=caller, **how)
        return with_risk(made, answered_by(made, asked))

    return answered(forecast)


def backtest(
    token: gr.OAuthToken | None,
    data: str,
    model: str,
    start: str = "",
    file: str | None = None,
    ticker: str = "",
    dates: str = "",
    encoding: str = "",
    market: str = "",
) -> dict[str, Any]:
    """Score one-day forecasts over the test days beside their baselines.

    Args:
        data: a bundled ticker, as AAPL, or yahoo:NVDA for one of Yahoo Finance; ignored if a file is given.
        model: the name of a bundled checkpoint, or owner/name or owner/name@revision of the Hugging Face Hub.
        start: first day that is scored, as 2015-08-13; empty for the last fifth of the days.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        ticker, dates, encoding, market: as of /forecast.

    Returns:
        n, start, end, rmse, mae, mase, direction, direction_base_rate, crps, log_score, coverage80, coverage95,
        width80, baselines {naive, drift, constant_t, ewma_t, har_t, lhar_t, carr_t}, record, value_at_risk, qlike,
        verdict, notices, decimals.
    """
    source, first, reading = Source(data, file), start or None, reading_of(ticker, dates, encoding)
    caller = caller_of(token)

    def backtest() -> dict[str, Any]:
        how: dict[str, Any] = {"caller": caller, "reading": reading, "market": _index(market)}
        return scoring.backtest(model, source.data(), start=first, **how).json()

    return answered(backtest)


def train_forecast(
    data: str = "",
    file: str | None = None,
    cell: str = "",
    hidden: float = 0,
    layers: float = 0,
    epochs: float = 0,
    lr: float = 0,
    ticker: str = "",
    dates: str = "",
    encoding: str = "",
) -> Iterator[dict[str, Any]]:
    """Train a forecaster on a series; streams its reports, then the checkpoint's name, valid for about two hours.

    Args:
        data: a bundled ticker, as AAPL, or yahoo:NVDA for one of Yahoo Finance; ignored if a file is given.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        cell: "rnn", "gru" or "lstm"; empty for what is proposed, as every setting.
        hidden: units of each recurrent layer.
        layers: recurrent layers.
        epochs: passes over the days.
        lr: the highest learning rate.
        ticker, dates, encoding: as of /forecast.

    Returns:
        Reports {step, steps, epoch, training_loss, validation_loss, baseline_loss, gradient_norm, rate, per_second,
        seconds_left, sample, message}; at last {model, ended_early, backtests, …}.
    """
    settings = {"cell": cell, "hidden": hidden, "layers": layers, "epochs": epochs, "lr": lr}
    reading = reading_of(ticker, dates, encoding).given() if file else {}

    def asked() -> Asked:
        return Asked.of(KIND, Source(data, file).data(), whole(settings, KIND), reading, caller=caller_of(None))

    yield from streamed(asked)


def add_endpoints(models: Sequence[str], at_once: int) -> None:
    """Add the endpoints to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        data, file = gr.Textbox(FIRST, label="data"), gr.File(label="file")
        model = gr.Textbox(models[0] if models else "", label="model")
        horizon, start = gr.Number(LONGEST_HORIZON, label="horizon"), gr.Textbox("", label="start")
        reading = [gr.Textbox("", label=name) for name in READING]
        calibrated = gr.Checkbox(False, label="calibrated")
        kinds: dict[str, Any] = {"short": gr.Checkbox(False, label="short")}
        kinds |= {name: gr.Number(0, label=name) for name in ("paths", "seed")}
        questions = [kinds.get(name) or gr.Textbox("", label=name) for name in FIELDS]
        cell = gr.Textbox("", label="cell")
        sizes = [gr.Number(0, label=name, precision=0) for name in ("hidden", "layers", "epochs")]
        index = gr.Textbox("", label="market")
        rate, answer, call = gr.Number(0, label="lr"), gr.JSON(label="answer"), gr.Button()
    limits: dict[str, Any] = {"concurrency_id": "forecast", "concurrency_limit": at_once}
    given = [data, model, horizon, file, *reading, calibrated, *questions, index]
    call.click(forecast, given, answer, api_name="forecast", **limits)
    call.click(backtest, [data, model, start, file, *reading, index], answer, api_name="backtest", **limits)
    given = [data, file, cell, *sizes, rate, *reading]
    call.click(train_forecast, given, answer, api_name="train_forecast", **LIMITS)


def _index(market: str) -> str:
    """A bundled index by name, "" for none: never a path that a visitor wrote."""
    return Source(market).data() if market else ""


def _whole(value: float, what: str = "horizon", unit: str = " of days") -> int:
    if value != int(value):
        raise RnnlabError(f"The {what} must be a whole number{unit}, not {value:g}.")
    return int(value)
