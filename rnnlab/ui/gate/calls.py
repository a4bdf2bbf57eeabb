"""Whether a call asks for something that there is, by names that there are; independent of any value of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import gradio as gr

SHOWN = 40  # characters of a name that a sentence repeats
ALWAYS = {"oauth_token"}  # a name that Gradio takes everywhere


class Fault(NamedTuple):
    """Why a call cannot be read: a status of HTTP and one sentence."""

    status: int
    words: str


def find_fault(page: gr.Blocks, wanted: dict[str, Any] | None, route: str, api: str) -> Fault | None:
    """What is wrong with a call, of which Gradio itself would tell nothing that helps; None if nothing is.

    Args:
        page: what is called.
        wanted: the request's body; None if it is no JSON object.
        route: "queue/join", where the body names the function by its number, or one of those that name it: "call",
            where values come in a list, and "call/v2", where each comes with its name; others are the page's own.
        api: the endpoint's name, where the route names it.
    """
    if route not in ("queue/join", "call", "call/v2"):
        return None
    if wanted is None:
        return Fault(422, "A call must contain a JSON object; see the page's API for its fields.")
    if route == "queue/join":
        number = wanted.get("fn_index")
        if isinstance(number, int) and number not in page.fns:
            return Fault(404, f"This page has no function {number}; reload the page.")
        return _listed(wanted, [])
    function = next((one for one in page.fns.values() if one.api_name == api), None)
    if function is None:
        public = {f"/{one.api_name}": None for one in page.fns.values() if one.api_visibility == "public"}
        return Fault(404, f"There is no endpoint /{api[:SHOWN]}; there are {', '.join(public)}.")
    names = [str(getattr(one, "label", "")) for one in function.inputs]
    if route == "call":
        return _listed(wanted, names)
    strange = [name for name in wanted if name not in {*names, *ALWAYS}] if route == "call/v2" else []
    if not strange:
        return None
    return Fault(422, f"/{api} has no parameter {strange[0][:SHOWN]!a}; its parameters are {', '.join(names)}.")


def _listed(wanted: dict[str, Any], names: list[str]) -> Fault | None:
    """What is wrong unless the values come in a list."""
    if isinstance(wanted.get("data"), list):
        return None
    return Fault(422, f"data must be a list of values{': ' if names else ''}{', '.join(names)}.")
