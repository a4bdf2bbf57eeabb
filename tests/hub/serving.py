"""Runs a Hub on a free port of loopback in a thread of the test's own process; independent of routes."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.chunks import Chunks
from hub.faults import Fault, Faulty
from hub.repos import Store
from hub.wire import build_wire


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Hub:
    """A running Hub: its address, what it keeps, what goes wrong and what it was asked."""

    address: str
    store: Store = field(default_factory=Store)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)


class Front:
    """Writes every request down, and leaves the slashes escaped that belong to a revision's or file's name."""

    def __init__(self, app: ASGIApp, asked: list[Asked]):
        self.app = app
        self.asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append(Asked(scope["method"], path, headers))
        await self.app(scope | {"path": path}, receive, send)


@contextmanager
def running_hub() -> Iterator[Hub]:
    """An empty Hub that runs until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _running(Chunks(Path(folder)))


def _running(chunks: Chunks) -> Iterator[Hub]:
    listener = socket.create_server(("127.0.0.1", 0))
    hub = Hub(f"http://127.0.0.1:{listener.getsockname()[1]}")
    app = Front(Faulty(build_wire(hub.store, chunks), hub.faults), hub.asked)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield hub
    finally:
        server.should_exit = True
        thread.join()
