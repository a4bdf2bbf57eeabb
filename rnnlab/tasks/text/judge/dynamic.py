"""Dynamic evaluation: a model that learns the text it is scored on, each piece scored before it is learnt.

Krause, Kahembwe, Murray & Renals 2018, arXiv 1709.07432: after each piece the weights take a step against its gradient,
divided by the root of its running mean square, which starts from the training text's, and a part of the way back to the
trained weights. How far back is best cannot be told before the text: copies that differ in it are mixed, weighed by
how well each has predicted the text so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab import options
from rnnlab.data.text.prompts import adapt_all
from rnnlab.data.text.vocab import build_characters, encode_compactly
from rnnlab.errors import DataError
from rnnlab.nn.model import ModelConfig, ModelState, SequenceModel, detach
from rnnlab.scoring.adaptive_ngrams import adaptive_log_probabilities
from rnnlab.tasks.text.judge.score import NGRAM_ORDER, Floats, Ids, characters_of
from rnnlab.tasks.text.writer import Writer

PIECE = 64  # ids that are scored, then learnt, at once
RATES = 3e-4, 6e-4, 1e-3, 2e-3  # that are tried, at the first pull
PULLS = 3e-3, 1e-3, 1e-2  # of the copies that are mixed
TUNED, GATHERED = 20_000, 32_000  # ids that rates are tried on, and before those, that the squares are gathered on
CLIP = 1.0  # norm of a piece's gradient
DECAY = 0.99  # of the running mean square; a weight that is new to it moves by at most ten times the rate
SMALLEST = 1e-8  # of a mean square's root, so that a weight that never had a gradient is not divided by 0
DROPOUT = ("input_dropout", "between_dropout", "output_dropout", "recurrent_dropout")


@dataclass(frozen=True)
class Steps:
    """How a model learns each piece. rate: of a step; pull: share of the way back to the trained weights."""

    rate: float
    pull: float


def dynamic_losses(model: SequenceModel, ids: Ids, squares: Sequence[Tensor], steps: Steps) -> Floats:
    """Negative log-probability of each id but the first, streamed, the model learning from each piece it has scored.

    Args:
        model: of ids; its own weights are left as they are.
        ids: (N,) ids.
        squares: each weight's mean squared gradient, as `squared_gradients` gives them; they are updated on the way.
        steps: how it learns.

    Returns:
        (N − 1,) nats.
    """
    return learnt(model, ids, squares, steps)[1]


def learnt(
    model: SequenceModel,
    ids: Ids,
    squares: Sequence[Tensor],
    steps: Steps,
    passes: int = 1,
    watch: Callable[[], None] = lambda: None,
) -> tuple[SequenceModel, Floats]:
    """A copy of a model that has learnt a text as `dynamic_losses` says, and the losses of its last pass.

    passes: over the text, each begun without a past. watch: is called at every piece; what it raises ends the work.
    """
    learner = _copy(model)
    weights, trained = list(learner.parameters()), [weight.detach().clone() for weight in model.parameters()]
    squares = [square.clone() for square in squares]
    losses: list[Floats] = []
    for _ in range(passes):
        losses = []
        for piece in _pieces(learner, ids, watch):
            losses.append(piece.losses)
            _step(weights, piece.gradients(weights), squares, trained, steps)
    return learner.eval(), np.concatenate(losses)


@torch.no_grad()
def _step(
    weights: Sequence[Tensor],
    gradients: Sequence[Tensor],
    squares: Sequence[Tensor],
    trained: Sequence[Tensor],
    steps: Steps,
) -> None:
    """Move the weights, and the mean squares with them."""
    for weight, gradient, square, begun in zip(weights, gradients, squares, trained, strict=True):
        square.lerp_(gradient.square(), 1 - DECAY)
        weight.addcdiv_(gradient, square.sqrt() + SMALLEST, value=-steps.rate).lerp_(begun, steps.pull)


def squared_gradients(model: SequenceModel, ids: Ids, watch: Callable[[], None] = lambda: None) -> list[Tensor]:
    """Each weight's mean squared gradient over a text's pieces, in the order of the model's parameters.

    Args:
        model: of ids.
        ids: (N,) ids of a text that the model was trained on.
        watch: as of `learnt`.
    """
    learner = _copy(model)
    weights = list(learner.parameters())
    squares, pieces = [torch.zeros_like(weight) for weight in weights], 0
    for piece in _pieces(learner, ids, watch):
        pieces += 1
        for square, gradient in zip(squares, piece.gradients(weights), strict=True):
            square.addcmul_(gradient, gradient)
    return [square / pieces for square in squares]


def tried_rates(model: SequenceModel, ids: Ids, squares: Sequence[Tensor]) -> dict[float, float]:
    """Every rate at the first pull, with its mean loss on a text in nats an id.

    Args:
        model, squares: as of `dynamic_losses`.
        ids: (N,) ids of no text that is scored afterwards.
    """
    return {rate: float(dynamic_losses(model, ids, squares, Steps(rate, PULLS[0])).mean()) for rate in RATES}


def mixed_losses(losses: Sequence[Floats]) -> Floats:
    """Negative log-probability of each id by the mean of K models' predictions, weighed by those of all ids before it.

    A Bayesian mixture: over a whole text it loses at most ln K nats more than the best of them.

    Args:
        losses: (N,) nats of each model.

    Returns:
        (N,) nats.
    """
    evidence: Floats = np.logaddexp.reduce(-np.cumsum(losses, axis=1), axis=0) - np.log(len(losses))
    return np.diff(-evidence, prepend=0.0)


def dynamic_scores(writer: Writer, training: Sequence[str], held_out: Sequence[str]) -> dict[str, Any]:
    """How surprised a writer is by a text that it learns piece by piece, and the 5-gram that counts it on.

    Args:
        writer: its weights are left as they are.
        training: documents before what is held out; the mean squared gradient and the rate come from their end.
        held_out: documents that are scored, of characters that the writer knows.

    Returns:
        nats_per_char, streamed, of the mixture; rate, pull (the best copy's), piece (ids); pulls: pull, nats_per_char
        of each copy; tuned_on (ids); tuning: rate, pull, nats_per_id of each try; ngram_nats_per_char: of the
        adaptive 5-gram.

    Raises:
        DataError: the training part is too short to choose the rate on.
    """
    vocabulary, model = writer.vocabulary, writer.model
    learnt = encode_compactly(vocabulary, [text for text in adapt_all(vocabulary.alphabet, training).texts if text])
    if len(learnt) < 4 * PIECE:
        raise DataError(f"{len(learnt)} ids before the held-out part are too few for --dynamic; give a longer text.")
    end = min(TUNED, len(learnt) // 2)
    squares = squared_gradients(model, learnt[-end - GATHERED : -end])
    tried = tried_rates(model, learnt[-end:], squares)
    rate = min(tried, key=lambda one: tried[one])
    ids = encode_compactly(vocabulary, held_out)
    copies = [dynamic_losses(model, ids, squares, Steps(rate, pull)) for pull in PULLS]
    characters = int(characters_of(vocabulary)[ids[1:]].sum())
    nats, *each = (float(losses.sum()) / characters for losses in (mixed_losses(copies), *copies))
    told = {"nats_per_char": nats, "rate": rate, "pull": PULLS[int(np.argmin(each))], "piece": PIECE, "tuned_on": end}
    pulls = [{"pull": pull, "nats_per_char": one} for pull, one in zip(PULLS, each, strict=True)]
    tuning = [{"rate": rate, "pull": PULLS[0], "nats_per_id": loss} for rate, loss in tried.items()]
    return told | {"pulls": pulls, "tuning": tuning, "ngram_nats_per_char": _adaptive_ngram(training, held_out)}


def _adaptive_ngram(training: Sequence[str], held_out: Sequence[str]) -> float:
    """Nats a character of the 5-gram that `ngram_score` scores, counting on."""
    vocabulary = build_characters([*training, *held_out], boundary=len(training) + len(held_out) > 2)
    before, ids = encode_compactly(vocabulary, training), encode_compactly(vocabulary, held_out)
    return -float(adaptive_log_probabilities(before, ids, NGRAM_ORDER, vocabulary.size)[1:].mean())


@dataclass(frozen=True)
class _Piece:
    """A piece that was scored: its mean loss, to be learnt, and (T,) each id's."""

    loss: Tensor
    losses: NDArray[np.float64]

    def gradients(self, weights: Sequence[Tensor]) -> list[Tensor]:
        """Of the mean loss, clipped."""
        found = list(torch.autograd.grad(self.loss, weights))
        norm = torch.nn.utils.get_total_norm(found)
        factor = (CLIP / (norm + 1e-6)).clamp(max=1.0)
        return [gradient * factor for gradient in found]


def _pieces(model: SequenceModel, ids: Ids, watch: Callable[[], None]) -> Iterator[_Piece]:
    """Score a text piece by piece with the weights that the model then has, the state carried."""
    state: ModelState | None = None
    device = model.head.weight.device
    for start in range(0, len(ids) - 1, PIECE):
        watch()
        rows = torch.from_numpy(ids[None, start : start + PIECE + 1].astype(np.int64)).to(device)
        output, state = model(rows[:, :-1], None if state is None else detach(state))
        losses = functional.cross_entropy(output[0].float(), rows[0, 1:], reduction="none")
        yield _Piece(losses.mean(), losses.detach().double().cpu().numpy())


def _copy(model: SequenceModel) -> SequenceModel:
    """The same model without dropout, in training mode, without which a GPU's kernels give no gradients."""
    learner = SequenceModel(options.from_mapping(ModelConfig, dict.fromkeys(DROPOUT, 0.0), model.config))
    learner.load_state_dict(model.state_dict())
    return learner.to(model.head.weight.device).train()
