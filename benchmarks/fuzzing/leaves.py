"""What docs/checkpoints.md lets a changed field of a record say, by its name: a second opinion beside the reader's own.

The reader describes whole records; here stands, for each name of a field, whether a value that was changed, added or
left out may be taken. What is not named below may be any finite number that is not below 0.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import Any

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.progress import TrainConfig

GONE = "gone"  # stands for a field that is left out, or was not there before
FREE = {"name", "title", "source", "command", "rnnlab", "language", "text", "from.data"}
LINES = {"openings", "data"}  # lists of words
SHARES = {
    "coverage80",
    "coverage95",
    "share",
    "low",
    "high",
    "dm_p",
    "panel_p",
    "independence_p",
    "direction",
    "direction_base_rate",
    "sd80",
    "sd95",
    "calibrated80",
    "calibrated95",
    "calibrated_sd80",
    "calibrated_sd95",
}
COUNTS = {
    "n",
    "horizon",
    "series",
    "wins",
    "wins_sure",
    "losses_sure",
    "characters",
    "ngram_characters",
    "parameters",
    "seed",
    "seeds",
    "histogram",
    "train_windows",
    "test_windows",
    "rows",
    "alphabet",
    "shards",
    "steps",
    "step",
}
SIGNED = {"log_score", "panel_statistic", "training_loss", "validation_loss"}
NULLABLE = SHARES - {"share", "low", "high"} | SIGNED | {"language", "record", "calibrated"}
DAYS, DIGESTS = {"start", "end", "until"}, {"sha256", "closes_sha256"}
NAMED = {"name", "title", "step", "text"}  # one of which each record in a list has
CHOICES = {"device": {"cpu", "cuda", "mps"}, "precision": {"float32", "bfloat16", "float16"}}
# Without them nothing can be shown or used; all else may be left out, as by earlier versions.
NEEDED = re.compile(
    r"provenance(\.data|\.until|\.data\[\d+\]\.(title|name|start|sha256)|\.from\.\w+)?"
    r"|metrics\.samples\[\d+\]\.\w+|metrics\.years\.\d+\.(series|model)|metrics\.curve\[\d+\]\.step"
    r"|metrics\.backtests\[\d+\]\.(name|n|start|end|crps|coverage80|coverage95|baselines)"
    r"|.*\.baselines\.\w+\.crps|.*\.record\.(bands|histogram)|.*\.bands(\.\d+(\.(raw|calibrated|width)(\..*)?)?)?"
    r"|metrics\.(nats_per_char_windows|ngram_nats_per_char)"
)
CLASSES = (TrainConfig, TextConfig, DensityConfig, TutorialConfig)
KNOWN = {one.name: one for part in CLASSES for one in options.describe(part)}


def changes(old: Any, new: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Every field that differs: its path, and the old and the new value; True, 1 and 1.0 are three."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = [*old, *(name for name in new if name not in old)]
        parts = [(f"{path}.{name}" if path else name, old.get(name, GONE), new.get(name, GONE)) for name in names]
    elif isinstance(old, list) and isinstance(new, list):
        longest = range(max(len(old), len(new)))
        before, after = ([*one, *[GONE] * (len(longest) - len(one))] for one in (old, new))
        parts = [(f"{path}[{index}]", before[index], after[index]) for index in longest]
    else:
        return [] if _same(old, new) else [(path, old, new)]
    return [found for place, one, other in parts for found in changes(one, other, place)]


def objection(path: str, old: Any, new: Any) -> str | None:
    """Why a reader should not have taken a change; None if it may."""
    told = f"{path}: {_shown(old)} -> {_shown(new)}"
    if not _sayable(new):
        return f"{told} cannot be written"
    part, name = path.split(".")[0].split("[")[0], _name(path)
    if part in ("codec", "model"):
        return None if _keeps_its_size(path, old, new) else told
    if part not in ("train", "metrics", "provenance"):
        return told
    if _same(new, GONE):
        return told if NEEDED.fullmatch(path) else None
    if part == "train":
        return None if path == f"train.{name}" and _is_setting(name, old, new) else told
    if _same(old, GONE) and not _is_known(name) and not path.endswith("]"):
        return None  # what only another version knows
    return None if _may(path, name, old, new) else told


def is_rising(curve: Any) -> bool:
    """Whether a curve's steps rise."""
    steps = [point.get("step") for point in curve]
    return all(type(step) is int for step in steps) and steps == sorted(set(steps))


def is_day(value: Any) -> bool:
    """Whether it is a day as 2015-08-12."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _may(path: str, name: str, old: Any, new: Any) -> bool:
    if isinstance(new, dict | list):
        # Two of a kind are compared part by part, so this one is new: one more of a list of records, or out of place.
        return _same(old, GONE) and path.endswith("]") and isinstance(new, dict) and bool(NAMED & set(new))
    if new is None:
        return name in NULLABLE or (path.startswith(("metrics.curve", "metrics.validation")) and name != "step")
    if name in DAYS:
        return is_day(new)
    if name in DIGESTS:
        return isinstance(new, str) and re.fullmatch("[0-9a-f]{64}", new) is not None
    if name in CHOICES:
        return isinstance(new, str) and new in CHOICES[name]
    if name in FREE or name in LINES:
        return isinstance(new, str) and len(new) <= (1000 if name not in ("text", "command") else math.inf)
    if name == "rmse_beats_naive" or name == "leak":
        return isinstance(new, bool)
    if name == "recipe":
        return _same(old, new)
    return _is_number(path, name, new)


def _is_number(path: str, name: str, new: Any) -> bool:
    if isinstance(new, bool) or not isinstance(new, int | float) or not math.isfinite(new):
        return False
    if (name in COUNTS and ".years." not in path) or name == "series":
        return type(new) is int and new >= 0
    if path.startswith(("metrics.curve", "metrics.validation")) or name in SIGNED:
        return True
    return 0 <= new <= (1 if name in SHARES else math.inf)


def _keeps_its_size(path: str, old: Any, new: Any) -> bool:
    """Whether a change of the codec or the model is one that the weights and all other fields allow."""
    number = not isinstance(new, bool) and isinstance(new, int | float) and math.isfinite(new)
    match path:
        case "model.residual" | "codec.leak":
            return isinstance(new, bool)
        case "model.input_dropout" | "model.between_dropout" | "model.output_dropout" | "model.recurrent_dropout":
            return number and 0 <= new <= 0.9
        case "codec.lookback":
            return type(new) is int and 3 <= new <= 500
        case "codec.low" | "codec.high" | "codec.residual.scale":
            return number and new > 0
        case "codec.residual.dof":
            return number and new > 1
        case "codec.vocabulary.characters":
            return isinstance(new, str) and len(new) == len(old) and list(new) == sorted(set(new))
    word = re.fullmatch(r"codec\.vocabulary\.words\[\d+\]", path)
    return bool(word) and isinstance(new, str) and 2 <= len(new) <= 40


def _is_setting(name: str, old: Any, new: Any) -> bool:
    if name == "recipe":
        return False
    if name not in KNOWN:
        return name != "seeds" or (type(new) is int and new >= 1)
    try:
        KNOWN[name].check(new)
    except RnnlabError:
        return False
    return True


def _is_known(name: str) -> bool:
    known = FREE | LINES | SHARES | COUNTS | SIGNED | DAYS | DIGESTS | set(CHOICES)
    return name in known or name in ("rmse_beats_naive", "leak", "recipe", "crps", "rmse", "mae", "mase", "seconds")


def _name(path: str) -> str:
    """The field's name; an element of a list has the list's."""
    return re.sub(r"(\[\d+\])+$", "", path).rpartition(".")[2]


def _sayable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True


def _same(old: Any, new: Any) -> bool:
    return type(old) is type(new) and old == new


def _shown(value: Any) -> str:
    return repr(value)[:60]
