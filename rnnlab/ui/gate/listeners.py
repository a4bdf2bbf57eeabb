"""Who listens: the streams that are open, and the work and the memory of those who have left.

Gradio (6.31) runs what was asked for whether or not anybody reads the answer, keeps every message until it is read, and
keeps the state of ten thousand sessions. So once a second what nobody listens to is taken out of its queues and its
memory, in the way that Gradio itself ends the work of a browser that has left.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import gradio as gr
from gradio.queueing import Event, Queue
from gradio.server_messages import ProcessCompletedMessage

EVERY = 1.0  # seconds between two looks
GRACE = 15.0  # seconds that work which nobody listens to may wait, or run
FORGET = 120.0  # seconds after which the unread messages of a session that has left are dropped
MOST_UNREAD = 500  # messages to one listener; who leaves so many unread listens no more
ABSENT = 64  # sessions without an open page whose state is kept, the latest ones; a page that reconnects finds it
DROPPED = (
    f"Nobody listened to this request for {GRACE:g} seconds, so it was dropped; send it again and read its stream."
)


class Listeners:
    """The open streams of one page; what is missing there ends."""

    def __init__(self, page: gr.Blocks, client_of: Callable[[Event], str]) -> None:
        """Begin without any.

        Args:
            page: whose queue and sessions it is about.
            client_of: whose an event is; the work of one client takes turns with that of others.
        """
        self._page, self._client_of = page, client_of
        self._streams: Counter[str] = Counter()  # open streams of results, by session or event
        self._pages: Counter[str] = Counter()  # open pages, by session
        self._heard: dict[str, float] = {}  # event -> when somebody last listened to it
        self._left: dict[str, float] = {}  # session -> when it was first seen to have left

    @contextmanager
    def reading(self, key: str) -> Iterator[None]:
        """While somebody reads the results of a session or an event."""
        yield from _counted(self._streams, key)

    @contextmanager
    def visiting(self, session: str) -> Iterator[None]:
        """While a session's page is open."""
        yield from _counted(self._pages, session)

    def hears(self, event: Event) -> bool:
        """Whether somebody reads what comes of an event."""
        if not (event.session_hash in self._streams or event._id in self._streams):
            return False
        unread = self._queue.pending_messages_per_session.get(event.session_hash)
        return unread is None or unread.qsize() <= MOST_UNREAD

    async def look_after(self) -> None:
        """Look once a second, for as long as the page is served."""
        while True:
            await asyncio.sleep(EVERY)
            await self.drop_unheard()
            await self.take_turns()
            self.forget_absent()

    async def drop_unheard(self) -> None:
        """End the work that nobody has listened to for a while."""
        now, events = time.monotonic(), [*waiting(self._queue), *running(self._queue)]
        self._heard = {event._id: self._last_heard(event, now) for event in events}
        for event in events:
            if event.alive and now - self._heard[event._id] > GRACE:
                said = ProcessCompletedMessage(output={"error": DROPPED}, success=False)
                self._queue.send_message(event, said)  # to who comes late
                await self._queue.clean_events(event_id=event._id)

    async def take_turns(self) -> None:
        """Put first what somebody listens to, and of that, each client's first, then each one's second, …"""
        async with self._queue.delete_lock:
            for line in self._queue.event_queue_per_concurrency_id.values():
                before: Counter[str] = Counter()
                ranks = {}
                for event in line.queue:
                    client = self._client_of(event)
                    ranks[event._id] = before[client]
                    before[client] += 1
                line.queue.sort(key=lambda event: (not self.hears(event), ranks[event._id]))

    def forget_absent(self) -> None:
        """Forget the state of sessions that have left, all but the latest, and what they have not read."""
        holder, queue, now = self._page.state_holder, self._queue, time.monotonic()
        busy = {event.session_hash for event in (*waiting(queue), *running(queue))}
        here = busy | set(self._streams) | set(self._pages)
        absent = [session for session in list(holder.session_data) if session not in here]  # the least used first
        for session in absent[:-ABSENT]:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)
        gone = {*queue.pending_messages_per_session, *queue.pending_event_ids_session} - here
        self._left = {session: self._left.get(session, now) for session in gone}
        for session in [session for session, since in self._left.items() if now - since > FORGET]:
            queue.pending_messages_per_session.pop(session, None)
            queue.pending_event_ids_session.pop(session, None)

    @property
    def _queue(self) -> Queue:
        return self._page._queue

    def _last_heard(self, event: Event, now: float) -> float:
        return now if self.hears(event) else self._heard.get(event._id, event.enqueue_time)


def waiting(queue: Queue) -> list[Event]:
    """The events that have not begun."""
    return [event for line in list(queue.event_queue_per_concurrency_id.values()) for event in line.queue]


def running(queue: Queue) -> list[Event]:
    """The events that have begun."""
    return [event for job in queue.active_jobs if job for event in job]


def _counted(open_now: Counter[str], key: str) -> Iterator[None]:
    open_now[key] += 1
    try:
        yield
    finally:
        open_now[key] -= 1
        if not open_now[key]:
            del open_now[key]
