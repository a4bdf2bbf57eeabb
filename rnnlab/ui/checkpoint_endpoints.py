"""The page's public endpoints /models, /load and /push; their names, parameters and result keys are stable."""

from __future__ import annotations

from typing import Any

import gradio as gr

from rnnlab.service import sharing
from rnnlab.service.sharing import ORDERS
from rnnlab.service.summary import open_shown
from rnnlab.service.transfer import push_opened
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.endpoints import answered
from rnnlab.widgets.events import WAITING


def models(
    token: gr.OAuthToken | None,
    task: str = "",
    query: str = "",
    author: str = "",
    order: str = "newest",
    hub: bool = False,
) -> dict[str, Any]:
    """List the checkpoints that come with the page and, if asked, those that the Hugging Face Hub has.

    Args:
        task: of one task only, by its name; empty for all.
        query: words of a name on the Hub.
        author: whose on the Hub.
        order: "newest" or "most downloaded" first, of the Hub's.
        hub: whether to search the Hub.

    Returns:
        {bundled: [{name, task, cell, parameters}], hub: [{repo, task, private, downloads, modified, license, languages,
        metrics}]}.
    """
    own = caller_of(token).token
    return answered(
        lambda: sharing.models(
            task or None, query=query or None, author=author or None, order=order, search=hub, token=own
        )
    )


def load(token: gr.OAuthToken | None, model: str) -> dict[str, Any]:
    """Fetch a checkpoint, if it is on the Hugging Face Hub, check it, and tell what it says of itself.

    Args:
        model: a bundled name, as shakespeare, or owner/name or owner/name@revision of the Hub.

    Returns:
        {model, name, task, title, size, verdict, scores: {caption, head, rows}, card, commit, curve}; give `model` to
        /write or /forecast to use this very checkpoint.
    """
    return answered(lambda: open_shown(model, caller=caller_of(token)).answer())


def push(token: gr.OAuthToken | None, model: str, repo: str, private: bool = False) -> dict[str, Any]:
    """Push a checkpoint to the account of the person who is signed in; nobody else's token is ever used.

    Args:
        model: as for /load.
        repo: owner/name, made if it is not there.
        private: make a new repository private.

    Returns:
        {repo, url}: the commit's address.
    """
    caller = caller_of(token)
    return answered(lambda: {"repo": repo, "url": push_opened(model, repo, private=private, caller=caller)})


def add_checkpoint_endpoints() -> None:
    """Add the endpoints to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        task, query, author = (
            gr.Textbox("", label="task"),
            gr.Textbox("", label="query"),
            gr.Textbox("", label="author"),
        )
        order, hub = gr.Textbox(ORDERS[0], label="order"), gr.Checkbox(False, label="hub")
        model, repo = gr.Textbox("", label="model"), gr.Textbox("", label="repo")
        private = gr.Checkbox(False, label="private")
        answer = gr.JSON(label="answer")
        call = gr.Button()
    limits: dict[str, Any] = {"concurrency_id": "hub", "concurrency_limit": WAITING}
    call.click(models, [task, query, author, order, hub], answer, api_name="models", **limits)
    call.click(load, [model], answer, api_name="load", **limits)
    call.click(push, [model, repo, private], answer, api_name="push", **limits)
