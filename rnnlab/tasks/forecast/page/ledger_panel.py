"""The panel of the forward ledger that the page's owner names: its published scores, on a click; layout and event."""

from __future__ import annotations

import os
import time
from functools import lru_cache
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from rnnlab.errors import RnnlabError
from rnnlab.scoring.baselines import TITLES
from rnnlab.tasks.forecast.ledger.published import read_published
from rnnlab.tasks.forecast.ledger.scoring import BASELINES
from rnnlab.tasks.forecast.ledger.tables import narrow_table, odd_lines, verdict
from rnnlab.widgets import html
from rnnlab.widgets.events import ASKING
from rnnlab.widgets.figures import BASELINE, LOSS_HEIGHT, MODEL, TRUTH, style_of

LEDGER = "RNNLAB_LEDGER"  # owner/name of the ledger that a page shows; set by its owner
FRESH = 600  # seconds for which scores that were fetched are shown again
TITLE = "The forward ledger: forecasts that were committed before the session opened"
STORY = (
    "Each night the forecasts of the next session are committed to [{repo}](https://huggingface.co/datasets/{repo}), "
    "beside those of HAR and GARCH. An entry that arrives after the open is never scored; no entry is ever rewritten."
)
FEW = 6  # sessions that each have a tick
LINES = {"har_t": MODEL, "garch_t": TRUTH}


def named_ledger() -> str:
    """The ledger that the page's owner names; "" if none."""
    return os.environ.get(LEDGER, "").strip()


def ledger_panel(repo: str) -> None:
    """Lay the panel out and connect its event; the Hub is asked when the button is pressed, not before."""
    gr.Markdown(STORY.format(repo=repo), elem_classes="prose")
    go_button = gr.Button("Show the scores", variant="primary", scale=0, min_width=160, elem_id="ledger")
    told = gr.HTML(elem_id="ledger-verdict")
    figure = gr.Plot(visible=False, show_label=False, container=False, elem_classes="curve")
    table = gr.HTML(elem_id="ledger-scores")
    go_button.click(lambda: show_ledger(repo), None, [told, figure, table], **ASKING)


def show_ledger(repo: str) -> tuple[str, Any, str]:
    """The verdict, the figure and the table, or why there are none."""
    try:
        found = _published(repo, int(time.time() // FRESH))
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.Plot(visible=False), ""
    foot = html.notes(odd_lines(found))
    told = html.notice("The forward ledger", verdict(found))
    scored = narrow_table(found)
    table = html.scores("ledger", html.table_of(scored), caption=scored.caption, foot=foot)
    drawn = gr.Plot(running_figure(found), visible=True) if found["running"] else gr.Plot(visible=False)
    return told, drawn, table


@lru_cache(maxsize=4)
def _published(repo: str, period: int) -> dict[str, Any]:
    """A ledger's scores; period: changes when they are to be fetched anew."""
    return read_published(repo)


def running_figure(found: dict[str, Any]) -> go.Figure:
    """Draw by session the mean difference in CRPS from each baseline over all sessions so far; below 0 is better."""
    figure = go.Figure()
    days = [one["session"] for one in found["running"]]
    for name in BASELINES:
        figure.add_scatter(
            x=days,
            y=[round(one[name], 4) + 0.0 for one in found["running"]],  # + 0.0: no minus before a 0
            name=f"Model less {TITLES[name]}",
            mode="lines+markers",
            line={"color": LINES[name], "width": 2},
            marker={"size": 4},
            hovertemplate="%{y:+.4f}",
        )
    figure.add_hline(y=0, line={"color": BASELINE, "width": 2, "dash": "dash"})
    last = found["running"][-1]["har_t"]
    sessions = "1 session" if len(days) == 1 else f"{len(days)} sessions"
    finding = f"Mean CRPS {abs(last):.4f} % {'below' if last < 0 else 'above'} HAR's"
    finding = "Mean CRPS equal to HAR's" if round(last, 4) == 0 else finding
    below = f"over {sessions}, in %; below 0 the model is better"  # a phone cuts what is longer
    title = f"<b>{finding}</b><br><span style='font-size:12px'>{below}</span>"
    figure.update_layout(**style_of(LOSS_HEIGHT, top=56), showlegend=True)
    figure.update_layout(title={"text": title, "x": 0, "font": {"size": 14}})
    figure.update_xaxes(showgrid=False, hoverformat="%a %-d %b %Y", type="date", tickformat="%-d %b\n%Y")
    if len(days) <= FEW:  # else a chosen tick falls on an hour
        figure.update_xaxes(tickvals=days)
    return figure
