"""Who a visitor is to the service; knows no layout."""

from __future__ import annotations

import os

import gradio as gr

from rnnlab import service
from rnnlab.service import Caller


def caller_of(token: gr.OAuthToken | None) -> Caller:
    """A visitor who has signed in with Hugging Face, or a stranger; never the person or the token of this machine."""
    return service.visitor(token.token if token else None)


def login_possible() -> bool:
    """Whether the page can sign visitors in: in a Space that asks for it, or beside a Hub of one's own.

    Off a Space Gradio only plays the sign-in, with the machine's account and a token that the real Hub refuses; a
    button that leads there would promise what it cannot keep.
    """
    own_hub = bool(os.environ.get("HF_ENDPOINT")) and bool(service.own_token())
    return bool(os.environ.get("OAUTH_CLIENT_ID")) or own_hub
