"""Faults of a network and a server, switched on by a test for the paths it names; knows nothing of repositories."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Fault:
    """What goes wrong with requests whose path, as it was sent, holds the pattern; and how many times from now on.

    "stall" takes a request and never answers, "error" answers with the status, "cut" ends the connection amid the body,
    "swap" sends a body of the same length in which a byte is another, "change" sends what `change` makes of the body.
    """

    kind: Literal["stall", "error", "cut", "swap", "change"]
    path: str
    times: float = math.inf
    method: str = ""
    status: int = 500
    change: Callable[[bytes], bytes] = bytes


class Faulty:
    """Wraps an application so that it fails as the faults say."""

    def __init__(self, app: ASGIApp, faults: list[Fault]):
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._next(scope["method"], scope["raw_path"].decode())
        match fault and fault.kind:
            case "stall":
                while (await receive())["type"] != "http.disconnect":
                    pass
            case "error":
                await send({"type": "http.response.start", "status": fault.status, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            case "cut":
                await self.app(scope, receive, _cutting(send))
            case "swap":
                await self.app(scope, receive, _swapping(send))
            case "change":
                await self.app(scope, receive, _changing(send, fault.change))
            case _:
                await self.app(scope, receive, send)

    def _next(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method in {"", method} and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None


def _cutting(send: Send) -> Send:
    """Send half of the body's first part and nothing more, upon which the server closes the connection."""
    begun = False

    async def cut(message: Message) -> None:
        nonlocal begun
        if message["type"] != "http.response.body":
            await send(message)
        elif not begun:
            begun = True
            await send(message | {"body": message["body"][: len(message["body"]) // 2], "more_body": True})

    return cut


def _swapping(send: Send) -> Send:
    """Send what is sent, but for the last byte of each part of the body."""

    async def swap(message: Message) -> None:
        if message["type"] == "http.response.body" and message.get("body"):
            message = message | {"body": message["body"][:-1] + bytes([message["body"][-1] ^ 1])}
        await send(message)

    return swap


def _changing(send: Send, change: Callable[[bytes], bytes]) -> Send:
    """Send another body, once all of the real one has come."""
    start: Message = {}
    body = b""

    async def changed(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        body += message.get("body", b"")
        if message.get("more_body"):
            return
        other = change(body)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send(start | {"headers": [*headers, (b"content-length", str(len(other)).encode())]})
        await send({"type": "http.response.body", "body": other})

    return changed
