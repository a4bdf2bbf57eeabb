"""Checkpoints to and from the Hugging Face Hub, in plain values; independent of any page or command."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from rnnlab import hub
from rnnlab.data import catalog
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import bundled_checkpoints, open_checkpoint
from rnnlab.tasks.registry import TASKS, check_usable
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.claims import claimed

ORDERS = tuple(hub.ORDERS)
Folder = str | Path | None
Token = str | None  # of the Hub, the caller's own


def push(folder: str | Path, repo: str, *, private: bool = False, token: str | None = None) -> dict[str, Any]:
    """Upload a checkpoint that opens as what it says it is, as rnnlab.hub.push does; {repo, url}: the commit's address.

    Raises:
        RnnlabError: the folder is no sound checkpoint, or the Hub refuses, fails or cannot be reached.
    """
    return {"repo": repo, "url": hub.push(folder, repo, token, check=check_usable, private=private)}


def pull(
    repo: str, revision: str | None = None, *, out: Folder = None, overwrite: bool = False, token: Token = None
) -> dict[str, Any]:
    """Download a checkpoint and check it, as rnnlab.hub.pull does; from then on its name opens it, and offline too.

    Args:
        out: also copy it into this folder.
        overwrite: whether a checkpoint or a stopped training that `out` holds may be replaced.

    Returns:
        {repo, commit, task, folder, metrics}: the folder it lies in.

    Raises:
        RnnlabError: there is no such checkpoint, it is unsound, the folder cannot be written or holds something that
            is not to be replaced, or the Hub refuses, fails or cannot be reached.
    """
    with claimed(out, overwrite=overwrite) as folder:
        return pull_into(folder, repo, revision, token=token)


def pull_into(folder: Path | None, repo: str, revision: str | None = None, *, token: Token = None) -> dict[str, Any]:
    """The same, copied into a folder that is claimed for it; no copy is made if there is none."""
    pulled = hub.pull(repo, revision, token)
    made = hub.load_pulled(pulled, token)
    check_usable(made)
    if folder is not None:
        checkpoint.save(made, folder)
    scores = {name: value for name, value in made.metrics.items() if isinstance(value, (int, float))}
    place = str(pulled.folder if folder is None else folder)
    return {"repo": repo, "commit": pulled.commit, "task": made.task, "metrics": scores, "folder": place}


def deploy_space(repo: str, *, private: bool = False, token: str | None = None) -> dict[str, Any]:
    """Upload the page of this clone as a Space; {repo, url}. RnnlabError as of rnnlab.hub.spaces.deploy."""
    return {"repo": repo, "url": hub.deploy(catalog.bundled_folder().parent, repo, token, private=private)}


def models(
    task: str | None = None,
    *,
    author: str | None = None,
    query: str | None = None,
    language: str | None = None,
    order: str = ORDERS[0],
    token: str | None = None,
    search: bool = False,
) -> dict[str, Any]:
    """The bundled checkpoints and, if the Hub is searched, those it has.

    Args:
        task: of one task only; None is all.
        author, query, language: whose, words of the name, and a text's language, as "en".
        order: of those on the Hub: "newest" or "most downloaded" first.
        token: the caller's own, to see what is private to them.
        search: whether to ask the Hub.

    Returns:
        {bundled: [{name, task, cell, parameters}], hub: [{repo, task, metrics, downloads, modified, …}]}.

    Raises:
        RnnlabError: there is no such task or order, or the Hub refuses, fails or cannot be reached.
    """
    if order not in ORDERS or task not in {None, *TASKS}:
        wrong = str(order if order not in ORDERS else task)[:40]
        raise RnnlabError(f"{wrong!r} is none of {', '.join([*TASKS, *ORDERS])}; name one.")
    bundled = []
    for name in bundled_checkpoints():
        made = open_checkpoint(name, caller=STRANGER)
        weights = sum(tensor.numel() for tensor in made.weights.values())
        if task in {None, made.task}:
            bundled.append({"name": name, "task": made.task, "cell": made.model.cell, "parameters": weights})
    if not search:
        return {"bundled": bundled, "hub": []}
    found = hub.find(tuple(TASKS), task, author, query, language=language, order=order, token=token)
    return {"bundled": bundled, "hub": [dataclasses.asdict(one) for one in found]}
