"""A ledger's published scores, `scores.json`, read as strictly as any stranger's file."""

from __future__ import annotations

from typing import Any

from rnnlab import hub
from rnnlab.data.json_objects import parse_object
from rnnlab.data.kinds import DAY, SHARE, Kind, find_fault, listed, maybe, number, record, text, whole
from rnnlab.errors import HubError
from rnnlab.tasks.forecast.ledger.entries import NAMES
from rnnlab.tasks.forecast.ledger.scoring import BASELINES, LOSSES

LARGEST = 20_000_000  # bytes
_DIFFERENCE = record({"difference": number(), "t": maybe(number()), "p": maybe(number())})
_SCORES = record({"crps": number(), "log_score": number(), "coverage80": SHARE, "coverage95": SHARE})
_COMMON: dict[str, Kind] = {
    "days": whole(1),
    "scores": record(dict.fromkeys(NAMES, _SCORES)),
    "against": record(dict.fromkeys(BASELINES, record(dict.fromkeys(LOSSES, _DIFFERENCE)))),
}
_SERIES: dict[str, Kind] = {"series": text(60), "model": text(200), "revision": text(64)}
_PUBLISHED = record(
    {
        "repo": text(200),
        "commit": text(64),
        "sums": listed(record(_SERIES | _COMMON), most=10_000),
        "all": maybe(record({"entries": whole(1), "series": whole(1)} | _COMMON)),
        "running": listed(record({"session": DAY} | dict.fromkeys(BASELINES, number())), most=100_000),
        "waiting": whole(),
        "altered": listed(record({"file": text(200), "what": text(200)})),
        "refused": listed(record({"series": text(60), "session": text(10), "file": text(200), "why": text(1000)})),
        "missed": listed(record({"series": text(60), "session": DAY})),
    }
)


def read_published(repo: str, token: str | None = None) -> dict[str, Any]:
    """The scores that `ledger score --publish` has put beside a ledger's entries, keys as `scoring.score` gives them.

    Raises:
        HubError: there are none that this caller may see, they are damaged, or the Hub refuses, fails or is too slow.
    """
    raw = hub.read_scores(repo, token)
    try:
        found = parse_object(raw) if len(raw) <= LARGEST else {}
    except ValueError as error:
        raise HubError(f"The scores of {repo} are no JSON that can be read; publish them anew.") from error
    if fault := find_fault(found, _PUBLISHED):
        raise HubError(f"The scores of {repo} are damaged: {fault.told()}; publish them anew.")
    return found
