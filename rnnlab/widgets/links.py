"""A result as a link that opens it again, and back; knows no layout and no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from rnnlab.data.text.stops import escaped
from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import is_hub_name, is_shareable
from rnnlab.service.listing import bundled_models, tickers
from rnnlab.tasks.forecast.page.request import AHEAD, FIRST, LONGEST_HORIZON, Asked
from rnnlab.tasks.text.page.request import HOTTEST, LENGTH, LONGEST, SEVERAL, SHORTEST, TEMPERATURE, rule_names
from rnnlab.tasks.text.use import Draft, sampling_settings

LONGEST_LINK = 6000  # characters; a longer one is cut or refused on its way
ENDINGS = ("keep_stop", "finish_sentence")
TABS = ("forecast", "write", "checkpoints")


def writing_link(draft: Draft) -> str:
    """The query that writes a text again: `?tab=write&model=…&revision=…&prompt=…&seed=…`; "" if there can be none.

    There is none to what a visitor has brought, which nobody else may open, nor for a prompt too long for an address.
    """
    manner, written = draft.manner, max(sum(len(piece.text) for piece in row) for row in draft.pieces)
    defaults = {known.name: known.default for known in sampling_settings()} | {"temperature": TEMPERATURE}
    asked: dict[str, Any] = {"prompt": draft.prompt, "seed": draft.seeds[0]}
    asked["length"] = min(max(written, manner.length), LONGEST)
    chosen = {name: manner.sampling.get(name) for name in defaults}
    asked |= {name: value for name, value in chosen.items() if value is not None and value != defaults[name]}
    asked |= {"texts": len(draft.seeds)} if len(draft.seeds) > 1 else {}
    asked |= {"stop": manner.stops[0]} if len(manner.stops) == 1 else {}
    asked |= {"stops": "\n".join(map(escaped, manner.stops))} if len(manner.stops) > 1 else {}
    asked |= {"never": manner.banned} if manner.banned else {}
    asked |= {"weights": manner.weights} if manner.weights != "fp32" else {}
    asked |= {name: 1 for name in ENDINGS if getattr(manner, name)}
    return _link("write", draft.model, asked)


def forecast_link(asked: Asked, model: str) -> str:
    """The query that makes a forecast again; "" for a visitor's own file or checkpoint, which stay theirs."""
    if asked.source.file:
        return ""
    values: dict[str, Any] = {"data": asked.source.data(), "horizon": asked.horizon}
    values |= ({"start": asked.start} if asked.start else {}) | ({"ahead": asked.ahead} if asked.ahead > 1 else {})
    return _link("forecast", model, values | ({"bands": "calibrated"} if asked.calibrated else {}))


def checkpoint_link(model: str) -> str:
    """The query that shows a checkpoint; "" if it is a visitor's own."""
    return _link("checkpoints", model, {})


def linked_tab(query: Mapping[str, str]) -> str | None:
    """The tab that a link leads to; None if it is just the page's address."""
    tab = query.get("tab", "")
    return tab if tab in TABS else None


def linked_model(query: Mapping[str, str], *tasks: str) -> str:
    """What a link asks to open: a bundled checkpoint's name, or the Hub's with its revision; the first if it asks none.

    Raises:
        RnnlabError: it is nothing that a link may name.
    """
    bundled = [name for task in tasks for name in bundled_models(task)]
    model, revision = query.get("model") or (bundled[0] if bundled else ""), query.get("revision")
    if model in bundled:
        return model
    if not is_hub_name(model):
        raise RnnlabError(f"The link names {model[:60]!r}, which no link can open; choose a checkpoint here.")
    return f"{model}@{revision}" if revision else model


def linked_writing(query: Mapping[str, str]) -> list[Any]:
    """The values of the tab Write's choosers that a link asks for, in the order of `AskedText.of`'s.

    Raises:
        RnnlabError: one of them is none that could be set here.
    """
    knobs = {known.name: known for known in sampling_settings()}
    rules = [_number(query, name, knobs[name].default, knobs[name].low, knobs[name].high) for name in rule_names()]
    return [
        linked_model(query, "text"), query.get("prompt", ""),
        _number(query, "temperature", TEMPERATURE, 0, HOTTEST), _number(query, "length", LENGTH, SHORTEST, LONGEST),
        query.get("texts") == str(SEVERAL), query.get("seed", ""),
        query.get("stops") or escaped(query.get("stop", "")), escaped(query.get("never", "")),
        query.get("weights") == "int8", *rules, *(query.get(name) == "1" for name in ENDINGS),
    ]  # fmt: skip


def linked_forecast(query: Mapping[str, str]) -> tuple[str, str, int, str, int, bool]:
    """What a link asks for: ticker, checkpoint, horizon; start, days ahead, calibrated bands; raises RnnlabError."""
    ticker = query.get("data", FIRST).upper()
    if ticker not in tickers():
        raise RnnlabError(f"The link asks for {ticker[:40]!r}, which is no bundled series; choose one here.")
    horizon = int(_number(query, "horizon", LONGEST_HORIZON, 1, LONGEST_HORIZON))
    days = int(_number(query, "ahead", 1, 1, LONGEST_HORIZON))
    if days not in AHEAD.values():
        raise RnnlabError(f"The link asks for {days} days ahead, which cannot be set here; set it below.")
    start, calibrated = query.get("start", "")[:40], query.get("bands") == "calibrated"
    return ticker, linked_model(query, "forecast"), horizon, start, days, calibrated


def _link(tab: str, model: str, asked: Mapping[str, Any]) -> str:
    if not is_shareable(model):
        return ""
    name, _, revision = model.partition("@")
    opened = {"tab": tab, "model": name} | ({"revision": revision} if revision else {})
    query = "?" + urlencode(opened | dict(asked))
    return query if len(query) <= LONGEST_LINK else ""


def _number(query: Mapping[str, str], name: str, default: Any, low: float | None, high: float | None) -> Any:
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
