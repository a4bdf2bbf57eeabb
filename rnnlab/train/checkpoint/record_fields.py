"""The fields that the records of all tasks share, and a saved training's numbers, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from rnnlab.data.kinds import DIGEST, MOST, Kind, choice, find_fault, listed, maybe, number, record, ruled, text, whole
from rnnlab.errors import CheckpointError

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
ORIGIN = {"command": text(), "rnnlab": LINE, "steps": whole(), "seconds": number(0)} | MACHINE
ORIGIN |= {"weights_dtype": choice(("float16", "float32")), "weights_sha256": DIGEST}

MOST_REWINDS = 8  # a training that diverges more often in a row is given up

# torch's gradient scaler, which only float16 needs; nothing where there is none.
_SCALER = {"scale": number(0), "growth_factor": number(1), "backoff_factor": number(0, 1)}
_SCALER |= {"growth_interval": whole(1), "_growth_tracker": whole()}
_SCALED, _UNSCALED = record(_SCALER, others=False), record({}, others=False)


def _is_scaler(value: object) -> bool:
    return any(find_fault(value, kind) is None for kind in (_SCALED, _UNSCALED))


def _agree(numbers: Mapping[str, Any]) -> bool:
    """Whether what is told of the best report, of the last one and of the scaler can be true together."""
    step, best, curve = numbers["step"], numbers["best_step"], numbers["curve"]
    told = (best > 0) == (numbers["best_loss"] is not None)
    told = told and (numbers["precision"] == "float16") == bool(numbers["scaler"])
    return told and best <= step and numbers["stale"] <= step and (not curve or bool(curve[-1]["step"] == step))


_COUNTS = {"step": whole(), "best_step": whole(), "stale": whole(), "rewinds": whole(0, MOST_REWINDS)}
_MEASURES = {
    "rate_scale": ruled(number(0, 1), "a number above 0", lambda scale: scale > 0),
    "best_loss": maybe(number()),
    "scaler": Kind("the numbers of a gradient scaler, or an empty object", _is_scaler),
}
_NUMBERS = record(_COUNTS | _MEASURES | MACHINE | {"seconds": number(0), "curve": CURVE})
_SOUND = ruled(_NUMBERS, "an object whose steps, losses, curve and scaler agree", _agree)


def check_state_numbers(numbers: Mapping[str, Any]) -> None:
    """Check what a training that was stopped has noted of itself, with its seconds and its curve.

    Raises:
        CheckpointError: a number is missing or can't be one that a training leaves.
    """
    fault = find_fault(dict(numbers), _SOUND)
    if fault is not None:
        field = fault.path.partition("[")[0].partition(".")[0]
        deeper = f"{fault.path} is " if fault.path != field else ""
        raise CheckpointError(
            f"The saved training is damaged: {field or 'the whole'} of its state.json is missing or of the wrong kind "
            f"({deeper}{fault.found} where {fault.due} is due); start anew."
        )
