"""A ledger's scores in words: a table of sums, what was refused and missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.scoring.baselines import TITLES
from rnnlab.summary import THIS_MODEL, Cells, Table
from rnnlab.tasks.forecast.ledger.entries import MODEL, NAMES
from rnnlab.tasks.forecast.tables import share

MOST_TOLD = 10  # sessions that are listed by name in a sentence
NARROW_HEAD = ("", "CRPS %\nlog score", "Covered\n80 and 95 % band", "CRPS, model\nless this")
HEAD = ("", "days", "", "CRPS %", "log score", "80 % coverage", "95 % coverage", "CRPS, model less this", "t")


def score_lines(answer: Mapping[str, Any]) -> list[str]:
    """What a terminal shows beneath the table."""
    told = [verdict(answer), *odd_lines(answer)]
    if answer["published"]:
        told.append(f"The scores are published at commit {answer['published'][:12]}.")
    return [*told, *answer["notices"]]


def verdict(answer: Mapping[str, Any]) -> str:
    """One sentence on how many entries there are, and one on the model beside each baseline, whoever is better."""
    whole = answer["all"]
    missed, altered = _counted(len(answer["missed"]), "night"), _counted(len(answer["altered"]), "file")
    counts = f"{answer['waiting']} waiting, {len(answer['refused'])} refused, {missed} missed"
    if answer["altered"]:
        counts += f", {altered} altered since"
    if whole is None:
        return f"No entry can be scored yet: {counts}."
    parts = []
    for name, one in whole["against"].items():
        crps = one["crps"]
        better = "lower" if crps["difference"] < 0 else "higher"
        t = "" if crps["t"] is None else f" (t {crps['t']:.1f})"
        parts.append(f"{abs(crps['difference']):.4f} {better} than {TITLES[name]}'s{t}")
    few = "" if whole["days"] >= 20 else "; fewer than 20 days, so no test"
    entries = _counted(whole["entries"], "entry", "entries")
    head = f"{entries} scored on {_counted(whole['days'], 'day')} ({counts})"
    return f"{head}; the model's CRPS is {' and '.join(parts)}{few}."


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def odd_lines(answer: Mapping[str, Any]) -> list[str]:
    """A sentence for each altered file, each refused line, and each series with missed nights."""
    told = [f"altered: {one['file']} {one['what']}; it is scored as it was added" for one in answer["altered"]]
    for one in answer["refused"]:
        what = f"{one['series']} {one['session']}" if one["series"] else one["file"]
        told.append(f"refused: {what}: {one['why']}")
    return told + _missed_lines(answer["missed"])


def _missed_lines(missed: Sequence[Mapping[str, str]]) -> list[str]:
    """A sentence for each series that has sessions without an entry."""
    by_series: dict[str, list[str]] = {}
    for one in missed:
        by_series.setdefault(one["series"], []).append(one["session"])
    return [
        f"missed: {name} has no entry for {', '.join(days[:MOST_TOLD])}"
        + (f" and {len(days) - MOST_TOLD} more" if len(days) > MOST_TOLD else "")
        for name, days in by_series.items()
    ]


def sums_table(answer: Mapping[str, Any]) -> Table:
    """A row for each forecast of each series, then all together."""
    groups = [(f"{one['series']}, {one['model']}@{one['revision'][:7]}", one) for one in answer["sums"]]
    if answer["all"] is not None:
        groups.append(("all", answer["all"]))
    rows = [row for title, one in groups for row in _rows(title, one)]
    caption = f"{answer['repo']} at {answer['commit'][:12]}: one session ahead, lower CRPS and log score are better."
    return Table(caption, HEAD, tuple(rows))


def signed(difference: float) -> str:
    """A difference with its sign, which 0 has none of."""
    return "0.0000" if round(difference, 4) == 0 else f"{difference:+.4f}"


def narrow_table(answer: Mapping[str, Any]) -> Table:
    """The rows of `sums_table` in four columns, which a phone has room for."""
    whole = sums_table(answer)
    rows: list[Cells] = []
    for title, days, name, crps, log_score, covered80, covered95, difference, t in whole.rows:
        head = f"{title}\n{days} {'day' if days == '1' else 'days'}" if title else name
        rows.append((head, f"{crps}\n{log_score}", f"{covered80}\n{covered95}", f"{difference}\n{t and 't ' + t}"))
    return Table(whole.caption, NARROW_HEAD, tuple(rows))


def _rows(title: str, one: Mapping[str, Any]) -> list[Cells]:
    rows: list[Cells] = []
    for name in NAMES:
        scores = one["scores"][name]
        head = (title, str(one["days"]), THIS_MODEL) if name == MODEL else ("", "", TITLES[name])
        crps = one["against"][name]["crps"] if name != MODEL else {"difference": None, "t": None}
        difference = "" if crps["difference"] is None else signed(crps["difference"])
        t = "" if crps["t"] is None else f"{crps['t']:.1f}"
        covered = (share(scores["coverage80"]), share(scores["coverage95"]))
        rows.append((*head, f"{scores['crps']:.4f}", f"{scores['log_score']:.4f}", *covered, difference, t))
    return rows
