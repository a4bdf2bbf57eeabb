"""The flags that train on a machine of the Hub, and the command job: follow, cancel."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rnnlab.commands.sharing import pulled_lines
from rnnlab.errors import RnnlabError
from rnnlab.hub import Submitted, own_token
from rnnlab.service import hub_jobs
from rnnlab.service.hub_jobs import USUAL_FLAVOR, USUAL_HOURS, flavor_named, price_words, submit_training
from rnnlab.service.sharing import pull_into
from rnnlab.tasks.kind import Request, TaskKind
from rnnlab.terminal.commands import Answer, add_command, tell
from rnnlab.terminal.streams import aside
from rnnlab.train.checkpoint.claims import claimed

PLACES = ("hf-jobs",)

NAMES = ("job",)


def add_remote(parser: argparse.ArgumentParser) -> None:
    """Add --on and what belongs to it."""
    group = parser.add_argument_group("on a paid machine of the Hugging Face Hub")
    group.add_argument("--on", choices=PLACES, help="train as a Job on your account and push the checkpoint")
    group.add_argument("--flavor", help=f"the machine (default {USUAL_FLAVOR})")
    group.add_argument("--hours", type=float, help=f"time limit in hours (default {USUAL_HOURS:g})")
    group.add_argument("--push", metavar="REPO", help="owner/name to push to; needed with --on")
    group.add_argument("--private", action="store_true", help="create a private repository")


def refuse_without_on(asked: argparse.Namespace) -> None:
    """Raise RnnlabError where a flag of a training on the Hub's machines is given to one on this machine."""
    if asked.on:
        return
    for name in ("flavor", "hours", "push", "private"):
        if getattr(asked, name):
            raise RnnlabError(f"--{name} belongs to a training with --on hf-jobs; leave it out, or give --on too.")


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `job`."""
    job = commands.add_parser("job", help="follow or cancel a training on a machine of the Hugging Face Hub")
    asks = job.add_subparsers(required=True, metavar="follow|cancel")
    for name, run, words in (
        ("follow", _follow, "print the Job's log until it ends"),
        ("cancel", _cancel, "cancel the Job, so that it costs nothing more"),
    ):
        add_command(asks, name, words, run).add_argument(
            "id", metavar="ID", help="the Job's id, as `train --on` prints it"
        )


def train_there(args: argparse.Namespace, kind: TaskKind, request: Request) -> Answer:
    """Say what it costs, start it, follow it, and pull what it has pushed into --out."""
    if not args.push:
        raise RnnlabError("A training on another machine needs --push owner/name, where its checkpoint goes.")
    if args.resume:
        raise RnnlabError("A training on another machine starts anew; leave out --resume.")
    if args.minutes is not None:
        raise RnnlabError("A training on another machine ends by --hours; leave out --minutes.")
    args.resumable = None  # an interruption here does not touch it
    token = own_token()
    with claimed(args.out, overwrite=args.overwrite) as folder:  # before anything is paid for
        hours = USUAL_HOURS if args.hours is None else args.hours
        flavor = flavor_named(args.flavor or USUAL_FLAVOR, hours, token)
        aside(price_words(flavor, hours))
        there: dict[str, Any] = {"repo": args.push, "private": args.private, "token": token}
        job = submit_training(kind, request, flavor=flavor, hours=hours, **there)
        aside(f"Job {job.id}: {job.url}")
        _print_log(job, token)
        answer = pull_into(folder, args.push, token=token) | {"job": job.id}
    return tell(args, answer, pulled_lines)


def _follow(asked: argparse.Namespace) -> Answer:
    token = own_token()
    job = hub_jobs.find_training(asked.id, token)
    _print_log(job, token)
    return {"job": job.id}


def _cancel(asked: argparse.Namespace) -> Answer:
    token = own_token()
    job = hub_jobs.find_training(asked.id, token)
    hub_jobs.cancel_training(job, token)
    return tell(asked, {"job": job.id}, lambda answer: [f"Job {job.id} is cancelled."])


def _print_log(job: Submitted, token: str | None) -> None:
    try:
        for line in hub_jobs.follow_training(job, token):
            aside(line)
    except KeyboardInterrupt:
        command = "python -m rnnlab job"
        end, look = f"{command} cancel {job.id}", f"{command} follow {job.id}"
        aside(f"The Job keeps running, and costs. To end it: {end}; to look on: {look}")
        raise
