"""The wire to the Hugging Face Hub: push, pull, find, jobs, spaces, ledgers."""

from __future__ import annotations

from rnnlab.hub.finding import ORDERS, find
from rnnlab.hub.jobs import Flavor, Submitted, cancel, flavors, follow, submit
from rnnlab.hub.jobs import find as find_job
from rnnlab.hub.ledgers import Kept, Ledger, add_file, publish_scores, read_ledger, read_ledger_or_new, read_scores
from rnnlab.hub.pulling import load_pulled, look, own_token, pull
from rnnlab.hub.pushing import check_target, push
from rnnlab.hub.spaces import deploy

__all__ = ["ORDERS", "Flavor", "Submitted"]
__all__ += ["cancel", "find_job", "flavors", "follow", "submit"]
__all__ += ["Kept", "Ledger", "add_file", "publish_scores", "read_ledger", "read_ledger_or_new", "read_scores"]
__all__ += ["check_target", "deploy", "find", "load_pulled", "look", "own_token", "pull", "push"]
