"""The fields that the records of all tasks share, described for whoever reads a stranger's: curve and origin."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from rnnlab.data.kinds import DIGEST, MOST, Kind, choice, listed, maybe, number, ruled, text, whole

MOST_POINTS = 100_000  # reports of one training
LONGEST_LINE = 1000  # characters of a name, a title, a source
COMPUTED = ("float32", "bfloat16", "float16")  # what a training computes in
COMPUTERS = ("cpu", "cuda", "mps")
LINE = text(LONGEST_LINE)


def _point_parts(value: dict[str, Any]) -> Iterable[tuple[str, Any, Kind]]:
    return ((name, one, _STEP if name == "step" else _SCORE) for name, one in value.items())


_STEP, _SCORE = whole(), maybe(number())
# A report: its step, and scores by name, null where one was not finite.
POINT = Kind("an object", lambda value: isinstance(value, dict), _point_parts)


def _rises(points: list[dict[str, Any]]) -> bool:
    steps = [point.get("step", -1) for point in points]
    return all(0 <= one < other for one, other in pairwise([*steps, MOST + 1]))


CURVE = ruled(listed(POINT, most=MOST_POINTS), "a list of reports whose steps rise", _rises)
MACHINE = {"device": choice(COMPUTERS), "precision": choice(COMPUTED)}
# Of every checkpoint's metrics and provenance; earlier versions left some of them out.
METRICS = {"validation": POINT, "curve": CURVE}
ORIGIN = {"command": text(), "rnnlab": LINE, "steps": whole(), "seconds": number(0), "weights_sha256": DIGEST} | MACHINE
ORIGIN |= {"weights_dtype": choice(("float16", "float32"))}
