"""A writer and a prompt in; text out, as it grows or at once, within the limits of the caller."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN
from rnnlab.data.text.prompts import adapt_banned, adapt_stops
from rnnlab.errors import RnnlabError
from rnnlab.nn.sampling import Sampling
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located, locate
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.originality.marks import CopiedSpans, copied_spans, joined
from rnnlab.tasks.text.blending import Hand, alone, combined
from rnnlab.tasks.text.generate import Place, Writing
from rnnlab.tasks.text.learn.adapted_copies import adapted_writer
from rnnlab.tasks.text.manner import USUAL, Manner, rules
from rnnlab.tasks.text.pieces import LONGEST_WORD, MOST_TO_FINISH, Piece, Wish, take_back
from rnnlab.tasks.text.seeds import DRAWN, drawn_words, seeds_of
from rnnlab.tasks.text.writer import Voice, Writer, open_located_writing, voice_of

SECONDS_BETWEEN_DRAFTS = 0.05
MOST_TEXTS = 16
LONGEST_PROMPT = 20_000  # characters
ENDLESS = f"No blank came for {LONGEST_WORD:,} characters, so words could not be counted; give a length in characters."
NO_FINGERPRINT = (
    "{} has no fingerprint of its text (originality.safetensors), so copying cannot be detected; allow it, or "
    "train the writer again."
)
BY_COPY = "An adapted copy of the voice wrote this, or a part of it; without that copy it cannot be written again."
UNFINISHED = f"A sentence did not end within {MOST_TO_FINISH} characters beyond the length; the text was cut there."


@dataclass(frozen=True)
class Draft:
    """Texts as far as they are written.

    prompt: as the model read it, each text's beginning. pieces: of each text, what was written after the prompt, a
    piece a token, with the model's surprise and alternatives if they were asked for. seeds: of each text.
    characters and chars_per_second: of what this call wrote, all texts together, without the caller's own time.
    places: where `carry_on` goes on. manner: as it was last asked for. voice: what the writer tells of itself.
    model: of the Hub's, with its commit. fingerprint: of the writer's text, if it has one; second_fingerprint: of
    that of a second voice that is mixed in. begun: characters of a branch's only text, after the prompt, that were
    read like a prompt.
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
    manner: Manner = USUAL
    voice: Voice | None = None
    fingerprint: Fingerprint | None = field(default=None, repr=False)
    second_fingerprint: Fingerprint | None = field(default=None, repr=False)
    begun: int = 0

    @property
    def _prints(self) -> list[Fingerprint]:
        return [one for one in (self.fingerprint, self.second_fingerprint) if one is not None]

    @property
    def copied(self) -> tuple[CopiedSpans, ...]:
        """What each text has copied after the prompt; none at all if the writer has no fingerprint."""
        begin, prints = len(self.prompt), self._prints
        spans = ([copied_spans(one, text, begin) for one in prints] for text in self.texts)
        return tuple(map(joined, spans)) if prints else ()

    @property
    def copying_limit(self) -> int | None:
        """From how many characters on a span counts as copied; None if the writer has no fingerprint."""
        return min((one.limit for one in self._prints), default=None)

    @property
    def texts(self) -> tuple[str, ...]:
        """The whole texts, their prompt first."""
        return tuple(self.prompt + "".join(piece.text for piece in row) for row in self.pieces)

    def answer(self) -> dict[str, Any]:
        """As JSON: {text, seed, characters, chars_per_second, notices, model, device}; `texts` if there are several.

        With a fingerprint also {longest_copied, copying_limit}, in characters: the longest span of any of the texts,
        0 if it is too short to be seen, and from which length on a span is called copied. With a second voice also
        {blend, and share or contrast}.
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
        if copied := self.copied:
            answer |= {"longest_copied": max(one.longest for one in copied), "copying_limit": self.copying_limit}
        if combination := self.manner.combination():
            contrast = self.manner.contrast is not None
            answer |= {"blend": self.manner.blend, "contrast" if contrast else "share": abs(combination.share)}
        return answer if len(self.texts) == 1 else answer | {"texts": list(self.texts)}


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
    """Write so many characters after a prompt and give the whole at once; arguments and errors as of `drafts`.

    Returns:
        What `Draft.answer` gives.
    """
    manner = Manner(length, sampling={"temperature": temperature})
    *_, last = drafts(model, prompt, manner, seed=seed, caller=caller, device=device)
    return last.answer()


def drafts(
    model: str,
    prompt: str = "",
    manner: Manner = USUAL,
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
    rules(manner)
    _check_asked(prompt, texts)
    found = locate(model, caller=caller)
    hand, manner = hand_for(found, manner, caller, device)
    yield from drafts_by(hand, found.pinned(model), prompt, manner, seed=seed, texts=texts)


def drafts_by(
    hand: Hand, name: str, prompt: str = "", manner: Manner = USUAL, *, seed: int | None = None, texts: int = 1
) -> Iterator[Draft]:
    """The same by what `hand_for` or `hand_of` gives for this manner; name: the model's, for its drafts."""
    _check_asked(prompt, texts)
    seeds = seeds_of(seed, texts)
    wish, sampling = rules(manner)
    given = hand.prompt(prompt)
    wish, notices = adapted(wish, hand)
    notices = (*hand.notices, *given.notices, *notices, *([drawn_words(seeds)] if seed == DRAWN else []))
    first = Draft(
        name,
        hand.first.model.head.weight.device.type,
        given.text,
        ((),) * texts,
        seeds,
        notices,
        0,
        0.0,
        False,
        tuple(hand.begin(given, seeds)),
        manner,
    )
    yield from written(hand, first, wish, sampling)


def carry_on(draft: Draft, manner: Manner = USUAL, *, caller: Caller = OWNER, device: str = "auto") -> Iterator[Draft]:
    """Continue texts from where they stand, as if they had never stopped; arguments and errors as of `drafts`.

    A second voice or an adapted copy that is another one than before first reads the whole text.
    """
    wish, sampling = rules(manner)
    hand, manner = hand_for(locate(draft.model, caller=caller), manner, caller, device)
    wish, notices = adapted(wish, hand)
    pieces, places = _taken_back(draft, wish.stops)
    same = {"same_first": draft.manner.adapted_copy == manner.adapted_copy}
    same |= {"same_second": second_name(draft.manner) == second_name(manner)}
    places = tuple(dataclasses.replace(place, state=hand.state_at(place, **same)) for place in places)
    earlier = (one for one in draft.notices if one not in (UNFINISHED, ENDLESS))
    notices = tuple(dict.fromkeys((*earlier, *hand.notices, *notices)))
    begun = dataclasses.replace(draft, manner=manner, notices=notices, pieces=pieces, places=places)
    yield from written(hand, begun, wish, sampling)


def second_name(manner: Manner) -> str:
    """The second voice that reads what is written so, "" for none."""
    combination = manner.combination()
    return manner.blend if combination is not None and combination.share else ""


def hand_for(found: Located, manner: Manner, caller: Caller, device: str) -> tuple[Hand, Manner]:
    """What writes so, and the manner with its second voice at the commit that is opened."""
    if manner.adapted_copy:
        return hand_of(adapted_writer(manner.adapted_copy, found, manner.weights), manner, caller, device)
    return hand_of(open_located_writing(found, device=device, weights=manner.weights), manner, caller, device)


def hand_of(writer: Writer, manner: Manner, caller: Caller, device: str) -> tuple[Hand, Manner]:
    """The same with a writer that is open."""
    hand, combination = alone(writer), manner.combination()
    if combination is not None:
        other = locate(manner.blend, caller=caller)
        second = open_located_writing(other, device=device, weights=manner.weights)
        hand = combined(writer, second, combination)
        manner = dataclasses.replace(manner, blend=other.pinned(manner.blend))
    if manner.original and None in hand.originals():
        raise RnnlabError(NO_FINGERPRINT.format("This writer" if hand.originals()[0] is None else "The second voice"))
    if manner.adapted_copy:
        hand = dataclasses.replace(hand, notices=(BY_COPY, *hand.notices))
    return hand, manner


def _check_asked(prompt: str, texts: int) -> None:
    if not 1 <= texts <= MOST_TEXTS:
        raise RnnlabError(f"Between 1 and {MOST_TEXTS} texts can be written at a time, not {texts}.")
    if len(prompt) > LONGEST_PROMPT:
        raise RnnlabError(f"The prompt has {len(prompt):,} characters; give at most {LONGEST_PROMPT:,}.")


def adapted(wish: Wish, hand: Hand) -> tuple[Wish, tuple[str, ...]]:
    """Stops and banned characters as they can be written, and sentences on what was changed."""
    known = hand.alphabet + ("" if hand.vocabulary.boundary is None else BOUNDARY_SHOWN)
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


def written(hand: Hand, draft: Draft, wish: Wish, sampling: Sampling) -> Iterator[Draft]:
    """Drafts that go on from one: the first character's at once, then one every so often, then the finished one."""
    prints = [one for one in hand.originals() if one is not None]
    how: dict[str, Any] = {"explained": draft.manner.explained, "lacking": hand.lacking}
    how |= {"originals": prints} if draft.manner.original else {}
    second = None if len(hand.originals()) == 1 else hand.originals()[1]
    draft = dataclasses.replace(
        draft, voice=voice_of(hand.first, draft.model), fingerprint=hand.originals()[0], second_fingerprint=second
    )
    writing = Writing(hand.engine, hand.vocabulary, draft.places, sampling, wish, **how)
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
