"""Figures that every part of the page uses: the course of a training, and the style of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

FORECAST_HEIGHT, LOSS_HEIGHT = 480, 320

# Blue and orange of the palette for the colour-blind (Okabe and Ito, 2008), the blue lifted to be read on black too.
MODEL = "#2b7bba"
BASELINE = "#e08214"
# Mid-neutrals that are read on white and on black; the page's style sheet sharpens them for its theme.
TRUTH = "rgb(112,118,128)"
TEXT = "rgb(115,121,132)"
GRID = "rgba(128,134,145,0.16)"
CLEAR = "rgba(0,0,0,0)"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LONGEST_NAME = 22


def training_figure(
    points: Sequence[tuple[float, float, float | None]], baseline: float | None, beaten: str, unit: str
) -> go.Figure:
    """Draw a training as it goes: loss on what is trained on and on what is held out, beside the baseline's.

    Args:
        points: (epoch, training loss, loss held out or None) by report.
        baseline: the loss of the model to beat, None if there is none yet; beaten is its name.
        unit: of the losses, for the axis.
    """
    figure = go.Figure()
    epochs = [epoch for epoch, _, _ in points]
    for name, color, dash, values in (
        ("Training", TRUTH, "dot", [loss for _, loss, _ in points]),
        ("Held out", MODEL, "solid", [loss for _, _, loss in points]),
    ):
        figure.add_scatter(
            x=epochs,
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": color, "width": 2, "dash": dash},
            marker={"size": 4},
            hovertemplate="%{y:.4f}",
        )
    if baseline is not None:
        figure.add_hline(y=baseline, line={"color": BASELINE, "width": 2, "dash": "dash"})
        figure.add_scatter(x=[None], y=[None], name=beaten, mode="lines", line={"color": BASELINE, "dash": "dash"})
    figure.update_layout(**style_of(LOSS_HEIGHT), showlegend=True)
    figure.update_xaxes(title={"text": "Epochs"}, hoverformat=".2f", showgrid=False, rangemode="tozero")
    figure.update_yaxes(title={"text": unit})
    return figure


def short_name(name: str) -> str:
    """A name that fits a title on a phone."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def style_of(height: int, *, top: int = 12, legend: float = -0.24) -> dict[str, Any]:
    """The layout that all figures share, at a height in pixels. top: its margin; legend: its place, in heights."""
    return {
        "height": height,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": legend, "yanchor": "top", "font": {"size": 12}},
        "margin": {"l": 8, "r": 8, "t": top, "b": 8},
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "template": "none",
        "dragmode": False,
        "font": {"family": FONT, "size": 12, "color": TEXT},
        "hoverlabel": {
            "bgcolor": "rgba(28,30,34,0.94)",
            "bordercolor": CLEAR,
            "font": {"color": "#f2f3f5", "size": 12},
        },
        "yaxis": {"gridcolor": GRID, "zeroline": False, "automargin": True, "title": {"standoff": 8}, "nticks": 7},
        "xaxis": {"zeroline": False},
    }
