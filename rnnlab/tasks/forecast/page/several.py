"""The panel "Several series at once": a line each, in one table; layout and events."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from rnnlab.data.fetch.listing import tickers
from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.page.reading import Reading
from rnnlab.tasks.forecast.use import forecast_many
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import PRIVATE
from rnnlab.widgets.saving import download, own_file
from rnnlab.widgets.wording import on_page, price_text

MOST = 50  # series that a visitor may ask for at once; each takes some 10 ms
FIRST = ["AAPL", "MSFT", "AMZN"]
STORY = "Choose series, drop files, or both; the checkpoint and the horizon are those of the settings above."
HEAD = ("Last close", "Median", "80 % band", "Width")
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
        series = gr.Dropdown(
            list(tickers()), value=FIRST, multiselect=True, label="Tickers", info=f"At most {MOST} at a time"
        )
        with gr.Column(min_width=150):
            files = drop("Or files of your own", "A series a file", endings, "files", several=True)
    with gr.Row(elem_classes="under"):
        go = gr.Button("Forecast them", variant="primary", scale=0, min_width=160, elem_id="forecast-several")
        download = gr.DownloadButton("Download them (CSV)", interactive=False, scale=0, min_width=220)
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
        known = {ticker.upper() for ticker in tickers()}
        unknown = [name for name in series or () if name.upper() not in known]
        if unknown:
            raise RnnlabError(f"{unknown[0][:40]!r} is no bundled ticker; choose one, or give a file.")
        data = [*(series or ()), *(files or ())]
        if not data or not model:
            raise RnnlabError("Nothing is chosen; choose a series or give a file.")
        if len(data) > MOST:
            raise RnnlabError(f"{len(data)} series are more than {MOST}; choose fewer at a time.")
        how = Reading.of(reading) if files else Reading()
        answer = forecast_many(
            model,
            data,
            horizon=int(horizon),
            caller=caller_of(token),
            ticker=how.ticker,
            dates=how.dates,
            encoding=how.encoding,
        )
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.DownloadButton(interactive=False)
    return _table(answer["series"]), download(_write(answer["series"]))


def _table(series: Sequence[dict[str, Any]]) -> str:
    """Each series' last day of the forecast: median, band, and its width in percent of the close."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEAD)
    rows, notes = [], []
    for one in series:
        row, close, digits = one["rows"][-1], one["last_close"], one["decimals"]
        cells = (
            f"{price_text(close, digits)}<small>{one['last_date']}</small>",
            f"{price_text(row['median'], digits)}<small>{row['date']}</small>",
            f"{price_text(row['lower80'], digits)} – {price_text(row['upper80'], digits)}",
            f"{100 * (row['upper80'] - row['lower80']) / close:.1f} %",
        )
        body = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{escape(one["name"])}</th>{body}</tr>')
        notes += [f"<li>{escape(one['name'])}: {escape(on_page(notice))}</li>" for notice in one["notices"]]
    listed = f'<ul class="notes">{"".join(notes)}</ul>' if notes else ""
    return (
        '<section class="scores several"><div class="scroll" tabindex="0" role="region" aria-label="Forecasts"><table>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        f'<p class="caption">The wider the band in percent, the less is known of that day.</p>{listed}</section>'
    )


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
