"""How well a model foretells a text, by both protocols in use; knows no training and no files.

Streamed: one pass, the state carried from the first id to the last. Windows: pieces of 256 that know nothing of each
other, as Transformers with such a context are scored (nanoGPT's figures are of this kind). A recurrent network that
carries its state has the easier task when streamed, so both are told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from rnnlab.errors import DataError
from rnnlab.nn.model import SequenceModel

Ids = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]

WINDOW = 256
CHUNK = 512  # steps run at once when streaming
WINDOWS_AT_ONCE = 64


def streamed_losses(model: SequenceModel, ids: Ids, streams: int = 1) -> Floats:
    """Negative log-probability of each id after its stream's first, the state carried.

    Args:
        model: of ids; in evaluation mode.
        ids: (N,) ids.
        streams: into how many streams of equal length to cut them; ids left over at the front are passed over.

    Returns:
        (streams·(N // streams) − 1 each,) nats: with one stream (N − 1,).

    Raises:
        DataError: fewer than two ids.
    """
    if len(ids) < 2:
        raise DataError(f"{len(ids)} ids are too few to score; give at least 2.")
    streams = min(streams, len(ids) // 2)
    length = len(ids) // streams
    rows = torch.from_numpy(ids[len(ids) - streams * length :].astype(np.int64)).view(streams, length)
    device, state, losses = model.head.weight.device, None, []
    with torch.no_grad():
        for start in range(0, length - 1, CHUNK):
            piece = rows[:, start : start + CHUNK + 1].to(device)
            output, state = model(piece[:, :-1], state)
            losses.append(_losses(output, piece[:, 1:]))
    return np.concatenate(losses, axis=1).ravel()


def windowed_losses(model: SequenceModel, ids: Ids, window: int = WINDOW) -> Floats:
    """Negative log-probability of each id but the first, in windows of `window` predictions, each from an empty state.

    Window k predicts ids k·window + 1 … (k + 1)·window from those before it within the window, its first from the one
    id before it; a last, shorter window is scored too.

    Returns:
        (N − 1,) nats.

    Raises:
        DataError: fewer than two ids.
    """
    if len(ids) < 2:
        raise DataError(f"{len(ids)} ids are too few to score; give at least 2.")
    whole = torch.from_numpy(ids.astype(np.int64))
    full = (len(ids) - 1) // window
    starts = torch.arange(full) * window
    device, losses = model.head.weight.device, []
    with torch.no_grad():
        for some in torch.split(starts, WINDOWS_AT_ONCE):
            piece = whole[some[:, None] + torch.arange(window + 1)].to(device)
            losses.append(_losses(model(piece[:, :-1])[0], piece[:, 1:]).ravel())
        if full * window + 1 < len(ids):
            piece = whole[None, full * window :].to(device)
            losses.append(_losses(model(piece[:, :-1])[0], piece[:, 1:]).ravel())
    return np.concatenate(losses)


def _losses(output: torch.Tensor, targets: torch.Tensor) -> Floats:
    """(B, T, V) logits, (B, T) ids -> (B, T) nats."""
    losses = functional.cross_entropy(output.float().flatten(0, 1), targets.flatten(), reduction="none")
    return losses.view(targets.shape).double().cpu().numpy()
