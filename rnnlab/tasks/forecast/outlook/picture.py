"""A forecast as a picture: the last closes, the bands, sample paths and prices asked about, in SVG without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from rnnlab.scoring.student import FloatArray
from rnnlab.tasks.forecast.outlook.distribution import price_at
from rnnlab.tasks.forecast.outlook.forecast import Forecast
from rnnlab.tasks.forecast.outlook.risk import Risk, label
from rnnlab.tasks.forecast.tables import price
from rnnlab.train.checkpoint.curves import FONT, MODEL, NEUTRAL, Scale, ticks

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 24, 52, 40
SHOWN_CLOSES, SHOWN_PATHS = 60, 40
ORANGE = "#e08214"
LINE = 'fill="none" stroke-linejoin="round"'


def forecast_svg(made: Forecast, risk: Risk | None = None) -> str:
    """Draw a forecast.

    Args:
        made: the forecast; the last SHOWN_CLOSES of its closes are drawn.
        risk: its paths, of which SHOWN_PATHS are drawn, and its bounds with their probabilities on the last session.
    """
    past, fan = made.closes.iloc[-SHOWN_CLOSES:], made.outlook.fan()
    paths = _paths(risk, made.last_close)
    bounds = _bounds(risk, made.last_close)
    everything = np.concatenate([past, fan.to_numpy().ravel(), paths.ravel(), [bound for bound, _ in bounds]])
    low, high = float(everything.min()), float(everything.max())
    air = 0.04 * (high - low)
    across = Scale(-len(past) + 1.0, float(len(fan)), LEFT, WIDTH - RIGHT)
    up = Scale(low - air, high + air, HEIGHT - BOTTOM, TOP)
    days = range(len(fan) + 1)
    parts = [_head(made, fan), *_grid(low, high, up, made)]
    for percent, opacity in ((95, 0.14), (80, 0.22)):
        lower, upper = ([made.last_close, *fan[f"{side}{percent}"]] for side in ("lower", "upper"))
        ring = _points([*days, *reversed(days)], [*lower, *reversed(upper)], across, up)
        parts.append(f'<polygon points="{ring}" fill="{MODEL}" fill-opacity="{opacity}"/>')
    for path in paths:
        drawn = f'{LINE} stroke="{NEUTRAL}" stroke-width="0.7" stroke-opacity="0.45"'
        parts.append(f'<polyline points="{_points(days, path, across, up)}" {drawn}/>')
    median = _points(days, [made.last_close, *fan["median"]], across, up)
    parts.append(f'<polyline points="{median}" {LINE} stroke="{MODEL}" stroke-width="2"/>')
    history = _points(range(-len(past) + 1, 1), past.to_list(), across, up)
    parts.append(f'<polyline points="{history}" {LINE} stroke="{NEUTRAL}" stroke-width="1.8"/>')
    parts += [_bound(bound, words, up) for bound, words in bounds]
    return "\n".join([*parts, *_dates(past, fan, across), "</svg>"]) + "\n"


def _head(made: Forecast, fan: pd.DataFrame) -> str:
    low, high = (price(fan[side].iloc[-1], decimals=made.decimals) for side in ("lower80", "upper80"))
    unit = f" {made.outlook.currency}" if made.outlook.currency else ""
    title = escape(f"{made.name} on {fan.index[-1]:%Y-%m-%d}: {low} to {high}{unit} in the 80 % band")
    kind = "calibrated by their past coverage" if made.outlook.calibrated else "as the model gives them"
    below = f"Close, median, 80 and 95 % bands, {kind}; from the close of {made.last_date:%Y-%m-%d}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FONT}" '
        f'font-size="12" fill="{NEUTRAL}"><title>{title}</title>'
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="600">{title}</text>'
        f'<text x="{LEFT}" y="38">{below}</text>'
    )


def _grid(low: float, high: float, up: Scale, made: Forecast) -> list[str]:
    parts = []
    for value in ticks(low, high):
        y = f"{up(value):.1f}"
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{NEUTRAL}" stroke-opacity="0.2"/>'
            f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{price(value, decimals=made.decimals)}</text>'
        )
    return parts


def _dates(past: pd.Series, fan: pd.DataFrame, across: Scale) -> list[str]:
    """The first close's day, the last one's, and the last session's."""
    places = [(1 - len(past), past.index[0], "start"), (0, past.index[-1], "middle"), (len(fan), fan.index[-1], "end")]
    last = f"{across(0):.1f}"
    rule = (
        f'<line x1="{last}" x2="{last}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{NEUTRAL}" stroke-dasharray="2,4"/>'
    )
    below = f'y="{HEIGHT - BOTTOM + 20}"'
    return [rule] + [
        f'<text x="{across(place):.1f}" {below} text-anchor="{anchor}">{day:%Y-%m-%d}</text>'
        for place, day, anchor in places
    ]


def _paths(risk: Risk | None, start: float) -> FloatArray:
    """Some of the paths from the last close on, (paths, 1 + H); none if there are none."""
    if risk is None or risk.paths is None:
        return np.empty((0, 1))
    shown = risk.paths.to_numpy().T[:SHOWN_PATHS]
    return np.column_stack([np.full(len(shown), start), shown])


def _bounds(risk: Risk | None, close: float) -> list[tuple[float, str]]:
    """The prices of the bounds that were asked about, and what they are called."""
    if risk is None:
        return []
    found = []
    for side, asked, table in (("above", risk.asked.above, risk.above), ("below", risk.asked.below, risk.below)):
        for bound, chance in zip(asked, table.iloc[-1], strict=True):
            found.append((price_at(bound, close), f"{side} {label(bound)}: {100 * chance:.1f} %"))
    return found


def _bound(at: float, words: str, up: Scale) -> str:
    y = f"{up(at):.1f}"
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{ORANGE}" stroke-dasharray="5,4"/>'
        f'<text x="{LEFT + 4}" y="{y}" dy="-4" fill="{ORANGE}">{escape(words)}</text>'
    )


def _points(days: Sequence[float], prices: Sequence[float] | FloatArray, across: Scale, up: Scale) -> str:
    return " ".join(f"{across(day):.1f},{up(float(at)):.1f}" for day, at in zip(days, prices, strict=True))
