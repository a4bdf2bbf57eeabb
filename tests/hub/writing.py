"""The wire of the Hub on which its clients write: repositories, commits, tags; independent of tests and of faults."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from hub.cards import objections
from hub.chunks import Chunks
from hub.repos import File, Large, Refused, Repo, Store

LARGE = (".safetensors", ".bin", ".pt")


def add_writing(
    app: FastAPI, store: Store, chunks: Chunks, kind: str, token_of: Callable[[Request], str | None]
) -> None:
    """Let the clients make repositories of a kind, commit to them and tag commits."""
    api = f"/api/{kind}s/{{owner}}/{{name}}"
    if kind == "model":
        _add_creating(app, store, token_of)

    @app.post(api + "/preupload/{revision}")
    async def preupload(request: Request, owner: str, name: str, revision: str) -> dict[str, Any]:
        repo = store.writable(kind, f"{owner}/{name}", token_of(request))
        there = repo.commits[repo.sha_of(unquote(revision))]
        return {
            "files": [
                {
                    "path": one["path"],
                    "uploadMode": "lfs" if one["path"].endswith(LARGE) else "regular",
                    "shouldIgnore": False,
                    "oid": _known(there.get(one["path"])),
                }
                for one in (await request.json())["files"]
            ]
        }

    @app.post(api + "/commit/{revision}")
    async def commit(request: Request, owner: str, name: str, revision: str) -> dict[str, str]:
        repo = store.writable(kind, f"{owner}/{name}", token_of(request))
        lines = [json.loads(line) for line in (await request.body()).splitlines()]
        sha = _commit(repo, unquote(revision), lines, chunks)
        return {"commitOid": sha, "commitUrl": f"{request.base_url!s}{repo.id}/commit/{sha}"}

    @app.post(api + "/tag/{revision}")
    async def tag(request: Request, owner: str, name: str, revision: str) -> Response:
        repo = store.writable(kind, f"{owner}/{name}", token_of(request))
        repo.refs[(await request.json())["tag"]] = repo.sha_of(unquote(revision))
        return Response(status_code=200)


def _add_creating(app: FastAPI, store: Store, token_of: Callable[[Request], str | None]) -> None:
    @app.post("/api/repos/create")
    async def create(request: Request) -> Response:
        asked = await request.json()
        token = token_of(request)
        owner = asked.get("organization") or store.user(token)
        store.check_writer(owner, token)
        kind, id = asked.get("type", "model"), f"{owner}/{asked['name']}"
        url = f"{request.base_url!s}{'' if kind == 'model' else kind + 's/'}{id}"
        if (kind, id) in store.repos:
            return JSONResponse({"error": "You already created this repo", "url": url}, 409)
        repo = store.add(kind, id, private=asked.get("visibility") == "private")
        repo.commit({".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"})
        return JSONResponse({"url": url, "name": id})

    @app.delete("/api/repos/delete")
    async def delete(request: Request) -> dict[str, str]:
        asked = await request.json()
        owner = asked.get("organization") or store.user(token_of(request))
        kind, id = asked.get("type", "model"), f"{owner}/{asked['name']}"
        store.writable(kind, id, token_of(request))
        del store.repos[kind, id]
        return {}

    @app.post("/api/validate-yaml")
    async def validate(request: Request) -> JSONResponse:
        found = objections(str((await request.json()).get("content", "")))
        return JSONResponse({"errors": [{"message": one} for one in found], "warnings": []}, 400 if found else 200)


def _known(file: File | None) -> str | None:
    """The id by which a client tells that it need not send a file again."""
    if file is None:
        return None
    return file.large.sha256 if file.large else file.oid


def _commit(repo: Repo, revision: str, lines: list[dict[str, Any]], chunks: Chunks) -> str:
    files: dict[str, bytes | File] = dict(repo.commits[repo.sha_of(revision)])
    title = ""
    for line in lines:
        said = line["value"]
        match line["key"]:
            case "header":
                title = said["summary"]
                if said.get("parentCommit", repo.sha_of(revision)) != repo.sha_of(revision):
                    raise Refused(412, "", "A commit has happened since. Please refresh and try again.")
            case "file":
                files[said["path"]] = base64.b64decode(said["content"])
            case "lfsFile":
                large = Large(said["oid"], said["size"], chunks.hash_of(said["oid"]))
                if large.xet_hash is None:
                    raise Refused(422, "", "A large file was never uploaded.")
                files[said["path"]] = File(said["path"], b"", large)
            case "deletedFile":
                del files[said["path"]]
            case other:
                raise Refused(422, "", f"Unknown operation {other}")
    return repo.commit(files, revision, title)
