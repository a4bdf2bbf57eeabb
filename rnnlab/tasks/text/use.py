"""A writer and a prompt in; text out, as it grows or at once; bounded for whoever asks."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnlab import options
from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN
from rnnlab.data.text.prompts import adapt_banned, adapt_stops
from rnnlab.data.text.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.options import Option
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import locate
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.originality.marks import CopiedSpans, copied_spans
from rnnlab.tasks.text.generate import Place, Writing, begin, read_prompt
from rnnlab.tasks.text.pieces import LONGEST_WORD, MOST_TO_FINISH, Piece, Wish, take_back
from rnnlab.tasks.text.seeds import DRAWN, drawn_words, seeds_of
from rnnlab.tasks.text.writer import Voice, Writer, open_located_writing, open_writing, voice_of

SECONDS_BETWEEN_DRAFTS = 0.05
MOST_TEXTS = 16
LONGEST_PROMPT = 20_000  # characters
ENDLESS = f"No blank came for {LONGEST_WORD:,} characters, so words could not be counted; give a length in characters."
NO_FINGERPRINT = (
    "This writer has no fingerprint of its text (originality.safetensors), so copying cannot be detected; allow it, or "
    "train the writer again."
)
UNFINISHED = f"A sentence did not end within {MOST_TO_FINISH} characters beyond the length; the text was cut there."


@dataclass(frozen=True)
class Manner:
    """How to write.

    length: of what is written, in `unit`: "characters", "words" or "document" (to its end, characters at most).
    sampling: by name, of `sampling_settings`; None and absent ones keep their defaults. stops: a text ends before the
    first of them to appear, or after it with keep_stop. banned: characters that are never written. explained: whether
    the pieces tell the model's surprise and alternatives. weights: "fp32", or "int8" on a CPU. finish_sentence: whether
    a text goes on beyond its length to the end of a sentence, which is bounded. original: whether what would copy the
    author's text for as long as the fingerprint's limit is chosen anew.
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


@dataclass(frozen=True)
class Draft:
    """Texts as far as they are written.

    prompt: as the model read it, each text's beginning. pieces: of each text, what was written after the prompt, a
    piece a token; with the model's surprise and alternatives if they were asked for. seeds: of each text. characters
    and chars_per_second: of what this call wrote, all texts together, without the time that whoever asked took over
    the drafts. places: where `carry_on` goes on. manner: as it was last asked for. voice: what
    the writer tells of itself. model: of the Hub's, with its commit. fingerprint: of the writer's text, if it has one.
    """

    model: str
    device: str
    prompt: str
    pieces: tuple[tuple[Piece, ...], ...]
    seeds: tuple[int, ...]
    notices: tuple[str, ...]
    characters: int
    chars_per_second: float
    finished: bool
    places: tuple[Place, ...]
    manner: Manner = Manner()
    voice: Voice | None = None
    fingerprint: Fingerprint | None = field(default=None, repr=False)

    @property
    def copied(self) -> tuple[CopiedSpans, ...]:
        """What each text has copied after the prompt; none at all if the writer has no fingerprint."""
        if self.fingerprint is None:
            return ()
        return tuple(copied_spans(self.fingerprint, text, len(self.prompt)) for text in self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """The whole texts, their prompt first."""
        return tuple(self.prompt + "".join(piece.text for piece in row) for row in self.pieces)

    def answer(self) -> dict[str, Any]:
        """As JSON: {text, seed, characters, chars_per_second, notices, model, device}; `texts` if there are several.

        With a fingerprint also {longest_copied, copying_limit}, in characters: the longest span of any of the texts,
        0 if it is too short to be seen, and from which length on a span is called copied.
        """
        answer: dict[str, Any] = {
            "text": self.texts[0],
            "seed": self.seeds[0],
            "characters": self.characters,
            "chars_per_second": round(self.chars_per_second, 1),
            "notices": list(self.notices),
            "model": self.model,
            "device": self.device,
        }
        if self.fingerprint is not None:
            longest = max(one.longest for one in self.copied)
            answer |= {"longest_copied": longest, "copying_limit": self.fingerprint.limit}
        return answer if len(self.texts) == 1 else answer | {"texts": list(self.texts)}


def sampling_settings() -> list[Option]:
    """How the next character or word is chosen, all that a person may set."""
    return options.describe(Sampling)


def write(
    model: str,
    prompt: str = "",
    *,
    length: int = 400,
    temperature: float | None = None,
    seed: int | None = None,
    caller: Caller = OWNER,
    device: str = "auto",
) -> dict[str, Any]:
    """Write so many characters on from a prompt and give the whole at once; arguments and errors as of `drafts`.

    Returns:
        What `Draft.answer` gives.
    """
    manner = Manner(length, sampling={"temperature": temperature})
    *_, last = drafts(model, prompt, manner, seed=seed, caller=caller, device=device)
    return last.answer()


def drafts(
    model: str,
    prompt: str = "",
    manner: Manner = Manner(),
    *,
    seed: int | None = None,
    texts: int = 1,
    caller: Caller = OWNER,
    device: str = "auto",
) -> Iterator[Draft]:
    """Write on from a prompt, giving the texts up to 20 times a second as they grow; who stops asking stops it.

    Args:
        model: a folder or a bundled name.
        prompt: what the texts begin with; characters that the model doesn't know become their nearest form.
        manner: how to write.
        seed: of the first text, the next ones having the next seeds; drawn at random if None, or if -1, which is told.
        texts: how many to write at a time.
        caller: who asks; only the person at this machine may open its folders.
        device: "cpu", "cuda", "mps" or "auto".

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    _check_asked(prompt, manner, texts)
    found = locate(model, caller=caller)
    writer = open_located_writing(found, device=device, weights=manner.weights)
    yield from drafts_by(writer, found.pinned(model), prompt, manner, seed=seed, texts=texts)


def drafts_by(
    writer: Writer, name: str, prompt: str = "", manner: Manner = Manner(), *, seed: int | None = None, texts: int = 1
) -> Iterator[Draft]:
    """The same by a writer that is open; name: what its drafts say of it."""
    _check_asked(prompt, manner, texts)
    seeds = seeds_of(seed, texts)
    wish, sampling = _rules(manner)
    _check_original(manner, writer)
    given = read_prompt(writer.vocabulary, prompt)
    wish, notices = _adapted(wish, writer.vocabulary)
    notices = (*given.notices, *notices, *([drawn_words(seeds)] if seed == DRAWN else []))
    device, empty = writer.model.head.weight.device.type, ((),) * texts
    first = Draft(
        *(name, device, given.text, empty, seeds, notices, 0, 0.0, False),
        tuple(begin(writer.model, given, seeds)),
        manner,
        voice_of(writer, name),
        writer.checkpoint.fingerprint,
    )
    yield from _written(writer, first, wish, sampling)


def carry_on(
    draft: Draft, manner: Manner = Manner(), *, caller: Caller = OWNER, device: str = "auto"
) -> Iterator[Draft]:
    """Go on with texts from where they stand, as if they had never stopped; arguments and errors as of `drafts`."""
    wish, sampling = _rules(manner)
    writer = open_writing(draft.model, caller=caller, device=device, weights=manner.weights)
    _check_original(manner, writer)
    wish, notices = _adapted(wish, writer.vocabulary)
    pieces, places = _taken_back(draft, wish.stops)
    notices = tuple(dict.fromkeys((*(one for one in draft.notices if one not in (UNFINISHED, ENDLESS)), *notices)))
    begun = dataclasses.replace(
        draft,
        manner=manner,
        voice=voice_of(writer, draft.model),
        fingerprint=writer.checkpoint.fingerprint,
        notices=notices,
        pieces=pieces,
        places=places,
    )
    yield from _written(writer, begun, wish, sampling)


def check_manner(manner: Manner) -> None:
    """Raise RnnlabError if nothing can be written so."""
    _rules(manner)


def _check_asked(prompt: str, manner: Manner, texts: int) -> None:
    if not 1 <= texts <= MOST_TEXTS:
        raise RnnlabError(f"Between 1 and {MOST_TEXTS} texts can be written at a time, not {texts}.")
    if len(prompt) > LONGEST_PROMPT:
        raise RnnlabError(f"The prompt has {len(prompt):,} characters; give at most {LONGEST_PROMPT:,}.")
    _rules(manner)


def _rules(manner: Manner) -> tuple[Wish, Sampling]:
    wish = Wish(
        manner.length, manner.unit, tuple(manner.stops), manner.banned, manner.keep_stop, manner.finish_sentence
    )
    return wish, options.from_mapping(Sampling, manner.sampling)


def _adapted(wish: Wish, vocabulary: Vocabulary) -> tuple[Wish, tuple[str, ...]]:
    """Stops and banned characters as this model can write them, and sentences on what was changed."""
    known = vocabulary.alphabet + ("" if vocabulary.boundary is None else BOUNDARY_SHOWN)
    stops, on_stops = adapt_stops(known, wish.stops)
    banned, on_banned = adapt_banned(known, wish.banned)
    return dataclasses.replace(wish, stops=stops, banned=banned), (*on_stops, *on_banned)


def _taken_back(draft: Draft, stops: Sequence[str]) -> tuple[tuple[tuple[Piece, ...], ...], tuple[Place, ...]]:
    """The texts less what may be a stop's beginning, which a length has cut, and where they stand so."""
    pieces, places = [], []
    for shown, place in zip(draft.pieces, draft.places, strict=True):
        kept, left, back = take_back(shown, place.left, stops)
        pieces.append(kept)
        places.append(dataclasses.replace(place, left=left, back=back))
    return tuple(pieces), tuple(places)


def _check_original(manner: Manner, writer: Writer) -> None:
    if manner.original and writer.checkpoint.fingerprint is None:
        raise RnnlabError(NO_FINGERPRINT)


def _written(writer: Writer, draft: Draft, wish: Wish, sampling: Sampling) -> Iterator[Draft]:
    """Drafts that go on from one: the first character's at once, then one every so often, then the finished one."""
    how: dict[str, Any] = {"explained": draft.manner.explained}
    how |= {"original": writer.checkpoint.fingerprint} if draft.manner.original else {}
    writing = Writing(writer.engine, writer.vocabulary, draft.places, sampling, wish, **how)
    rows = [list(row) for row in draft.pieces]
    characters, waited, began = 0, 0.0, time.perf_counter()
    due = began

    def now(finished: bool) -> Draft:
        speed = characters / max(time.perf_counter() - began - waited, 1e-9)
        ends = {UNFINISHED: writing.unfinished(), ENDLESS: writing.endless()}
        notices = (*draft.notices, *(words for words, true in ends.items() if true))
        return dataclasses.replace(
            draft,
            pieces=tuple(map(tuple, rows)),
            characters=characters,
            chars_per_second=speed,
            finished=finished,
            places=tuple(writing.places()),
            notices=notices,
        )

    for step in writing:
        for row, pieces in zip(rows, step, strict=True):
            row += pieces
            characters += sum(len(piece.text) for piece in pieces)
        if characters and time.perf_counter() >= due:
            given = time.perf_counter()
            yield now(finished=False)
            resumed = time.perf_counter()
            # At least as long writing as whoever asks takes for a draft: a slow page doesn't hold the writer up.
            waited += resumed - given
            due = resumed + max(SECONDS_BETWEEN_DRAFTS, resumed - given)
    yield now(finished=True)
