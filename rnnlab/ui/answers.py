"""What a visitor asks and what the page answers; knows no layout, no model and no file format."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import plotly.graph_objects as go

from rnnlab import service
from rnnlab.errors import DataError
from rnnlab.service import Study
from rnnlab.ui import figures, panels
from rnnlab.ui.saving import own_file

FIRST = "AAPL"
LONGEST_HORIZON = 20
# Prices without a currency; every other bundled series is in US dollars.
UNITS = {"SP500": "points"}


@dataclass(frozen=True)
class Source:
    """Whose prices: a bundled ticker, or an uploaded file with how to read it."""

    ticker: str | None = None
    file: str | None = None
    column: str | None = None
    dates: str | None = None

    @property
    def unit(self) -> str:
        """The unit of the prices, "" where a file does not say it."""
        return "" if self.file else UNITS.get(str(self.ticker).upper(), "USD")

    def data(self) -> str:
        """What to hand to the service: never a path that a visitor wrote.

        Raises:
            DataError: the file has gone, or there is no such bundled ticker.
        """
        if self.file:
            if not Path(self.file).is_file():
                raise DataError("Your file is no longer here, as uploads are deleted after a while; drop it once more.")
            return self.file
        known = {ticker.upper() for ticker in service.tickers()}
        if not self.ticker or self.ticker.upper() not in known:
            shown = str(self.ticker or "")[:40]
            raise DataError(f"{shown!r} is no bundled ticker; choose one, {FIRST} for example, or give a CSV file.")
        return self.ticker.upper()


@dataclass(frozen=True)
class Asked:
    """What a visitor asks for."""

    source: Source
    model: str
    horizon: int = LONGEST_HORIZON
    start: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the tab shows: verdict, figure, scores, and the forecast as a CSV file."""

    verdict: str
    figure: go.Figure
    scores: str
    table: str


def study(asked: Asked) -> Study:
    """Ask the service; raises RnnlabError."""
    source = asked.source
    column, dates = (source.column, source.dates) if source.file else (None, None)  # of a file alone
    return service.study(
        asked.model,
        source.data(),
        horizon=asked.horizon,
        start=asked.start,
        ticker=column,
        dates=dates,
        caller=service.STRANGER,
    )


def answer(asked: Asked) -> Answer:
    """A study, drawn; raises RnnlabError."""
    found = study(asked)
    unit = asked.source.unit
    return Answer(
        panels.verdict(found, eyebrow(found, asked.source)),
        figures.forecast_figure(found, unit),
        panels.score_table(found.scores, unit, _span(found)),
        write_table(found),
    )


def eyebrow(found: Study, source: Source) -> str:
    """Whose forecast, by which checkpoint, from which days."""
    titles = {ticker: entry["title"] for entry in service.bundled_data() for ticker in entry["tickers"]}
    title = "your file" if source.file else titles.get(found.name, "")
    days = found.history.index
    span = f"{figures.day_text(days[0])} – {figures.day_text(days[-1])}"
    return " · ".join(part for part in (found.name, title, span, f"checkpoint {found.model}") if part)


def write_table(found: Study) -> str:
    """Write the forecast into a CSV file in a folder of its own, which Gradio clears away; returns its path."""
    path = own_file(f"forecast-{found.name or 'prices'}", ".csv")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", *found.fan.columns])
        for day, row in zip(found.fan.index, found.fan.to_numpy(), strict=True):
            writer.writerow([f"{day:%Y-%m-%d}", *(f"{value:.6g}" for value in row)])
    return str(path)


def _span(found: Study) -> str:
    if found.scores is None:
        return ""
    return (
        f"{found.scores['n']:,} one-day forecasts, {found.scores['start']} to {found.scores['end']}, "
        f"each made from the days before it."
    )
