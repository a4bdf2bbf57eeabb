"""What the Hub's client raises -> one sentence for a person, without a token, a path or an address in it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeVar

import httpx2
from huggingface_hub import constants, errors, get_session

from rnnlab.errors import HubError

T = TypeVar("T")
TRIES, FIRST_WAIT = 3, 0.5  # of a question to the Hub; each wait, in seconds, is twice the one before it
PASSING = {408, 429, 500, 502, 503, 504}  # answers that may be others in a moment
WRITING = 120  # seconds for an answer to a change, which the Hub may take its time for: asked twice, it is made twice
UNREAD = "The Hugging Face Hub gave an answer on {repo} that cannot be read; try again later."
OBJECTED = "{repo} was left as it is: the Hub objects to what README.md begins with; mend it and try again."
UNREACHABLE = (httpx2.TransportError, errors.OfflineModeIsEnabled)

# The client logs every try that failed; whoever asked is told once, in the end.
_TRIED = ("thrown while requesting", "Retrying in")
logging.getLogger("huggingface_hub.utils._http").addFilter(
    lambda record: not any(one in record.getMessage() for one in _TRIED)
)


@contextmanager
def explained(repo: str, revision: str | None = None) -> Iterator[None]:
    """Raise HubError, with what to do, for whatever goes wrong between this machine and a repository of the Hub.

    Args:
        repo: the repository's name, or what else is asked for, for the message.
        revision: the branch, tag or commit that was asked for.
    """
    bound_waiting()
    try:
        yield
    except errors.HFValidationError as error:
        raise HubError(f"{repo[:80]!r} is no repository's name; write it as owner/name.") from error
    except (errors.HfHubHTTPError, errors.EntryNotFoundError, *UNREACHABLE) as error:
        # The client wraps what stopped a download into "not found locally": what matters is the cause.
        _refuse(_root(error), repo, revision)
    except ValueError as error:
        raise HubError((OBJECTED if "metadata" in str(error) else UNREAD).format(repo=repo)) from error
    except (TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:  # of another shape
        raise HubError(UNREAD.format(repo=repo)) from error
    except (RuntimeError, OSError) as error:  # its engine for large files, or a disk
        raise HubError(f"{repo} could not be carried over whole; try again, what is there stays as it is.") from error


def patiently(ask: Callable[[], T]) -> T:
    """Ask, and ask again a few times where the Hub cannot be reached or cannot answer just now."""
    for tried in range(TRIES):
        try:
            return ask()
        except (httpx2.TransportError, errors.HfHubHTTPError) as error:
            if tried == TRIES - 1 or (isinstance(error, errors.HfHubHTTPError) and _status(error) not in PASSING):
                raise
        time.sleep(FIRST_WAIT * 2**tried)
    raise AssertionError("the last try returns or raises")


def is_down(error: BaseException) -> bool:
    """Whether the Hub gave no answer of its own, so that what is kept of it may stand in."""
    return isinstance(error, UNREACHABLE) or (isinstance(error, errors.HfHubHTTPError) and _status(error) >= 500)


def _root(error: BaseException) -> BaseException:
    while isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _status(error: errors.HfHubHTTPError) -> int:
    return int(error.response.status_code)


def _refuse(error: BaseException, repo: str, revision: str | None) -> NoReturn:
    asked = str(revision)[:60]
    words = next((words for kind, words in _SENTENCES if isinstance(error, kind)), None)
    status = _status(error) if isinstance(error, errors.HfHubHTTPError) else 0  # all others are named above
    words = words or _ANSWERS.get(status) or _ANSWERS[500 if status >= 500 else 400]
    raise HubError(words.format(repo=repo, revision=repr(asked), status=status)) from error


# The first that fits is said: a gated repository is also one that is not found, a time that ran out a broken transport.
_SENTENCES: tuple[tuple[type[BaseException], str], ...] = (
    (errors.GatedRepoError, "{repo} is gated: ask for access on its page on the Hugging Face Hub, then sign in."),
    (
        errors.RepositoryNotFoundError,
        "The Hugging Face Hub has no model {repo} that this caller may see; check the name, or sign in.",
    ),
    (errors.RevisionNotFoundError, "{repo} has no revision {revision}; name a branch, a tag or a full commit."),
    (errors.EntryNotFoundError, "A file of {repo} is gone from the Hugging Face Hub; name another revision."),
    (
        errors.OfflineModeIsEnabled,
        "{repo} is not kept on this machine and HF_HUB_OFFLINE is set; unset it to ask the Hub.",
    ),
    (httpx2.TimeoutException, "The Hugging Face Hub was too slow to answer for {repo}; try again later."),
    (httpx2.TransportError, "The Hugging Face Hub cannot be reached for {repo}; check the network and try again."),
)
# Of answers by their status; 400 and 500 stand for all from there on.
_CHANGED = "{repo} has changed while it was being written to, and was left as it is; try again."
_ANSWERS = {
    401: "The Hugging Face Hub does not know this token; sign in again or give another one.",
    403: "This token gives no right to do that with {repo}; take one that does, or a name of your own.",
    409: _CHANGED,
    412: _CHANGED,
    429: "The Hugging Face Hub has been asked too often for now; try again in a few minutes.",
    400: "The Hugging Face Hub refused {repo} (status {status}); check its name and try again.",
    500: "The Hugging Face Hub failed on {repo} (status {status}); try again later.",
}


def address() -> str:
    """The Hub's address; HF_ENDPOINT may name another one."""
    return os.environ.get("HF_ENDPOINT") or str(constants.ENDPOINT)


def bound_waiting() -> None:
    """Have the client of this process give up where an answer does not come in time; calling it again changes nothing.

    Without this it waits, for most questions, for ever (huggingface_hub 2.4). A question may wait as long as a download
    (`HF_HUB_DOWNLOAD_TIMEOUT`, 10 seconds unless set), a change longer.
    """
    client = get_session()
    hooks = client.event_hooks
    if _bound not in hooks["request"]:
        client.event_hooks = hooks | {"request": [*hooks["request"], _bound]}


def _bound(request: httpx2.Request) -> None:
    """Set the waits that a request leaves open."""
    patience = constants.HF_HUB_DOWNLOAD_TIMEOUT
    answer = patience if request.method in {"GET", "HEAD"} else WRITING
    waits = {"connect": patience, "pool": patience, "write": answer, "read": answer}
    given = request.extensions.get("timeout") or {}
    request.extensions["timeout"] = waits | {name: wait for name, wait in given.items() if wait is not None}
