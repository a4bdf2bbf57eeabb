"""The fold "What could happen": chances, losses and volatility by the forecast that is shown; runs no model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import gradio as gr
import pandas as pd

from rnnlab.errors import RnnlabError
from rnnlab.summary import Table
from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.tasks.forecast.outlook.distribution import PriceDistribution
from rnnlab.tasks.forecast.outlook.risk import Questions, Risk, answer, read_bound
from rnnlab.widgets import html
from rnnlab.widgets.events import QUIET, filled
from rnnlab.widgets.wording import day_text, price_text

STORY = (
    "Ask the forecast above for the probability of a price, and for the losses of a position held from the last close."
)
POSITIONS = {"long": "Long: loses if the price falls", "short": "Short: loses if the price rises"}
SESSIONS = (1, 5, 20)  # of which the table tells, if the forecast reaches them, and of its last
VOLATILITIES = {"day": "daily", "year": "annual"}
PERCENT = "\u00a0%"  # which no line break parts from its number
LEVEL, LEAST, MOST = 95.0, 50.0, 99.9  # percent


@dataclass(frozen=True, eq=False)
class Held:
    """A forecast as a visit keeps it. Each is another one, for a page compares states by their hash."""

    name: str
    decimals: int | None
    outlook: PriceDistribution


def held_of(study: Study) -> Held | None:
    """What a visit keeps of a study."""
    return None if study.outlook is None else Held(study.name, study.decimals, study.outlook)


def chances_panel(first: Held | None) -> gr.State:
    """Lay the fold's contents out and connect its events; gives the state that a new forecast is put in."""
    held = gr.State(first)
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="choosers"):
        info = "Probability with which a loss is not exceeded"
        level = gr.Slider(LEAST, MOST, LEVEL, step=0.1, label="Level, %", info=info, elem_id="chances-level")
        info = "How probable is a close above it?"
        bound = gr.Textbox(label="Price or return", placeholder="180 or 5%", max_lines=1, info=info)
        choices = [(words, name) for name, words in POSITIONS.items()]
        position = gr.Radio(choices, value="long", label="Position", info="Whose losses are shown")
    table = gr.HTML(chances(first, LEVEL, "", "long"), elem_id="chances")
    events = [held.change, level.release, bound.submit, bound.blur, position.input]
    gr.on(events, chances, [held, level, bound, position], table, **QUIET)
    return held


def chances(held: Held | None, level: float, bound: str | None, position: str | None) -> str:
    """A sentence and a small table, or why there are none.

    Args:
        held: the forecast.
        level: in percent, of value at risk and of the central band.
        bound: a price, or a return as "5%"; empty for none.
        position: "long" or "short".
    """
    if held is None:
        return html.empty("There is no forecast yet.")
    written, probability = filled(bound) or "", round(float(level) / 100, 6)
    try:
        bounds = (read_bound(written),) if written else ()
        ends = ((1 - probability) / 2, (1 + probability) / 2)
        risk = answer(held.outlook, Questions(ends, (probability,), position == "short", bounds, bounds))
    except RnnlabError as error:
        return html.refusal(str(error), "")
    named = f"{100 * probability:g}{PERCENT}"
    table, title = html.table_of(_table(held, risk, named, written)), _sentence(held, risk, named, written)
    return html.scores("chances", table, title=title, caption=_caption(held))


def _table(held: Held, risk: Risk, level: str, bound: str) -> Table:
    ends = ([price_text(price, held.decimals) for price in row] for row in risk.quantiles.to_numpy())
    beyond = "at the mean log return" if risk.asked.short else "mean loss beyond"
    lines: list[tuple[str, list[str]]] = [
        (f"{level} band\nof the close", [" – ".join(pair) for pair in ends]),
        ("Value at risk\nloss not exceeded", _percents(risk.value_at_risk)),
        (f"Expected shortfall\n{beyond}", _percents(risk.expected_shortfall)),
    ]
    if bound:
        lines.append((f"Close above\n{bound}", _percents(100 * risk.above, 1)))
        lines.append((f"Close at or below\n{bound}", _percents(100 * risk.below, 1)))
    lines += [
        (f"Volatility\nper {name}", _percents(risk.volatility[[column]])) for name, column in VOLATILITIES.items()
    ]
    days = len(risk.dates)
    rows = [session - 1 for session in sorted({*SESSIONS, days}) if session <= days]
    head = [f"{row + 1} day{'s' if row else ''}\n{day_text(risk.dates[row])}" for row in rows]
    return Table("", ("", *head), tuple((words, *(cells[row] for row in rows)) for words, cells in lines))


def _sentence(held: Held, risk: Risk, level: str, bound: str) -> str:
    chance = ""
    if bound:
        unit = f" {held.outlook.currency}" if held.outlook.currency and "%" not in bound else ""
        probability = _percents(100 * risk.above, 1)[-1]
        chance = f"the close is above {bound}{unit} with a probability of {probability}; "
    loss, beyond = (_percents(table)[-1] for table in (risk.value_at_risk, risk.expected_shortfall))
    mean = "at the mean log return" if risk.asked.short else "on average"
    return (
        f"{held.name} on {day_text(risk.dates[-1])}: {chance}a {risk.position} position loses at most {loss} with a "
        f"probability of {level}, and beyond that {beyond} {mean}."
    )


def _caption(held: Held) -> str:
    bands = "calibrated by their past coverage" if held.outlook.calibrated else "as the network gives them"
    return (
        f"Distributions {bands}. Losses are in percent of the last close; a short position's expected shortfall is the "
        f"loss at the mean log return beyond the value at risk."
    )


def _percents(table: pd.DataFrame, digits: int = 2) -> list[str]:
    """The first column of a table in percent."""
    return [f"{value:.{digits}f}{PERCENT}" if math.isfinite(value) else "–" for value in table.to_numpy()[:, 0]]
