"""Plotly figures from plain values; independent of any page, or arithmetic beyond where to draw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.widgets.figures import BASELINE, CLEAR, FORECAST_HEIGHT, GRID, MODEL, TEXT, TRUTH, short_name, style_of
from rnnlab.widgets.wording import day_text, price_text

BAND95, BAND80, BAND_DAILY = "rgba(43,123,186,0.14)", "rgba(43,123,186,0.26)", "rgba(43,123,186,0.13)"

# What the buttons show, in days before the end of the fan; the view on opening is SHOWN.
WINDOWS = {"1m": 61, "6m": 183, "1y": 366, "all": 100_000}
SHOWN = "6m"
LONGEST_TITLE = 39  # characters that a line of 360 pixels has room for
TITLE_LINE = 18  # pixels
LEGEND = ("Close", "Model", "Naive", "80 % band", "95 % band")
# Day and month, month, or year alone, as the view widens; a second line that repeats is left out.
DAY = 86_400_000  # milliseconds
TICKS = [
    {"dtickrange": [None, 27 * DAY], "value": "%-d %b\n%Y"},
    {"dtickrange": [27 * DAY, "M6"], "value": "%b\n%Y"},
    {"dtickrange": ["M6", None], "value": "%Y"},
]


def forecast_figure(study: Study, unit: str) -> go.Figure:
    """Draw a series, its back-test, the naive line and the fan of 80 and 95 % bands.

    Args:
        study: what forecast_report.study answers.
        unit: of the prices, for the axis and the title; "" where a file does not say it.
    """
    figure = go.Figure()
    figure.add_traces(_history_traces(study) + _fan_traces(study))
    cuts = [study.history.index[-1]] + ([] if study.days is None else [study.days.index[0]])
    for day in cuts:
        figure.add_vline(x=_day(day), line={"color": TEXT, "width": 1, "dash": "dot"})
    windows = _windows(study)
    finding = _finding(study, unit)
    top = 96 + TITLE_LINE * finding.count("<br>")
    figure.update_layout(**style_of(FORECAST_HEIGHT, top=top, legend=-0.16), title=_title(study, finding))
    figure.update_layout(legend={"traceorder": "normal", "entrywidth": 92}, updatemenus=[_range_buttons(windows)])
    ticks = {"ticks": "outside", "tickcolor": GRID, "nticks": 7, "tickangle": 0, "tickformatstops": TICKS}
    lines = {"showgrid": False, "linecolor": GRID, "automargin": True}
    figure.update_xaxes(range=windows[SHOWN]["xaxis.range"], hoverformat="%a %-d %b %Y", **ticks, **lines)
    title = {"text": f"Close ({unit})" if unit else "Close"}
    figure.update_yaxes(range=windows[SHOWN]["yaxis.range"], title=title)
    return figure


def _history_traces(study: Study) -> list[go.Scatter]:
    """The closes, and beside them what was forecast of each day of the back-test."""
    closes = study.history["Close"]
    price = f"%{{y:{_format(study)}}}"
    hover = f"Close <b>{price}</b><extra></extra>"
    close = _line(_days(closes.index), closes.to_numpy(), "Close", TRUTH, 1.7, hovertemplate=hover)
    if study.days is None:
        return [close]
    days, dates = study.days, _days(study.days.index)
    ahead = (study.scores or {}).get("horizon", 1)
    before = "the day before" if ahead == 1 else f"{ahead} days before"
    ranges = _ranges(days["lower80"], days["upper80"], study.decimals)
    hover = f"Model, {before}, {price} (80 %: %{{customdata}})<extra></extra>"
    unlisted: dict[str, Any] = {"showlegend": False, "customdata": ranges, "hovertemplate": hover}
    model = _line(dates, days["median"].to_numpy(), "Model", MODEL, 1.7, legendgroup="Model", **unlisted)
    # The medians mostly lie on naive: sparse dots on a line show both.
    sparse: dict[str, Any] = {"dash": "3px,8px", "hovertemplate": f"Naive {price}<extra></extra>"}
    values = days["naive"].to_numpy()
    naive = _line(dates, values, "Naive", BASELINE, 2, legendgroup="Naive", showlegend=False, **sparse)
    return [*_band(dates, days["lower80"], days["upper80"], "80 % band", BAND_DAILY, False), close, model, naive]


def _fan_traces(study: Study) -> list[go.Scatter]:
    """The bands, 95 under 80, the median and the naive line, all from the last close on."""
    closes, fan = study.history["Close"], study.fan
    last = float(closes.iloc[-1])
    dates = _days(fan.index.insert(0, closes.index[-1]))
    columns = {name: [last, *fan[name]] for name in fan.columns}
    inner, outer = (_ranges(columns[f"lower{level}"], columns[f"upper{level}"], study.decimals) for level in (80, 95))
    ranges = [f"80 %: {narrow}<br>95 %: {wide}" for narrow, wide in zip(inner, outer, strict=True)]
    price = f"%{{y:{_format(study)}}}"
    flat: dict[str, Any] = {"dash": "dot", "hovertemplate": f"Naive {price}<extra></extra>"}
    # The fan's first point is the last close, which has its own line there.
    hover = ["the last close<extra></extra>"] + [f"Model <b>{price}</b><br>%{{customdata}}<extra></extra>"] * len(fan)
    told: dict[str, Any] = {"customdata": ranges, "hovertemplate": hover}
    return [
        *_band(dates, columns["lower95"], columns["upper95"], "95 % band", BAND95),
        *_band(dates, columns["lower80"], columns["upper80"], "80 % band", BAND80),
        _line(dates, [last] * len(dates), "Naive", BASELINE, 1.8, legendgroup="Naive", **flat),
        _line(dates, columns["median"], "Model", MODEL, 2.4, legendgroup="Model", **told),
    ]


def _band(
    dates: np.ndarray, lower: Iterable[float], upper: Iterable[float], name: str, fill: str, listed: bool = True
) -> list[go.Scatter]:
    edge: dict[str, Any] = {"mode": "lines", "line": {"width": 0, "color": fill}, "hoverinfo": "skip"}
    edge |= {"legendgroup": name, "legendrank": LEGEND.index(name)}
    return [
        go.Scatter(x=dates, y=np.array([*lower]), name=f"{name}, lower edge", showlegend=False, **edge),
        go.Scatter(x=dates, y=np.array([*upper]), name=name, showlegend=listed, fill="tonexty", fillcolor=fill, **edge),
    ]


def _windows(study: Study) -> dict[str, dict[str, list[Any]]]:
    """By button, the ranges of both axes: so many days up to the end of the fan, and the prices seen in them."""
    first, last, end = study.history.index[0], study.history.index[-1], study.fan.index[-1]
    windows = {}
    for name, width in WINDOWS.items():
        span = min(width, (end - first).days)
        start = end - timedelta(days=span)
        parts = [study.history["Close"][start:], study.fan["lower95"], study.fan["upper95"]]
        if study.days is not None:
            parts += [study.days["lower80"][start:], study.days["upper80"][start:]]
        low, high = min(part.min() for part in parts if len(part)), max(part.max() for part in parts if len(part))
        pad, side = 0.05 * (high - low), timedelta(days=max(1, span // 60))
        assert start <= last
        windows[name] = {"xaxis.range": [_day(start), _day(end + side)], "yaxis.range": [low - pad, high + pad]}
    return windows


def _range_buttons(windows: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    """Buttons that set both axes: Plotly's own range selector would leave the prices' axis as it was."""
    place = {"direction": "right", "x": 0, "xanchor": "left", "y": 1.015, "yanchor": "bottom"}
    look = {"bgcolor": CLEAR, "bordercolor": GRID, "borderwidth": 1, "font": {"size": 12, "color": TEXT}}
    look |= {"pad": dict.fromkeys("ltbr", 0), "active": list(windows).index(SHOWN), "showactive": True}
    buttons = [{"label": f" {name} ", "method": "relayout", "args": [view]} for name, view in windows.items()]
    return {"type": "buttons", "buttons": buttons, **place, **look}


def _finding(study: Study, unit: str) -> str:
    """The 80 % band of the last day, in two lines where a phone is too narrow for one."""
    last, end = study.fan.iloc[-1], study.fan.index[-1]
    name = escape(short_name(study.name), quote=False)
    low, high = (price_text(last[side], study.decimals) for side in ("lower80", "upper80"))
    whose, band = f"{name} on {day_text(end)}:", f"{low} to {high} {unit}".strip()
    return f"{whose}{' ' if len(whose) + len(band) < LONGEST_TITLE else '<br>'}{band}"


def _title(study: Study, finding: str) -> dict[str, Any]:
    """What the fan finds, and from which close."""
    close = price_text(float(study.history["Close"].iloc[-1]), study.decimals)
    seen = f"80 % band from the close of {day_text(study.history.index[-1])} ({close})"
    text = f"<b>{finding}</b><br><span style='font-size:12px;color:{TEXT}'>{seen}</span>"
    left, top = {"x": 0, "xref": "container", "xanchor": "left"}, {"y": 1, "yref": "container", "yanchor": "top"}
    return {"text": text, "pad": {"t": 22, "l": 0}, "font": {"size": 15}, **left, **top}


def _ranges(lower: Iterable[float], upper: Iterable[float], decimals: int | None) -> np.ndarray:
    pairs = zip(lower, upper, strict=True)
    told = [f"{price_text(low, decimals)} – {price_text(high, decimals)}" for low, high in pairs]
    return np.array(told, dtype=object)


def _format(study: Study) -> str:
    if study.decimals is not None:
        return f",.{study.decimals}f"
    return ",.2f" if study.history["Close"].iloc[-1] >= 10 else ",.4~g"


def _days(index: Any) -> np.ndarray:
    """(N,) of str: Plotly takes an array as it is, and looks at every value of a list."""
    return np.asarray(index.strftime("%Y-%m-%d"), dtype=object)


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"


def _line(
    dates: np.ndarray, values: Any, name: str, color: str, width: float, *, dash: str = "solid", **rest: Any
) -> go.Scatter:
    line = {"color": color, "width": width, "dash": dash}
    return go.Scatter(x=dates, y=values, name=name, mode="lines", line=line, legendrank=LEGEND.index(name), **rest)
