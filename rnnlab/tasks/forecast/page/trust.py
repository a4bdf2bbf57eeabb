"""The panel "Can I trust it?": a back-test's record in plain words and small pictures; independent of any test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rnnlab.summary import Table
from rnnlab.tasks.forecast.page.panels import ROWS
from rnnlab.tasks.forecast.risk_tables import STORMS, storm_sentence
from rnnlab.tasks.forecast.tables import share
from rnnlab.widgets import html
from rnnlab.widgets.wording import day_text, price_text

SURE = 0.05  # p-value below which misses cluster significantly
HIGHEST = 2.0  # of a bar, in times what is due
WIDEST = 0.10  # of a skill's axis, on either side; what is beyond stands at its end
THINNEST = 2.5  # percent of the axis
DUE = 0.8  # coverage that the 80 % band should have


def trust(scores: dict[str, Any] | None, details: dict[str, Any] | None = None) -> str:
    """What the record of a back-test says of the bands, and its details; "" where there is none.

    Args:
        scores: the JSON of a back-test.
        details: what rnnlab.tasks.forecast.judge.diagnostics says of it.
    """
    record = (scores or {}).get("record")
    if not record:
        return ""
    bands, pictures = record["bands"], _histogram(record["histogram"])
    sentences = [*(_coverage(percent, band) for percent, band in bands.items()), _clusters(bands), _calibrated(bands)]
    if terciles := record.get("terciles"):
        sentences.append(storm_sentence(terciles, (scores or {})["horizon"]))
        pictures += _storms(terciles)
    pictures += _risk(scores or {})
    if details is not None:
        worst = _worst(details["worst"], (scores or {}).get("decimals"))
        pictures += _months(details["months"]) + _skill(details["skill"]) + worst
    return (
        f'<section class="scores trust"><h3>Can I trust it?</h3><ul>{"".join(f"<li>{one}</li>" for one in sentences)}'
        f'</ul><div class="looks">{pictures}</div></section>'
    )


def _coverage(percent: str, band: dict[str, Any]) -> str:
    raw, aim = band["raw"], int(percent) / 100
    interval = f"the 95 % interval, {100 * raw['low']:.1f}–{share(raw['high'])}"
    if raw["low"] <= aim <= raw["high"]:
        judged = f"{percent} % is within {interval}"
    else:
        narrow = raw["share"] < aim
        judged = f"{percent} % is outside {interval}: the band is too {'narrow' if narrow else 'wide'}"
    return f"Coverage of the {percent} % band: <b>{share(raw['share'])}</b>; {judged}."


def _clusters(bands: dict[str, Any]) -> str:
    p_value = bands["80"]["independence_p"]
    if p_value is None:
        return "Forecasts overlap at this horizon, so whether misses cluster is not tested."
    test = f"(Christoffersen's test, p = {p_value:.2g})"
    if p_value < SURE:
        return f"Misses cluster {test}: another miss is more likely after one."
    return f"Misses do not cluster significantly {test}."


def _calibrated(bands: dict[str, Any]) -> str:
    each = (
        f"{share(band['calibrated']['share'])} ({percent} % band, {band['width_calibrated'] / band['width']:.2f} times "
        f"as wide)"
        for percent, band in bands.items()
    )
    return f"Calibrated bands widen after a miss and narrow after a hit; their coverage is {' and '.join(each)}."


def _histogram(counts: list[int]) -> str:
    """Bars of how many outcomes fell into each decile of the forecast, beside the line of what is due."""
    due = sum(counts) / len(counts)
    heights = [min(count / due, HIGHEST) / HIGHEST for count in counts]
    titles = [f"{count} days in decile {decile}" for decile, count in enumerate(counts, 1)]
    most, least = max(counts) / due - 1, 1 - min(counts) / due
    words = (
        f"A calibrated forecast puts the same number of days in each decile, {due:.0f} here; the fullest has "
        f"{100 * most:.0f} % more, the emptiest {100 * least:.0f} % fewer."
    )
    return _bars("Outcomes by decile", heights, titles, 1 / HIGHEST, ("lowest decile", "highest"), words)


def _months(months: Sequence[dict[str, Any]]) -> str:
    """Bars of the 80 % band's coverage, month by month, beside the line of 80 %."""
    titles = [
        f"{one['month']}: coverage {share(one['raw'])} of {one['days']} days, calibrated {share(one['calibrated'])}"
        for one in months
    ]
    whole = [one for one in months if one["days"] >= 10] or list(months)
    least = min(whole, key=lambda one: float(one["raw"]))
    words = (
        f"Coverage of the 80 % band by month; the line is 80 %. Lowest in {_month(least['month'])}: "
        f"{share(least['raw'])}, {share(least['calibrated'])} when calibrated."
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
    drawn = (
        f'<div class="bars{dense}" style="--line-at:{100 * line:.0f}%" role="img" aria-label="{words}">{bars}</div>'
        f"<figcaption><span>{ends[0]}</span><span>{ends[1]}</span></figcaption>"
    )
    return _figure("", title, drawn, words)


def _storms(terciles: Sequence[dict[str, Any]]) -> str:
    """The bands' coverage by tercile of volatility, raw and calibrated."""
    rows = []
    for name, one in zip(STORMS, terciles, strict=True):
        covered = (share(one[key]) for key in ("coverage80", "calibrated80", "coverage95", "calibrated95"))
        rows.append((f"{name}\n{one['days']:,} days, {one['low']:.1f}–{one['high']:.1f} %", *covered))
    table = html.table_of(Table("", ("", "80 %", "calibrated", "95 %", "calibrated"), tuple(rows)))
    words = "Coverage of the bands by tercile of the running volatility (percent a day) known the day before."
    return _figure("storms", "In calm and in storms", _scrolled(table), words)


def _risk(scores: dict[str, Any]) -> str:
    """The back-test of value at risk beside the baselines'; "" for horizons over a day."""
    tails = scores.get("value_at_risk")
    if not tails:
        return ""
    models = {"model": scores} | {name: scores["baselines"].get(name) or {} for name in ROWS if name != "model"}
    rows = []
    for name, one in models.items():
        if own := one.get("value_at_risk"):
            cells = ((str(t["breaches"]), f"{t['conditional_p']:.2g}", _joint(t)) for t in own.values())
            rows.append((ROWS[name][0], *(text for level in cells for text in level)))
    heads = (f"{level} %\n{what}" for level in tails for what in ("beyond", "p", "score ↓"))
    due = " and ".join(f"{(1 - int(level) / 100) * scores['n']:.0f}" for level in tails)
    words = (
        f"Days with a loss beyond the value at risk, of which {due} are due; p below 0.05: too many, too few or "
        f"clustered (Christoffersen); score: of value at risk and expected shortfall together (Fissler–Ziegel)."
    )
    return _figure(
        "risk", "Value at risk, long position", _scrolled(html.table_of(Table("", ("", *heads), tuple(rows)))), words
    )


def _joint(tail: dict[str, Any]) -> str:
    return "–" if tail["joint_score"] is None else f"{tail['joint_score']:.3f}"


def _scrolled(table: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Scores">{table}</div>'


def _skill(skills: dict[str, dict[str, float]]) -> str:
    """The share of each baseline's CRPS that the model saves, with its 95 % interval, in numbers and drawn."""
    rows, better, names = [], [], [name for name in ROWS if name in skills]
    for name in names:
        head, one = ROWS[name][0], skills[name]
        low, high = (min(max(one[end], -WIDEST), WIDEST) for end in ("low", "high"))
        width = max(50 * (high - low) / WIDEST, THINNEST)
        left = min(50 + 50 * low / WIDEST, 100 - width)
        cells = (_signed(one["skill"]), f"{_signed(one['low'])} to {_signed(one['high'])}")
        bar = f'<td class="span"><i style="left:{left:.1f}%;width:{width:.1f}%"></i></td>'
        rows.append(("", head, [*(f"<td>{cell}</td>" for cell in cells), bar]))
        better += [head] if one["low"] > 0 else []
    words = (
        f"CRPS saved against each baseline, with its 95 % interval; right of the line the model is better. "
        f"Significantly better than {', '.join(better) or 'none'}."
    )
    return _figure("skill", "Against each baseline", html.grid((), rows), words)


def _worst(days: Sequence[dict[str, Any]], decimals: int | None) -> str:
    """The days on which the forecast was furthest from the outcome."""
    rows = []
    for one in days:
        close, low, high = (price_text(one[name], decimals) for name in ("close", "lower80", "upper80"))
        day, change = day_text(date.fromisoformat(one["date"])), _signed(one["change"] / 100)
        rows.append((day, change, close, f"{low} – {high}"))
    table = html.table_of(Table("", ("", "Change", "Close", "80 % band"), tuple(rows)))
    return _figure("worst", "Worst days", table, "The days with the highest CRPS.")


def _figure(kind: str, title: str, drawn: str, words: str) -> str:
    return f'<figure class="{kind}"><h4>{title}</h4>{drawn}<p class="caption">{words}</p></figure>'


def _month(written: str) -> str:
    """A month as Aug 2015, of 2015-08."""
    return f"{date.fromisoformat(written + '-01'):%b %Y}"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f} %".replace("-", "−")
