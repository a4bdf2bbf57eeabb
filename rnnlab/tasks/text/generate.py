"""Text that goes on from a prompt, an id at a time; knows no pages, files or checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from rnnlab.data.prompts import adapt
from rnnlab.data.vocab import Vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import SequenceModel
from rnnlab.nn.sampling import History, Sampling, choose, generators
from rnnlab.nn.stepping import Stepper, StepState, to_step_state

MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class Prompt:
    """A prompt as a model can read it.

    text: every character known to the model. notices: sentences on what was changed. ids: at least one.
    """

    text: str
    notices: tuple[str, ...]
    ids: tuple[int, ...]


def read_prompt(vocabulary: Vocabulary, text: str) -> Prompt:
    """Make a person's prompt readable: unknown characters become their nearest known form, and notices say so.

    An empty prompt begins where a document does: at the boundary, a line break or, if the model knows neither, its
    first id.
    """
    known, notices = adapt(vocabulary.alphabet, text)
    ids = tuple(int(one) for one in vocabulary.encode(known)) if known else ()
    if not ids:
        start = vocabulary.boundary
        if start is None:
            start = int(vocabulary.encode("\n")[0]) if "\n" in vocabulary.alphabet else 0
        ids = (start,)
    return Prompt(known, tuple(notices), ids)


def generate(
    model: SequenceModel,
    vocabulary: Vocabulary,
    prompt: Prompt,
    sampling: Sampling,
    *,
    seed: int,
    length: int,
    stops: Sequence[str] = (),
    banned: Sequence[int] = (),
) -> Iterator[str]:
    """Write on from a prompt; whoever stops asking stops the writing.

    The prompt itself is not given back. The same model, prompt, settings and seed give the same text.

    Args:
        model: of ids, in evaluation mode.
        vocabulary: the model's own.
        prompt: from `read_prompt`.
        sampling: how to choose among the likely ids.
        seed: of the choices.
        length: characters to write, at most; the last id may pass it by a word's length, and is cut there.
        stops: the text ends before the first of these to appear, or at the boundary between documents.
        banned: ids never chosen.

    Yields:
        The text of one id or more, in order.

    Raises:
        RnnlabError: length is out of bounds, or a stop is empty.
    """
    if not 1 <= length <= MOST_CHARACTERS:
        raise RnnlabError(f"The length must be between 1 and {MOST_CHARACTERS:,} characters, not {length:,}.")
    if not all(stops):
        raise RnnlabError("An empty text cannot stop the writing; leave it out.")
    written, given = "", 0
    # What may be the beginning of a stop is held back until it is known not to be.
    held = max((len(stop) for stop in stops), default=1) - 1
    for one in _ids(model, prompt, sampling, seed, banned):
        ended = one == vocabulary.boundary
        written += "" if ended else vocabulary.decode([one])
        found = [written.index(stop, max(0, given - held)) for stop in stops if stop in written[max(0, given - held) :]]
        end = min([length, *found])
        ready = end if ended or found or len(written) >= length else len(written) - held
        if ready > given:
            yield written[given : min(ready, len(written))]
            given = ready
        if ended or found or len(written) >= length:
            return


def _ids(model: SequenceModel, prompt: Prompt, sampling: Sampling, seed: int, banned: Sequence[int]) -> Iterator[int]:
    """Choose ids without end."""
    history = History(sampling, prompt.ids)
    random = generators(seed, 1)
    stepper, state, last = _primed(model, prompt)
    while True:
        # The mode ends before the yield, or it would hold for whoever listens.
        with torch.inference_mode():
            logits, state = stepper.step(last, state)
            last = choose(logits, sampling, random, [history], banned)
            chosen = int(last)
        history.append(chosen)
        yield chosen


@torch.inference_mode()
def _primed(model: SequenceModel, prompt: Prompt) -> tuple[Stepper, StepState, torch.Tensor]:
    """The engine, the state after all of the prompt but its last id, and that id: the first step reads it."""
    stepper = Stepper(model)
    ids = torch.tensor([prompt.ids], device=model.head.weight.device)
    if ids.shape[1] == 1:
        return stepper, stepper.start(1), ids[:, -1]
    _, state = model(ids[:, :-1])
    return stepper, to_step_state(state), ids[:, -1]
