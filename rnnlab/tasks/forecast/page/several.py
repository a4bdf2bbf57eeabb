"""The panel "Several series at once": a line each, in one table; layout and events."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rnnlab.data.fetch.listing import tickers
from rnnlab.errors import RnnlabError
from rnnlab.summary import Table
from rnnlab.tasks.forecast.data import AS_WRITTEN
from rnnlab.tasks.forecast.outlook.distribution import FAN
from rnnlab.tasks.forecast.outlook.forecast import Forecast
from rnnlab.tasks.forecast.outlook.risk import Questions, answer
from rnnlab.tasks.forecast.page.request import bundled, reading_of
from rnnlab.tasks.forecast.use import forecast_many
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE
from rnnlab.widgets.saving import download, own_file
from rnnlab.widgets.wording import price_text

MOST = 50  # series that a visitor may ask for at once; each takes some 10 ms
FIRST = ["AAPL", "MSFT", "AMZN"]
STORY = "Choose series, add files, or both; the checkpoint and the horizon are those set above."
ASKED = Questions(var=(0.95,))
HEAD = ("", "Last close", "Median", "80 % band", "Width", "VaR 95 %", "ES 95 %", "Volatility\nper year")
FOOT = (
    '<p class="caption">Width: of the 80 % band, in percent of the last close. VaR, ES: loss of a long position up to '
    "that day that is not exceeded with a probability of 95 %, and the mean loss beyond. Each row is one series alone; "
    "the risk of a portfolio depends on how series move together, which is not forecast here.</p>"
)


def several_panel(
    model: gr.Dropdown, horizon: gr.Slider, reading: Sequence[Any], endings: list[str], limits: dict[str, Any]
) -> None:
    """Lay the panel out and connect its events.

    Args:
        model, horizon, reading: what the tab's settings say.
        endings: of files that can be prices.
        limits: how many are computed at once.
    """
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="choosers"):
        most = f"At most {MOST} at a time"
        series = gr.Dropdown(list(tickers()), value=FIRST, multiselect=True, label="Tickers", info=most)
        with gr.Column(min_width=150):
            files = drop("Or your own files", "One series per file", endings, "files", several=True)
    with gr.Row(elem_classes="under"):
        go = gr.Button("Forecast", variant="primary", scale=0, min_width=160, elem_id="forecast-several")
        download = gr.DownloadButton("Download the forecasts (CSV)", interactive=False, scale=0, min_width=220)
    table = gr.HTML(elem_id="several")
    go.click(forecast_several, [series, files, model, horizon, *reading], [table, download], **PRIVATE, **limits)


def forecast_several(
    token: gr.OAuthToken | None,
    series: Sequence[str] | None,
    files: Sequence[str] | None,
    model: str | None,
    horizon: float,
    *reading: str | None,
) -> tuple[Any, Any]:
    """The table and its file, or why there is none."""
    try:
        if unknown := [name for name in series or () if name.upper() not in bundled()]:
            raise RnnlabError(f"{unknown[0][:40]!r} is not a bundled ticker; choose one, or upload a file.")
        data = [*(series or ()), *(files or ())]
        if not data or not model:
            raise RnnlabError("No series is chosen; choose one, or upload a file.")
        if len(data) > MOST:
            raise RnnlabError(f"{len(data)} series are more than the limit of {MOST}; choose fewer.")
        how = reading_of(*reading) if files else AS_WRITTEN
        made = forecast_many(model, data, horizon=int(horizon), caller=caller_of(token), reading=how)
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.DownloadButton(interactive=False)
    return _section(made), download(_write(made))


def _section(made: Sequence[Forecast]) -> str:
    """Each series' last day of the forecast: median, band, its width in percent of the close, losses, volatility."""
    rows = []
    for one in made:
        risk = answer(one.outlook, ASKED)
        middle, lower, upper, *_ = (float(price) for price in one.outlook.fan().to_numpy()[-1])
        last, median, low, high = (price_text(price, one.decimals) for price in (one.last_close, middle, lower, upper))
        tables = (risk.value_at_risk, risk.expected_shortfall, risk.volatility[["annual"]])
        shares = (100 * (upper - lower) / one.last_close, *(float(table.to_numpy()[-1, 0]) for table in tables))
        named = (
            one.name,
            f"{last}\n{one.last_date:%Y-%m-%d}",
            f"{median}\n{risk.dates[-1]:%Y-%m-%d}",
            f"{low} – {high}",
        )
        rows.append((*named, *(f"{share:.1f} %" for share in shares)))
    notes = html.notes(f"{one.name}: {notice}" for one in made for notice in one.notices)
    return html.scores("several", html.table_of(Table("", HEAD, tuple(rows))), foot=f"{FOOT}{notes}")


def _write(made: Sequence[Forecast]) -> str | None:
    """All days of all series as a CSV file; returns its path, None as `own_file`."""

    def write(path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["series", "date", *FAN])
            for one in made:
                for day, row in one.outlook.fan().iterrows():
                    writer.writerow([one.name, f"{day:%Y-%m-%d}", *(f"{value:.8g}" for value in row)])

    return own_file("forecasts", ".csv", write)
