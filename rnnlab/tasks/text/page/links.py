"""A text as a link that writes it again, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.data.text.prompts import escaped
from rnnlab.runtime.opening import is_shareable
from rnnlab.tasks.text.manner import SHARE, Manner, sampling_settings
from rnnlab.tasks.text.page.request import (
    HOTTEST,
    LENGTH,
    LONGEST,
    SEVERAL,
    SHORTEST,
    STRONGEST,
    TEMPERATURE,
    rule_names,
)
from rnnlab.tasks.text.use import BY_COPY, UNFINISHED, Draft
from rnnlab.widgets.links import link_to, linked_model, linked_number

SWITCHES = ("keep_stop", "finish_sentence", "original")


def writing_link(draft: Draft) -> str:
    """The query that writes a text again: `?tab=write&model=…&revision=…&prompt=…&seed=…`; "" if there can be none.

    There is none to what a visitor has brought, which nobody else may open, nor to what an adapted copy wrote, which is
    not kept, nor for a prompt too long for an address.
    """
    manner, read = draft.manner, len(draft.prompt) + draft.begun
    # A paragraph's end may have been shown one line break late, and from there the text would go on.
    texts = [text.rstrip("\n") for text in draft.texts] if manner.finish_sentence else draft.texts
    written = max(map(len, texts)) - read
    defaults = {known.name: known.default for known in sampling_settings()} | {"temperature": TEMPERATURE}
    asked: dict[str, Any] = {"prompt": draft.texts[0][:read], "seed": draft.seeds[0]}
    asked["length"] = min(max(written, manner.length), LONGEST)
    chosen = {name: manner.sampling.get(name) for name in defaults}
    asked |= {name: value for name, value in chosen.items() if value is not None and value != defaults[name]}
    asked |= {"texts": len(draft.seeds)} if len(draft.seeds) > 1 else {}
    asked |= {"stop": manner.stops[0]} if len(manner.stops) == 1 else {}
    asked |= {"stops": "\n".join(map(escaped, manner.stops))} if len(manner.stops) > 1 else {}
    asked |= {"never": manner.banned} if manner.banned else {}
    asked |= {"weights": manner.weights} if manner.weights != "fp32" else {}
    on = [name for name in SWITCHES if getattr(manner, name)]
    if UNFINISHED in draft.notices:  # from where the text was cut it would go on
        on.remove("finish_sentence")
    asked |= dict.fromkeys(on, 1)
    asked |= _second_voice(manner)
    if not is_shareable(manner.blend) or BY_COPY in draft.notices:
        return ""
    return link_to("write", draft.model, asked)


def _second_voice(manner: Manner) -> dict[str, Any]:
    if not manner.blend:
        return {}
    if manner.contrast is not None:
        return {"blend": manner.blend, "contrast": manner.contrast}
    return {"blend": manner.blend, "share": SHARE if manner.share is None else manner.share}


def linked_writing(query: Mapping[str, str], bundled: Sequence[str]) -> list[Any]:
    """The values of the tab Write's choosers that a link asks for, in the order of `AskedText.of`'s.

    Raises:
        RnnlabError: one of them is none that could be set here.
    """
    knobs = {known.name: known for known in sampling_settings()}
    chosen = [knobs[name] for name in rule_names()]
    rules = [linked_number(query, known.name, known.default, known.low, known.high) for known in chosen]
    return [
        linked_model(query, bundled),
        query.get("prompt", ""),
        linked_number(query, "temperature", TEMPERATURE, 0, HOTTEST),
        linked_number(query, "length", LENGTH, SHORTEST, LONGEST),
        query.get("texts") == str(SEVERAL),
        query.get("seed", ""),
        query.get("stops") or escaped(query.get("stop", "")),
        escaped(query.get("never", "")),
        query.get("weights") == "int8",
        *rules,
        *(query.get(name) == "1" for name in SWITCHES),
        linked_model({"model": query["blend"]}, bundled) if query.get("blend") else "",
        linked_number(query, "share", SHARE, 0, 1),
        linked_number(query, "contrast", 0.0, 0, STRONGEST),
    ]
