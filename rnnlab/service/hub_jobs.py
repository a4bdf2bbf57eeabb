"""A training on a machine that the Hub rents out: the same command there, its price and its end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rnnlab import hub
from rnnlab.data import catalog
from rnnlab.data.text.shards import is_shards
from rnnlab.data.text.text_files import is_folder, text_files
from rnnlab.errors import RnnlabError
from rnnlab.hub import Flavor, Submitted
from rnnlab.runtime.opening import hub_name, is_file, is_hub_name, is_shareable, told
from rnnlab.tasks.kind import Request, TaskKind

MOST_HOURS, USUAL_HOURS = 48.0, 2.0
USUAL_FLAVOR = "a10g-small"
TRAINED = 7 / 8  # of the time; the rest is for installing, scoring and pushing
OUT = "made"
OFFERED = 600.0  # seconds that a price stays good
SPARE = 0.25  # hours that a sign-in has to last beyond a Job
flavors, find_training, follow_training, cancel_training = hub.flavors, hub.find_job, hub.follow, hub.cancel


@dataclass
class _Sent:
    """Files that go along, by their path there, and what has to be fetched there first."""

    files: dict[str, Path] = field(default_factory=dict)
    fetches: list[list[str]] = field(default_factory=list)

    def file(self, path: str) -> str:
        """Send a file along; gives its path there."""
        name = f"files/{len(self.files)}/{Path(path).name}"
        self.files[name] = Path(path)
        return name

    def there(self, name: str, kind: TaskKind) -> str:
        """What the data of a name is called there; a file goes along, what must be fetched is fetched first."""
        if is_file(name):
            return self.file(name)
        if is_shards(name):
            raise RnnlabError(f"{Path(name).name} is a folder of shards, too much to send; give a file or a dataset.")
        if (fetch := kind.fetch(name)) is not None:
            self.fetches.append(fetch)
        return name


def flavor_named(name: str, hours: float, token: str | None = None) -> Flavor:
    """The machine of a name; RnnlabError if the Hub has none, or if it is wanted for too long."""
    if not 0 < hours <= MOST_HOURS:
        raise RnnlabError(f"{hours:g} hours are not between 0 and {MOST_HOURS:g}; give another --hours.")
    found = {one.name: one for one in hub.flavors(token)}
    if name not in found:
        raise RnnlabError(f"The Hub has no flavor {name[:40]!r}; choose {', '.join(found)}.")
    return found[name]


def price_words(flavor: Flavor, hours: float) -> str:
    """What it costs, in a sentence, before anything is started."""
    most = flavor.hourly * hours
    return f"{flavor.words}: ${flavor.hourly:.2f} an hour; ended after {hours:g} hours, so ${most:.2f} at most."


@dataclass(frozen=True)
class Offer:
    """A price that somebody was shown, and the one-time mark that it was given."""

    mark: str
    flavor: Flavor
    hours: float
    words: str


class Offers:
    """The prices that were shown lately; each is taken once, by who was shown it."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Offer, str, float]] = {}

    def make(self, flavor: Flavor, hours: float, token: str) -> Offer:
        """Note a price for the owner of a token."""
        now = time.monotonic()
        self._open = {mark: one for mark, one in self._open.items() if now - one[2] < OFFERED}
        offer = Offer(secrets.token_hex(16), flavor, hours, price_words(flavor, hours))
        self._open[offer.mark] = offer, token, now
        return offer

    def take(self, mark: str, token: str) -> Offer:
        """The offer of a mark, which then is used up; RnnlabError if it was never made, is too old or another's."""
        offer, owner, made = self._open.pop(mark, (None, "", 0.0))
        if offer is None or owner != token or time.monotonic() - made > OFFERED:
            raise RnnlabError("Nothing is started before its price was shown; press See the price, then start it.")
        return offer


OFFERS = Offers()


def check_sign_in(hours: float, expires_at: float) -> None:
    """Raise RnnlabError if a sign-in ends before a Job does, which pushes with it at its end.

    Args:
        hours: of the Job, at most.
        expires_at: seconds since 1970; 0 if it is not known.
    """
    left = (expires_at - time.time()) / 3600 - SPARE
    if expires_at and hours > left:
        ends = f"Your sign-in ends in {max(0.0, left + SPARE):.1f} hours, and the Job pushes with it at its end"
        raise RnnlabError(f"{ends}; choose at most {max(0.0, left):.1f} hours, or sign in anew.")


def submit_training(
    kind: TaskKind,
    request: Request,
    *,
    repo: str,
    flavor: Flavor,
    hours: float = USUAL_HOURS,
    private: bool = False,
    token: str | None = None,
) -> Submitted:
    """Check the data and the settings here, then start a Job that trains, scores and pushes to the person's account.

    Args:
        kind, request: what is trained.
        repo: "owner/name" to push to.
        flavor, hours: the machine and the longest time; training stops itself when an eighth of it is left.
        private: make a new repository private.
        token: whose account pays and is pushed to.

    Raises:
        RnnlabError: anything of the above cannot be used as it is, or the Hub refuses, fails or cannot be reached.
    """
    if not is_hub_name(repo):
        raise RnnlabError(f"{repo[:80]!r} is no repository's name; write it as owner/name.")
    base = None if request.base is None else _base_there(request.base)
    tables = bool(request.settings.get("column"))
    request = replace(request, data=tuple(file for name in request.data for file in _files(name, tables)))
    kind.prepare(kind.read(request), request)
    hub.check_target(repo, token)
    sent = _Sent()
    words = ["train", kind.name, "--data", *(sent.there(name, kind) for name in request.data)]
    words += [] if base is None else ["--from", base]
    for name, value in request.arguments.items():
        if value in (False, [], ()):
            continue
        several = isinstance(value, (list, tuple))
        words += [f"--{name}", *(sent.there(one, kind) for one in value)] if several else flags_of({name: value})
    words += [*flags_of(request.settings), "--minutes", f"{60 * hours * TRAINED:g}", "--out", OUT]
    push = ["push", OUT, repo, *(["--private"] if private else [])]
    root = catalog.bundled_folder().parent
    commands = [["python", "-m", "rnnlab", *command] for command in (*sent.fetches, words, push)]
    return hub.submit(root, commands, sent.files, flavor.name, round(3600 * hours), token)


def flags_of(values: Mapping[str, Any]) -> list[str]:
    """Settings and arguments as the command line writes them, those that are None left out."""
    words: list[str] = []
    for name, value in values.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words += [f"--{flag}"] if value else [f"--no-{flag}"]
        elif value is not None:  # what begins with a dash would be taken for a flag
            words += [f"--{flag}={value}"] if str(value).startswith("-") else [f"--{flag}", str(value)]
    return words


def _files(name: str, tables: bool) -> list[str]:
    """The files of a folder of texts or tables; of anything else its name."""
    if not is_folder(name) or is_shards(name):
        return [name]
    return [str(file) for file in text_files(Path(name), tables=tables)[0]]


def _base_there(base: str) -> str:
    if is_file(f"{base}/config.json") and hub_name(base) is None:
        raise RnnlabError(f"{Path(base).name} is a folder of this machine; push it, and give --from its owner/name.")
    if not is_shareable(base):
        raise RnnlabError(f"{told(base)} is kept for you on this page alone; push it, and fine-tune its owner/name.")
    return base
