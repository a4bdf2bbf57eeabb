"""Commands run as a Job of the Hub, on a machine of its own and a person's account; independent of any recipe or page.

The project's own code goes up with the person's files into a private dataset repository of theirs, one for each Job.
The Job takes them from there with their token, which it is given as a secret, deletes the repository and installs the
versions that are tested here.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, JobHardwareInfo, JobInfo, JobStage
from huggingface_hub.errors import HfHubHTTPError

from rnnlab.data.kinds import is_number
from rnnlab.errors import HubError
from rnnlab.hub.failures import address, explained, patiently
from rnnlab.hub.spaces import copy_into, stage

NO_TOKEN = "A Job needs a token of the Hugging Face Hub; sign in with `hf auth login` or set HF_TOKEN."
IMAGE = "python:3.12"  # torch comes by pip, in the version that everything is tested with, CUDA included
NAME = STORE = "rnnlab-job-"  # and a key of its own: the Job, and the repository that it is sent with
PINS = "requirements.txt"
DELETE = "from huggingface_hub import delete_repo; delete_repo({store!r}, repo_type='dataset', missing_ok=True)"
UNUSED = ("gradio", "plotly")  # of the page
PER_HOUR = {"second": 3600, "minute": 60, "hour": 1}
SLOWEST = 60.0  # seconds that a Job's stage may lag behind the end of its log


@dataclass(frozen=True)
class Flavor:
    """A kind of machine that the Hub rents out: its name, what it is in words, and USD an hour."""

    name: str
    words: str
    hourly: float


@dataclass(frozen=True)
class Submitted:
    """A Job on its way: its id, whose it is, its page's address, and the name that it was given here."""

    id: str
    owner: str
    url: str
    key: str


def flavors(token: str | None) -> list[Flavor]:
    """What the Hub rents out, the cheapest first; HubError if it cannot be asked."""
    with explained("its machines"):
        found = patiently(lambda: HfApi(endpoint=address(), token=token or False).list_jobs_hardware())
        return sorted(map(_offered, found), key=lambda flavor: flavor.hourly)


def _offered(one: JobHardwareInfo) -> Flavor:
    """A machine as it is offered; ValueError if its price is none."""
    gpu = f", {one.accelerator.quantity} {one.accelerator.model}" if one.accelerator else ""
    hourly = one.unit_cost_usd * PER_HOUR.get(one.unit_label, 60)
    if not is_number(hourly) or hourly < 0:
        raise ValueError(f"{hourly!r:.40} is no price")
    return Flavor(one.name, f"{one.pretty_name}: {one.cpu}, {one.ram}{gpu}", round(hourly, 4))


Commands = Sequence[Sequence[str]]


def submit(
    root: Path, commands: Commands, files: Mapping[str, Path], flavor: str, seconds: int, token: str | None
) -> Submitted:
    """Start a Job that runs these commands one after the other, until one fails.

    Args:
        root: this repository's folder, whose code the Job runs.
        commands: each as its words; paths are those of `files`.
        files: what to send along, by the path at which the commands find it.
        flavor: the machine, as `flavors` names it.
        seconds: after which the Job is ended, whatever it is doing.
        token: whose account pays; the commands know it as HF_TOKEN.

    Raises:
        HubError: there is no token or no credit, the flavor is unknown, or the Hub refuses, fails or cannot be reached.
    """
    with explained("the Job"):
        api, owner = _account(token)
    key = secrets.token_hex(8)
    commit = _send(api, f"{owner}/{STORE}{key}", root, files)
    script = _script(f"{owner}/{STORE}{key}", commit, commands, (root / PINS).read_text())
    environment = {name: os.environ[name] for name in ("HF_ENDPOINT",) if name in os.environ}
    machine: dict[str, Any] = {"image": IMAGE, "flavor": flavor, "timeout": seconds, "env": environment}
    with explained("the Job"):
        try:
            machine |= {"name": NAME + key, "namespace": owner, "secrets": {"HF_TOKEN": token}}
            job = api.run_job(command=["sh", "-c", script], **machine)
        except HfHubHTTPError as error:
            _forget(api, Submitted("", owner, "", key))
            raise _refused(error, flavor) from error
    return Submitted(job.id, owner, job.url, key)


def follow(job: Submitted, token: str | None) -> Iterator[str]:
    """The Job's log, line by line as it is written, until it ends.

    Raises:
        HubError: the Job failed, was cancelled or ran out of time, or the Hub cannot be asked any more.
    """
    api = HfApi(endpoint=address(), token=token)
    last = ""
    with explained("the Job's log"):
        for line in api.fetch_job_logs(job_id=job.id, namespace=job.owner, follow=True):
            last = line.strip() or last
            yield line
        try:
            ended = api.wait_for_job(job.id, namespace=job.owner, timeout=SLOWEST)
        except TimeoutError as error:
            raise HubError(f"The Job {job.id} fell silent; look at {job.url}.") from error
    assert isinstance(ended, JobInfo), "one was asked for"
    _forget(api, job)
    _check(ended, last)


def find(id: str, token: str | None) -> Submitted:
    """A Job of the person's by its id; HubError if there is none."""
    with explained(f"the Job {id[:40]}"):
        api, owner = _account(token)
        try:
            found = patiently(lambda: api.inspect_job(job_id=id, namespace=owner))
        except HfHubHTTPError as error:
            if error.response.status_code == 404:
                raise HubError(f"{owner} has no Job {id[:40]!r}; check its id.") from error
            raise
    key = str((found.labels or {}).get("name", "")).removeprefix(NAME)
    return Submitted(found.id, owner, found.url, key)


def cancel(job: Submitted, token: str | None) -> None:
    """End a Job, which then costs nothing more; HubError if the Hub refuses or cannot be reached."""
    api = HfApi(endpoint=address(), token=token)
    with explained(f"the Job {job.id}"):
        patiently(lambda: api.cancel_job(job_id=job.id, namespace=job.owner))
    _forget(api, job)


def _account(token: str | None) -> tuple[HfApi, str]:
    """The Hub as the owner of a token asks it, and their name; HubError without a token."""
    if not token:
        raise HubError(NO_TOKEN)
    api = HfApi(endpoint=address(), token=token)
    return api, str(patiently(api.whoami)["name"])


def _send(api: HfApi, store: str, root: Path, files: Mapping[str, Path]) -> str:
    """Upload code and files into a new repository, and give the commit."""
    with tempfile.TemporaryDirectory() as folder, explained(store):
        place = Path(folder)
        stage(root, place)
        for name, file in {PINS: root / PINS, **files}.items():
            copy_into(place, name, file)
        patiently(lambda: api.create_repo(store, repo_type="dataset", private=True, exist_ok=True))
        message = "What a Job of rnnlab needs"
        commit = api.upload_folder(repo_id=store, repo_type="dataset", folder_path=place, commit_message=message)
    return str(commit.oid)


def _script(store: str, commit: str, commands: Commands, pins: str) -> str:
    """What the Job's shell does: fetch, install, run."""
    client = next(line for line in pins.splitlines() if line.startswith("huggingface_hub=="))
    there = f"{shlex.quote(store)} --repo-type dataset --revision {shlex.quote(commit)}"
    setting_up = f"""set -e
pip install -q --disable-pip-version-check {client}
hf download {there} --local-dir code --quiet >/dev/null
python -c {shlex.quote(DELETE.format(store=store))} || true
cd code
grep -Ev '^({"|".join(UNUSED)})' {PINS} > pins.txt
pip install -q --disable-pip-version-check -r pins.txt"""
    return "\n".join([setting_up, *map(shlex.join, commands)])


def _forget(api: HfApi, job: Submitted) -> None:
    """Delete what was sent, unless the Job has; where a token may not do that it stays, for its owner alone to see."""
    if job.key:
        with suppress(OSError):
            api.delete_repo(f"{job.owner}/{STORE}{job.key}", repo_type="dataset", missing_ok=True)


def _refused(error: HfHubHTTPError, flavor: str) -> HubError | HfHubHTTPError:
    flavored = f"The Hub did not take a Job on {flavor[:40]!r}, so nothing was started; try another flavor."
    words = {
        402: "This account has no credit for Jobs, so nothing was started; add some in its billing.",
        403: "This token may not start Jobs; sign in again, or take one with that right.",
    } | dict.fromkeys((400, 422), flavored)
    status = error.response.status_code
    return HubError(words[status]) if status in words else error


def _check(ended: JobInfo, last: str) -> None:
    """Raise HubError unless a Job has done all that it was to do."""
    said = ended.status.message or ""
    match ended.status.stage:
        case JobStage.COMPLETED:
            return
        case JobStage.CANCELED:
            raise HubError("The Job was cancelled; nothing was pushed.")
        case _ if re.search("time", said, re.IGNORECASE):
            raise HubError("The Job reached its time limit and was ended; nothing was pushed; allow it more hours.")
    raise HubError(f"The Job failed, and nothing was pushed: {last[:300] or said[:300] or 'it left no word'}")
