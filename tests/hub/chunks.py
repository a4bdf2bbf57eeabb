"""The Hub's store of large files in chunks, as the client's engine writes it into a folder; independent of commits."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from hub.repos import Store

RECORD = 48  # bytes of a shard's header and of each of its records
CHECKED, WITH_SHA256 = 1 << 31, 1 << 30  # flags of a file's record: what else follows its segments


@dataclass(frozen=True)
class Chunks:
    """A folder to which the client (hf-xet 1.8.0) uploads and from which it downloads as if it were a server."""

    folder: Path

    @property
    def address(self) -> str:
        return f"local://{self.folder}"

    def hash_of(self, sha256: str) -> str | None:
        """The hash by which the engine knows the file with this digest; None if it was never uploaded."""
        for shard in (self.folder / "xet" / "xorbs" / "shards").glob("*.mdb"):
            found = _hashes(shard.read_bytes()).get(sha256)
            if found:
                return found
        return None


def _hashes(shard: bytes) -> dict[str, str]:
    """The engine's hashes by sha256, of the files that a shard lists."""
    found, place = {}, RECORD
    while place + RECORD <= len(shard):
        name, (flags, segments) = shard[place : place + 32], struct.unpack("<II", shard[place + 32 : place + 40])
        if name == b"\xff" * 32:
            break
        place += RECORD * (1 + segments + (segments if flags & CHECKED else 0))
        if flags & WITH_SHA256:
            found[_hex(shard[place : place + 32])] = _hex(name)
            place += RECORD
    return found


def _hex(raw: bytes) -> str:
    """A hash as it is written: four little-endian numbers of 64 bits."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", raw))


def add_tokens(
    app: FastAPI, store: Store, chunks: Chunks, kind: str, token_of: Callable[[Request], str | None]
) -> None:
    """Let the clients ask where the chunks are and with what they may be read or written."""
    api = f"/api/{kind}s/{{owner}}/{{name}}"

    @app.get(api + "/xet-read-token/{revision}")
    def read(request: Request, owner: str, name: str, revision: str) -> Response:
        store.open(kind, f"{owner}/{name}", token_of(request), files=True)
        return _answer(chunks)

    @app.get(api + "/xet-write-token/{revision}")
    def write(request: Request, owner: str, name: str, revision: str) -> Response:
        store.writable(kind, f"{owner}/{name}", token_of(request))
        return _answer(chunks)


def _answer(chunks: Chunks) -> Response:
    ends = int(time.time()) + 3600
    told = {"casUrl": chunks.address, "accessToken": "chunks", "exp": ends}
    headers = {"X-Xet-Cas-Url": chunks.address, "X-Xet-Access-Token": "chunks", "X-Xet-Token-Expiration": str(ends)}
    return JSONResponse(told, headers=headers)
