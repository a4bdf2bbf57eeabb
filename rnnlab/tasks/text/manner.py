"""How to write: length, stops, sampling and a second voice; independent of any model."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.options import Option
from rnnlab.tasks.text.pieces import Wish

SHARE = 0.5
PRESETS = ("faithful", "balanced", "daring")  # measured settings of sampling (judge/presets.py)
MOST_CONTRAST = 5.0
PLAUSIBLE = 0.1  # of the author's most likely character; Li et al. (2022, arXiv 2210.15097) use it throughout


@dataclass(frozen=True)
class Combination:
    """How a second voice counts.

    share: in the weighted mean of log-probabilities; below 0 the text is moved away from it. plausible: the fraction of
    the first voice's most likely character below which nothing is written.
    """

    share: float
    plausible: float = 0.0


@dataclass(frozen=True)
class Manner:
    """How to write.

    length: of what is written, in `unit`: "characters", "words" or "document" (to its end, characters at most).
    sampling: by name, of `sampling_settings`; None and absent ones keep their defaults. stops: a text ends before the
    first of them to appear, or after it with keep_stop. banned: characters that are never written. explained: whether
    the pieces tell the model's surprise and alternatives. weights: "fp32", or "int8" on a CPU. finish_sentence: whether
    a text goes on beyond its length to the end of a sentence, which is bounded. original: whether what would copy the
    author's text for as long as the fingerprint's limit is chosen anew. blend: a second voice, "" for none; share: of
    it in the mean of log-probabilities (SHARE if None); contrast: in place of a share, how strongly the text is moved
    away from it. adapted_copy: a copy of the voice that writes in its place, by its name
    (rnnlab.tasks.text.learn.adapted_copies); "" for none.
    """

    length: int = 400
    unit: str = "characters"
    sampling: Mapping[str, Any] = field(default_factory=dict)
    stops: Sequence[str] = ()
    banned: str = ""
    explained: bool = False
    weights: str = "fp32"
    keep_stop: bool = False
    finish_sentence: bool = False
    original: bool = False
    blend: str = ""
    share: float | None = None
    contrast: float | None = None
    adapted_copy: str = ""

    def combination(self) -> Combination | None:
        """How the second voice counts, None if there is none; RnnlabError if it cannot count so."""
        if not self.blend:
            given = "share" if self.share is not None else "contrast" if self.contrast is not None else None
            if given:
                raise RnnlabError(f"A {given} needs a second voice; give one (blend), or leave the {given} out.")
            return None
        if self.share is not None and self.contrast is not None:
            raise RnnlabError("A second voice is either mixed in (share) or moved away from (contrast); leave one out.")
        if self.contrast is None:
            return Combination(_bounded("share", SHARE if self.share is None else self.share, 1.0))
        return Combination(-_bounded("contrast", self.contrast, MOST_CONTRAST), PLAUSIBLE)


def _bounded(name: str, value: float, high: float) -> float:
    if not (isinstance(value, (int, float)) and 0 <= value <= high):
        raise RnnlabError(f"The {name} must be between 0 and {high:g}, not {value!s:.40}.")
    return float(value)


USUAL = Manner()


def second_voice(blend: object, share: object, contrast: object) -> dict[str, Any]:
    """A second voice as three fields give it, which always hold something, by the names of Manner.

    None is asked for where its name is empty, whatever the others hold; a contrast above 0 takes the share's place.
    """
    name = str(blend or "").strip()
    if not name:
        return {}
    return {"blend": name, "contrast": contrast} if contrast else {"blend": name, "share": share}


def sampling_settings() -> list[Option]:
    """How the next character or word is chosen, all that a person may set."""
    return options.describe(Sampling)


def rules(manner: Manner) -> tuple[Wish, Sampling]:
    """The length and the stops, and the sampling; RnnlabError if nothing can be written so."""
    manner.combination()
    wish = Wish(
        manner.length, manner.unit, tuple(manner.stops), manner.banned, manner.keep_stop, manner.finish_sentence
    )
    return wish, options.from_mapping(Sampling, manner.sampling)


def with_preset(
    model: str, presets: Mapping[str, Mapping[str, float]], preset: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings of sampling of a model's preset, by name, and what is given beside them: all but a temperature.

    Raises:
        RnnlabError: a temperature is given, the preset is none of PRESETS, or it was not measured.
    """
    given = {name: value for name, value in given.items() if value is not None}
    if "temperature" in given:
        raise RnnlabError("A preset sets the temperature; leave out temperature, or the preset.")
    if preset not in PRESETS:
        raise RnnlabError(f"There is no preset {preset!r:.40}; choose {', '.join(PRESETS[:-1])} or {PRESETS[-1]}.")
    if preset not in presets:
        raise RnnlabError(
            f"The presets of {model} have not been measured; give --temperature, or measure them with "
            f"rnnlab report {shlex.quote(model)} --presets --keep."
        )
    return {**presets[preset], **given}
