"""The panel "Can I trust it?": a back-test's record in plain words and one small picture; knows no test."""

from __future__ import annotations

from typing import Any

SURE = 0.05  # p-value below which misses are said to cluster
HIGHEST = 2.0  # of a bar, in times what is due


def trust(scores: dict[str, Any] | None) -> str:
    """What the record of a back-test says of the bands; "" where there is none."""
    record = (scores or {}).get("record")
    if not record:
        return ""
    sentences = "".join(f"<li>{_held(percent, band)}</li>" for percent, band in record["bands"].items())
    return (
        f'<section class="scores trust"><h3>Can I trust it?</h3><ul>{sentences}<li>{_clusters(record["bands"])}</li>'
        f"<li>{_calibrated(record['bands'])}</li></ul>{_histogram(record['histogram'])}</section>"
    )


def _held(percent: str, band: dict[str, Any]) -> str:
    raw, aim = band["raw"], int(percent) / 100
    bounds = f"{_share(raw['low'])} to {_share(raw['high'])}"
    if raw["low"] <= aim <= raw["high"]:
        judged = f"{percent} % lies among what such a record leaves possible, {bounds}"
    else:
        judged = f"{percent} % lies outside what such a record leaves possible, {bounds}: the band is too " + (
            "narrow" if raw["share"] < aim else "wide"
        )
    return f"The {percent} % band held <b>{_share(raw['share'])}</b> of days; {judged}."


def _clusters(bands: dict[str, Any]) -> str:
    p_value = bands["80"]["independence_p"]
    if p_value is None:
        return "Days overlap at this horizon, so whether misses come together cannot be told."
    if p_value < SURE:
        return f"Misses come in clusters (Christoffersen's test, p = {p_value:.2g}): after one bad day, expect another."
    return f"Misses come alone: a miss says nothing of the next day (Christoffersen's test, p = {p_value:.2g})."


def _calibrated(bands: dict[str, Any]) -> str:
    told = []
    for percent, band in bands.items():
        wider = band["width_calibrated"] / band["width"]
        told.append(f"{_share(band['calibrated']['share'])} in {percent} % bands {wider:.2f} times as wide")
    return f"Widened after each miss and narrowed after each hit, it would have held {' and '.join(told)}."


def _histogram(counts: list[int]) -> str:
    """Bars of how often outcomes fell into each tenth of the forecast, beside the line of what is due."""
    due = sum(counts) / len(counts)
    bars = "".join(
        f'<i style="height:{100 * min(count / due, HIGHEST) / HIGHEST:.0f}%" title="{count} days in tenth {tenth}"></i>'
        for tenth, count in enumerate(counts, 1)
    )
    fullest, emptiest = max(counts) / due - 1, 1 - min(counts) / due
    words = (
        f"A right forecast has as many days in each tenth of it, {due:.0f} here; the fullest has {100 * fullest:.0f} % "
        f"more, the emptiest {100 * emptiest:.0f} % fewer."
    )
    return (
        f'<figure><div class="bars" role="img" aria-label="{words}">{bars}</div>'
        f"<figcaption><span>lower than foretold</span><span>higher</span></figcaption></figure>"
        f'<p class="caption">{words}</p>'
    )


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
