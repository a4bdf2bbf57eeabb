"""The panel "Can I trust it?": a back-test's record in plain words and small pictures; knows no test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rnnlab.tasks.forecast.page.panels import ROWS
from rnnlab.widgets.wording import day_text, price_text

SURE = 0.05  # p-value below which misses are said to cluster
HIGHEST = 2.0  # of a bar, in times what is due
WIDEST = 0.10  # of a skill's axis, on either side; what is beyond stands at its end
THINNEST = 2.5  # percent of the axis
DUE = 0.8  # what the 80 % band should hold


def trust(scores: dict[str, Any] | None, details: dict[str, Any] | None = None) -> str:
    """What the record of a back-test says of the bands, and its details; "" where there is none.

    Args:
        scores: the JSON of a back-test.
        details: what rnnlab.tasks.forecast.judge.diagnostics says of it.
    """
    record = (scores or {}).get("record")
    if not record:
        return ""
    sentences = "".join(f"<li>{_held(percent, band)}</li>" for percent, band in record["bands"].items())
    closer = ""
    if details is not None:
        worst = _worst(details["worst"], (scores or {}).get("decimals"))
        closer = _months(details["months"]) + _skill(details["skill"]) + worst
    return (
        f'<section class="scores trust"><h3>Can I trust it?</h3><ul>{sentences}<li>{_clusters(record["bands"])}</li>'
        f'<li>{_calibrated(record["bands"])}</li></ul><div class="looks">{_histogram(record["histogram"])}{closer}'
        f"</div></section>"
    )


def _held(percent: str, band: dict[str, Any]) -> str:
    raw, aim = band["raw"], int(percent) / 100
    bounds = f"{_share(raw['low'])} to {_share(raw['high'])}"
    if raw["low"] <= aim <= raw["high"]:
        judged = f"{percent} % is within the 95 % interval, {bounds}"
    else:
        judged = f"{percent} % is outside the 95 % interval, {bounds}: the band is too " + (
            "narrow" if raw["share"] < aim else "wide"
        )
    return f"Coverage of the {percent} % band <b>{_share(raw['share'])}</b>; {judged}."


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
    heights = [min(count / due, HIGHEST) / HIGHEST for count in counts]
    titles = [f"{count} days in tenth {tenth}" for tenth, count in enumerate(counts, 1)]
    fullest, emptiest = max(counts) / due - 1, 1 - min(counts) / due
    words = (
        f"A right forecast has as many days in each tenth of it, {due:.0f} here; the fullest has {100 * fullest:.0f} % "
        f"more, the emptiest {100 * emptiest:.0f} % fewer."
    )
    return _bars("Where outcomes fell", heights, titles, 1 / HIGHEST, ("below the forecast", "above"), words)


def _months(months: Sequence[dict[str, Any]]) -> str:
    """Bars of how often the 80 % band held, month by month, beside the line of 80 %."""
    titles = [
        f"{one['month']}: held {_share(one['raw'])} of {one['days']} days, calibrated {_share(one['calibrated'])}"
        for one in months
    ]
    whole = [one for one in months if one["days"] >= 10] or list(months)
    least = min(whole, key=lambda one: float(one["raw"]))
    words = (
        f"The 80 % band month by month; the line is 80 %. It held least in {_month(least['month'])}, "
        f"{_share(least['raw'])} of days ({_share(least['calibrated'])} when calibrated)."
    )
    ends = (_month(months[0]["month"]), _month(months[-1]["month"]))
    return _bars("Month by month", [one["raw"] for one in months], titles, DUE, ends, words)


def _bars(
    title: str, heights: Sequence[float], titles: Sequence[str], line: float, ends: tuple[str, str], words: str
) -> str:
    """Bars of heights between 0 and 1 in a frame, with a dashed line across."""
    bars = "".join(
        f'<i style="height:{100 * height:.0f}%" title="{told}"></i>'
        for height, told in zip(heights, titles, strict=True)
    )
    dense = " dense" if len(heights) > 30 else ""
    return (
        f'<figure><h4>{title}</h4><div class="bars{dense}" style="--line-at:{100 * line:.0f}%" role="img" '
        f'aria-label="{words}">{bars}</div><figcaption><span>{ends[0]}</span><span>{ends[1]}</span></figcaption>'
        f'<p class="caption">{words}</p></figure>'
    )


def _skill(skills: dict[str, dict[str, float]]) -> str:
    """What share of each baseline's CRPS the model saves, with the bounds of what its record leaves possible."""
    rows = []
    for name in (name for name in ROWS if name in skills):
        one = skills[name]
        low, high = (min(max(one[end], -WIDEST), WIDEST) for end in ("low", "high"))
        width = max(50 * (high - low) / WIDEST, THINNEST)
        left = min(50 + 50 * low / WIDEST, 100 - width)
        rows.append(
            f'<tr><th scope="row">{ROWS[name][0]}</th><td>{_signed(one["skill"])}</td>'
            f"<td>{_signed(one['low'])} to {_signed(one['high'])}</td>"
            f'<td class="span"><i style="left:{left:.1f}%;width:{width:.1f}%"></i></td></tr>'
        )
    sure = [ROWS[name][0] for name in ROWS if name in skills and skills[name]["low"] > 0]
    words = (
        f"CRPS saved against each baseline, with its 95 % interval; right of the line the model is better. "
        f"Significantly better than {', '.join(sure) or 'none'}."
    )
    return (
        f'<figure class="skill"><h4>Against each baseline</h4><table><tbody>{"".join(rows)}</tbody></table>'
        f'<p class="caption">{words}</p></figure>'
    )


def _worst(days: Sequence[dict[str, Any]], decimals: int | None) -> str:
    """The days on which the forecast was furthest from what came."""
    rows = "".join(
        f'<tr><th scope="row">{day_text(date.fromisoformat(day["date"]))}</th><td>{_signed(day["change"] / 100)}</td>'
        f"<td>{price_text(day['close'], decimals)}</td>"
        f"<td>{price_text(day['lower80'], decimals)} – {price_text(day['upper80'], decimals)}</td></tr>"
        for day in days
    )
    return (
        '<figure class="worst"><h4>Its worst days</h4><table><thead><tr><td></td><th scope="col">Change</th>'
        f'<th scope="col">Close</th><th scope="col">80 % band</th></tr></thead><tbody>{rows}</tbody></table>'
        '<p class="caption">The days with the highest CRPS.</p></figure>'
    )


def _month(written: str) -> str:
    """A month as Aug 2015, of 2015-08."""
    return f"{date.fromisoformat(written + '-01'):%b %Y}"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f} %".replace("-", "−")


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
