"""Models too large for a checkpoint are refused before they are built, and those just below can be resumed."""

import pytest
import torch
from authors import story
from trainings import train_forecast, train_text

from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.tasks.forecast.learn.training import RECIPES
from rnnlab.train import sizes
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import LARGEST_WEIGHTS, Checkpoint, check_size, load, save
from rnnlab.train.weights import cpu_weights

LARGE = "of weights where a checkpoint may have 500; choose fewer units, layers, distinct ids"


def test_a_writer_too_large_for_a_checkpoint_is_refused_before_it_is_built(tmp_path):
    (tmp_path / "story.txt").write_text(story(4000))
    settings = {"cell": "lstm", "hidden": 4096, "layers": 2, "window": 20}
    with pytest.raises(RnnlabError, match=f"A model of these sizes has 8.. MB {LARGE}"):
        next(train_text(str(tmp_path / "story.txt"), out=tmp_path / "m", settings=settings))
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_forecaster_too_large_for_a_checkpoint_is_refused_before_it_is_built(recipe, tmp_path):
    settings = {"hidden": 4096, "layers": 8}
    with pytest.raises(RnnlabError, match=LARGE):
        next(train_forecast(["AAPL"], recipe=recipe, out=tmp_path / "m", settings=settings))


def test_what_the_bound_lets_through_is_saved_and_loaded(tmp_path, monkeypatch):
    config = ModelConfig(cell="lstm", hidden=64, layers=8)
    model = SequenceModel(config)
    numbers = sum(weight.numel() for weight in model.parameters())
    monkeypatch.setattr(checkpoint, "LARGEST_WEIGHTS", 4 * numbers + sizes.ROOM_FOR_NAMES)
    check_size(config)
    save(Checkpoint("waves", config, {}, {}, {}, {}, cpu_weights(model)), tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert torch.equal(loaded.weights["head.weight"], model.head.weight)
    monkeypatch.setattr(checkpoint, "LARGEST_WEIGHTS", 4 * numbers + sizes.ROOM_FOR_NAMES - 1)
    with pytest.raises(RnnlabError, match="of weights where a checkpoint may have"):
        check_size(config)


def test_the_proposed_sizes_are_far_below_the_bound():
    with torch.device("meta"):
        sizes = {"inputs": 0, "vocabulary": 65_536, "outputs": 65_536, "embedding": 128}
        large = SequenceModel(ModelConfig(cell="lstm", hidden=512, layers=2, **sizes))
    assert 4 * large.parameter_count() < LARGEST_WEIGHTS / 2
