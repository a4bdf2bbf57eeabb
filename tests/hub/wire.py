"""The wire of the Hub on which its clients read: what they ask by HTTP; independent of tests and of faults."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import yaml
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from hub.chunks import Chunks, add_tokens
from hub.jobs import add_jobs
from hub.repos import File, Refused, Repo, Store
from hub.writing import add_writing

COMMITTED = "2026-01-01T00:00:00.000Z"
PAGE = 3  # commits in one part of a history
KINDS = {"model": "", "dataset": "/datasets", "space": "/spaces"}  # and what their addresses begin with


def build_wire(store: Store, chunks: Chunks) -> FastAPI:
    """The application that serves a store; revisions and paths arrive escaped (see `hub.serving`)."""
    app = FastAPI(openapi_url=None)

    @app.exception_handler(Refused)
    def refuse(request: Request, refused: Refused) -> Response:
        headers = {"X-Error-Code": refused.code, "X-Error-Message": str(refused)}
        return JSONResponse({"error": str(refused)}, refused.status, headers)

    @app.get("/api/whoami-v2")
    def whoami(request: Request) -> dict[str, Any]:
        user = store.user(token_of(request))
        if user is None:
            raise Refused(401, "", "Invalid username or password.")
        told = {"type": "user", "name": user, "fullname": user, "avatarUrl": "", "orgs": []}
        return told | {"auth": {"type": "access_token"}}

    @app.get("/api/models")
    def models(request: Request, author: str = "", search: str = "", sort: str = "", limit: int = 1000) -> list[Any]:
        user, wanted = store.user(token_of(request)), set(request.query_params.getlist("filter"))
        found = [
            described(repo, "main") | {"cardData": front_matter(repo)}
            for (kind, _), repo in store.repos.items()
            if kind == "model" and (not repo.private or repo.owner == user) and author in {"", repo.owner}
            and search.casefold() in repo.id.casefold() and wanted <= set(tags(repo))
        ]  # fmt: skip
        if sort == "downloads":
            found.sort(key=lambda one: -one["downloads"])
        return found[:limit]

    add_jobs(app, store, token_of)
    for kind in KINDS:
        _add_reading(app, store, kind)
        add_writing(app, store, chunks, kind, token_of)
        add_tokens(app, store, chunks, kind, token_of)
    return app


def _add_reading(app: FastAPI, store: Store, kind: str) -> None:
    api = f"/api/{kind}s/{{owner}}/{{name}}"

    @app.get(api)
    @app.get(api + "/revision/{revision}")
    def info(request: Request, owner: str, name: str, revision: str = "main") -> dict[str, Any]:
        repo = store.open(kind, f"{owner}/{name}", token_of(request))
        return described(repo, unquote(revision))

    @app.get(api + "/tree/{revision}")
    @app.get(api + "/tree/{revision}/{folder:path}")
    def tree(
        request: Request,
        owner: str,
        name: str,
        revision: str,
        folder: str = "",
        recursive: bool = False,
        expand: bool = False,
    ) -> list[dict[str, Any]]:
        repo = store.open(kind, f"{owner}/{name}", token_of(request), files=True)
        found = repo.below(unquote(revision), unquote(folder), recursive)
        return [listed(one) | (dated(repo, unquote(revision), one) if expand else {}) for one in found]

    @app.get(api + "/commits/{revision}")
    def commits(request: Request, owner: str, name: str, revision: str, p: int = 0) -> JSONResponse:
        repo = store.open(kind, f"{owner}/{name}", token_of(request), files=True)
        past = repo.history(unquote(revision))
        following = request.url.include_query_params(p=p + 1)
        headers = {"Link": f'<{following}>; rel="next"'} if len(past) > (p + 1) * PAGE else {}
        return JSONResponse([committed(repo, sha) for sha in past[p * PAGE : (p + 1) * PAGE]], headers=headers)

    @app.api_route(KINDS[kind] + "/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
    def resolve(request: Request, owner: str, name: str, revision: str, path: str) -> Response:
        repo = store.open(kind, f"{owner}/{name}", token_of(request), files=True)
        sha = repo.sha_of(unquote(revision))
        return sent(request, repo, repo.file(sha, unquote(path)), sha)


def token_of(request: Request) -> str | None:
    """The token that a request carries."""
    return request.headers.get("authorization", "").removeprefix("Bearer ") or None


def described(repo: Repo, revision: str) -> dict[str, Any]:
    """What the Hub tells of a repository at a revision."""
    sha = repo.sha_of(revision)
    files = [
        {"rfilename": path, "size": file.size, "blobId": file.oid}
        | ({"lfs": {"sha256": file.large.sha256, "size": file.size, "pointerSize": 130}} if file.large else {})
        for path, file in sorted(repo.commits[sha].items())
    ]
    return {
        "id": repo.id, "sha": sha, "private": repo.private, "gated": "auto" if repo.gated else False,
        "tags": tags(repo), "disabled": False, "downloads": repo.downloads, "likes": 0, "lastModified": COMMITTED,
        "createdAt": COMMITTED, "siblings": files,
    }  # fmt: skip


def front_matter(repo: Repo) -> dict[str, Any]:
    """What a card says before its text."""
    card = repo.commits[repo.sha_of("main")].get("README.md")
    found = re.match(r"---\n(.*?\n)---", card.content.decode("utf-8", "replace"), re.DOTALL) if card else None
    try:
        said = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError:
        said = {}
    return said if isinstance(said, dict) else {}


def tags(repo: Repo) -> list[str]:
    """The tags that the Hub makes out of a card."""
    if not repo.commits:
        return []
    said = front_matter(repo)
    found: list[str] = []
    for key in ("tags", "language", "library_name", "pipeline_tag"):
        value = said.get(key) or []
        found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return found


def listed(one: File | str) -> dict[str, Any]:
    """One line of a listing: a file, or the path of a folder."""
    if isinstance(one, str):
        return {"type": "directory", "path": one, "oid": "0" * 40, "size": 0}
    large = {"lfs": {"oid": one.large.sha256, "size": one.size, "pointerSize": 130}} if one.large else {}
    return {"type": "file", "path": one.path, "oid": one.oid, "size": one.size} | large


def dated(repo: Repo, revision: str, one: File | str) -> dict[str, Any]:
    """The newest commit of a file, as a listing tells of it when it is asked to expand."""
    if isinstance(one, str):
        return {}
    sha = repo.last_change(revision, one.path)
    return {"lastCommit": {"id": sha, "title": "", "date": repo.times[sha]}}


def committed(repo: Repo, sha: str) -> dict[str, Any]:
    """One commit, as a history tells of it."""
    return {
        "id": sha, "title": repo.titles[sha], "message": "", "authors": [{"user": repo.owner}],
        "date": repo.times[sha],
    }  # fmt: skip


def sent(request: Request, repo: Repo, file: File, sha: str) -> Response:
    """A file's content, whole or the range that was asked for; of a large one, where its chunks are."""
    content, status = file.content, 200
    headers = {"X-Repo-Commit": sha, "ETag": f'"{file.oid}"', "Accept-Ranges": "bytes"}
    if file.large is not None:
        headers |= {"ETag": f'"{file.large.sha256}"', "X-Linked-Etag": f'"{file.large.sha256}"'}
        headers |= {"X-Linked-Size": str(file.size)}
        if file.large.xet_hash is not None:
            route = f"{str(request.base_url).rstrip('/')}/api/{repo.kind}s/{repo.id}/xet-read-token/{sha}"
            headers |= {"X-Xet-Hash": file.large.xet_hash, "Link": f'<{route}>; rel="xet-auth"'}
    if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", "")):
        start, end = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        content, status = content[start : end + 1], 206
    return Response(content, status, headers, media_type="application/octet-stream")
