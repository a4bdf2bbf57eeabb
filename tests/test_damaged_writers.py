"""Whatever stands in a folder that calls itself a writer: one sentence, and never a traceback."""

import copy
import json
import shutil

import pytest
from authors import story

from rnnlab import service
from rnnlab.errors import CheckpointError

SETTINGS = {"hidden": 12, "layers": 2, "embedding": 5, "steps": 6, "report_every": 3, "batch": 4, "window": 20}
MISSING = object()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A trained writer, a training that was stopped, and their story."""
    place = tmp_path_factory.mktemp("writers")
    (place / "story.txt").write_text(story(4000))
    list(service.train_text(str(place / "story.txt"), out=place / "model", settings=SETTINGS))
    training = service.train_text(str(place / "story.txt"), out=place / "stopped", settings=SETTINGS)
    next(training)
    training.close()
    return place


def damaged(source, folder, path, value, file="config.json") -> str:
    """A copy of the folder in whose JSON one field has another value, or is missing."""
    shutil.copytree(source, folder)
    content = json.loads((folder / file).read_text())
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = copy.deepcopy(value)
    if value is MISSING:
        del inner[path[-1]]
    (folder / file).write_text(json.dumps(content))
    return str(folder)


STATE = [
    (("step",), "3"), (("step",), -1), (("step",), True), (("step",), MISSING), (("best_step",), None),
    (("rate_scale",), 0), (("scaler",), 5), (("scaler",), {"scale": "x"}), (("device",), []), (("precision",), 5),
    (("seconds",), "x"), (("seconds",), MISSING), (("best_loss",), "x"), (("curve",), 5), (("curve",), [5]),
    (("curve",), [{"step": "x"}]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), STATE, ids=str)
def test_a_training_state_with_a_wrong_number_is_not_gone_on_with(made, tmp_path, path, value):
    out = damaged(made / "stopped", tmp_path / "m", path, value, "resume/state.json")
    with pytest.raises(CheckpointError, match=f"The saved training is damaged: {path[0]} of its state.json"):
        next(service.train_text(str(made / "story.txt"), out=out, resume=True))


ORIGIN = [
    (("train", "steps"), MISSING), (("provenance", "data"), MISSING), (("provenance", "data"), None),
    (("provenance", "data"), []), (("provenance", "data"), "x"), (("provenance", "data"), [{}]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), ORIGIN, ids=str)
def test_a_training_that_does_not_say_what_it_began_with_is_not_gone_on_with(made, tmp_path, path, value):
    out = damaged(made / "stopped", tmp_path / "m", path, value)
    with pytest.raises(CheckpointError, match="m does not say what it learnt from and how long; start a new training"):
        next(service.train_text(str(made / "story.txt"), out=out, resume=True, settings={"epochs": 1, "steps": 6}))
