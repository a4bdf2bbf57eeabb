"""How long the Hub's client waits; without this, for most questions, for ever (huggingface_hub 2.4)."""

from __future__ import annotations

import httpx2
from huggingface_hub import constants, get_session

WRITING = 120  # seconds for an answer to a change, which the Hub may take its time for: asked twice, it is made twice


def bound_waiting() -> None:
    """Have the client of this process give up where an answer does not come in time; calling it again changes nothing.

    A question may wait as long as a download (`HF_HUB_DOWNLOAD_TIMEOUT`, 10 seconds unless set), a change longer.
    """
    client = get_session()
    hooks = client.event_hooks
    if _bound not in hooks["request"]:
        client.event_hooks = hooks | {"request": [*hooks["request"], _bound]}


def _bound(request: httpx2.Request) -> None:
    """Set the waits that a request leaves open."""
    patience = constants.HF_HUB_DOWNLOAD_TIMEOUT
    answer = patience if request.method in {"GET", "HEAD"} else WRITING
    waits = {"connect": patience, "pool": patience, "write": answer, "read": answer}
    given = request.extensions.get("timeout") or {}
    request.extensions["timeout"] = waits | {name: wait for name, wait in given.items() if wait is not None}
