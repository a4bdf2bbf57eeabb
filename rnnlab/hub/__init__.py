"""The wire to the Hugging Face Hub: push, pull, find, jobs, spaces."""

from __future__ import annotations

from rnnlab.hub.finding import ORDERS, Found, find
from rnnlab.hub.jobs import Flavor, Submitted, cancel, flavors, follow, submit
from rnnlab.hub.jobs import find as find_job
from rnnlab.hub.metadata import Seen, look
from rnnlab.hub.pulling import Pulled, load_pulled, own_token, pull
from rnnlab.hub.pushing import check_target, push
from rnnlab.hub.spaces import deploy

__all__ = [
    "ORDERS",
    "Flavor",
    "Found",
    "Pulled",
    "Seen",
    "Submitted",
    "cancel",
    "check_target",
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
