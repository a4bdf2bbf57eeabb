"""What the page answers to who asks for a forecast; independent of any layout, model or file format."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from rnnlab.data.fetch.listing import bundled_data
from rnnlab.runtime.callers import STRANGER, Caller
from rnnlab.runtime.opening import told
from rnnlab.tasks.forecast import forecast_report
from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.tasks.forecast.page import figures, panels
from rnnlab.tasks.forecast.page.chances import Held, held_of
from rnnlab.tasks.forecast.page.request import Asked, Source, forecast_link, younger_than
from rnnlab.tasks.forecast.page.trust import trust
from rnnlab.widgets.saving import own_file
from rnnlab.widgets.wording import day_text


@dataclass(frozen=True)
class Answer:
    """What the tab shows: verdict, figure, scores, and the forecast as a CSV file; and the checkpoint that made it.

    held: what the fold "What could happen" asks.
    """

    verdict: str
    figure: go.Figure
    scores: str
    table: str | None
    model: str
    held: Held | None


def study(asked: Asked, caller: Caller = STRANGER) -> Study:
    """Ask the service; raises RnnlabError."""
    how: dict[str, Any] = {name: getattr(asked, name) for name in ("horizon", "start", "ahead", "calibrated")}
    return forecast_report.study(asked.model, asked.source.data(), reading=asked.source.reading, caller=caller, **how)


def answer(asked: Asked, caller: Caller = STRANGER) -> Answer:
    """A study, drawn; raises RnnlabError."""
    found = study(asked, caller)
    if found.source and (hint := younger_than(found.until)):
        found = dataclasses.replace(found, notices=(*found.notices, hint))
    unit = found.currency
    return Answer(
        panels.verdict(found, eyebrow(found, asked.source), forecast_link(asked, found.model)),
        figures.forecast_figure(found, unit),
        panels.score_table(found.scores, unit, _span(found)) + trust(found.scores, found.details),
        write_table(found),
        found.model,
        held_of(found),
    )


def eyebrow(found: Study, source: Source) -> str:
    """Whose forecast, by which checkpoint, from which days."""
    titles = {ticker: entry["title"] for entry in bundled_data() for ticker in entry["tickers"]}
    title = "your file" if source.file else "" if found.source else titles.get(found.name, "")
    days = found.history.index
    span = f"{day_text(days[0])} – {day_text(days[-1])}"
    return " · ".join(part for part in (found.name, title, span, f"checkpoint {told(found.model)}") if part)


def write_table(found: Study) -> str | None:
    """Write the forecast into a CSV file; returns its path, None as `own_file`."""

    def write(path: Path) -> None:
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["date", *found.fan.columns])
            for day, row in zip(found.fan.index, found.fan.to_numpy(), strict=True):
                writer.writerow([f"{day:%Y-%m-%d}", *(f"{value:.8g}" for value in row)])

    return own_file(f"forecast-{found.name or 'prices'}", ".csv", write)


def _span(found: Study) -> str:
    if found.scores is None:
        return ""
    scores, days = found.scores, found.scores["horizon"]
    kind = "one-day forecasts" if days == 1 else f"forecasts {days} days ahead"
    said = f"{scores['n']:,} {kind}, {scores['start']} to {scores['end']}, each made from the days before it"
    return f"{said}, by a model that was trained on days up to {found.until}: no test." if found.known else f"{said}."
