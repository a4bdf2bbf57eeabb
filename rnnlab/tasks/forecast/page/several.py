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
HEAD = ("", "Last close", "Median", "80 % band", "Width")
ROWS = ("date", "median", "lower80", "upper80", "lower95", "upper95")


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
        answer = forecast_many(model, data, horizon=int(horizon), caller=caller_of(token), reading=how)
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.DownloadButton(interactive=False)
    return _section(answer["series"]), download(_write(answer["series"]))


def _section(series: Sequence[dict[str, Any]]) -> str:
    """Each series' last day of the forecast: median, band, and its width in percent of the close."""
    rows = []
    for one in series:
        row, close = one["rows"][-1], one["last_close"]
        prices = [close, *(row[name] for name in ("median", "lower80", "upper80"))]
        last, median, low, high = (price_text(price, one["decimals"]) for price in prices)
        width = f"{100 * (row['upper80'] - row['lower80']) / close:.1f} %"
        rows.append((one["name"], f"{last}\n{one['last_date']}", f"{median}\n{row['date']}", f"{low} – {high}", width))
    notes = html.notes(f"{one['name']}: {notice}" for one in series for notice in one["notices"])
    foot = f'<p class="caption">Width is that of the 80 % band, in percent of the last close.</p>{notes}'
    return html.scores("several", html.table_of(Table("", HEAD, tuple(rows))), foot=foot)


def _write(series: Sequence[dict[str, Any]]) -> str | None:
    """All days of all series as a CSV file; returns its path, None as `own_file`."""

    def write(path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["series", *ROWS])
            for one in series:
                for row in one["rows"]:
                    writer.writerow([one["name"], row["date"], *(f"{row[name]:.8g}" for name in ROWS[1:])])

    return own_file("forecasts", ".csv", write)
