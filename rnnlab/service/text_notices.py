"""What to tell of a writer's training: too little text before it, a loss that still fell after it; trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FEWEST = 3_000  # characters from which the proposed settings beat the 5-gram (docs/experiments.md)
LAST_PART, FALL = 0.25, 0.01  # of the steps, and of the loss: a cosine's end brings less than that


def too_little(characters: int) -> tuple[str, ...]:
    """A sentence on a text that is too short to be learnt from."""
    if characters >= FEWEST:
        return ()
    return (
        f"{characters:,} characters are too few: a network trained on them will hardly beat the 5-gram; "
        f"give at least {FEWEST:,}, or go on from a trained writer (--from).",
    )


def still_falling(curve: Sequence[Mapping[str, Any]], steps: int, epochs: int) -> tuple[str, ...]:
    """A sentence on a training whose validation loss was least at its last step, and still falling.

    Args:
        curve: points with step and validation_loss, in their order.
        steps: of the whole training; one that was ended before says nothing.
        epochs: that it was to take.
    """
    losses = [(point["step"], point.get("validation_loss")) for point in curve]
    told = [(step, loss) for step, loss in losses if loss is not None]
    if len(told) < 2 or told[-1][0] < steps or min(told, key=lambda one: one[1])[0] < steps:
        return ()
    earlier = [loss for step, loss in told if step <= (1 - LAST_PART) * steps] or [told[0][1]]
    if told[-1][1] > (1 - FALL) * earlier[-1]:
        return ()
    words = "The loss on what is held out was still falling at the last step: train longer"
    return (f"{words}, for example with --epochs {2 * epochs}.",)
