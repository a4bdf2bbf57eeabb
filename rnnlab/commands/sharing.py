"""The commands on the Hugging Face Hub: push, pull, space, models."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rnnlab.hub import own_token
from rnnlab.service import sharing
from rnnlab.service.sharing import ORDERS, deploy_space
from rnnlab.tasks.registry import TASKS, kind_named
from rnnlab.terminal.commands import Answer, add_command, add_overwrite, aligned, picked, tell

MEASURES = 3  # of a card's, shown in a list

NAMES = ("push", "pull", "space", "models")


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `push`, `pull`, `space` and `models`."""
    push = add_command(commands, "push", "upload a checkpoint to the Hugging Face Hub", _push)
    push.add_argument("folder", metavar="DIR", help="the checkpoint")
    push.add_argument("repo", metavar="REPO", help="owner/name; created if missing")
    push.add_argument("--private", action="store_true", help="create a private repository")
    pull = add_command(commands, "pull", "download a checkpoint from the Hugging Face Hub", _pull)
    pull.add_argument("repo", metavar="REPO", help="owner/name")
    pull.add_argument("--revision", metavar="R", help="a branch, a tag or a full commit (default: the main branch)")
    pull.add_argument("--out", metavar="DIR", help="also copy it into this folder")
    add_overwrite(pull)
    space = add_command(commands, "space", "upload the page as a Space of the Hugging Face Hub", _space)
    space.add_argument("repo", metavar="REPO", help="owner/name; created if missing")
    space.add_argument("--private", action="store_true", help="create a private Space")
    models = add_command(commands, "models", "list the bundled checkpoints, or search the Hugging Face Hub", _models)
    models.add_argument("--hub", action="store_true", help="also search the Hub")
    models.add_argument("--task", choices=tuple(TASKS), help="only checkpoints of this task")
    models.add_argument("--author", metavar="OWNER", help="owner on the Hub")
    models.add_argument("--query", metavar="TEXT", help="words in the name on the Hub")
    models.add_argument("--language", metavar="L", help="language of the text on the Hub, such as en")
    models.add_argument("--order", choices=ORDERS, default=ORDERS[0], help="sort order")


def _push(asked: argparse.Namespace) -> Answer:
    answer = sharing.push(asked.folder, asked.repo, private=asked.private, token=own_token())
    return tell(asked, answer, lambda answer: [f"{answer['repo']} is at {answer['url']}"])


def _space(asked: argparse.Namespace) -> Answer:
    answer = deploy_space(asked.repo, private=asked.private, token=own_token())
    return tell(asked, answer, lambda answer: [f"The page is at {answer['url']} as soon as the Space has built it."])


def _pull(asked: argparse.Namespace) -> Answer:
    answer = sharing.pull(asked.repo, asked.revision, out=asked.out, overwrite=asked.overwrite, token=own_token())
    return tell(asked, answer, pulled_lines)


def _models(asked: argparse.Namespace) -> Answer:
    token = own_token() if asked.hub else None
    how = picked(asked, ("author", "query", "language", "order"))
    answer = sharing.models(asked.task, search=asked.hub, token=token, **how)
    return tell(asked, answer, _models_lines)


def pulled_lines(answer: Answer) -> list[str]:
    """Where a checkpoint is, what it says was measured, and how to use it."""
    scores = [f"{name} {value:.4g}" for name, value in answer["metrics"].items()]
    return [
        f"{answer['repo']} at commit {answer['commit'][:12]}, checked, is in {answer['folder']}",
        *(["its own record: " + ", ".join(scores)] if scores else []),
        f"use it: python -m rnnlab {kind_named(answer['task']).use.format(model=answer['repo'])}",
    ]


def _models_lines(answer: Answer) -> list[str]:
    """The bundled checkpoints, then those of the Hub with what their cards say of them."""
    bundled = [[one["name"], one["task"], one["cell"], f"{one['parameters']:,}"] for one in answer["bundled"]]
    lines = aligned(["bundled", "task", "cell", "weights"], bundled)
    if answer["hub"]:
        found = [(one, _measured(one["metrics"])) for one in answer["hub"]]
        rows = [[one["repo"], one["task"], one["modified"], f"{one['downloads']:,}", told] for one, told in found]
        lines += ["", *aligned(["on the Hub", "task", "modified", "downloads", "its card says"], rows)]
    return lines


def _measured(metrics: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in list(metrics.items())[:MEASURES])
