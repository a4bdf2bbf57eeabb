"""The model card of a checkpoint, and its way to and from the Hugging Face Hub; knows no page and no command."""

from __future__ import annotations

from rnnlab.hub.finding import ORDERS, Found, find
from rnnlab.hub.forecast_card import forecast_card
from rnnlab.hub.jobs import Flavor, Submitted, cancel, flavors, follow, submit
from rnnlab.hub.jobs import find as find_job
from rnnlab.hub.metadata import Seen, look
from rnnlab.hub.pulling import Pulled, load_pulled, own_token, pull
from rnnlab.hub.pushing import check_target, check_usable, push
from rnnlab.hub.spaces import deploy
from rnnlab.hub.text_card import text_card
from rnnlab.train.checkpoint.checkpoint import Checkpoint

__all__ = [
    "ORDERS",
    "Flavor",
    "Found",
    "Pulled",
    "Seen",
    "Submitted",
    "cancel",
    "card",
    "check_target",
    "check_usable",
    "deploy",
    "find",
    "find_job",
    "flavors",
    "follow",
    "load_pulled",
    "look",
    "own_token",
    "pull",
    "push",
    "submit",
]

_CARDS = {"forecast": forecast_card, "text": text_card}


def card(checkpoint: Checkpoint) -> str:
    """Write a checkpoint's model card from its own record: Markdown with the Hub's front matter."""
    return _CARDS[checkpoint.task](checkpoint)
