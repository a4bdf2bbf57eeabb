"""The model card of a checkpoint, and later its way to and from the Hugging Face Hub; knows no page."""

from __future__ import annotations

from rnnlab.train.checkpoint import Checkpoint


def card(checkpoint: Checkpoint) -> str:
    """Write a checkpoint's model card from its own record: Markdown with the Hub's front matter."""
    return "# Draft\n"
