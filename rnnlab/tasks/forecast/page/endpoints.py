"""The page's public endpoints for programs; their names, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast import use
from rnnlab.tasks.forecast.judge import scoring
from rnnlab.tasks.forecast.page.reading import Reading
from rnnlab.tasks.forecast.page.request import FIRST, LONGEST_HORIZON, Source
from rnnlab.tasks.forecast.page.train_endpoint import add_train_endpoint
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import answered


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
) -> dict[str, Any]:
    """Forecast the next business days of a bundled series or of an uploaded file.

    Args:
        data: a bundled ticker, as AAPL; not looked at if a file is given.
        model: the name of a bundled checkpoint, or owner/name or owner/name@revision of the Hugging Face Hub.
        horizon: business days to forecast, 1 … 20.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        ticker: which one, if the file holds several.
        dates: "iso", "us" or "day-first" if the file's dates can be read in two ways.
        encoding: in which the file is written, as "shift_jis"; empty to find it.
        calibrated: whether the bands are calibrated day by day, by how often they held before.

    Returns:
        {name, last_date, last_close, rows: [{date, median, lower80, upper80, lower95, upper95}], notices, decimals}; of
        calibrated bands also calibrated_from, the first day whose outcome they go by.
    """
    with_source = Source(data, file).data
    how = Reading.of((ticker, dates, encoding))
    return answered(
        lambda: use.forecast(
            model,
            with_source(),
            horizon=_whole(horizon),
            caller=caller_of(token),
            ticker=how.ticker,
            dates=how.dates,
            encoding=how.encoding,
            calibrated=calibrated,
        )
    )


def backtest(
    token: gr.OAuthToken | None,
    data: str,
    model: str,
    start: str = "",
    file: str | None = None,
    ticker: str = "",
    dates: str = "",
    encoding: str = "",
) -> dict[str, Any]:
    """Score one-day forecasts over the test days beside their baselines.

    Args:
        data: a bundled ticker, as AAPL; not looked at if a file is given.
        model: the name of a bundled checkpoint, or owner/name or owner/name@revision of the Hugging Face Hub.
        start: first day that is scored, as 2015-08-13; empty for the last fifth of the days.
        file: CSV, Excel, JSON or Parquet of daily prices with at least a date and a close; by gradio_client's
            handle_file.
        ticker, dates, encoding: as of /forecast.

    Returns:
        n, start, end, rmse, mae, mase, direction, direction_base_rate, crps, log_score, coverage80, coverage95,
        width80, baselines {naive, drift, constant_t, ewma_t, har_t}, verdict, notices, decimals.
    """
    with_source = Source(data, file).data
    how = Reading.of((ticker, dates, encoding))
    return answered(
        lambda: scoring.backtest(
            model,
            with_source(),
            start=start or None,
            caller=caller_of(token),
            ticker=how.ticker,
            dates=how.dates,
            encoding=how.encoding,
        )
    )


def add_endpoints(models: Sequence[str], at_once: int) -> None:
    """Add the endpoints to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        data = gr.Textbox(FIRST, label="data")
        model = gr.Textbox(models[0] if models else "", label="model")
        horizon = gr.Number(LONGEST_HORIZON, label="horizon")
        start = gr.Textbox("", label="start")
        file = gr.File(label="file")
        reading = [gr.Textbox("", label=name) for name in ("ticker", "dates", "encoding")]
        calibrated = gr.Checkbox(False, label="calibrated")
        answer = gr.JSON(label="answer")
        call = gr.Button()
    limits: dict[str, Any] = {"concurrency_id": "forecast", "concurrency_limit": at_once}
    call.click(forecast, [data, model, horizon, file, *reading, calibrated], answer, api_name="forecast", **limits)
    call.click(backtest, [data, model, start, file, *reading], answer, api_name="backtest", **limits)
    add_train_endpoint()


def _whole(horizon: float) -> int:
    if horizon != int(horizon):
        raise RnnlabError(f"The horizon must be a whole number of days, not {horizon:g}.")
    return int(horizon)
