"""A result as a link that opens it again, and back; independent of any layout or model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import is_hub_name, is_shareable

LONGEST_LINK = 6000  # characters; a longer one is cut or refused on its way


def linked_model(query: Mapping[str, str], bundled: Sequence[str]) -> str:
    """What a link asks to open: a bundled checkpoint's name, or the Hub's with its revision; the first if it asks none.

    Raises:
        RnnlabError: it is nothing that a link may name.
    """
    model, revision = query.get("model") or (bundled[0] if bundled else ""), query.get("revision")
    if model in bundled:
        return model
    if not is_hub_name(model):
        raise RnnlabError(f"The link names {model[:60]!r}, which no link can open; choose a checkpoint here.")
    return f"{model}@{revision}" if revision else model


def link_to(tab: str, model: str, asked: Mapping[str, Any]) -> str:
    """The query that opens a tab with a checkpoint; "" to what a visitor has brought, or where it is too long."""
    if not is_shareable(model):
        return ""
    name, _, revision = model.partition("@")
    opened = {"tab": tab, "model": name} | ({"revision": revision} if revision else {})
    query = "?" + urlencode(opened | dict(asked))
    return query if len(query) <= LONGEST_LINK else ""


def linked_number(query: Mapping[str, str], name: str, default: Any, low: float | None, high: float | None) -> Any:
    """A number of the link within its bounds, whole where its default is."""
    written = query.get(name)
    if written is None:
        return default
    try:
        value = type(default)(written)
    except (ValueError, OverflowError):
        value = None
    if value is None or not (low is None or low <= value) or not (high is None or value <= high):
        raise RnnlabError(f"The link asks for {name} {written[:40]!r}, which cannot be set here; set it below.")
    return value
