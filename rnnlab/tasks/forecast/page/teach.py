"""The panel "Teach it this series": a checkpoint learns on while one looks on; layout and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.page_training import Asked, Trained, begin
from rnnlab.runtime.run_log import TrainReport
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page.request import source_of
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.events import PRIVATE, choices_with
from rnnlab.widgets.wording import notes_of

STORY = """
Give the page a file of your own above: its checkpoint has never learnt from that stock. Here it learns on from the
first four fifths of the series, in seconds, and is scored on the last fifth before and after. **Mostly it changes
little**: what is to be learnt of a stock's spread, other stocks have taught already.
"""
WAITING = "Press Teach it: the loss on days set aside is told as it falls."
SURE = 0.05  # p-value below which the difference is told as one


def teach_panel(model: gr.Dropdown, source: Sequence[Any], other: gr.Dropdown, models: Sequence[str]) -> Any:
    """Lay the panel out and connect its events; gives the one after which what was taught is chosen.

    Args:
        model: the chooser of the checkpoint, which what was taught joins.
        source: choosers of ticker, file, column, dates and encoding.
        other: another chooser of checkpoints that it joins.
        models: the bundled checkpoints.
    """
    gr.Markdown(STORY, elem_classes="prose")
    with gr.Row(elem_classes="tutorial-row"), gr.Column(min_width=220):
        with gr.Row():
            start = gr.Button("Teach it", variant="primary", min_width=90, elem_id="teach")
            stop = gr.Button("Stop", interactive=False, min_width=90)
        progress = gr.HTML(html.status(WAITING, 0, busy=False), elem_id="teaching")
    table = gr.HTML(elem_id="taught")
    taught = gr.State("")
    use = gr.Button("Use it in the forecast above", visible=False, scale=0, min_width=240, elem_id="use-taught")
    teaching = start.click(
        teach,
        [model, *source],
        [progress, table, taught, use, start, stop],
        concurrency_id="train",
        concurrency_limit=1,
        show_progress="hidden",
        **PRIVATE,
    )
    halted = stop.click(None, cancels=[teaching], queue=False, show_progress="hidden", **PRIVATE)
    halted.then(_stopped, outputs=[progress, start, stop], queue=False, show_progress="hidden", **PRIVATE)

    def chosen(name: str) -> tuple[Any, Any]:
        """What was taught as the checkpoint, and the one it came from beside it to compare with."""
        choices = list(choices_with([(one, one) for one in models], name))
        return gr.Dropdown(choices=choices, value=name), gr.Dropdown(choices=choices, value=models[0])

    return use.click(chosen, taught, [model, other], queue=False, show_progress="hidden", **PRIVATE)


def teach(
    token: gr.OAuthToken | None,
    model: str | None,
    ticker: str | None,
    file: str | None,
    column: str | None,
    dates: str | None,
    encoding: str | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Teach; yields status, table, what to open it by, and the three buttons, after each report."""
    idle, busy, hidden = gr.Button(interactive=True), gr.Button(interactive=False), gr.Button(visible=False)
    yield html.status("Starting …", 0), "", "", hidden, busy, idle
    source = source_of(ticker, file, column, dates, encoding)
    try:
        if not model:
            raise RnnlabError("No checkpoint is chosen; choose one above.")
        reading = vars(source.reading) if source.file else {}
        asked = Asked.of(KIND, source.data(), {}, reading, base=model, caller=caller_of(token))
        _, events = begin(asked)
        for event in events:
            if isinstance(event, TrainReport):
                words = f"Epoch {event.epoch:.0f}, loss on days set aside {event.scores['loss']:.4f}"
                yield html.status(words, event.step / event.steps), *[gr.skip()] * 5
            elif isinstance(event, Trained):
                done = html.status("Done.", 1, busy=False)
                shown = gr.Button(visible=True)
                yield done, _table(event.summary), event.model, shown, idle, busy
    except RnnlabError as error:
        yield html.refusal(str(error), ""), "", "", hidden, idle, busy


def _stopped() -> tuple[Any, ...]:
    return html.status("Stopped.", 0, busy=False), gr.Button(interactive=True), gr.Button(interactive=False)


def _table(summary: dict[str, Any]) -> str:
    """Before and after on the same days, or that there are too few of them."""
    notes = notes_of(summary["notices"])
    listed = f'<ul class="notes">{notes}</ul>' if notes else ""
    if not summary.get("before"):
        return f"{html.empty('It is fine-tuned, but too few days follow to show whether that helped.')}{listed}"
    [(name, before)] = summary["before"].items()
    [after] = summary["backtests"]
    rows = "".join(
        f'<tr><th scope="row">{head}</th><td>{told(before[key])}</td><td>{told(after[key])}</td></tr>'
        for head, key, told in (
            ("CRPS <small>% ↓</small>", "crps", "{:.4f}".format),
            ("Log score <small>nats ↓</small>", "log_score", "{:.4f}".format),
            ("80 % band <small>held</small>", "coverage80", lambda share: f"{100 * share:.1f} %"),
        )
    )
    return (
        f'<section class="scores comparison"><h3>{_finding(before, after)}</h3><p class="caption">{escape(name)}, '
        f"{after['n']:,} days, {after['start']} to {after['end']}, which neither was trained on</p><table><thead><tr>"
        f'<td></td><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>{rows}</tbody></table>'
        f"{listed}</section>"
    )


def _finding(before: dict[str, Any], after: dict[str, Any]) -> str:
    gain = 1 - after["crps"] / before["crps"] if before["crps"] > 0 else 0.0
    if before["dm_p"] >= SURE:
        return f"It makes no difference that these days could tell ({100 * gain:+.1f} % of CRPS saved)"
    return (
        f"It is {100 * abs(gain):.1f} % {'better' if gain > 0 else 'worse'} in CRPS for it (p = {before['dm_p']:.2g})"
    )
