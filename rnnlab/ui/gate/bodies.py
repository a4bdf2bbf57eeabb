"""What a request brings, within bounds; independent of any route."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.types import Message, Receive


class TooLarge(Exception):
    """A body is larger than its bound."""


class Left(Exception):
    """Who sent it has left before it was whole."""


def announced(headers: Mapping[str, str]) -> int | None:
    """The bytes that a request says it brings, of which the server reads no more; None if it does not say."""
    written = headers.get("content-length", "")
    return int(written) if written.isdecimal() and len(written) < 20 else None


async def read_whole(receive: Receive, most: int) -> bytes:
    """Read a body that is kept in memory; raises TooLarge at the first byte too many, Left if it is cut short."""
    parts, length, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Left
        part = message.get("body", b"")
        parts.append(part)
        length += len(part)
        if length > most:
            raise TooLarge
        more = message.get("more_body", False)
    return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """What gives a body that has been read, and then whatever comes after it."""
    first = True

    async def give() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return give


def kept_coming(receive: Receive, patience: float) -> Receive:
    """What gives a body as it comes, and ends as if its sender had left when nothing comes for so many seconds."""
    whole = False

    async def give() -> Message:
        nonlocal whole
        if whole:  # what comes after it is that its sender leaves, whenever they do
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), patience)
        except TimeoutError:
            return {"type": "http.disconnect"}
        whole = message["type"] == "http.request" and not message.get("more_body", False)
        return message

    return give


def parse(body: bytes) -> dict[str, Any] | None:
    """A body as a JSON object; None if it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
