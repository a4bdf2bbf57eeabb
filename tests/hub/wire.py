"""The read-only wire of the Hub: what datasets and huggingface_hub ask by HTTP; knows no test and no fault."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from hub.repos import File, Refused, Repo, Store

COMMITTED = "2026-01-01T00:00:00.000Z"
API = "/api/datasets/{owner}/{name}"


def build_wire(store: Store) -> FastAPI:
    """The application that serves a store; revisions and paths arrive escaped (see `hub.serving`)."""
    app = FastAPI(openapi_url=None)

    @app.exception_handler(Refused)
    def refuse(request: Request, refused: Refused) -> Response:
        headers = {"X-Error-Code": refused.code, "X-Error-Message": str(refused)}
        return JSONResponse({"error": str(refused)}, refused.status, headers)

    @app.get(API)
    @app.get(API + "/revision/{revision}")
    def info(request: Request, owner: str, name: str, revision: str = "main") -> dict[str, Any]:
        repo = store.open("dataset", f"{owner}/{name}", token_of(request))
        return described(repo, unquote(revision))

    @app.get(API + "/tree/{revision}")
    @app.get(API + "/tree/{revision}/{folder:path}")
    def tree(
        request: Request, owner: str, name: str, revision: str, folder: str = "", recursive: bool = False
    ) -> list[dict[str, Any]]:
        repo = store.open("dataset", f"{owner}/{name}", token_of(request), files=True)
        return [listed(one) for one in repo.below(unquote(revision), unquote(folder), recursive)]

    @app.api_route("/datasets/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    def resolve(request: Request, owner: str, name: str, revision: str, path: str) -> Response:
        repo = store.open("dataset", f"{owner}/{name}", token_of(request), files=True)
        sha = repo.sha_of(unquote(revision))
        return sent(request, repo.file(sha, unquote(path)), sha)

    return app


def token_of(request: Request) -> str | None:
    """The token that a request carries."""
    return request.headers.get("authorization", "").removeprefix("Bearer ") or None


def described(repo: Repo, revision: str) -> dict[str, Any]:
    """What the Hub tells of a repository at a revision."""
    sha = repo.sha_of(revision)
    files = [{"rfilename": path} for path in sorted(repo.commits[sha])]
    return {
        "id": repo.id, "sha": sha, "private": repo.private, "gated": "auto" if repo.gated else False, "tags": [],
        "disabled": False, "downloads": 0, "likes": 0, "lastModified": COMMITTED, "siblings": files,
    }  # fmt: skip


def listed(one: File | str) -> dict[str, Any]:
    """One line of a listing: a file, or the path of a folder."""
    if isinstance(one, str):
        return {"type": "directory", "path": one, "oid": "0" * 40, "size": 0}
    return {"type": "file", "path": one.path, "oid": one.oid, "size": len(one.content)}


def sent(request: Request, file: File, sha: str) -> Response:
    """A file's content, whole or the range that was asked for."""
    content, status = file.content, 200
    headers = {"X-Repo-Commit": sha, "ETag": f'"{file.oid}"', "Accept-Ranges": "bytes"}
    if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", "")):
        start, end = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        content, status = content[start : end + 1], 206
    return Response(content, status, headers, media_type="application/octet-stream")
