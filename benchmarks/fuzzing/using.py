"""Gives a case to rnnlab as a person would: opens, looks at, uses and saves it, and resumes a training."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.sources import DATASET
from rnnlab.data.fetch.listing import known_texts
from rnnlab.data.text import shards
from rnnlab.errors import RnnlabError
from rnnlab.runtime.training import train
from rnnlab.runtime.uploads import visit_folder
from rnnlab.service.summary import show
from rnnlab.service.transfer import bring, bring_training
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text import data
from rnnlab.tasks.text.draft_file import open_draft
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.use import Manner, carry_on, write
from rnnlab.tasks.text.writer import voice
from rnnlab.train.checkpoint import checkpoint

PROMPT, LENGTH, HORIZON, SEED = "The heron ", 6, 3, 5
SHORT = {"hidden": 6, "layers": 1, "embedding": 4, "steps": 2, "report_every": 1, "batch": 4, "window": 20}


def attempt(step: Callable[[], Any]) -> dict[str, Any]:
    """What comes of one step: taken, refused in a sentence, or escaped as an error that nobody was to see."""
    try:
        return {"taken": step()}
    except RnnlabError as error:
        return {"refused": str(error)}
    except BaseException as error:  # noqa: BLE001
        trace, lines = error.__traceback__, []
        while trace is not None:
            lines.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
            trace = trace.tb_next
        return {"escaped": f"{type(error).__name__}: {str(error)[:160]} at {' '.join(lines[-5:])}"}


def use(sent: str, place: str, task: str, data: str, model: str, cache: str) -> dict[str, dict[str, Any]]:
    """Give a case; the answers by step, and of a checkpoint that was brought, as "folder", where it lies by now."""
    os.environ["RNNLAB_CACHE"] = cache
    if sent == "draft":
        return {"open": attempt(lambda: _carried_on(place, model))}
    if sent == "shards":
        return {"open": attempt(lambda: _sharded(place))}
    if sent == "dataset":
        return {"open": attempt(_fetched)}
    return _checkpoint(sent, Path(place), task, data)


def _checkpoint(sent: str, place: Path, task: str, data: str) -> dict[str, dict[str, Any]]:
    named = str(place)
    answers: dict[str, dict[str, Any]] = {}
    if sent != "folder":
        files = [place] if sent == "zip" else sorted(one for one in place.iterdir())
        brought = attempt(lambda: bring(files))
        answers["open"] = brought
        if "taken" in brought:
            named = brought["taken"]
            answers["folder"] = {"at": str(visit_folder(named))}
    if sent == "folder" or "taken" in answers["open"]:
        answers["open"] = attempt(lambda: _used(named, task, data))
    if sent == "zip":
        brought = attempt(lambda: bring_training(place))
        if "taken" not in brought:
            return answers | {"resume": brought}
        kept = Path(os.environ["RNNLAB_CACHE"]) / "brought"  # as it came, as resuming it writes it anew
        shutil.copytree(visit_folder(brought["taken"]), kept)
        answers["folder"] = {"at": str(kept)}
        return answers | {"resume": attempt(lambda: _resumed(visit_folder(brought["taken"]), task, data))}
    if sent == "folder" and (place / "resume").exists():
        answers["resume"] = attempt(lambda: _resumed(place, task, data))
    return answers


def _used(model: str, task: str, data: str) -> dict[str, Any]:
    """Look, use, and save it anew."""
    shown = show(model)
    json.dumps(shown.answer(), ensure_ascii=False).encode()
    if task == "text":
        voice(model)
        used: Any = write(model, PROMPT, length=LENGTH, seed=SEED)["text"]
    else:
        used = forecast(model, data, horizon=HORIZON).summary()["rows"]
    made = checkpoint.load(visit_folder(model) or Path(model))
    again = Path(os.environ["RNNLAB_CACHE"]) / "again"
    checkpoint.save(made, again)
    if _record(checkpoint.load(again)) != _record(made):
        raise AssertionError("saved and loaded, it is another")
    return {"used": used, "record": _record(made)}


def _record(made: checkpoint.Checkpoint) -> str:
    parts = ("task", "codec", "train", "metrics", "provenance")
    return json.dumps({part: getattr(made, part) for part in parts} | {"model": vars(made.model)}, sort_keys=True)


def _resumed(folder: Path, task: str, data: str) -> dict[str, Any]:
    """The first report after a training was resumed."""
    training = train(TEXT if task == "text" else FORECAST, Request.of(data), out=folder, resume=True)
    first = next(training)
    training.close()
    if first.message is not None and not math.isfinite(first.loss):  # that it went back is said in a sentence, too
        raise RnnlabError(first.message)
    return {"step": first.step, "loss": first.loss}


def _carried_on(file: str, model: str) -> dict[str, Any]:
    *_, draft = carry_on(open_draft(file, model), Manner(LENGTH))
    return {"texts": list(draft.texts)}


def _sharded(folder: str) -> dict[str, Any]:
    opened = shards.open_shards(folder)
    texts = [opened.read(number) for number in range(len(opened.lengths))]
    training = train(TEXT, Request.of(folder, SHORT))
    first = next(training)
    training.close()
    return {"characters": len("".join(texts)), "loss": first.loss}


def _fetched() -> dict[str, Any]:
    known_texts()
    return {"characters": data.open_text(DATASET, TextConfig()).characters}
