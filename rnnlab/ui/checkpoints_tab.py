"""The tab Checkpoints: its layout and its events; independent of any file format or wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import told
from rnnlab.service import transfer
from rnnlab.service.sharing import ORDERS, models
from rnnlab.service.summary import Shown, show
from rnnlab.service.transfer import push_opened
from rnnlab.tasks.registry import kind_named, kinds
from rnnlab.ui import checkpoint_panels
from rnnlab.ui.card_html import card_html
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of, login_possible
from rnnlab.widgets.copying import REMEMBER_CHOSEN, copy_link
from rnnlab.widgets.dropping import drop
from rnnlab.widgets.events import ASKING, PRIVATE, QUIET, choices_with
from rnnlab.widgets.saving import own_file
from rnnlab.widgets.task_tab import Changed

CHECKPOINTS = "checkpoints"  # the tab's id
STILL = "The previous checkpoint is still shown below."
BROUGHT = (".zip", ".json", ".safetensors", ".md")
FOR_TWO_HOURS = "Only you can open it, for about two hours."
NO_LOGIN = (
    "Signing in works only where this page runs as a Space on Hugging Face. From your own machine: "
    "`python -m rnnlab push FOLDER owner/name`."
)


@dataclass(frozen=True)
class CheckpointsTab:
    """The tab's parts. found and brought: what a search and the visitor have added to the list."""

    query: gr.Textbox
    task: gr.Dropdown
    order: gr.Dropdown
    search: gr.Button
    listed: gr.Radio
    file: gr.File
    note: gr.HTML
    details: gr.HTML
    curve: gr.HTML
    card: gr.HTML
    open: gr.Button
    zip: gr.Button
    packed: gr.DownloadButton
    found: gr.State
    brought: gr.State

    def chosen(self) -> list[Any]:
        """The places in the order of `choose`'s results."""
        return [self.note, self.details, self.curve, self.card, self.open]


def checkpoints_tab() -> CheckpointsTab:
    """Lay the tab out, the first bundled checkpoint shown, and connect its events."""
    bundled = models()["bundled"]
    with gr.Row(elem_classes="choosers seek"):
        query = gr.Textbox(label="Search the Hub", placeholder="an author, a name", max_lines=1, min_width=200)
        task = gr.Dropdown(
            [("all", ""), *((kind.verb, kind.name) for kind in kinds())], value="", label="Task", min_width=110
        )
        order = gr.Dropdown(list(ORDERS), value=ORDERS[0], label="Order", min_width=150)
        search = gr.Button("Search", min_width=100, scale=0, elem_id="search")
    choices = checkpoint_panels.listed(bundled, [], [])
    with gr.Row(elem_classes="shelf"):
        with gr.Column(scale=2, min_width=300):
            first = choices[0][1] if choices else None
            listed = gr.Radio(choices, value=first, label="Checkpoints", elem_classes="picks", elem_id="picks")
            file = drop(
                "Or upload your own", "A zip of a checkpoint’s folder, or its files", BROUGHT, "bring", several=True
            )
        with gr.Column(scale=3, min_width=320):
            parts = _details(first)
            found, brought = gr.State([]), gr.State([])
            tab = CheckpointsTab(query, task, order, search, listed, file, *parts, found, brought)
            _push_form(tab)
    with gr.Accordion("The whole model card", open=False, elem_classes="settings card"):
        tab.curve.render()  # type: ignore[no-untyped-call]
        tab.card.render()  # type: ignore[no-untyped-call]
    _connect(tab)
    return tab


def find(
    token: gr.OAuthToken | None, query: str | None, task: str, order: str, chosen: str | None, brought: list[str]
) -> tuple[Any, ...]:
    """Search the Hub and show what it has below the bundled ones; or say why that cannot be."""
    try:
        answer = models(
            task or None, query=(query or "").strip() or None, order=order, search=True, token=caller_of(token).token
        )
    except RnnlabError as error:
        return html.refusal(str(error), ""), gr.skip(), gr.skip()
    found = answer["hub"]
    known = checkpoint_panels.listed(answer["bundled"], brought, found)
    words = "" if found else html.notice("Search", "No rnnlab checkpoint on the Hub matches; try other words.")
    # The chosen one stays in the list whatever was found: it is still shown beside.
    return words, gr.Radio(choices=choices_with(known, chosen), value=chosen), found


def choose(token: gr.OAuthToken | None, model: str | None) -> tuple[Any, ...]:
    """Show a checkpoint of the list; of the Hub's, the record and the card are fetched, the weights are not."""
    try:
        return _chosen(show(model or "", caller=caller_of(token)))
    except RnnlabError as error:
        return html.refusal(str(error), STILL), *[gr.skip()] * 4


def choose_in(tab: CheckpointsTab, token: gr.OAuthToken | None, model: str | None) -> Changed:
    """The same, by component."""
    return dict(zip(tab.chosen(), choose(token, model), strict=True))


def listing(model: str) -> gr.Radio:
    """The list with one checkpoint chosen that it may not hold yet."""
    known = checkpoint_panels.listed(models()["bundled"], [], [])
    return gr.Radio(choices=choices_with(known, model), value=model)


def bring(files: list[str] | None, found: list[dict[str, Any]], brought: list[str]) -> tuple[Any, ...]:
    """Take in what a visitor brings, once it has been checked; or say what is wrong with it."""
    if not files:
        return (gr.skip(),) * 7
    try:
        caller = caller_of(None)
        model = transfer.bring(files, caller=caller)
        shown = show(model, caller=caller)
    except RnnlabError as error:
        return html.refusal(str(error), STILL), *[gr.skip()] * 6
    own = [*brought, model]
    choices = checkpoint_panels.listed(models()["bundled"], own, found)
    _, *rest = _chosen(shown)
    return html.notice("Checked", FOR_TWO_HOURS), *rest, gr.Radio(choices=choices, value=model), own


def pack(token: gr.OAuthToken | None, model: str | None) -> tuple[Any, Any]:
    """Make a zip of a checkpoint, which the browser then fetches; of the Hub's, the weights are fetched first."""
    name = told(model or "").partition("@")[0].replace("/", "-")
    caller = caller_of(token)
    try:
        return gr.skip(), own_file(name, ".zip", lambda path: transfer.pack(model or "", path, caller=caller))
    except RnnlabError as error:
        return html.refusal(str(error), STILL), None


def push(token: gr.OAuthToken | None, model: str | None, repo: str | None, private: bool) -> str:
    """Push a checkpoint to the visitor's account and tell its address; or say why that cannot be."""
    name = (repo or "").strip()
    try:
        url = push_opened(model or "", name, private=private, caller=caller_of(token))
    except RnnlabError as error:
        return html.refusal(str(error), "")
    return checkpoint_panels.pushed(name, url)


def suggest(profile: gr.OAuthProfile | None, model: str | None, repo: str | None) -> Any:
    """The name that a checkpoint would have on the visitor's account, unless they have written one."""
    if profile is None or (repo or "").strip():
        return gr.skip()
    return f"{profile.username}/{told(model or '').partition('@')[0].rpartition('/')[2]}"


def _chosen(shown: Shown) -> tuple[Any, ...]:
    opening = gr.Button(_open_words(shown.task), interactive=True)
    return "", checkpoint_panels.details(shown), checkpoint_panels.curve(shown), card_html(shown.card), opening


def _open_words(task: str) -> str:
    return f"Open in {kind_named(task).tab}"


def _details(first: str | None) -> tuple[gr.HTML, gr.HTML, gr.HTML, gr.HTML, gr.Button, gr.Button, gr.DownloadButton]:
    """The chosen checkpoint's own words, and what can be done with it."""
    shown = show(first, caller=STRANGER) if first else None
    note = gr.HTML("", elem_id="note")
    details = gr.HTML(checkpoint_panels.details(shown) if shown else "", elem_id="chosen")
    with gr.Row(elem_classes="actions"):
        opening = gr.Button(
            _open_words(shown.task) if shown else "Open",
            variant="primary",
            min_width=150,
            interactive=shown is not None,
            elem_id="open",
        )
        zipped = gr.Button("Download (.zip)", min_width=140, elem_id="zip")
        link = gr.Button("Copy link", min_width=110, elem_id="copy-checkpoint-link")
        packed = gr.DownloadButton("The zip", visible="hidden", elem_id="packed")
    link.click(None, js=copy_link("#chosen"), **QUIET)
    card = gr.HTML(card_html(shown.card) if shown else "", render=False)
    curve = gr.HTML(checkpoint_panels.curve(shown) if shown else "", render=False)
    return note, details, curve, card, opening, zipped, packed


def _push_form(tab: CheckpointsTab) -> None:
    with gr.Accordion("Push it to your account", open=False, elem_classes="settings"):
        if not login_possible():
            gr.Markdown(NO_LOGIN)
            return
        login = gr.LoginButton(size="md", elem_id="login")
        login.click(None, js=REMEMBER_CHOSEN, **QUIET)
        with gr.Row(elem_classes="choosers"):
            repo = gr.Textbox(label="Name on the Hub", placeholder="owner/name", max_lines=1, elem_id="repo")
            private = gr.Checkbox(False, label="Private", container=False, min_width=90)
        pushing = gr.Button("Push", min_width=100, elem_id="push")
        answer = gr.HTML("", elem_id="pushed")
    pushing.click(push, [tab.listed, repo, private], answer, **ASKING)
    for moment in (tab.listed.change, repo.focus):
        moment(suggest, [tab.listed, repo], repo, **PRIVATE | {"show_progress": "hidden"})


def _connect(tab: CheckpointsTab) -> None:
    gr.on(
        [tab.search.click, tab.query.submit],
        find,
        [tab.query, tab.task, tab.order, tab.listed, tab.brought],
        [tab.note, tab.listed, tab.found],
        **ASKING,
    )
    tab.listed.input(choose, tab.listed, tab.chosen(), show_progress_on=[tab.details], **ASKING)
    arrived = [*tab.chosen(), tab.listed, tab.brought]
    tab.file.upload(bring, [tab.file, tab.found, tab.brought], arrived, show_progress_on=[tab.details], **ASKING).then(
        lambda: None, outputs=tab.file, **QUIET
    )
    made = tab.zip.click(pack, tab.listed, [tab.note, tab.packed], **ASKING)
    made.then(None, tab.packed, js="file => file && document.querySelector('#packed').click()", **QUIET)
