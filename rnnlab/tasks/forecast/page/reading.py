"""How a visitor says that a file is to be read: its ticker, its dates, its encoding; layout and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from rnnlab.widgets.events import filled

DATE_ORDERS = [("as the file says", ""), ("month/day/year", "us"), ("day/month/year", "day-first"), ("ISO", "iso")]


@dataclass(frozen=True)
class Reading:
    """Which ticker of a file, how it writes dates, and its encoding; None for what the file says itself."""

    ticker: str | None = None
    dates: str | None = None
    encoding: str | None = None

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Reading:
        """What stands in the choosers of `reading_choosers`, in their order; those that are missing are empty."""
        return cls(*(filled(value) for value in values))


AS_IT_IS = Reading()


def reading_choosers() -> list[gr.Textbox | gr.Dropdown]:
    """Lay out the choosers of ticker, dates and encoding."""
    ticker = gr.Textbox(
        label="Ticker in your file", placeholder="AAPL", max_lines=1, info="Which one, if it holds several"
    )
    dates = gr.Dropdown(
        DATE_ORDERS, value="", label="Dates in your file", info="If 03/04/2017 could be read in two ways"
    )
    encoding = gr.Textbox(
        label="Encoding of your file", placeholder="Shift-JIS", max_lines=1, info="If its letters come out wrong"
    )
    return [ticker, dates, encoding]
