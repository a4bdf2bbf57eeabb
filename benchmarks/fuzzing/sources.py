"""Small real things to be damaged: writers and forecasters of every cell, stopped trainings, kept texts, shards."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rnnlab.data.fetch import hub_datasets
from rnnlab.data.json_objects import seal
from rnnlab.runtime.training import train
from rnnlab.service.sharding import make_shards
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.draft_file import save_draft
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.tasks.text.use import Manner, drafts

SUBJECTS = ("a miller", "the heron", "our aunt", "nobody", "the late guest")
DEEDS = ("counts", "hides", "mends", "remembers", "carries")
THINGS = ("the lamp", "two keys", "an old map", "his letter", "the boat")
CELLS = ("rnn", "gru", "lstm")
WRITER = {"hidden": 8, "layers": 2, "embedding": 4, "steps": 6, "report_every": 2, "batch": 4, "window": 20}
FORECASTER = {"steps": 6, "report_every": 2, "window": 16, "lead": 4, "batch": 4}
DATASET = "someone/tales"


@dataclass(frozen=True)
class Source:
    """Something that is whole.

    kind: "model", "draft", "shards" or "dataset". place: its folder or file. data: what it was trained on, or is.
    model: of a draft, the folder of its writer. resumable: whether a training that was stopped lies in it.
    """

    name: str
    kind: str
    place: Path
    data: str
    task: str = "text"
    model: str = ""
    resumable: bool = False


def tale(characters: int, seed: int = 1) -> str:
    """A text of short sentences, so many characters of it."""
    draw = random.Random(seed)
    lines = [
        f"{draw.choice(SUBJECTS)} {draw.choice(DEEDS)} {draw.choice(THINGS)}.".capitalize() for _ in range(characters)
    ]
    return "\n".join(lines)[:characters]


def prices(days: int, seed: int = 1) -> pd.DataFrame:
    """A table of daily prices that wander."""
    draw = np.random.default_rng(seed)
    close = 40 * np.exp(np.cumsum(0.01 * draw.standard_t(5, days)))
    opened = np.append(40, close[:-1])
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) / 1.004
    days_named = pd.bdate_range("2011-01-03", periods=days, name="Date")
    columns = {"Open": opened, "High": high, "Low": low, "Close": close, "Volume": draw.integers(1000, 9000, days)}
    return pd.DataFrame(columns, index=days_named)


def build(place: Path, *, few: bool = False) -> list[Source]:
    """Make them all below a folder, the cache being place/cache; few: one of each kind, for a quick run."""
    text, table = place / "tale.txt", place / "walk.csv"
    text.write_text(tale(3000))
    prices(420).to_csv(table)
    writers = [
        {"cell": "lstm"},
        {"cell": "gru", "embedding": 0, "ema": 0.0, "layers": 1},
        {"cell": "rnn", "level": "word", "words": 120},
        {"cell": "lstm", "tied": True},
        {"cell": "lstm", "level": "subword", "subwords": 512},
    ]
    made = [_writer(place, text, number, settings) for number, settings in enumerate(writers[: 1 if few else None])]
    made += [_forecaster(place, table, cell) for cell in (CELLS[1:2] if few else CELLS)]
    made += [_tutorial(place, table), _draft(place, made[0]), _shards(place, text), _dataset(place)]
    return made


def _stopped(step: int, steps: int) -> bool:
    """A training that is ended after four steps is scored and can be resumed: its record has every field."""
    return step < 4


def _writer(place: Path, text: Path, number: int, settings: dict) -> Source:
    folder = place / f"writer{number}"
    for _ in train(TEXT, Request.of(str(text), WRITER | settings), out=folder, watch=_stopped):
        pass
    return Source(folder.name, "model", folder, str(text), "text", resumable=True)


def _forecaster(place: Path, table: Path, cell: str) -> Source:
    folder = place / f"forecaster-{cell}"
    settings = FORECASTER | {"cell": cell}
    for _ in train(FORECAST, Request.of(str(table), settings), out=folder, watch=_stopped):
        pass
    return Source(folder.name, "model", folder, str(table), "forecast", resumable=True)


def _tutorial(place: Path, table: Path) -> Source:
    settings = {"steps": 4, "report_every": 2, "hidden": 6}
    request = Request.of(str(table), settings, arguments={"recipe": "tutorial"})
    for _ in train(FORECAST, request, out=place / "tutorial"):
        pass
    return Source("tutorial", "model", place / "tutorial", str(table), "forecast")


def _draft(place: Path, writer: Source) -> Source:
    *_, draft = drafts(str(writer.place), "The heron", Manner(12), seed=3, texts=2)
    save_draft(draft, place / "kept")
    return Source("draft", "draft", place / "kept", writer.data, model=str(writer.place))


def _shards(place: Path, text: Path) -> Source:
    long = place / "long.txt"
    long.write_text(tale(24_000, seed=2))
    make_shards([str(long)], place / "shards", millions=0.01)
    return Source("shards", "shards", place / "shards", str(place / "shards"))


def _dataset(place: Path) -> Source:
    """A dataset's text as it lies in the cache once it was fetched."""
    text = tale(2000, seed=4)
    folder = place / "dataset"
    (folder / "someone").mkdir(parents=True)
    (folder / f"{DATASET}.txt").write_text(text)
    record = {
        "dataset": DATASET,
        "revision": "main",
        "commit": "0" * 40,
        "split": "train",
        "column": "text",
        "characters": len(text),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "part": "",
    }
    record |= {hub_datasets.SEAL: seal(record, hub_datasets.SEAL)}
    (folder / f"{DATASET}.json").write_text(json.dumps(record))
    return Source("dataset", "dataset", folder, DATASET)
