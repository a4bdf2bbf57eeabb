"""A ledger's entries scored by what came: the model beside HAR and GARCH, losses unaltered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from rnnlab import hub
from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.scoring.evidence import LEAST_DAYS as LEAST_PANEL
from rnnlab.scoring.evidence import panel_test
from rnnlab.scoring.forecasts import LEAST_DAYS, diebold_mariano
from rnnlab.tasks.forecast.data import AS_WRITTEN, PriceReading, open_distinct
from rnnlab.tasks.forecast.ledger.entries import MODEL, NAMES, TIME
from rnnlab.tasks.forecast.ledger.outcomes import Outcomes, Scorable, outcomes

LOSSES = ("crps", "log_score")
BASELINES = tuple(name for name in NAMES if name != MODEL)
Nights = list[dict[str, Any]]


def score(
    repo: str,
    data: Sequence[str],
    *,
    publish: bool = False,
    reading: PriceReading = AS_WRITTEN,
    caller: Caller = OWNER,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> dict[str, Any]:
    """Score every entry of a ledger whose session has a price.

    Args:
        repo: "owner/name" of the ledger.
        data: tickers and files with the prices since; a series is found by its name.
        publish: put the scores beside the entries, for a page to show; those of each night are left out there.
        now: the clock by which a session is over or not.

    Returns:
        {repo, commit (of the ledger), published, nights, sums, all, running, waiting, refused, altered, missed,
        without_prices, notices}; docs/ledger.md describes each.

    Raises:
        RnnlabError: prices cannot be read, or the ledger has no entry.
        HubError: there is no such ledger, or the Hub refuses, fails or cannot be reached.
    """
    series = {prices.name: prices for prices in open_distinct(data, reading)}
    ledger = hub.read_ledger(repo, caller.hub_token)
    if not (ledger.files or ledger.by_hand):
        raise RnnlabError(f"{repo} has no entries yet; write some with `ledger commit`.")
    found = outcomes(ledger, series, now())
    nights = [_night(one) for one in found.scorable]
    answer: dict[str, Any] = {"repo": repo, "commit": ledger.commit, "sums": sums(nights), "all": together(nights)}
    answer |= {"running": running(nights), "waiting": len(found.waiting), "without_prices": found.without_prices}
    answer |= {"altered": [{"file": one.path, "what": one.altered} for one in found.altered]}
    answer |= {"refused": _refused(found), "missed": [{"series": name, "session": day} for name, day in found.missed]}
    answer["notices"] = [f"{prices.name}: {one}" for prices in series.values() for one in prices.notices]
    answer["notices"] += _notices(found)
    published = None
    if publish:
        published = hub.publish_scores(repo, caller.hub_token, json.dumps(answer, allow_nan=False).encode())
    return answer | {"nights": nights, "published": published}


def _night(one: Scorable) -> dict[str, Any]:
    """An entry with its outcome and its scores."""
    entry, came = one.entry, np.array([one.outcome])
    scores = {}
    for name in NAMES:
        density = entry.density(name)
        inside = {}
        for percent in (80, 95):
            lower, upper = density.interval(percent / 100)
            inside[f"inside{percent}"] = bool(lower[0] <= one.outcome <= upper[0])
        crps, nats = float(density.crps(came)[0]), float(-density.log_density(came)[0])
        scores[name] = {"crps": crps, "log_score": nats, **inside}
    told = {name: getattr(entry, name) for name in ("series", "last_day", "session", "model", "revision")}
    return told | {
        "file": one.kept.path,
        "commit": one.kept.commit,
        "committed": f"{one.kept.committed:{TIME}}",
        "outcome": one.outcome,
        "scores": scores,
    }


def sums(nights: Nights) -> list[dict[str, Any]]:
    """By model, revision and series: days, mean scores, and the mean differences from the baselines with their t."""
    groups: dict[tuple[str, ...], Nights] = {}
    for one in nights:
        groups.setdefault((one["model"], one["revision"], one["series"]), []).append(one)
    told = []
    for (model, revision, series), group in groups.items():
        ordered = sorted(group, key=lambda one: str(one["session"]))
        against = {name: {loss: _difference(ordered, name, loss) for loss in LOSSES} for name in BASELINES}
        head = {"model": model, "revision": revision, "series": series}
        told.append(head | {"days": len(group), "scores": _means(group), "against": against})
    return told


def together(nights: Nights) -> dict[str, Any] | None:
    """The same over all entries, whatever the model; t is that of the panel test. None without an entry."""
    if not nights:
        return None
    against = {name: {loss: _panel(nights, name, loss) for loss in LOSSES} for name in BASELINES}
    counts = {"series": len({one["series"] for one in nights}), "days": len({one["session"] for one in nights})}
    return counts | {"entries": len(nights), "scores": _means(nights), "against": against}


def running(nights: Nights) -> list[dict[str, Any]]:
    """By session, the mean difference in CRPS from each baseline over all sessions up to it, below 0 if better."""
    if not nights:
        return []
    means = {name: _daily(nights, name, "crps").mean(axis=1).expanding().mean() for name in BASELINES}
    days = sorted({str(one["session"]) for one in nights})
    return [{"session": day, **{name: float(mean[day]) for name, mean in means.items()}} for day in days]


def _means(nights: Nights) -> dict[str, dict[str, float]]:
    """Of each forecast: mean crps and log_score, and the shares of outcomes within its bands."""
    names = {"crps": "crps", "log_score": "log_score", "coverage80": "inside80", "coverage95": "inside95"}
    return {
        name: {told: float(np.mean([one["scores"][name][key] for one in nights])) for told, key in names.items()}
        for name in NAMES
    }


def _difference(nights: Nights, name: str, loss: str) -> dict[str, float | None]:
    """The model's mean loss less a baseline's on one series, and Diebold & Mariano's t; None for fewer than 8 days."""
    own, other = (np.array([one["scores"][key][loss] for one in nights]) for key in (MODEL, name))
    test = diebold_mariano(own, other) if len(nights) >= LEAST_DAYS else None
    return _told(float(np.mean(own - other)), test)


def _panel(nights: Nights, name: str, loss: str) -> dict[str, float | None]:
    """The same over several series by day, by the panel test; its t is None for fewer than 20 days."""
    daily = _daily(nights, name, loss)
    test = panel_test(daily.to_numpy()) if len(daily) >= LEAST_PANEL else None
    return _told(float(daily.mean(axis=1).mean()), test)


def _told(difference: float, test: Any) -> dict[str, float | None]:
    """A mean difference, its t and p; a t that is infinite, as all days differ alike, is none."""
    known = test is not None and np.isfinite(test.statistic)
    t, p = (test.statistic, test.p_value) if known else (None, None)
    return {"difference": difference, "t": t, "p": p}


def _daily(nights: Nights, name: str, loss: str) -> pd.DataFrame:
    """The model's loss less a baseline's: a row a session, ascending, a column a series."""
    daily: dict[str, dict[str, float]] = {}
    for one in nights:
        difference = one["scores"][MODEL][loss] - one["scores"][name][loss]
        daily.setdefault(one["series"], {})[one["session"]] = difference
    return pd.DataFrame(daily).sort_index()


def _refused(found: Outcomes) -> list[dict[str, Any]]:
    return [
        {
            "series": one.series,
            "session": one.session,
            "kind": one.kind,
            "why": one.why,
            "file": one.kept.path,
            "committed": f"{one.kept.committed:{TIME}}",
        }
        for one in found.refused
    ]


def _notices(found: Outcomes) -> list[str]:
    """On what is scored otherwise than a reader may think."""
    told = [
        f"{name}: on {count} of the last days known the close reads differently now, as adjusted prices do; returns "
        f"are taken from the prices of today."
        for name, count in found.readjusted.items()
    ]
    if found.without_prices:
        names = ", ".join(sorted(found.without_prices))
        told.append(f"No prices were given of {names}, so their entries are not scored; add them to --data.")
    return told
