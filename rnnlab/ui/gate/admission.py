"""How much may wait: bounds for each kind of work and for each client, so that no one's wishes keep others out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import gradio as gr
from gradio.queueing import Event

from rnnlab.tasks.registry import kinds
from rnnlab.ui.gate.listeners import running, waiting


@dataclass(frozen=True)
class Room:
    """all: how many of a kind may wait or run. each: how many of one client's. what: the kind, in words."""

    all: int
    each: int
    what: str


# By the events' concurrency_id. Trainings take minutes, and one runs at a time; texts and forecasts take a second.
ROOMS = {"train": Room(8, 2, "trainings"), "rent": Room(16, 2, "Jobs"), "hub": Room(40, 10, "requests to the Hub")}
ROOMS |= {"prices": Room(20, 2, "requests for prices"), "adapt": Room(8, 2, "adaptations")}
OTHERS = Room(60, 20, "requests")


@cache
def _task_rooms() -> dict[str, Room]:
    """Those of the tasks' own tabs."""
    pages = [kind.part(kind.page) for kind in kinds() if kind.page]
    return {page.ID: Room(60, 30, page.WHAT) for page in pages}


def refusal(page: gr.Blocks, wanted: dict[str, Any] | None, api: str, client: str, of: Callable[[Event], str]) -> str:
    """Why a request may not join the queue, in one sentence; "" if it may.

    Args:
        page: whose queue it is.
        wanted: the request's body.
        api: the endpoint's name; "" where the body tells the function by its number.
        client: who asks.
        of: whose an event is that waits already.
    """
    kind = _kind(page, wanted, api)
    if kind is None:
        return ""  # no such function, which Gradio says
    room = (ROOMS | _task_rooms()).get(kind, OTHERS)
    queue = page._queue
    there = [event for event in (*waiting(queue), *running(queue)) if event.alive and event.concurrency_id == kind]
    if sum(of(event) == client for event in there) >= room.each:
        return f"You have {room.each} {room.what} waiting or running, the most for one visitor; wait for one to end."
    if len(there) >= room.all:
        return f"The page is busy: {len(there)} {room.what} are waiting or running; try again in a minute."
    return ""


def _kind(page: gr.Blocks, wanted: dict[str, Any] | None, api: str) -> str | None:
    """The concurrency_id of the function that is asked for."""
    if api:
        return next((function.concurrency_id for function in page.fns.values() if function.api_name == api), None)
    number = (wanted or {}).get("fn_index")
    function = page.fns.get(number) if isinstance(number, int) else None
    return None if function is None else function.concurrency_id
