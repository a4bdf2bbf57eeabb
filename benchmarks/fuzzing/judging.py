"""What became of a case, judged by what lay in it: refused in a sentence, harmless, escaped, hung or taken wrongly."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzzing import tensors
from benchmarks.fuzzing.leaves import changes, is_day, is_rising, objection
from rnnlab.train import saved_state
from rnnlab.train.checkpoint import checkpoint

REFUSED, HARMLESS, ESCAPED, HUNG, WRONG = "refused", "harmless", "escaped", "hung", "taken wrongly"
OUTCOMES = (REFUSED, HARMLESS, ESCAPED, HUNG, WRONG)
LONGEST_SENTENCE = 600
MOST_BYTES = 100_000_000  # of a file that a second reader looks at
INERT = {"train", "metrics", "provenance", "sha256"}  # parts of a record on which no forecast and no text depends


def content(file: Path) -> bytes | None:
    """The bytes of an ordinary file, if there is one of a sane size."""
    try:
        return file.read_bytes() if file.is_file() and file.stat().st_size < MOST_BYTES else None
    except OSError:
        return None


@dataclass(frozen=True)
class Files:
    """The bytes of a checkpoint's files, as far as they are ordinary ones: links are followed."""

    config: bytes | None
    weights: bytes | None
    numbers: bytes | None = None
    tensors: bytes | None = None

    @classmethod
    def of(cls, folder: Path) -> Files:
        """Read what a folder holds."""
        names = (checkpoint.CONFIG, checkpoint.WEIGHTS, checkpoint.RESUME_NUMBERS, checkpoint.RESUME_TENSORS)
        return cls(*(content(folder / name) for name in names))


@dataclass(frozen=True)
class Told:
    """What rnnlab made of a case.

    answers: by step (open, resume), what came of it: {"refused": sentence}, {"escaped": error} or {"taken": outputs}.
    files: of a checkpoint, what lay there when it was opened.
    """

    answers: dict[str, dict[str, Any]]
    files: Files | None = None
    hung: bool = False


@dataclass
class Verdict:
    """An outcome, and why."""

    outcome: str
    why: str = ""
    sentences: list[str] = field(default_factory=list)


def judge(whole: Files, told: Told, expected: dict[str, Any], places: list[str]) -> Verdict:
    """Judge a checkpoint's case.

    Args:
        whole: the files before they were damaged.
        told: what came of it.
        expected: what using the whole one gives, by step.
        places: paths of this machine, which no sentence may tell.
    """
    if early := _told_badly(told, places):
        return early
    taken = {step: answer["taken"] for step, answer in told.answers.items() if "taken" in answer}
    files = told.files or Files(None, None)
    objections = []
    if "open" in taken:
        objections += _of_record(whole, files, taken["open"], expected.get("open"))
    if "resume" in taken:
        objections += _of_record(whole, files, None, None) + _of_state(whole, files)
    if objections:
        return Verdict(WRONG, objections[0])
    refused = [answer["refused"] for answer in told.answers.values() if "refused" in answer]
    return Verdict(REFUSED if refused else HARMLESS, refused[0] if refused else "", refused)


def judge_other(told: Told, changed: Callable[[], str | None], places: list[str]) -> Verdict:
    """Judge a case that is no checkpoint; changed says what of its meaning was, if anything that may not be."""
    if early := _told_badly(told, places):
        return early
    if any("taken" in answer for answer in told.answers.values()):
        why = changed()
        return Verdict(WRONG, why) if why else Verdict(HARMLESS)
    refused = [answer["refused"] for answer in told.answers.values()]
    return Verdict(REFUSED, refused[0], refused)


def _told_badly(told: Told, places: list[str]) -> Verdict | None:
    if told.hung:
        return Verdict(HUNG, str(told.answers))
    for step, answer in told.answers.items():
        if "escaped" in answer:
            return Verdict(ESCAPED, f"{step}: {answer['escaped']}")
        if "refused" in answer and (why := fault_of(answer["refused"], places)):
            return Verdict(ESCAPED, f"{step}: {why}: {answer['refused'][:200]!r}")
        if "taken" in answer and not is_finite(answer["taken"]):
            return Verdict(WRONG, f"{step}: what came of it is not finite")
    return None


def fault_of(sentence: str, places: list[str]) -> str:
    """Why a refusal is not one plain sentence for a person; "" if it is."""
    if not (sentence.strip() and (sentence.endswith(".") or ": python -m rnnlab " in sentence)):
        return "no sentence"
    if len(sentence) > LONGEST_SENTENCE:
        return "too long"
    if not sentence.isprintable():
        return "not printable"
    return "a path of this machine" if any(place in sentence for place in places) else ""


def is_finite(value: Any) -> bool:
    """Whether every number in what came of a case is finite."""
    if isinstance(value, dict | list):
        return all(map(is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def plain(raw: bytes | None) -> dict[str, Any] | None:
    """What JSON says, if it says it unambiguously; None if it is none or not there."""
    if raw is None:
        return None
    try:
        found = json.loads(raw.decode(json.detect_encoding(raw)), object_pairs_hook=_once, parse_constant=_none)
        json.dumps(found, ensure_ascii=False).encode()
        return found if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _none(name: str) -> None:
    raise ValueError(name)


def _of_record(whole: Files, files: Files, outputs: Any, expected: Any) -> list[str]:
    """Why config.json and the weights should not have been taken."""
    old, new = plain(whole.config), plain(files.config)
    if new is None or files.weights is None:
        return ["config.json or the weights cannot be read by a second reader"]
    changed = [change for change in changes(old, new) if change[0] not in ("sha256", "provenance.weights_sha256")]
    if (changed or files.weights != whole.weights) and new.get("sha256") != checkpoint.seal(new):
        return [f"the seal is not that of what was changed: {(changed or ['weights'])[0]}"]
    if new["provenance"].get("weights_sha256") != hashlib.sha256(files.weights).hexdigest():
        return ["the digest is not that of the weights"]
    found = [why for change in changed if (why := objection(*change))] + _on_the_whole(new)
    found += _of_tensors(whole.weights, files.weights)
    if found or outputs is None:
        return found
    inert = {re.split(r"[.\[]", path)[0] for path, _, _ in changed} <= INERT and files.weights == whole.weights
    if inert and outputs["used"] != expected["used"]:
        return [f"only what nothing depends on was changed, but it gives {outputs['used']}"]
    read = json.loads(outputs["record"])
    written = {part: new[part] for part in read}
    for name in ("weights_dtype", "weights_sha256"):
        written["provenance"].pop(name, None)
    return [f"it was read as another: {one}" for one in changes(written, read)][:1]


def _on_the_whole(record: dict[str, Any]) -> list[str]:
    """What no single field tells."""
    data, curve = record["provenance"]["data"], record["metrics"].get("curve", [])
    found = []
    if not data:
        found.append("it says of no data that it trained on it")
    if any("start" in one and "end" in one and not one["start"] <= one["end"] for one in data):
        found.append("a series ends before it starts")
    if "until" in record["provenance"] and not is_day(record["provenance"]["until"]):
        found.append("its last day is none")
    return found if is_rising(curve) else [*found, "the curve's steps do not rise"]


def _of_tensors(old: bytes | None, new: bytes | None) -> list[str]:
    """Whether two files hold tensors of other names, types or shapes; and whether a number is not finite."""
    if old is None or new is None:
        return ["a file of tensors is missing"]
    kinds = [_kinds(raw) for raw in (old, new)]
    if kinds[0] != kinds[1]:
        odd = set(kinds[0].items()) ^ set(kinds[1].items())
        return [f"tensors of another kind: {sorted(map(str, odd))[:2]}"]
    return [
        f"{name} is not finite" for name, values in tensors.floats(new).items() if not all(map(math.isfinite, values))
    ]


def _kinds(raw: bytes) -> dict[str, Any]:
    try:
        header, _ = tensors.parsed(raw)
        return {name: (header[name]["dtype"], tuple(header[name]["shape"])) for name in tensors.names(header)}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, MemoryError) as error:
        return {"unreadable": repr(error)}


def _of_state(whole: Files, files: Files) -> list[str]:
    """Why a training's state should not have been resumed."""
    old, new, config = plain(whole.numbers), plain(files.numbers), plain(files.config)
    if new is None or config is None or files.tensors is None:
        return ["the state cannot be read by a second reader"]
    if hashlib.sha256(files.tensors).hexdigest() != new.get("sha256"):
        return ["the digest is not that of the state's tensors"]
    if "seal" in new and new["seal"] != saved_state.seal_state(new, config["sha256"]):
        return ["the state's seal is not that of what is there"]
    changed = [change for change in changes(old, new) if change[0] not in ("sha256", "seal")]
    found = [
        f"{path}: {one!r:.40} -> {other!r:.40}" for path, one, other in changed if not _may_be_left(path, other, new)
    ]
    if not (is_rising(new["curve"]) and new["curve"][-1]["step"] == new["step"] <= config["train"]["steps"]):
        found.append("the state's steps do not agree")
    return found + _of_tensors(whole.tensors, files.tensors) + _of_optimizer(files.tensors, new)


def _may_be_left(path: str, value: Any, numbers: dict[str, Any]) -> bool:
    """Whether a training may have left a number of its state so."""
    number = not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
    match path.split(".")[0].split("[")[0]:
        case "step" | "best_step" | "stale":
            return type(value) is int and 0 <= value <= numbers["step"]
        case "rewinds":
            return value == 0 and type(value) is int  # as a state is carried
        case "rate_scale":
            return number and 0 < value <= 1
        case "seconds":
            return number and value >= 0
        case "best_loss":
            return number and numbers["best_step"] > 0
        case "device":
            return value in ("cuda", "mps")
        case "precision":
            return value == "bfloat16"
        case "scaler" | "sha256":
            return False
        case "curve":
            return value is None or number or value == "gone" or isinstance(value, dict)
    return True  # what only another version knows


def _of_optimizer(raw: bytes, numbers: dict[str, Any]) -> list[str]:
    values = tensors.floats(raw)
    steps = {one for name, own in values.items() if name.endswith(".step") for one in own}
    if len(steps) != 1 or not 1 <= min(steps) <= numbers["step"] or min(steps) % 1:
        return [f"the optimizer has taken {sorted(steps)[:3]} steps"]
    return [f"{name} is below 0" for name, own in values.items() if name.endswith("exp_avg_sq") and min(own) < 0]
