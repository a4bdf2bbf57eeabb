"""One writer, or two whose predictions are combined at every step: blended, or the second as a contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rnnlab.data.text.prompts import adapt, named_characters
from rnnlab.data.text.vocab import CharacterVocabulary, Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelState
from rnnlab.nn.stepping import Engine
from rnnlab.nn.stepping.mixed_steps import MixedEngine, Mixture
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.tasks.text.generate import Place, Prompt, begin_after, read, read_prompt
from rnnlab.tasks.text.manner import Combination
from rnnlab.tasks.text.writer import Writer


@dataclass(frozen=True)
class Hand:
    """What writes: a writer, alone or with a second one that reads the same text.

    alphabet: the characters that can be read and written. lacking: ids of the first that the second does not have.
    notices: sentences on characters that are not written.
    """

    first: Writer
    engine: Engine
    alphabet: str
    second: Writer | None = None
    read_as: tuple[int, ...] = ()
    lacking: tuple[int, ...] = ()
    notices: tuple[str, ...] = ()
    contrast: bool = False

    @property
    def vocabulary(self) -> Vocabulary:
        """The first writer's, of whose ids the text is."""
        return self.first.vocabulary

    def prompt(self, text: str) -> Prompt:
        """A prompt as both can read it."""
        return read_prompt(self.vocabulary, text, self.alphabet)

    def begin(self, prompt: Prompt, seeds: Sequence[int]) -> list[Place]:
        """Have both read a prompt, into the places from which texts with these seeds begin."""
        return begin_after(self._read(None, prompt.ids), prompt, seeds)

    def state_at(self, place: Place, *, same_first: bool, same_second: bool) -> ModelState | None:
        """The state at a place, which the same first and second writers left or not; who did not reads the whole text.

        No second writer, then and now, is the same one.
        """
        if (same_first and same_second) or place.state is None:
            return place.state
        return self._read(place.state if same_first else None, place.ids)

    def originals(self) -> list[Fingerprint | None]:
        """The fingerprints of the texts that may be copied; of what is only moved away from, none is."""
        second = [] if self.second is None or self.contrast else [self.second.checkpoint.fingerprint]
        return [self.first.checkpoint.fingerprint, *second]

    def _read(self, own: ModelState | None, ids: Sequence[int]) -> ModelState | None:
        """The state before the last of some ids; own: the first writer's at its beginning, if it is known."""
        layers, before = self.first.checkpoint.model.layers, ids[:-1]
        own = read(self.first.model, before) if own is None else own[:layers]
        if self.second is None or own is None:
            return own
        other = read(self.second.model, [self.read_as[one] for one in before])
        return own if other is None else (*own, *other)


def alone(writer: Writer) -> Hand:
    """A writer by itself."""
    return Hand(writer, writer.engine, writer.vocabulary.alphabet)


def combined(first: Writer, second: Writer, how: Combination) -> Hand:
    """Two writers on one text, of which only what both know is written.

    Raises:
        RnnlabError: their ids are of different kinds, their words differ, or they have no letter in common.
    """
    ids = common_ids(first.vocabulary, second.vocabulary)
    if how.share == 0:
        return alone(first)
    alphabet = "".join(sorted(set(first.vocabulary.alphabet) & set(second.vocabulary.alphabet)))
    read_as = tuple(_nearest(first.vocabulary, second.vocabulary, one, known) for one, known in enumerate(ids))
    engine = MixedEngine(
        first.engine, second.engine, first.checkpoint.model.layers, Mixture(ids, read_as, how.share, how.plausible)
    )
    lacking = tuple(one for one, known in enumerate(ids) if known < 0)
    notices = _on_alphabets(first, second)
    return Hand(first, engine, alphabet, second, read_as, lacking, notices, contrast=how.share < 0)


def common_ids(first: Vocabulary, second: Vocabulary) -> tuple[int, ...]:
    """Of each id of the first, the second's for the same character, −1 where it has none; errors as of `combined`."""
    if first.kind != second.kind:
        raise RnnlabError(
            f"The voice writes {first.kind} and the second one {second.kind}, which cannot be combined; "
            f"choose a second voice of {first.kind}."
        )
    if not isinstance(first, CharacterVocabulary) or not isinstance(second, CharacterVocabulary):
        if first != second:
            raise RnnlabError(
                f"The two voices have different {first.kind}, which cannot be combined; choose voices of characters."
            )
        return tuple(range(first.size))
    known = set(second.characters)
    if not any(one.isalpha() for one in known.intersection(first.characters)):
        raise RnnlabError("The two voices have no letter in common; choose a second voice in the same script.")
    own = {character: number for number, character in enumerate(second.characters)}
    ids = [own.get(character, -1) for character in first.characters]
    ids += [-1] * first.has_unknown
    ids += [-1 if second.boundary is None else second.boundary] * first.has_boundary
    return tuple(ids)


def _nearest(first: Vocabulary, second: Vocabulary, one: int, known: int) -> int:
    """The id by which the second reads the first's."""
    if known >= 0:
        return known
    form, _ = adapt(second.alphabet, first.decode([one]))
    return int(second.encode(form[:1])[0]) if form else read_prompt(second, "").ids[0]


def _on_alphabets(first: Writer, second: Writer) -> tuple[str, ...]:
    """A sentence on the characters that only one of two writers knows, if there are any."""
    own, other = set(first.vocabulary.alphabet), set(second.vocabulary.alphabet)
    only = {"first": sorted(own - other), "second": sorted(other - own)}
    told = [f"{named_characters(''.join(some))} of the {which} voice" for which, some in only.items() if some]
    return (f"Only characters that both voices know are written, so never {' or '.join(told)}.",) if told else ()
