"""The command line in this process, and each command once on small data of our own: its JSON and what it writes."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from hub.serving import running_hub

from rnnlab.__main__ import main

from .places import PRICES, STORY

ANNA = "hf_annas_secret"
# Of a size that takes a second, in numbers that every machine has.
FORECASTER = "train forecast --precision fp32 --device cpu --data"
WRITER = "train text --precision fp32 --device cpu --data"
TUTORIAL = "train forecast --device cpu --recipe tutorial --data"
DAYS = "--batch 8 --window 16 --lead 4"  # of few days
DAYS_NETWORK = f"{DAYS} --hidden 6 --layers 1 --epochs 1"
TEXT_NETWORK = "--hidden 12 --layers 1 --embedding 6 --epochs 1 --batch 4 --window 25"
# In this order: those further down use what the first ones have made. Not here are `job`, for which a Job must run, and
# `bench training` and `bench forecast`, which take a minute.
COMMANDS = {
    "data": "data",
    "data fetch": "data fetch anna/tales",
    "data shards": "data shards story.txt --out shards",
    "train forecast": f"{FORECASTER} prices.csv {DAYS_NETWORK} --out density",
    "train forecast --seeds": f"{FORECASTER} prices.csv {DAYS_NETWORK} --seeds 2 --out seeds",
    "train forecast --recipe tutorial": f"{TUTORIAL} prices.csv --seeds 2 --steps 2 --out tutorial",
    "train forecast --from": f"{FORECASTER} prices.csv --from density --epochs 1 --out taught",
    "train forecast --unseen": f"{FORECASTER} prices.csv {DAYS_NETWORK} --unseen MSFT --until 2010-12-31 --out unseen",
    "train forecast of a bundled series": f"{FORECASTER} AAPL {DAYS_NETWORK} --out apple",
    "train text": f"{WRITER} story.txt {TEXT_NETWORK} --out chars",
    "train text --level word": f"{WRITER} story.txt {TEXT_NETWORK} --level word --words 100 --out words",
    "train text --documents": f"{WRITER} story.txt {TEXT_NETWORK} --documents blank-line --shuffle 3 --out documents",
    "train text --from": f"{WRITER} story.txt --from chars --epochs 1 --out learnt",
    "train text of shards": f"{WRITER} shards {TEXT_NETWORK} --out sharded",
    "forecast": "forecast density --data prices.csv --horizon 2",
    "forecast of several": "forecast density --data prices.csv AAPL --horizon 2 --calibrated",
    "forecast by the tutorial's": "forecast tutorial --data prices.csv",
    "backtest": "backtest density --data prices.csv --horizon 1 5 --leak-check --placebo",
    "backtest of several": "backtest density --data prices.csv MSFT",
    "backtest --garch": "backtest density --data prices.csv --garch",
    "backtest by the tutorial's": "backtest tutorial --data prices.csv",
    "backtest --refit": "backtest apple --data AAPL --refit yearly --start 2017-06-01",
    "write": "write chars --prompt ANNA --length 9 --seed 1 --save draft",
    "write --continue": "write chars --continue draft --length 9",
    "write --texts": "write words --length 9 --seed 1 --texts 2 --unit words",
    "write --adapt": "write chars --prompt ANNA --length 9 --seed 1 --adapt story.txt",
    "evaluate": "evaluate chars --data story.txt",
    "evaluate words": "evaluate words --data story.txt",
    "push": "push density anna/density",
    "push a writer": "push chars anna/chars --private",
    "pull": "pull anna/density --out pulled",
    "models": "models",
    "models --hub": "models --hub --author anna",
    "space": "space anna/page",
    "bench generation": "bench generation --rounds 1",
}
CHECKPOINTS = ("density", "seeds", "tutorial", "taught", "unseen", "chars", "words", "documents", "learnt", "sharded")


@dataclass
class Ran:
    """What the commands answered, by their name in COMMANDS; of each checkpoint its config.json and front matter."""

    answers: dict[str, Any] = field(default_factory=dict)
    configs: dict[str, Any] = field(default_factory=dict)
    cards: dict[str, Any] = field(default_factory=dict)


def answer(command: str) -> Any:
    """What a command prints with --json; none of its words holds a space."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as aside:
        code = main([*command.split(), "--json"])
    assert code == 0, f"{command}: {aside.getvalue()}"
    return json.loads(out.getvalue().splitlines()[-1])


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """A folder with the data, worked in beside a Hub on loopback where Anna is signed in."""
    for file in (PRICES, STORY):
        shutil.copy(file, folder)
    with running_hub() as hub, chdir(folder):
        hub.store.users[ANNA] = "anna"
        hub.store.add("dataset", "anna/tales").commit({"tales.txt": STORY.read_bytes()})
        own = {"HF_ENDPOINT": hub.address, "HF_TOKEN": ANNA, "RNNLAB_CACHE": str(folder / "cache")}
        with patch.dict(os.environ, own):
            yield


def run_all(folder: Path) -> Ran:
    """Run every command in an empty folder."""
    ran = Ran()
    with working_in(folder):
        for name, command in COMMANDS.items():
            ran.answers[name] = answer(command)
        for name in CHECKPOINTS:
            ran.configs[name] = json.loads((folder / name / "config.json").read_text("utf-8"))
            ran.cards[name] = front_matter((folder / name / "README.md").read_text("utf-8"))
    return ran


def front_matter(card: str) -> Any:
    """The YAML at a model card's head."""
    return yaml.safe_load(card.split("---\n")[1])
