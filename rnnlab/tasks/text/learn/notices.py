"""What to tell of a writer's training: too little text before it, a loss that still fell after it; trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FEWEST = 3_000  # characters from which the proposed settings beat the 5-gram (docs/experiments.md)
LAST_PART, FALL = 0.25, 0.01  # of the steps, and of the loss: the end of a schedule brings less than that


def too_little(characters: int) -> tuple[str, ...]:
    """A sentence on a text that is too short to train on."""
    if characters >= FEWEST:
        return ()
    return (
        f"{characters:,} characters are too few: a network trained on them will hardly beat the 5-gram; "
        f"give at least {FEWEST:,}, or fine-tune a trained writer with --from.",
    )


def best_at_last(curve: Sequence[Mapping[str, Any]], steps: int, longer: str, *, ahead: bool = True) -> tuple[str, ...]:
    """A sentence on a training whose validation loss was least at its last step: would a longer one do better?

    Args:
        curve: points with step and validation_loss, in their order.
        steps: of the whole training; one that was ended before says nothing.
        longer: the setting for twice the passes or steps, such as "--epochs 40".
        ahead: whether the 5-gram was beaten.
    """
    losses = [(point["step"], point.get("validation_loss")) for point in curve]
    told = [(step, loss) for step, loss in losses if loss is not None]
    if not told or told[-1][0] < steps or min(told, key=lambda one: one[1])[0] < steps:
        return ()
    step, loss = ([one for one in told if one[0] <= (1 - LAST_PART) * steps] or told[:1])[-1]
    fall = 1 - told[-1][1] / loss
    if len(told) == 1 or fall > FALL or not ahead:
        return (f"The validation loss was lowest at the last step: train longer, for example with {longer}.",)
    return (
        f"The last step had the lowest validation loss, {100 * fall:.1f} % below that of step {step:,}; "
        f"training longer, for example with {longer}, may improve it slightly.",
    )
