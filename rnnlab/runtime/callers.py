"""On whose behalf something is opened: the person at this machine, or a visitor of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from rnnlab import hub

# What a visitor's wish may take of a page's memory: opened, a weight takes some 25 bytes for a moment.
MOST_WEIGHTS = 40_000_000
MOST_TRAINING_BYTES = 1_500_000_000


@dataclass(frozen=True)
class Caller:
    """Who asks, which decides what of this machine may be opened and with whose token the Hub is asked.

    at_this_machine: whether it is the person whose machine this is, who may open its folders and any size. token: of
    the Hub, the caller's own; None is the one that this machine is signed in with for that person, and a stranger's for
    a visitor. client: whose share of the machine a visitor uses: their address, or "" if it is unknown.
    """

    at_this_machine: bool
    token: str | None = field(default=None, repr=False)
    client: str = ""

    @property
    def most_weights(self) -> float:
        """How many weights a checkpoint that this caller opens may have."""
        return math.inf if self.at_this_machine else MOST_WEIGHTS

    @property
    def most_training_bytes(self) -> float:
        """How much memory a training that this caller starts may take."""
        return math.inf if self.at_this_machine else MOST_TRAINING_BYTES

    @property
    def hub_token(self) -> str | None:
        """The token to ask the Hub with; None asks as a stranger. The machine's own is never a visitor's."""
        if self.token is None and self.at_this_machine:
            return hub.own_token()
        return self.token


OWNER = Caller(at_this_machine=True)
STRANGER = Caller(at_this_machine=False)


def visitor(token: str | None, client: str = "") -> Caller:
    """A visitor of the page who is signed in with this token; who is not is a stranger."""
    return Caller(at_this_machine=False, token=token, client=client)
