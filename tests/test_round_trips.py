"""Every kind of checkpoint trained, pushed by one person, pulled by another in another process: the same it is."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from authors import story
from hub.secrets import ANNA, BORIS, client_home, told
from hub.serving import running_hub
from trainings import train_forecast, train_text

import rnnlab
from rnnlab.nn.cells import CELLS
from rnnlab.service.sharing import push
from rnnlab.tasks.text.learn.settings import LEVELS

ROOT = Path(__file__).parents[1]
WRITERS = [f"{level}-{cell}" for level, cell in product(LEVELS, sorted(CELLS))]
FORECASTERS = [f"{recipe}-{cell}" for recipe, cell in product(("density", "tutorial"), sorted(CELLS))]
TINY_TEXT = {"hidden": 16, "layers": 1, "embedding": 8, "epochs": 1, "batch": 4, "window": 25}
TINY_PRICES = {"density": {"steps": 2, "hidden": 4, "seed": 1}, "tutorial": {"steps": 2, "hidden": 4}}
# What the other person runs: each checkpoint by its name and commit.
THEIRS = """
import json, sys, rnnlab
for name, where in json.loads(sys.argv[1]).items():
    model = rnnlab.load(where)
    if model.task == "text":
        made = model.write("Anna", length=60, seed=3)
    else:
        made = repr(model.forecast("AAPL", horizon=3).to_numpy().tolist())
    print(json.dumps([name, made]))
"""

pytestmark = pytest.mark.filterwarnings("ignore:This model's scaling uses the prices of the test days")


def trained(name: str, place: Path) -> Path:
    kind, cell = name.split("-")
    if kind in TINY_PRICES:
        settings = TINY_PRICES[kind] | {"cell": cell}
        list(train_forecast(["AAPL"], recipe=kind, out=place / name, settings=settings))
    else:
        settings = TINY_TEXT | {"level": kind, "cell": cell}
        list(train_text(str(place / "story.txt"), out=place / name, settings=settings))
    return place / name


def made_by(folder: Path) -> str:
    model = rnnlab.load(str(folder))
    if model.task == "text":
        return model.write("Anna", length=60, seed=3)
    return repr(model.forecast("AAPL", horizon=3).to_numpy().tolist())


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What each checkpoint makes here, and what it makes where it was pulled; no token is told of on the way."""
    place = tmp_path_factory.mktemp("trips")
    (place / "story.txt").write_text(story())
    mine, where = {}, {}
    with running_hub() as hub, pytest.MonkeyPatch.context() as environment:
        hub.store.users |= {ANNA: "anna", BORIS: "boris"}
        environment.setenv("HF_ENDPOINT", hub.address)
        for name in [*WRITERS, *FORECASTERS]:
            folder = trained(name, place)
            mine[name] = made_by(folder)
            url = push(folder, f"anna/{name}", token=ANNA)["url"]
            where[name] = f"anna/{name}@{url.rsplit('/', 1)[1]}"
        own = {"HF_TOKEN": BORIS, "HF_HOME": str(place / "hf"), "RNNLAB_CACHE": str(place / "cache")}
        asked = [sys.executable, "-c", THEIRS, json.dumps(where)]
        done = subprocess.run(
            asked, env=os.environ | own, cwd=Path(__file__).parents[1], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert told([done.stdout, done.stderr], [place, client_home()], hub) == []
    return mine, dict(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_that_was_pulled_writes_the_same_text_for_the_same_seed(both, name):
    mine, theirs = both
    assert theirs[name] == mine[name]
    assert mine[name].startswith("Anna")
    assert len(mine[name]) == 64


@pytest.mark.parametrize("name", FORECASTERS)
def test_a_forecaster_that_was_pulled_forecasts_the_same_to_the_last_digit(both, name):
    mine, theirs = both
    assert theirs[name] == mine[name]
    assert len(json.loads(mine[name])) == 3


def test_no_two_checkpoints_make_the_same(both):
    mine, _ = both
    assert len(set(mine.values())) == len(mine) == 15
