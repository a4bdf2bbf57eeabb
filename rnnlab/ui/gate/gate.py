"""The page's gate, around all that Gradio serves: bounds what comes in, tells whose it is, and hears who listens."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import gradio as gr
from gradio.queueing import Event
from gradio.utils import get_upload_folder
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rnnlab.ui.gate import admission, bodies, calls, uploads
from rnnlab.ui.gate.listeners import Listeners
from rnnlab.widgets.clients import client_of, is_foreign

LARGEST_BODY = 2_000_000  # bytes of any request but an upload: a page's longest text many times over
SWEPT = 600.0  # seconds between two sweeps of the folder of files
LENGTHLESS = "An upload must state its length; send it with Content-Length."
FOREIGN = (
    "This page accepts requests from its own address and from programs, not from other sites' pages; if this is its "
    "own address, whoever hosts it has to name it in RNNLAB_ORIGINS or let the proxy pass Host on."
)
# Who may show the page in a frame of theirs: the Hub, which is where a Space is seen.
FRAMED_BY = "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co https://*.hf.space"

_JOIN = re.compile(r"/gradio_api/(?:(?P<join>queue/join)|(?P<call>call/v2|call|run|api)/(?P<api>[^/]+))/?")
_RESULTS = re.compile(r"/gradio_api/(?:call/v2|call)/[^/]+/(?P<key>[^/]+)/?")
_OPEN_PAGE = re.compile(r"/gradio_api/heartbeat/(?P<key>[^/]+)/?")


def guarded(page: gr.Blocks) -> Callable[[Starlette], Any]:
    """What Gradio runs while it serves a page (its `lifespan`): the gate stands, sweeps and listens for as long."""

    @asynccontextmanager
    async def serving(app: Starlette) -> AsyncIterator[None]:
        assert app.middleware_stack is not None, "it is built before anything is served"
        gate = Gate(app.middleware_stack, page)
        app.middleware_stack = gate
        works = [asyncio.create_task(gate.listeners.look_after()), asyncio.create_task(gate.sweep())]
        try:
            yield
        finally:
            for work in works:
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work

    return serving


class Gate:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, page: gr.Blocks) -> None:
        self._app, self._page = app, page
        self.listeners = Listeners(page, _client_of_event)
        self._uploads = uploads.Uploads(Path(get_upload_folder()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if is_foreign(headers):
            if scope["method"] not in ("GET", "HEAD"):
                await _refuse(403, FOREIGN, scope, receive, send)
                return
            if headers.get("sec-fetch-mode") != "navigate":  # a link that is followed opens the page as whoever it is
                scope = _without_credentials(scope)
            send = _closed_to_others(send)
        if os.environ.get("SPACE_ID"):
            send = _framed(send)
        if scope["method"] == "POST":
            await self._post(scope, receive, send, headers)
        else:
            await self._get(scope, receive, send)

    async def sweep(self) -> None:
        """Sweep the folder of files, at once and then again and again."""
        while True:
            keep = {str(path) for block in self._page.blocks.values() for path in getattr(block, "keep_in_cache", ())}
            await asyncio.to_thread(uploads.sweep, self._uploads.place, keep)
            await asyncio.sleep(SWEPT)

    async def _get(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.rstrip("/") == "/gradio_api/queue/data":
            [session] = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[:1]
            with self.listeners.reading(session):
                await self._app(scope, receive, send)
        elif found := _RESULTS.fullmatch(path):
            with self.listeners.reading(found["key"]):
                await self._app(scope, receive, send)
        elif found := _OPEN_PAGE.fullmatch(path):
            with self.listeners.visiting(found["key"]):
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        client = _client(scope, headers)
        if scope["path"].rstrip("/") == "/gradio_api/upload":
            await self._upload(scope, receive, send, client)
            return
        try:
            if (bodies.announced(headers) or 0) > LARGEST_BODY:
                raise bodies.TooLarge
            body = await bodies.read_whole(receive, LARGEST_BODY)
        except bodies.TooLarge:
            words = f"A request may have {LARGEST_BODY / 1e6:g} MB here; give a shorter text, or upload it as a file."
            await _refuse(413, words, scope, receive, send)
            return
        except bodies.Left:
            return
        if found := _JOIN.fullmatch(scope["path"]):
            wanted, route, api = bodies.parse(body), found["join"] or found["call"], found["api"] or ""
            if fault := calls.find_fault(self._page, wanted, route, api):
                await _refuse(fault.status, fault.words, scope, receive, send)
                return
            if words := admission.refusal(self._page, wanted, api, client, _client_of_event):
                await _refuse(429, words, scope, receive, send)
                return
        await self._app(scope, bodies.replayed(body, receive), send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send, client: str) -> None:
        size = bodies.announced(Headers(scope=scope))
        if words := self._uploads.busy(client):
            await _refuse(429, words, scope, receive, send)
            return
        if words := LENGTHLESS if size is None else self._uploads.refusal(client, size):
            await _refuse(413, words, scope, receive, send)
            return
        self._uploads.add(client, size or 0)  # whether or not it arrives whole
        with self._uploads.under_way_by(client), suppress(ClientDisconnect):  # what has come of a cut one is swept
            await self._app(scope, bodies.kept_coming(receive, uploads.PATIENCE), send)


def _client(scope: Scope, headers: Headers) -> str:
    address = scope.get("client")
    return client_of(address[0] if address else None, headers)


def _client_of_event(event: Event) -> str:
    request = event.request
    return client_of(request.client.host if request.client else None, request.headers)


async def _refuse(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with one sentence, where Gradio's clients look for it."""
    await JSONResponse({"detail": words, "error": words}, status)(scope, receive, send)


def _without_credentials(scope: Scope) -> Scope:
    """The request as a stranger's: nothing that a browser adds by itself tells who it is."""
    kept = [(name, value) for name, value in scope["headers"] if name not in (b"cookie", b"authorization")]
    return {**scope, "headers": kept}


def _closed_to_others(send: Send) -> Send:
    """An answer that no other site's page may read."""

    async def closed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in ("access-control-allow-origin", "access-control-allow-credentials"):
                del headers[name]
        await send(message)

    return closed


def _framed(send: Send) -> Send:
    """An answer that only the Hub's pages may show within theirs."""

    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["content-security-policy"] = FRAMED_BY
        await send(message)

    return framed
