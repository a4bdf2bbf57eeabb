"""How well a model predicts a text, by both protocols in use; beside the n-gram's on the same text.

Streamed: one pass, the state carried from the first id to the last. Windows: pieces of 256 characters that know nothing
of each other, as Transformers with such a context are scored (nanoGPT's figures are of this kind). A recurrent network
that carries its state has the easier task when streamed, so both are told, in nats a character at every level.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rnnlab.data.text.vocab import Vocabulary, build_characters, encode_compactly
from rnnlab.errors import DataError, RnnlabError
from rnnlab.nn.model import SequenceModel
from rnnlab.nn.stepping import Engine, open_engine, runs_graphs
from rnnlab.scoring.ngrams import fit_ngrams
from rnnlab.tasks.text.writer import Writer

Ids = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

WINDOW = 256  # characters
CHUNK = 512  # steps run at once when streaming
WINDOWS_AT_ONCE = 64
# A stream of its own for each so many ids of a long text: what it loses at its beginning is not seen in four digits.
STREAM = 200_000

NGRAM_ORDER = 5


@dataclass(frozen=True)
class Scores:
    """Nats a character by both protocols, and how many characters were predicted."""

    windows: float
    streamed: float
    characters: int


def score(
    model: SequenceModel, vocabulary: Vocabulary, ids: Ids, tell: Callable[[float], None] | None = None
) -> Scores:
    """Score a text by both protocols.

    Args:
        model: of ids, in evaluation mode.
        vocabulary: the model's own.
        ids: (N,) ids; all but the first are predicted.
        tell: is told which share of the work is done, now and then.

    Raises:
        DataError: fewer than two ids.
        RnnlabError: what the model gives is not finite.
    """
    if len(ids) < 2:
        raise DataError(f"{len(ids)} ids are too few to score; give at least 2.")
    lengths = characters_of(vocabulary)
    characters = int(lengths[ids[1:]].sum())
    streams = -(-len(ids) // STREAM)
    length = len(ids) // streams
    rows = ids[len(ids) - streams * length :].reshape(streams, length)
    said = tell or (lambda share: None)
    windows = windowed_losses(model, ids, lengths, tell=lambda share: said(share / 2))
    streamed = streamed_losses(model, rows, tell=lambda share: said((1 + share) / 2))
    if not (np.isfinite(windows).all() and np.isfinite(streamed).all()):
        raise RnnlabError("The model's output is not a finite number; go back to a checkpoint from before it diverged.")
    streamed_characters = int(lengths[rows[:, 1:]].sum())
    return Scores(float(windows.sum()) / characters, float(streamed.sum()) / streamed_characters, characters)


def characters_of(vocabulary: Vocabulary) -> NDArray[np.int64]:
    """(V,) how many characters each id stands for."""
    return np.array([len(vocabulary.decode([one])) for one in range(vocabulary.size)])


def streamed_losses(model: SequenceModel, rows: Ids, tell: Callable[[float], None] | None = None) -> Floats:
    """Negative log-probability of each id after its stream's first, the state carried.

    Args:
        model: of ids; in evaluation mode.
        rows: (B, N) ids, a stream a row; or (N,) of one stream.
        tell: is told which share is done.

    Returns:
        (B·(N − 1),) nats, stream by stream.
    """
    rows = np.atleast_2d(rows)
    length = rows.shape[1]
    device, state, losses = model.head.weight.device, None, []
    with torch.no_grad():
        for start in range(0, length - 1, CHUNK):
            piece = torch.from_numpy(rows[:, start : start + CHUNK + 1].astype(np.int64)).to(device)
            output, state = model(piece[:, :-1], state)
            losses.append(_losses(output, piece[:, 1:]))
            if tell is not None:
                tell(min(1.0, (start + CHUNK) / (length - 1)))
    return np.concatenate(losses, axis=1).ravel()


def windowed_losses(
    model: SequenceModel,
    ids: Ids,
    lengths: NDArray[np.int64],
    window: int = WINDOW,
    tell: Callable[[float], None] | None = None,
) -> Floats:
    """Negative log-probability of each id but the first, in windows, each from an empty state.

    A window predicts as many ids as have `window` characters together, at least one, from those before them within
    the window; its first is predicted from the one id before it. A last, shorter window is scored too.

    Args:
        model: of ids; in evaluation mode.
        ids: (N,) ids.
        lengths: (V,) characters of each id.
        window: characters in a window.
        tell: is told which share is done.

    Returns:
        (N − 1,) nats.
    """
    device = model.head.weight.device
    return _by_windows(lambda piece: model(piece.to(device))[0], ids, lengths, window, tell)


def windowed_by_steps(engine: Engine, vocabulary: Vocabulary, ids: Ids) -> float:
    """Nats a character of a text in windows, step by step as when writing: what int8 weights are judged by."""

    def logits(piece: Tensor) -> Tensor:
        steps = engine.begin(len(piece))
        return torch.stack([steps.step(column.tolist()).clone() for column in piece.unbind(1)], dim=1)

    lengths = characters_of(vocabulary)
    return float(_by_windows(logits, ids, lengths, WINDOW, None).sum()) / int(lengths[ids[1:]].sum())


@torch.no_grad()
def _by_windows(
    logits: Callable[[Tensor], Tensor],
    ids: Ids,
    lengths: NDArray[np.int64],
    window: int,
    tell: Callable[[float], None] | None,
) -> Floats:
    starts = np.array(window_starts(lengths[ids], window))
    ends = np.append(starts[1:], len(ids) - 1)
    losses = np.empty(len(ids) - 1)
    for first in range(0, len(starts), WINDOWS_AT_ONCE):
        some, until = starts[first : first + WINDOWS_AT_ONCE], ends[first : first + WINDOWS_AT_ONCE]
        # Shorter windows are filled up at their ends with ids that are predicted but not counted.
        places = np.minimum(some[:, None] + np.arange((until - some).max() + 1), len(ids) - 1)
        piece = torch.from_numpy(ids[places].astype(np.int64))
        found = _losses(logits(piece[:, :-1]), piece[:, 1:])
        counted = some[:, None] + np.arange(1, places.shape[1]) <= until[:, None]
        losses[some[0] : until[-1]] = found[counted]
        if tell is not None:
            tell(min(1.0, (first + WINDOWS_AT_ONCE) / len(starts)))
    return losses


def window_starts(lengths: NDArray[np.int64], window: int) -> list[int]:
    """Where windows of at most so many predicted characters begin: the place of the id before the first of them."""
    ends = np.cumsum(lengths[1:])  # characters predicted up to and with each id
    starts, place, told = [], 0, 0
    while place < len(ends):
        starts.append(place)
        place = max(place + 1, int(np.searchsorted(ends, told + window, side="right")))
        told = int(ends[place - 1])
    return starts


def _losses(output: Tensor, targets: Tensor) -> Floats:
    """(B, T, V) logits, (B, T) ids -> (B, T) nats."""
    losses = functional.cross_entropy(
        output.float().flatten(0, 1), targets.to(output.device).flatten(), reduction="none"
    )
    return losses.view(targets.shape).double().cpu().numpy()


def all_scores(writer: Writer, ids: Ids, tell: Callable[[float], None] | None = None) -> dict[str, Any]:
    """How surprised a writer is by a text of (N,) ids.

    Returns:
        nats_per_char_windows, nats_per_char_streamed, bits_per_char (by windows), characters, parameters; also
        nats_per_char_int8, by windows, where int8 weights can be stepped on.
    """
    found = score(writer.model, writer.vocabulary, ids, tell)
    told: dict[str, Any] = {
        "nats_per_char_windows": found.windows,
        "nats_per_char_streamed": found.streamed,
        "bits_per_char": found.windows / math.log(2),
        "characters": found.characters,
        "parameters": writer.model.parameter_count(),
    }
    if runs_graphs(writer.model):
        told["nats_per_char_int8"] = windowed_by_steps(open_engine(writer.model, "int8"), writer.vocabulary, ids)
    return told


def ngram_score(learnt: Sequence[str], held_out: Sequence[str]) -> dict[str, float]:
    """What the character 5-gram, counted on one part of a text, scores on the other: ngram_nats_per_char, streamed.

    It predicts the characters after the first, as the writer does, from those before them in that part.
    """
    vocabulary = build_characters([*learnt, *held_out], boundary=len(learnt) + len(held_out) > 2)
    counted = fit_ngrams(encode_compactly(vocabulary, learnt), NGRAM_ORDER, vocabulary.size)
    ids = encode_compactly(vocabulary, held_out)
    return {"ngram_nats_per_char": counted.nats_per_token(ids[1:], ids[:1])}
