"""Texts that go on from a prompt, an id at a time, several sharing each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab.data.text.characters import CharacterVocabulary
from rnnlab.data.text.prompts import adapt
from rnnlab.data.text.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelState, SequenceModel
from rnnlab.nn.sampling import History, Sampling, choose
from rnnlab.nn.stepping import Engine, Steps
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.originality.watch import Guard
from rnnlab.tasks.text.pieces import Piece, Row, Wish

SHOWN_ALTERNATIVES = 5
READ_AT_ONCE = 512  # ids of a prompt


@dataclass(frozen=True)
class Prompt:
    """A prompt as a model can read it.

    text: every character known to the model. notices: sentences on what was changed. ids: at least one.
    """

    text: str
    notices: tuple[str, ...]
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where one text stands, so that it can be resumed as if it had never stopped.

    state: of all its ids but the last, one row. ids: all of them, the prompt's too. random: the state of the generator
    of the choices. left: what was written but not shown, beyond the length or at a stop. back: how many of its first
    characters had been shown and were taken back (pieces.take_back).
    """

    state: ModelState | None
    ids: tuple[int, ...]
    random: Tensor
    left: tuple[Piece, ...] = ()
    back: int = 0

    def tensors(self) -> dict[str, Tensor]:
        """State and generator as named tensors on the CPU, for a file; `draft_file.read_place` undoes it."""
        layers = enumerate(self.state or ())
        named = {f"state.{i}.{j}": part.cpu().contiguous() for i, layer in layers for j, part in enumerate(layer)}
        return named | {"random": self.random}


def read_prompt(vocabulary: Vocabulary, text: str, alphabet: str = "") -> Prompt:
    """Make a person's prompt readable: unknown characters become their nearest known form, and notices say so.

    alphabet: the known characters, if they are fewer than the vocabulary's. An empty prompt begins where a document
    does: at the boundary, after a blank line or a line break or, if the model knows none, its first id.
    """
    known, notices = adapt(alphabet or vocabulary.alphabet, text)
    ids = tuple(int(one) for one in vocabulary.encode(known)) if known else ()
    if not ids:
        ids = _text_start(vocabulary) if vocabulary.boundary is None else (vocabulary.boundary,)
    return Prompt(known, tuple(notices), ids)


def _text_start(vocabulary: Vocabulary) -> tuple[int, ...]:
    """The ids of a blank line; of longer pieces than characters, of one break unless the blank line has its own id."""
    if "\n" not in vocabulary.alphabet:
        return (0,)
    blank = tuple(int(one) for one in vocabulary.encode("\n\n"))
    # Pieces are joined where they occur: a text with paragraphs has a piece for the blank line between them.
    return blank if len(blank) == 1 or isinstance(vocabulary, CharacterVocabulary) else blank[-1:]


@torch.no_grad()
def read(model: SequenceModel, ids: Sequence[int]) -> ModelState | None:
    """The state after reading so many ids from an empty past, one row; None of no ids."""
    state = None
    # In parts: the logits of a whole long prompt, which nobody reads, would take a gigabyte with a large vocabulary.
    for first in range(0, len(ids), READ_AT_ONCE):
        part = list(ids[first : first + READ_AT_ONCE])
        _, state = model(torch.tensor([part], device=model.head.weight.device), state)
    return state


def begin(model: SequenceModel, prompt: Prompt, seeds: Sequence[int]) -> list[Place]:
    """Read a prompt once, into the places from which texts with these seeds begin."""
    return begin_after(read(model, prompt.ids[:-1]), prompt, seeds)


def begin_after(state: ModelState | None, prompt: Prompt, seeds: Sequence[int]) -> list[Place]:
    """The places from which texts with these seeds begin; state: after all of the prompt but its last id."""
    return [Place(state, prompt.ids, torch.Generator().manual_seed(seed).get_state()) for seed in seeds]


class Writing:
    """Texts being written; whoever stops asking for more stops the writing.

    The prompt is not given again. The same model, places, settings and wish give the same texts.
    """

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        places: Sequence[Place],
        sampling: Sampling,
        wish: Wish,
        *,
        explained: bool = False,
        originals: Sequence[Fingerprint] = (),
        lacking: Sequence[int] = (),
    ) -> None:
        """Prepare to write on.

        Args:
            engine: of the model.
            vocabulary: the model's own.
            places: where the texts stand, one a text; `begin` gives the first.
            sampling: how to choose among the likely ids.
            wish: how long, and where to stop.
            explained: whether pieces tell the model's surprise and alternatives.
            originals: of texts that are not to be copied: an id that would make a span of a limit, apart from
                names of speakers, is not chosen.
            lacking: ids that are never chosen, beside those that hold a banned character.

        Raises:
            RnnlabError: every id is banned, or a document's end is asked of a model that has learnt none.
        """
        if wish.unit == "document" and vocabulary.boundary is None:
            raise RnnlabError("This model has learnt no end of a document; ask for a length in characters or words.")
        self._vocabulary, self._sampling, self._explained = vocabulary, sampling, explained
        self._texts: dict[int, str] = {}  # of the ids met so far
        self._banned = sorted({*banned_ids(vocabulary, wish.banned), *lacking})
        self._rows = [Row(wish, place.left, place.back) for place in places]
        self._ids = [list(place.ids) for place in places]
        self._histories = [History(sampling, place.ids) for place in places]
        self._random = [torch.Generator() for _ in places]
        for generator, place in zip(self._random, places, strict=True):
            generator.set_state(place.random)
        texts = [vocabulary.decode(ids) for ids in self._ids] if originals else []
        self._guards = [Guard(originals, text) for text in texts]
        self._ended: dict[int, Place] = {}
        self._steps: Steps = engine.begin(len(places), _together([place.state for place in places]))

    def __iter__(self) -> Iterator[list[list[Piece]]]:
        """Write; yields after each step the new pieces of every text, often none of some."""
        yield [self._note(number, row.start()) for number, row in enumerate(self._rows)]
        while len(self._ended) < len(self._rows):
            # The mode ends before the yield, or it would hold for whoever listens.
            with torch.inference_mode():
                logits = self._steps.step([ids[-1] for ids in self._ids])
                chosen = choose(logits, self._sampling, self._random, self._histories, self._banned).tolist()
                for number in range(len(self._guards)):
                    chosen[number] = self._original(number, logits, chosen[number])
                told = self._told(logits, chosen) if self._explained else [Piece(self._text(one)) for one in chosen]
            yield [self._push(number, one, piece) for number, (one, piece) in enumerate(zip(chosen, told, strict=True))]

    def places(self) -> list[Place]:
        """Where the texts stand now: those that have ended where they ended."""
        return [self._ended.get(number) or self._place(number) for number in range(len(self._rows))]

    def endless(self) -> bool:
        """Whether a text was to have so many words and one of them went on for too long."""
        return any(row.endless for row in self._rows)

    def unfinished(self) -> bool:
        """Whether a text's sentence was to be finished and went on for too long."""
        return any(row.unfinished for row in self._rows)

    def _original(self, number: int, logits: Tensor, chosen: int) -> int:
        """Of one text, what was chosen, or what is chosen in its place so that it copies less than the limit.

        (B, V) logits. The first choice stays if every other would copy, too.
        """
        if number in self._ended:
            return chosen
        refused, first, guard = list(self._banned), chosen, self._guards[number]
        while guard.push(self._text(chosen)):
            refused.append(chosen)
            guard.take_back()
            if len(set(refused)) == logits.shape[-1]:
                guard.push(self._text(first))
                return first
            rows = [self._random[number]], [self._histories[number]]
            chosen = int(choose(logits[number : number + 1], self._sampling, *rows, refused))
        return chosen

    def _push(self, number: int, chosen: int, piece: Piece) -> list[Piece]:
        if number in self._ended:
            return []
        self._ids[number].append(chosen)
        self._histories[number].append(chosen)
        return self._note(number, self._rows[number].push(None if chosen == self._vocabulary.boundary else piece))

    def _note(self, number: int, shown: list[Piece]) -> list[Piece]:
        """Keep the place of a text that has ended."""
        if self._rows[number].done:
            self._ended[number] = self._place(number)
        return shown

    def _place(self, number: int) -> Place:
        state = tuple(tuple(part[:, number : number + 1].clone() for part in layer) for layer in self._steps.state())
        row = self._rows[number]
        return Place(state, tuple(self._ids[number]), self._random[number].get_state(), row.left())

    def _text(self, one: int) -> str:
        if one not in self._texts:
            self._texts[one] = self._vocabulary.decode([one])
        return self._texts[one]

    def _told(self, logits: Tensor, chosen: Sequence[int]) -> list[Piece]:
        belief = logits.log_softmax(-1)
        best = belief.topk(min(SHOWN_ALTERNATIVES, belief.shape[-1]))
        rows = zip(chosen, belief, best.indices.tolist(), best.values.exp().tolist(), strict=True)
        return [
            Piece(self._text(one), -float(all_[one]), tuple(zip(map(self._text, ids), shares, strict=True)))
            for one, all_, ids, shares in rows
        ]


def banned_ids(vocabulary: Vocabulary, characters: str) -> list[int]:
    """The ids that are never chosen: those whose text holds one of these characters, and the unknown symbol's."""
    unknown = getattr(vocabulary, "unknown", None)
    banned = set() if unknown is None else {int(unknown)}
    if characters:
        unwanted = frozenset(characters)
        ids = (one for one in range(vocabulary.size) if one != vocabulary.boundary)
        banned |= {one for one in ids if not unwanted.isdisjoint(vocabulary.decode([one]))}
    return sorted(banned)


def _together(states: Sequence[ModelState | None]) -> ModelState | None:
    """The states of several texts as one of so many rows."""
    known = [state for state in states if state is not None]
    if not known:
        return None
    assert len(known) == len(states), "texts that share their steps begin with prompts of one kind"
    return tuple(
        tuple(torch.cat([state[layer][part] for state in known], dim=1) for part in range(len(known[0][layer])))
        for layer in range(len(known[0]))
    )
