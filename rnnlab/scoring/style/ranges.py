"""Where an author's next pages lie: a prediction interval for each figure, from pages left out all over the text."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from rnnlab.scoring.style.counts import Ints
from rnnlab.scoring.style.figures import Ruler
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.rows import Spread

LARGEST = {"delta": 2.0, "longest_copied": math.inf}  # of a figure; of all others 1
DRAWS = 400
# Neighbouring tenths of a text are alike, so ten tell as much of its next pages as five that are not
# (python -m benchmarks.ranges).
ALIKE_TENTHS = 2
Floats = NDArray[np.float64]


def author_ranges(ruler: Ruler, size: int, random: np.random.Generator) -> dict[str, Spread]:
    """Of each figure the mean over the author's left-out pages, and where 95 % of new pages lie, of so many blocks."""
    author = ruler.author
    if not len(author.held_out):
        return {}
    parts, slices = len(author.held_out) // author.run, author.run / size
    draws = _slices(parts, author.run, size) if slices >= 1 else runs(author, size, random)
    measured = ruler.measure(author.held_out, draws).items()
    by_part = parts if slices >= 1 else 1
    return {
        name: expected(values.reshape(by_part, -1), parts, slices, LARGEST.get(name, 1.0)) for name, values in measured
    }


def runs(author: Profile, size: int, random: np.random.Generator) -> Ints:
    """(DRAWS, M) how often each left-out block is drawn: blocks that follow each other, of several runs if need be."""
    count = len(author.held_out) // author.run
    drawn = np.zeros((DRAWS, count, author.run), np.int64)
    for row in drawn:
        left = size
        while left > 0:
            length = min(left, author.run)
            start = int(random.integers(author.run - length + 1))
            row[int(random.integers(count)), start : start + length] += 1
            left -= length
    return drawn.reshape(DRAWS, -1)


def _slices(parts: int, run: int, size: int) -> Ints:
    """(parts · places, parts · run) every slice of so many blocks in a row, tenth after tenth."""
    places = run - size + 1
    drawn = np.zeros((parts, places, parts, run), np.int64)
    for part in range(parts):
        for place in range(places):
            drawn[part, place, part, place : place + size] = 1
    return drawn.reshape(parts * places, -1)


def expected(values: Floats, parts: int, slices: float, largest: float) -> Spread:
    """The mean of a figure, and where the next slice lies with 95 % probability.

    Student's t on a scale on which shares scatter alike near 0 and 1 (arcsine of the root), the variance being the sum
    of that between tenths and that within (degrees of freedom: Satterthwaite 1946, Biometrics Bulletin 2).

    Args:
        values: (K, P) of P slices of each of K tenths, or (1, P) of slices that are drawn from several.
        parts: how many tenths there are.
        slices: of a tenth's pages that do not overlap; below 1, one slice takes more than one tenth.
        largest: that the figure can be.
    """
    here = values[np.isfinite(values).any(axis=1)]
    if not len(here):
        return Spread(math.nan)
    mean = float(np.nanmean(here))
    there, back = _scale(largest)
    scaled = there(here)
    counted = max((len(here) if slices >= 1 else parts) / ALIKE_TENTHS, 2.0)
    between, within = _variances(scaled, slices)
    of_a_tenth = between + within / slices if slices >= 1 else between / slices
    freedom = _freedom(between, within, counted, len(here), slices)
    reach = float(special.stdtrit(freedom, 0.975)) * math.sqrt(between + within + of_a_tenth / counted)
    middle = float(np.nanmean(scaled))
    return Spread(mean, min(back(middle - reach), mean), max(back(middle + reach), mean))


def _variances(scaled: Floats, slices: float) -> tuple[float, float]:
    """Between tenths, and between slices of one; all is taken for the first where a tenth has not two slices."""
    parts = len(scaled)
    if slices < 2 or parts < 2:
        return float(np.nanvar(scaled)) * parts / max(parts - 1, 1), 0.0
    within = float(np.nanmean(np.nanvar(scaled, axis=1))) * slices / (slices - 1)
    between = float(np.nanvar(np.nanmean(scaled, axis=1), ddof=1)) - within / slices
    return max(between, 0.0), within


def _freedom(between: float, within: float, counted: float, parts: int, slices: float) -> float:
    if not within:
        return counted - 1
    of_tenths, inside = between + within / slices, within * (1 - 1 / slices)
    return (of_tenths + inside) ** 2 / (of_tenths**2 / (counted - 1) + inside**2 / (parts * (slices - 1)))


def _scale(largest: float) -> tuple[Callable[[Floats], Floats], Callable[[float], float]]:
    """The arcsine of a share's root and back; of a figure without an upper bound, its root."""
    if math.isinf(largest):
        return np.sqrt, lambda root: max(root, 0.0) ** 2
    return (
        lambda values: np.arcsin(np.sqrt(np.clip(values / largest, 0, 1))),
        lambda angle: largest * math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2,
    )
