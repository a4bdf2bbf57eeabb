"""A training's curve as a picture for its card: text, lines and numbers in SVG, no script; independent of any task."""

from __future__ import annotations

import math
from html import escape
from itertools import pairwise
from typing import NamedTuple

from rnnlab.train.checkpoint.record_fields import MOST_POINTS

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 58, 116, 44, 46  # margins; the lines' names stand to their right
STEEP = 0.1  # of the steps: the first fall, which would flatten all that comes after it
TICKS = 5
# The page's blue, and a grey that reads on white and on black alike.
MODEL, NEUTRAL = "#2b7bba", "#7d828c"
FONT = "system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"
NAMES = {"training_loss": "training", "validation_loss": "held out"}
COLOURS = {"training_loss": NEUTRAL, "validation_loss": MODEL}
APART = 15.0  # between the lines' names


class Curve(NamedTuple):
    """The reports of one training: steps, and for each of them the loss on what was and was not trained on."""

    steps: list[float]
    losses: dict[str, list[float | None]]

    def known(self, name: str) -> list[tuple[float, float]]:
        """The steps and values of one of the losses, without those that were not finite."""
        return [(step, loss) for step, loss in zip(self.steps, self.losses[name], strict=True) if loss is not None]

    @property
    def best(self) -> tuple[float, float]:
        """The step at which the held-out loss is least, and that loss."""
        return min(self.known("validation_loss"), key=lambda point: point[1])


def read_curve(points: object) -> Curve | None:
    """Read the `curve` of a checkpoint's metrics; None if there is none that can be drawn, for it may be anyone's."""
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_POINTS:
        return None
    if not all(isinstance(point, dict) and _number(point.get("step")) is not None for point in points):
        return None
    steps = [float(point["step"]) for point in points]
    losses = {name: [_number(point.get(name)) for point in points] for name in NAMES}
    held_out = [loss for loss in losses["validation_loss"] if loss is not None]
    if len(held_out) < 2 or any(later <= earlier for earlier, later in pairwise(steps)) or steps[0] < 0:
        return None
    return Curve(steps, losses)


def finding(curve: Curve) -> str:
    """What the curve shows, in half a sentence."""
    step, loss = curve.best
    last = curve.steps[-1]
    kept = "the last step" if step == last else f"step {step:,.0f} of {last:,.0f}"
    return f"Validation loss: {loss:.3f} nats after {kept}"


def curve_svg(curve: Curve) -> str:
    """Draw a curve: both losses over the steps, the best report marked."""
    low, high = _range(curve)
    across, up = Scale(0, curve.steps[-1], LEFT, WIDTH - RIGHT), Scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FONT}" '
        f'font-size="12" fill="{NEUTRAL}"><title>{escape(finding(curve))}</title>',
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="600">{escape(finding(curve))}</text>',
        f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
        f'height="{HEIGHT - TOP - BOTTOM}"/></clipPath>',
        *_axes(curve, low, high, across, up),
    ]
    for name, colour in COLOURS.items():
        points = " ".join(f"{across(step):.1f},{up(loss):.1f}" for step, loss in curve.known(name))
        drawn = f'fill="none" stroke="{colour}" stroke-width="2" clip-path="url(#plot)"'
        parts.append(f'<polyline points="{points}" {drawn}/>')
    parts += _names(curve, across, up)
    step, loss = curve.best
    parts.append(f'<circle cx="{across(step):.1f}" cy="{up(loss):.1f}" r="4" fill="{MODEL}"/></svg>')
    return "\n".join(parts) + "\n"


class Scale(NamedTuple):
    """A line from a range of values to a range of pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def _range(curve: Curve) -> tuple[float, float]:
    """The losses to show: all but those of the first steep fall, with a little air."""
    known = [point for name in NAMES for point in curve.known(name)]
    late = [loss for step, loss in known if step >= STEEP * curve.steps[-1]] or [loss for _, loss in known]
    low, high = min(late), max(late)
    air = 0.06 * (high - low) or max(abs(low), 1e-6) * 0.1
    return low - air, high + air


def _axes(curve: Curve, low: float, high: float, across: Scale, up: Scale) -> list[str]:
    parts = []
    for value in ticks(low, high):
        y = f"{up(value):.1f}"
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{NEUTRAL}" stroke-opacity="0.25"/>'
            f'<text x="{LEFT - 8}" y="{y}" dy="4" text-anchor="end">{value:.3g}</text>'
        )
    below = f'y="{HEIGHT - BOTTOM + 18}" text-anchor="middle"'
    parts += [f'<text x="{across(value):.1f}" {below}>{value:,.0f}</text>' for value in ticks(0, curve.steps[-1])]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">training step</text>')
    return [*parts, f'<text x="{LEFT}" y="{TOP - 6}">loss, nats</text>']


def _names(curve: Curve, across: Scale, up: Scale) -> list[str]:
    """Each line's name and last value at its end, kept apart where the lines end together."""
    ends = {name: curve.known(name)[-1] for name in NAMES if curve.known(name)}
    places = {name: max(TOP, min(HEIGHT - BOTTOM, up(loss))) for name, (_, loss) in ends.items()}
    if len(places) == 2:
        above, below = sorted(places, key=lambda name: places[name])
        gap = APART - (places[below] - places[above])
        if gap > 0:
            places[above], places[below] = places[above] - gap / 2, places[below] + gap / 2
    return [
        f'<text x="{across(step) + 10:.1f}" y="{places[name]:.1f}" dy="4" fill="{COLOURS[name]}">'
        f"{NAMES[name]} {loss:.3f}</text>"
        for name, (step, loss) in ends.items()
    ]


def ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range, about TICKS of them."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough)
    first, last = math.ceil(low / width), math.floor(high / width)
    return [number * width for number in range(first, last + 1)]


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        return None
    return float(value)
