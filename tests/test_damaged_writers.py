"""Whatever stands in a folder that calls itself a writer: one sentence, and never a traceback."""

import copy
import dataclasses
import json
import shutil

import pytest
from authors import story
from trainings import train_text

from rnnlab.data import catalog
from rnnlab.errors import CheckpointError
from rnnlab.nn.model import new_model
from rnnlab.service.summary import bundled_models
from rnnlab.tasks.registry import kind_named
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.use import write
from rnnlab.tasks.text.writer import voice
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.weights import cpu_weights

SETTINGS = {"hidden": 12, "layers": 2, "embedding": 5, "steps": 6, "report_every": 3, "batch": 4, "window": 20}
MISSING = ...  # its name is the same in every process


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A trained writer, a training that was stopped, and their story."""
    place = tmp_path_factory.mktemp("writers")
    (place / "story.txt").write_text(story(4000))
    list(train_text(str(place / "story.txt"), out=place / "model", settings=SETTINGS))
    training = train_text(str(place / "story.txt"), out=place / "stopped", settings=SETTINGS)
    next(training)
    training.close()
    return place


def damaged(source, folder, path, value, file="config.json") -> str:
    """A copy of the folder in whose JSON one field has another value, or is missing; sealed again, as forgers do."""
    shutil.copytree(source, folder)
    content = json.loads((folder / file).read_text())
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = copy.deepcopy(value)
    if value is MISSING:
        del inner[path[-1]]
    if file == "config.json":
        content["sha256"] = checkpoint.seal(content)
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
        next(train_text(str(made / "story.txt"), out=out, resume=True))


ORIGIN = [
    (("train", "steps"), MISSING), (("provenance", "data"), MISSING), (("provenance", "data"), None),
    (("provenance", "data"), []), (("provenance", "data"), "x"), (("provenance", "data"), [{}]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), ORIGIN, ids=str)
def test_a_training_that_does_not_say_what_it_began_with_is_not_gone_on_with(made, tmp_path, path, value):
    out = damaged(made / "stopped", tmp_path / "m", path, value)
    with pytest.raises(
        CheckpointError, match="m does not say what it was trained on and how long; start a new training"
    ):
        next(train_text(str(made / "story.txt"), out=out, resume=True, settings={"epochs": 1, "steps": 6}))


DATA = [(("provenance", "data"), value) for value in (MISSING, None, {}, [], "x", [{}], [5])]
READING = [
    (("train", "documents"), MISSING), (("train", "documents"), "pages"), (("train", "marker"), MISSING),
    (("train", "marker"), 5), (("train", "fold_case"), MISSING), (("train", "fold_case"), 1),
    (("train", "validation"), MISSING), (("train", "validation"), "0.1"), (("train", "validation"), None),
    (("train", "validation"), []), (("train", "validation"), 1e308), (("train", "validation"), 10**300),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), DATA + READING, ids=str)
def test_a_writer_is_not_scored_whose_notes_on_its_text_are_damaged(made, tmp_path, path, value):
    folder = damaged(made / "model", tmp_path / "m", path, value)
    with pytest.raises(CheckpointError, match="config.json is damaged|cannot be those of a training"):
        evaluate(folder, str(made / "story.txt"))


SCORES = [
    (("metrics", "openings"), None), (("metrics", "openings"), 5), (("metrics", "openings"), [5]),
    (("metrics", "openings"), ["\ud800"]), (("metrics", "openings"), ["x" * 30_000]),
    (("metrics", "nats_per_char_windows"), "x"), (("metrics", "nats_per_char_windows"), 1e300),
    (("metrics", "nats_per_char_windows"), MISSING), (("metrics", "ngram_nats_per_char"), MISSING),
    (("metrics", "ngram_nats_per_char"), -1), (("provenance", "data"), [{"title": ["<b>"], "sha256": "x"}]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), DATA + SCORES, ids=lambda value: str(value)[:40])
def test_a_voice_is_not_shown_whose_scores_or_openings_are_damaged(made, tmp_path, path, value):
    folder = damaged(made / "model", tmp_path / "m", path, value)
    with pytest.raises(CheckpointError, match="The checkpoint's config.json is damaged: .* is missing or wrong"):
        voice(folder)


@pytest.mark.parametrize("value", [[], {}, None, 5])
def test_weights_of_no_known_kind_are_refused(made, tmp_path, value):
    folder = damaged(made / "model", tmp_path / "m", ("provenance", "weights_dtype"), value)
    with pytest.raises(CheckpointError, match="where float32 and float16 are known"):
        write(folder)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 400])
def test_a_number_that_is_not_finite_is_no_json(made, tmp_path, number):
    folder = damaged(made / "model", tmp_path / "m", ("train", "lr"), "NUMBER")
    config = tmp_path / "m" / "config.json"
    config.write_text(config.read_text().replace('"NUMBER"', number))
    with pytest.raises(CheckpointError, match="m/config.json is not JSON"):
        write(folder)


@pytest.mark.parametrize("odd", ["\x1b", "\0", "\r", "\x85", "\ud800"])
def test_characters_that_no_cleaned_text_has_are_refused(made, tmp_path, odd):
    path = ("codec", "vocabulary", "characters")
    known = json.loads((made / "model" / "config.json").read_text())["codec"]["vocabulary"]["characters"]
    folder = damaged(made / "model", tmp_path / "m", path, "".join(sorted(known[1:] + odd)))
    with pytest.raises(CheckpointError, match="control characters or halves of characters"):
        write(folder)


def test_a_bundled_checkpoint_that_cannot_be_read_is_left_out_and_logged(made, tmp_path, monkeypatch, caplog):
    own, place = catalog.bundled_folder(), tmp_path / "checkpoints"
    for name in ("catalog.json", "prices"):
        (tmp_path / name).symlink_to(own / name)
    shutil.copytree(own / "checkpoints" / "stocks", place / "stocks")
    shutil.copytree(made / "model", place / "anna")
    damaged(made / "model", place / "mute", ("metrics", "openings"), None)
    damaged(made / "model", place / "future", ("format",), 2)
    monkeypatch.setattr(catalog, "bundled_folder", lambda: tmp_path)
    assert bundled_models(kind_named("text")) == ["anna"]
    assert bundled_models(kind_named("forecast")) == ["stocks"]
    assert "The bundled checkpoint mute is left out: The checkpoint's config.json is damaged" in caplog.text
    assert "The bundled checkpoint future is left out: future/config.json has format 2" in caplog.text


def test_a_writer_with_a_linear_path_is_refused(made, tmp_path):
    found = checkpoint.load(made / "model")
    config = dataclasses.replace(found.model, skip=True)
    weights = cpu_weights(new_model(config, seed=1))
    checkpoint.save(dataclasses.replace(found, model=config, weights=weights), tmp_path / "m")
    with pytest.raises(CheckpointError, match=r"No writer has a linear path \(skip\) as this checkpoint does"):
        write(str(tmp_path / "m"))
