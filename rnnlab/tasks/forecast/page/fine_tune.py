"""The panel "Fine-tune it on this series": the training of a checkpoint, live; layout and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.page_training import Asked, Trained, begin
from rnnlab.runtime.run_log import TrainReport
from rnnlab.summary import Table
from rnnlab.tasks.forecast.judge.walk import SURE, percent
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page.request import labelled, source_of
from rnnlab.tasks.forecast.tables import share
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, buttons, choices_with, stoppable

STORY = """
Add your own file above: the checkpoint was not trained on that series. Fine-tuning trains it on the first four fifths
of the series, in seconds, and scores it on the last fifth before and after. **The difference is usually small**: most
of what can be learned about a stock's spread is known from other stocks.
"""
WAITING = "Press Fine-tune; the loss on held-out days appears here."
UNSCORED = "The checkpoint is fine-tuned, but too few days follow to score it."


def fine_tune_panel(model: gr.Dropdown, source: Sequence[Any], other: gr.Dropdown, models: Sequence[str]) -> Any:
    """Lay the panel out and connect its events; gives the one after which the fine-tuned checkpoint is chosen.

    Args:
        model: the chooser of the checkpoint, which the fine-tuned one joins.
        source: choosers of ticker, file, column, dates and encoding.
        other: another chooser of checkpoints that it joins.
        models: the bundled checkpoints.
    """
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="tutorial-row"), gr.Column(min_width=220):
        with gr.Row():
            start = gr.Button("Fine-tune", variant="primary", min_width=90, elem_id="teach")
            stop = gr.Button("Stop", interactive=False, min_width=90)
        progress = gr.HTML(html.status(WAITING, 0, busy=False), elem_id="teaching")
    table, tuned = gr.HTML(elem_id="taught"), gr.State("")
    use = gr.Button("Use it in the forecast above", visible=False, scale=0, min_width=240, elem_id="use-taught")
    stoppable(fine_tune, [model, *source], [progress, table, tuned, use, start, stop])

    def chosen(name: str) -> tuple[Any, Any]:
        """The fine-tuned checkpoint, and the one it came from beside it to compare with."""
        choices = list(choices_with(labelled(models), name))
        return gr.Dropdown(choices=choices, value=name), gr.Dropdown(choices=choices, value=models[0])

    return use.click(chosen, tuned, [model, other], queue=False, show_progress="hidden", **PRIVATE)


def fine_tune(
    token: gr.OAuthToken | None,
    model: str | None,
    ticker: str | None,
    file: str | None,
    column: str | None,
    dates: str | None,
    encoding: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Fine-tune; yields status, table, what to open the result by, and the three buttons, after each report."""
    idle, hidden = buttons(busy=False), gr.Button(visible=False)
    yield html.status("Starting …", 0), "", "", hidden, *buttons(busy=True)
    source = source_of(ticker, file, column, dates, encoding)
    try:
        if not model:
            raise RnnlabError("No checkpoint is chosen; choose one above.")
        reading = source.reading.given()
        _, events = begin(Asked.of(KIND, source.data(), {}, reading, base=model, caller=caller_of(token)))
        for event in events:
            if isinstance(event, TrainReport):
                words = f"Epoch {event.epoch:.0f}, loss on held-out days {event.scores['loss']:.4f}"
                yield html.status(words, event.step / event.steps), *[gr.skip()] * 5
            elif isinstance(event, Trained):
                done, use = html.status("Done.", 1, busy=False), gr.Button(visible=True)
                yield done, _section(event.summary), event.model, use, *idle
    except RnnlabError as error:
        yield html.refusal(str(error), ""), "", "", hidden, *idle


def _section(summary: dict[str, Any]) -> str:
    """Before and after on the same days, or that there are too few of them."""
    notes = html.notes(summary["notices"])
    if not summary.get("before"):
        return html.empty(UNSCORED) + notes
    [(name, before)], [after] = summary["before"].items(), summary["backtests"]
    rows = (
        *(
            (head, *(f"{one[key]:.4f}" for one in (before, after)))
            for head, key in (("CRPS\n% ↓", "crps"), ("Log score\nnats ↓", "log_score"))
        ),
        ("80 % band\ncoverage", share(before["coverage80"]), share(after["coverage80"])),
    )
    caption = f"{name}, {after['n']:,} days, {after['start']} to {after['end']}, on which neither was trained"
    table = html.table_of(Table("", ("", "Before", "After"), rows))
    return html.scores("comparison", table, title=_finding(before, after), caption=caption, foot=notes)


def _finding(before: dict[str, Any], after: dict[str, Any]) -> str:
    gain = 1 - after["crps"] / before["crps"] if before["crps"] > 0 else 0.0
    if before["dm_p"] >= SURE:
        return f"No significant difference on these days (CRPS {-100 * gain:+.1f} %, p = {before['dm_p']:.2f})"
    return f"Fine-tuning made CRPS {percent(gain)} {'lower' if gain > 0 else 'higher'} (p = {before['dm_p']:.2g})"
