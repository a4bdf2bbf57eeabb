"""Who a visitor is to the service; independent of any layout."""

from __future__ import annotations

import os

import gradio as gr
from gradio.context import LocalContext

from rnnlab.runtime.callers import Caller, visitor
from rnnlab.widgets.clients import client_of, is_foreign


def caller_of(token: gr.OAuthToken | None) -> Caller:
    """A visitor who has signed in with Hugging Face, or a stranger; never the person or the token of this machine.

    Asked by another site's page nobody is signed in, whatever token comes with it.
    """
    request = LocalContext.request.get(None)
    if request is None:
        return visitor(token.token if token else None)
    own = token is not None and not is_foreign(request.headers)
    client = client_of(request.client.host if request.client else None, request.headers)
    return visitor(token.token if own and token else None, client)


def login_possible() -> bool:
    """Whether the page can sign visitors in: in a Space that asks for it, or where RNNLAB_SIGN_IN is set.

    Off a Space Gradio only plays the sign-in, with this machine's account and a token that the real Hub refuses; a
    button that leads there would promise what it cannot keep. Whoever runs a Hub of their own may want it to.
    """
    return bool(os.environ.get("OAUTH_CLIENT_ID") or os.environ.get("RNNLAB_SIGN_IN"))
