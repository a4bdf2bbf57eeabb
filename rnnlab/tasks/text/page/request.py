"""What a visitor asks of a writer, read from the page's values; independent of any layout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnlab.data.text.prompts import read_lines, unescaped
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.runtime.callers import STRANGER, Caller
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.tasks.text import use, writer
from rnnlab.tasks.text.branching import Fork, branch
from rnnlab.tasks.text.manner import SHARE, Manner, sampling_settings, second_voice
from rnnlab.tasks.text.seeds import DRAWN
from rnnlab.tasks.text.use import Draft, carry_on
from rnnlab.tasks.text.writer import Voice

LENGTH, SHORTEST, LONGEST = 600, 100, 20_000  # characters
TEMPERATURE, HOTTEST = 0.8, 1.5
USUAL_SAMPLING = {"temperature": TEMPERATURE, "min_p": Sampling().min_p}
STRONGEST = 2.0  # contrast
FIRST_SEED = 1  # of the text that the page opens with
SEVERAL = 3
FULL = 60_000  # characters of all texts together, and then a page has enough of them
MOST_DIGITS = 20
BEFORE_RULES = 9  # values of the choosers, before those of the sampling chain
SWITCHES_OFF = (False, False, False, "", SHARE, 0.0, None)  # what is last and optional, when nothing is asked for


@dataclass(frozen=True)
class AskedText:
    """A prompt, a voice, and how to write."""

    voice: str
    prompt: str
    texts: int
    seed: int | None
    manner: Manner

    @classmethod
    def of(cls, values: Sequence[Any]) -> AskedText:
        """Read the choosers' values in their order.

        The sampling chain's come after the others, in the order of its options; last and optional, whether to keep the
        stop, whether to finish the sentence, whether not to copy, the second voice, its share and its contrast, and an
        adapted copy, which writes only in place of the voice that it was made of.

        Raises:
            RnnlabError: a value cannot be read.
        """
        voice, prompt, heat, length, three, seed, stop_at, banned, light, *rest = values
        names = rule_names()
        given = rest[len(names) :]
        whole: list[Any] = [*given, *SWITCHES_OFF[len(given) :]]
        keep_stop, finish, original, blend, share, contrast, copy = whole
        manner = Manner(
            length=bounded(length),
            sampling={"temperature": heat} | dict(zip(names, rest[: len(names)], strict=True)),
            stops=read_lines(stop_at or ""),
            banned=unescaped(banned or ""),
            explained=True,  # so that the surprise can be shown of a text that is there
            weights="int8" if light else "fp32",
            keep_stop=bool(keep_stop),
            finish_sentence=bool(finish),
            original=bool(original),
            **second_voice(blend, share, contrast),
            adapted_copy=copy.name if copy is not None and copy.voice == voice else "",
        )
        return cls(str(voice or ""), prompt or "", SEVERAL if three else 1, read_seed(seed), manner)

    def drafts(self, caller: Caller = STRANGER) -> Iterator[Draft]:
        """Write from the prompt; raises RnnlabError."""
        return use.drafts(self.voice, self.prompt, self.manner, seed=self.seed, texts=self.texts, caller=caller)

    def more(self, draft: Draft, caller: Caller = STRANGER) -> Iterator[Draft]:
        """Continue a draft; raises RnnlabError."""
        if sum(map(len, draft.texts)) > FULL:
            raise RnnlabError(
                f"A text of {FULL:,} characters is not continued here; download it, or press Write for a new one."
            )
        return carry_on(draft, self.manner, caller=caller)

    def branch(self, draft: Draft, fork: Fork, caller: Caller = STRANGER) -> Iterator[Draft]:
        """Continue from another character of a draft; raises RnnlabError."""
        if fork.at > FULL:
            raise RnnlabError(f"A text is branched in its first {FULL:,} characters; choose an earlier one.")
        return branch(draft, fork, self.manner, seed=self.seed, caller=caller)


def voices_asked(values: Sequence[Any]) -> list[str]:
    """The voice of the choosers' values, and the second one, if they have one."""
    blend = BEFORE_RULES + len(rule_names()) + SWITCHES_OFF.index("")
    return [str(one) for one in (values[0], *values[blend : blend + 1]) if one]


def rule_names() -> list[str]:
    """The names of the sampling chain's settings beside the temperature, in the order of their fields on the page."""
    return [known.name for known in sampling_settings() if known.name != "temperature"]


def read_seed(written: str | None) -> int | None:
    """A seed as a visitor writes it, -1 to have one drawn and told, None if left empty; raises RnnlabError."""
    text = (written or "").strip()
    if text.replace("−", "-") == str(DRAWN):  # as the page prints it, too
        return DRAWN
    if text and not (text.isdecimal() and len(text) <= MOST_DIGITS):
        raise RnnlabError(f"The seed {text[:40]!r} is not a whole number; leave it empty for a new one.")
    return int(text) if text else None


def best_first(voices: Sequence[str]) -> list[str]:
    """The voices, the one that is furthest below its 5-gram first, those that were not scored last."""

    def share_of_ngram(voice: str) -> float:
        metrics = open_checkpoint(voice, caller=STRANGER).metrics
        ngram = metrics.get("ngram_nats_per_char")
        return float(metrics["nats_per_char_streamed"] / ngram) if ngram else math.inf

    return sorted(voices, key=share_of_ngram)


def first_sampling(voice: Voice) -> Mapping[str, float]:
    """The temperature and the min_p that the page opens with: the voice's balanced ones, if they were measured."""
    return voice.presets.get("balanced", USUAL_SAMPLING)


def first_draft(voice: str) -> Draft:
    """The text that the page opens with."""
    first = writer.voice(voice, caller=STRANGER)
    manner = Manner(LENGTH, sampling=first_sampling(first), explained=True, finish_sentence=True)
    *_, last = use.drafts(voice, first.opening, manner, seed=FIRST_SEED, caller=STRANGER)
    return last


def bounded(length: object) -> int:
    """A length, if the slider could be set to it: its bounds hold for whoever sends something else, too."""
    if isinstance(length, (int, float)) and 1 <= length <= LONGEST and length == int(length):
        return int(length)
    shown = f"{length:,}" if isinstance(length, (int, float)) else str(length)[:40]
    raise RnnlabError(f"Between 1 and {LONGEST:,} characters can be written at a time here, not {shown}.")
