"""Any ticker of Yahoo Finance, whose prices are fetched when a visitor asks for them; layout, and how it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.data.fetch.listing import tickers

PREFIX = "yahoo:"
FETCHES: dict[str, Any] = {"concurrency_id": "prices", "concurrency_limit": 3}
FROM_LINK = "The prices of {0} are on Yahoo Finance; press Get prices to fetch them."


@dataclass(frozen=True)
class TickerBox:
    """Where a ticker is written, and the button that fetches its prices."""

    symbol: gr.Textbox
    get: gr.Button


def ticker_box() -> TickerBox:
    """Lay them out, the button beside the field."""
    info = "As on Yahoo: 7203.T, ^GSPC"
    with gr.Row(elem_classes="ask"):
        symbol = gr.Textbox(
            label="Or any ticker", placeholder="NVDA", max_lines=1, info=info, min_width=110, elem_id="symbol"
        )
        get = gr.Button("Get prices", size="md", scale=0, min_width=104, elem_id="get-prices")
    return TickerBox(symbol, get)


def name_of(symbol: str | None) -> str:
    """What a written ticker is called among the series, with or without its prefix."""
    written = (symbol or "").strip().upper()
    return PREFIX + written.removeprefix(PREFIX.upper()).strip()


def chooser_with_ticker(name: str) -> gr.Dropdown:
    """The chooser of series set to a fetched one, which joins the bundled ones."""
    bundled = [(one, one) for one in tickers()]
    return gr.Dropdown(choices=[*bundled, (f"{symbol_of(name)} (Yahoo)", name)], value=name)


def symbol_of(name: str) -> str:
    """The ticker alone."""
    return name.removeprefix(PREFIX)
