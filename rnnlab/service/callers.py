"""On whose behalf something is opened: the person at this machine, or a visitor of the page."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnlab import hub


@dataclass(frozen=True)
class Caller:
    """Who asks, which decides what of this machine may be opened and with whose token the Hub is asked.

    at_this_machine: whether it is the person whose machine this is, who may open its folders. token: of the Hub, the
    caller's own; None is the one that this machine is signed in with for that person, and a stranger's for a visitor.
    """

    at_this_machine: bool
    token: str | None = field(default=None, repr=False)

    @property
    def hub_token(self) -> str | None:
        """The token to ask the Hub with; None asks as a stranger. The machine's own is never a visitor's."""
        if self.token is None and self.at_this_machine:
            return hub.own_token()
        return self.token


OWNER = Caller(at_this_machine=True)
STRANGER = Caller(at_this_machine=False)


def visitor(token: str | None) -> Caller:
    """A visitor of the page who is signed in with this token; who is not is a stranger."""
    return Caller(at_this_machine=False, token=token)
