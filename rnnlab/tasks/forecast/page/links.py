"""A forecast as a link that makes it again, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.data.fetch.listing import tickers
from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.page.request import AHEAD, FIRST, LONGEST_HORIZON, Asked
from rnnlab.widgets.links import link_to, linked_model, linked_number


def forecast_link(asked: Asked, model: str) -> str:
    """The query that makes a forecast again; "" for a visitor's own file or checkpoint, which stay theirs."""
    if asked.source.file:
        return ""
    values: dict[str, Any] = {"data": asked.source.data(), "horizon": asked.horizon}
    values |= ({"start": asked.start} if asked.start else {}) | ({"ahead": asked.ahead} if asked.ahead > 1 else {})
    return link_to("forecast", model, values | ({"bands": "calibrated"} if asked.calibrated else {}))


def linked_forecast(query: Mapping[str, str], bundled: Sequence[str]) -> tuple[str, str, int, str, int, bool]:
    """What a link asks for: ticker, checkpoint, horizon; start, days ahead, calibrated bands; raises RnnlabError."""
    ticker = query.get("data", FIRST).upper()
    if ticker not in tickers():
        raise RnnlabError(f"The link asks for {ticker[:40]!r}, which is no bundled series; choose one here.")
    horizon = int(linked_number(query, "horizon", LONGEST_HORIZON, 1, LONGEST_HORIZON))
    days = int(linked_number(query, "ahead", 1, 1, LONGEST_HORIZON))
    if days not in AHEAD.values():
        raise RnnlabError(f"The link asks for {days} days ahead, which cannot be set here; set it below.")
    start, calibrated = query.get("start", "")[:40], query.get("bands") == "calibrated"
    return ticker, linked_model(query, bundled), horizon, start, days, calibrated
