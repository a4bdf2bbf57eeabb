"""What checkpoints of ours the Hub has, with what their cards say of them; downloads no weights."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from huggingface_hub import HfApi, ModelInfo

from rnnlab.data.kinds import is_number
from rnnlab.hub.failures import address, explained

ORDERS: dict[str, Literal["last_modified", "downloads"]] = {"newest": "last_modified", "most downloaded": "downloads"}
MOST = 100  # as many are told of at a time
LONGEST = 120  # characters of a card's words that are shown


@dataclass(frozen=True)
class Found:
    """A repository as its page tells of it; none of it has been checked.

    metrics: what the card says was measured, by name. modified: a date as 2026-01-31.
    """

    repo: str
    task: str
    private: bool
    downloads: int
    modified: str
    license: str
    languages: tuple[str, ...]
    metrics: dict[str, float]


def find(
    tasks: Sequence[str],
    task: str | None = None,
    author: str | None = None,
    query: str | None = None,
    *,
    language: str | None = None,
    order: str = "newest",
    token: str | None = None,
    most: int = 20,
) -> list[Found]:
    """Search the Hub for checkpoints of rnnlab.

    Args:
        tasks: the tags of all tasks.
        task: one of them; None is all.
        author: whose.
        query: words of the name.
        language: of a text, as "en".
        order: which come first, of ORDERS.
        token: the caller's own, to see what is private to them.
        most: how many to tell of.

    Raises:
        HubError: the Hub refuses, fails or cannot be reached.
    """
    tags: Any = ["rnnlab", *filter(None, (task, language))]
    api = HfApi(endpoint=address(), token=token or False)
    with explained("models"):
        wished = {"filter": tags, "author": author, "search": query, "sort": ORDERS[order], "limit": min(most, MOST)}
        found = list(api.list_models(**wished, cardData=True))  # asked again by the client itself where the Hub fails
        return [_told(info, tasks) for info in found]


def _told(info: ModelInfo, tasks: Sequence[str]) -> Found:
    said: dict[str, Any] = dict(info.card_data.to_dict()) if info.card_data else {}  # type: ignore[no-untyped-call]
    tags = info.tags if isinstance(info.tags, list) else []
    task = next((tag for tag in tasks if tag in tags), "")
    downloads = info.downloads if type(info.downloads) is int else 0
    modified = f"{info.last_modified:%Y-%m-%d}" if info.last_modified else ""
    languages = said.get("language") or []
    languages = tuple(filter(None, map(_words, languages if isinstance(languages, list) else [languages])))
    repo, license = _words(info.id), _words(said.get("license"))
    return Found(repo, task, bool(info.private), downloads, modified, license, languages, _metrics(said))


def _metrics(said: dict[str, Any]) -> dict[str, float]:
    """What a card's front matter says was measured; a card is anyone's words, so whatever is odd is left out."""
    found: dict[str, float] = {}
    with suppress(KeyError, TypeError, AttributeError):
        for model in said.get("model-index") or []:
            for result in model["results"]:
                for metric in result["metrics"]:
                    value = metric["value"]
                    if is_number(value):
                        found[_words(metric.get("name") or metric["type"])] = float(value)
    return found


def _words(said: object) -> str:
    return " ".join(said.split())[:LONGEST] if isinstance(said, str) else ""
