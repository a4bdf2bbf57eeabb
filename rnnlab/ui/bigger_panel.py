"""The panel "Train on a bigger machine": the price first, then a Job of the visitor's own; layout and events."""

from __future__ import annotations

import dataclasses
import math
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
from rnnlab.ui.train_form import Entered, Form
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of, login_possible
from rnnlab.widgets.events import ASKING, PRIVATE
from rnnlab.widgets.task_tab import Changed

STORY = (
    "The Hugging Face Hub rents out machines. The training runs there **as a Job that your account pays for** and "
    "pushes the checkpoint to your account. Your data are sent through a private repository of yours."
)
NO_LOGIN = (
    "Signing in works only where this page runs as a Space on Hugging Face. From your own machine, start a Job with "
    "the command `python -m rnnlab train`; its help lists the options."
)
SHOWN = 12  # lines of the log
CANCEL = "Cancel the Job"
UNSEEN = "Press See the price. Nothing starts before the price is shown."


def bigger_panel(form: Form) -> None:
    """Lay it out and connect its events; what is trained stands in the form."""
    with gr.Accordion("Train on a bigger machine", open=False, elem_classes="settings", elem_id="bigger"):
        gr.Markdown(STORY, elem_classes="prose")
        if not login_possible():
            gr.Markdown(NO_LOGIN, elem_classes="prose")
            return
        gr.LoginButton(size="sm", scale=0, min_width=220)
        with gr.Row(elem_classes="choosers"):
            flavor = gr.Dropdown([USUAL_FLAVOR], value=USUAL_FLAVOR, label="Machine", min_width=220)
            hours = gr.Slider(0.25, 12, USUAL_HOURS, step=0.25, label="Time limit (hours)", min_width=160)
            repo = gr.Textbox(label="Push to", placeholder="owner/name", max_lines=1, min_width=160)
            private = gr.Checkbox(label="Private", value=True, min_width=90, container=False)
        with gr.Row(elem_classes="actions"):
            ask = gr.Button("See the price", min_width=150, scale=0, elem_id="price")
            start = gr.Button("Start it", variant="primary", interactive=False, min_width=110, scale=0, elem_id="rent")
            cancel = gr.Button(CANCEL, interactive=False, min_width=170, scale=0, elem_id="cancel-job")
        told, log, job = gr.HTML(html.empty(UNSEEN), elem_id="price-told"), gr.HTML(elem_id="job-log"), gr.State("")
        mark = gr.State("")
    ask.click(price, [flavor, hours], [told, flavor, start, mark], **ASKING)
    for changed in (flavor.input, hours.input):
        changed(_unseen, outputs=[told, start, mark], queue=False, show_progress="hidden", **PRIVATE)

    def rented(token: gr.OAuthToken | None, values: dict[Any, Any]) -> Iterator[Changed]:
        """Follow the Job; what changes, by component."""
        where = {"log": log, "job": job, "start": start, "cancel": cancel}
        for changed in rent(token, form.entered(values), values[mark], values[repo], private=values[private]):
            yield {where[name]: value for name, value in changed.items()}

    given: Any = form.components()
    start.click(
        rented,
        given | {mark, repo, private},
        [log, job, start, cancel],
        concurrency_id="rent",
        concurrency_limit=8,
        show_progress="hidden",
        **PRIVATE,
    )
    cancel.click(cancel_job, job, cancel, queue=False, show_progress="hidden", **PRIVATE)


def price(token: gr.OAuthToken | None, flavor: str, hours: float) -> tuple[Any, ...]:
    """What the chosen machine costs, the machines there are, and the mark that starts it, once."""
    try:
        own = _token(token)
        check_sign_in(hours, token.expires_at if token else 0)
        offered = flavors(own)
        offer = OFFERS.make(flavor_named(flavor, hours, own), hours, own)
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.skip(), gr.Button(interactive=False), ""
    choices = [(f"{one.name}, ${one.hourly:.2f} an hour", one.name) for one in offered]
    return (
        html.notice("Before it starts", offer.words),
        gr.Dropdown(choices=choices, value=flavor),
        gr.Button(interactive=True),
        offer.mark,
    )


def rent(
    token: gr.OAuthToken | None, entered: Entered, mark: str | None, repo: str | None, *, private: bool
) -> Iterator[dict[str, Any]]:
    """Start the Job and follow it; yields what changes by name. Leaving the page does not end it."""
    idle = {"start": gr.Button(interactive=False), "cancel": gr.Button(CANCEL, interactive=False)}
    yield {"log": html.status("Checking the data and sending it …", 0), "job": ""} | idle
    lines: list[str] = []
    job: Submitted | None = None
    try:
        own = _token(token)
        offer = OFFERS.take(mark or "", own)
        check_sign_in(offer.hours, token.expires_at if token else 0)
        # A Job starts anew by the form's settings, and its machine has memory of its own.
        asked = dataclasses.replace(entered, begun="").asked(caller_of(token))
        job = submit_training(
            entered.kind,
            dataclasses.replace(asked.request(), most_bytes=math.inf),
            repo=(repo or "").strip(),
            flavor=offer.flavor,
            hours=offer.hours,
            private=bool(private),
            token=own,
        )
        yield {"log": _log(job, lines), "job": job.id, "cancel": gr.Button(interactive=True)}
        for line in follow_training(job, own):
            lines.append(line)
            yield {"log": _log(job, lines)}
    except RnnlabError as error:
        words = html.refusal(str(error), "")
        yield {"log": words + (_log(job, lines, busy=False) if job else ""), "job": ""} | idle
        return
    words = html.notice("Pushed", f"{repo} is on the Hub; search for it under Checkpoints.")
    yield {"log": words + _log(job, lines, busy=False), "job": ""} | idle


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
    return html.empty(UNSEEN), gr.Button(interactive=False), ""


def _log(job: Submitted, lines: Sequence[str], *, busy: bool = True) -> str:
    """The Job's address and the end of its log."""
    link = f'<a href="{escape(job.url)}" target="_blank" rel="noopener">Job {escape(job.id)}</a>'
    shown = escape("\n".join(lines[-SHOWN:])) or ("Starting …" if busy else "")
    note = " continues if you leave this page." if busy else " has ended."
    return f'<section class="log"><p>{link}{note}</p><pre>{shown}</pre></section>'
