"""Settings of sampling that suit a voice: between which its style report takes what it writes for its author's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnnlab.errors import RnnlabError
from rnnlab.scoring.style.report import StyleReport
from rnnlab.scoring.style.rows import ALIKE, FLAIR, WITHIN, Row
from rnnlab.summary import Table
from rnnlab.tasks.text.manner import PRESETS

TEMPERATURES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4)
# At the same share of known words it lets a voice write hotter, nearer to its author (docs/experiments.md).
MIN_P = 0.05
# What must lie within the author's range, but for the daring.
NEEDED = (*FLAIR, "spelling")
LACKING = "give more --samples, or another author of the same language with --against"


@dataclass(frozen=True)
class Presets:
    """What was measured at each temperature, all with MIN_P, and the temperatures chosen by it, by their names."""

    reports: Mapping[float, StyleReport]
    chosen: Mapping[str, float]

    def json(self) -> dict[str, Any]:
        """As JSON: presets by name; min_p; measured, [{temperature, delta, attribution, spelling, within, rows}]."""
        measured = [_line(heat, one) for heat, one in self.reports.items()]
        return {"presets": dict(self.chosen), "min_p": MIN_P, "measured": measured, "notices": list(self.notices)}

    def kept(self) -> dict[str, Any]:
        """As a checkpoint's metrics keep them."""
        return {"presets": dict(self.chosen), "preset_min_p": MIN_P}

    @property
    def notices(self) -> tuple[str, ...]:
        """Those of the reports, each once."""
        return tuple(dict.fromkeys(told for one in self.reports.values() for told in one.notices))

    def table(self) -> Table:
        """In words."""
        lines = []
        for heat, found in self.reports.items():
            line = _line(heat, found)
            names = ", ".join(name for name, chosen in self.chosen.items() if chosen == heat)
            figures = [f"{line[name]:.3f}" for name in NEEDED]
            lines.append((f"{heat:g}", *figures, f"{line['within']} of {line['rows']}", names))
        head = ("temperature", "Cosine Delta", "attribution", "spelling", "rows within the author's range", "preset")
        return Table("", head, tuple(lines))


def measure_presets(report_at: Callable[[float], StyleReport]) -> Presets:
    """Report on a voice at each temperature, with MIN_P throughout, and choose.

    faithful is the coldest temperature at which the rows of flair and the share of known words lie within the author's
    range: colder, the words are more usual than the author's. balanced is the one of those with the most rows of the
    report within the range, of equals the one of the lowest Cosine Delta; those that copy more than the author's own
    pages do are passed over, unless all do. daring is the one from there on with the lowest Cosine Delta: the author's
    common words as often as the author, though more of the rare ones are misspelt.

    Raises:
        RnnlabError: one of those rows is missing, or no temperature has them within the author's range.
    """
    reports: dict[float, StyleReport] = {}
    for heat in TEMPERATURES:
        reports[heat] = report_at(heat)
        if missing := set(NEEDED) - {row.name for row in reports[heat].rows}:
            raise RnnlabError(f"Presets need the report's row {min(missing)}, which is left out: {LACKING}.")
    good = [heat for heat, found in reports.items() if all(_within(row) for row in found.rows if row.name in NEEDED)]
    if not good:
        bounds = f"{TEMPERATURES[0]} to {TEMPERATURES[-1]}"
        raise RnnlabError(f"At no temperature from {bounds} is this voice within its author's range; train it longer.")

    original = [heat for heat in good if not _copies(reports[heat])]

    def best(heat: float) -> tuple[int, float]:
        line = _line(heat, reports[heat])
        return line["within"], -line["delta"]

    balanced = max(original or good, key=best)
    daring = min(
        (heat for heat in TEMPERATURES if heat >= balanced), key=lambda heat: _line(heat, reports[heat])["delta"]
    )
    return Presets(reports, dict(zip(PRESETS, (min(good), balanced, daring), strict=True)))


def _within(row: Row) -> bool:
    return row.reading in (WITHIN, ALIKE)


def _copies(found: StyleReport) -> bool:
    """Whether runs of 20 characters are copied more often than in the author's own pages."""
    own = [(row.text.value, row.held_out.value) for row in found.rows if row.name == "copied_20" and row.held_out]
    return any(text > author for text, author in own)


def _line(heat: float, found: StyleReport) -> dict[str, Any]:
    values = {row.name: row.text.value for row in found.rows}
    figures = {name: round(values[name], 4) for name in NEEDED}
    return {"temperature": heat, **figures, "within": sum(map(_within, found.rows)), "rows": len(found.rows)}
