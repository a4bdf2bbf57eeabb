"""The panel "Train on a bigger machine": the price first, then a Job of the visitor's own; layout and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.hub import Submitted
from rnnlab.service.hub_jobs import (
    OFFERS,
    USUAL_FLAVOR,
    USUAL_HOURS,
    cancel_training,
    check_sign_in,
    find_training,
    flavor_named,
    flavors,
    follow_training,
    submit_training,
)
from rnnlab.tasks.forecast.page import panels
from rnnlab.ui.opening_chosen import ASKING
from rnnlab.ui.train_data import FIELDS, TASKS, data_of, reading_of, settings_of, text_reading_of
from rnnlab.widgets.callers import caller_of, login_possible
from rnnlab.widgets.events import PRIVATE

STORY = (
    "The Hugging Face Hub rents machines out. The same training then runs there **as a Job on your account, which you "
    "pay**, and pushes the checkpoint to your name; your data go there through a private repository of yours."
)
NO_LOGIN = (
    "Signing in works where this page runs as a Space on Hugging Face. From your own machine: "
    "`python -m rnnlab train … --on hf-jobs --flavor a10g-small --push owner/name`."
)
SHOWN = 12  # lines of the log
CANCEL = "Cancel the Job"
UNSEEN = "Press See the price: nothing is started before it is shown."


def bigger_panel(chosen: Sequence[Any], settings: Sequence[Any]) -> None:
    """Lay it out and connect its events.

    Args:
        chosen: the choosers of task, bundled data and file.
        settings: those of the network and its training, and those that say how a file is read.
    """
    with gr.Accordion("Train on a bigger machine", open=False, elem_classes="settings", elem_id="bigger"):
        gr.Markdown(STORY, elem_classes="prose")
        if not login_possible():
            gr.Markdown(NO_LOGIN, elem_classes="prose")
            return
        gr.LoginButton(size="sm", scale=0, min_width=220)
        with gr.Row(elem_classes="choosers"):
            flavor = gr.Dropdown([USUAL_FLAVOR], value=USUAL_FLAVOR, label="Machine", min_width=220)
            hours = gr.Slider(0.25, 12, USUAL_HOURS, step=0.25, label="Hours at most", min_width=160)
            repo = gr.Textbox(label="Push to", placeholder="owner/name", max_lines=1, min_width=160)
            private = gr.Checkbox(label="Private", value=True, min_width=90, container=False)
        with gr.Row(elem_classes="actions"):
            ask = gr.Button("See the price", min_width=150, scale=0, elem_id="price")
            start = gr.Button("Start it", variant="primary", interactive=False, min_width=110, scale=0, elem_id="rent")
            cancel = gr.Button(CANCEL, interactive=False, min_width=170, scale=0, elem_id="cancel-job")
        told, log, job = gr.HTML(panels.empty(UNSEEN), elem_id="price-told"), gr.HTML(elem_id="job-log"), gr.State("")
        mark = gr.State("")
    ask.click(price, [flavor, hours], [told, flavor, start, mark], **ASKING)
    for changed in (flavor.input, hours.input):
        changed(_unseen, outputs=[told, start, mark], queue=False, show_progress="hidden", **PRIVATE)
    start.click(
        rent, [*chosen, *settings, mark, repo, private], [log, job, start, cancel], concurrency_id="rent",
        concurrency_limit=8, show_progress="hidden", **PRIVATE,
    )  # fmt: skip
    cancel.click(cancel_job, job, cancel, queue=False, show_progress="hidden", **PRIVATE)


def price(token: gr.OAuthToken | None, flavor: str, hours: float) -> tuple[Any, ...]:
    """What the chosen machine costs, the machines there are, and the mark that starts it, once."""
    try:
        own = _token(token)
        check_sign_in(hours, token.expires_at if token else 0)
        offered = flavors(own)
        offer = OFFERS.make(flavor_named(flavor, hours, own), hours, own)
    except RnnlabError as error:
        return panels.refusal(str(error), ""), gr.skip(), gr.Button(interactive=False), ""
    choices = [(f"{one.name}, ${one.hourly:.2f} an hour", one.name) for one in offered]
    return (
        panels.notice("Before it starts", offer.words),
        gr.Dropdown(choices=choices, value=flavor),
        gr.Button(interactive=True),
        offer.mark,
    )


def rent(
    token: gr.OAuthToken | None, task: str, series: str | None, files: list[str] | None, *values: Any
) -> Iterator[tuple[Any, ...]]:
    """Start the Job and follow it; yields the log, its id, and the two buttons. Leaving the page does not end it."""
    *settings, mark, repo, private = values
    idle, busy = gr.Button(interactive=False), gr.Button(interactive=True)
    yield panels.status("Checking the data and sending it …", 0), "", idle, idle
    lines: list[str] = []
    job: Submitted | None = None
    try:
        own = _token(token)
        offer = OFFERS.take(mark or "", own)
        check_sign_in(offer.hours, token.expires_at if token else 0)
        how, reading = reading_of(task, files, settings[FIELDS:]), text_reading_of(task, settings[FIELDS:])
        job = submit_training(
            TASKS[task], data_of(task, series, files), [], settings=settings_of(settings[:FIELDS]) | reading,
            repo=(repo or "").strip(), flavor=offer.flavor, hours=offer.hours, private=bool(private), token=own,
            ticker=how.ticker, dates=how.dates, encoding=how.encoding,
        )  # fmt: skip
        yield _log(job, lines), job.id, idle, busy
        for line in follow_training(job, own):
            lines.append(line)
            yield _log(job, lines), job.id, idle, busy
    except RnnlabError as error:
        words = panels.refusal(str(error), "")
        yield words + (_log(job, lines, busy=False) if job else ""), "", idle, gr.Button(CANCEL, interactive=False)
        return
    words = panels.notice("Pushed", f"{repo} is on the Hub; search for it under Checkpoints.")
    yield words + _log(job, lines, busy=False), "", idle, gr.Button(CANCEL, interactive=False)


def cancel_job(token: gr.OAuthToken | None, job: str) -> Any:
    """End a Job; what follows it then says so."""
    try:
        own = _token(token)
        cancel_training(find_training(job, own), own)
    except RnnlabError:
        return gr.skip()
    return gr.Button("Cancelling …", interactive=False)


def _token(token: gr.OAuthToken | None) -> str:
    found = caller_of(token).token
    if not found:
        raise RnnlabError("Nobody is signed in; sign in with Hugging Face, whose account pays.")
    return found


def _unseen() -> tuple[Any, ...]:
    return panels.empty(UNSEEN), gr.Button(interactive=False), ""


def _log(job: Submitted, lines: Sequence[str], *, busy: bool = True) -> str:
    """The Job's address and the end of its log."""
    link = f'<a href="{escape(job.url)}" target="_blank" rel="noopener">Job {escape(job.id)}</a>'
    shown = escape("\n".join(lines[-SHOWN:])) or ("Starting …" if busy else "")
    note = " goes on if you leave this page." if busy else " has ended."
    return f'<section class="log"><p>{link}{note}</p><pre>{shown}</pre></section>'
