"""Weights that are finite, yet so large that nothing finite comes of them: refused, or told, wherever they are used."""

import dataclasses
import json
import math
import warnings
from pathlib import Path

import pytest
import torch
from wholes import wholes

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.use import forecast, forecast_many
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint


def changed(source, place: Path, change) -> Path:
    """A checkpoint with other weights, saved as ours are; change gives a weight by its name and what it was."""
    made: Checkpoint = checkpoint.load(source.place)
    weights = {name: change(name, tensor.float().clone()) for name, tensor in made.weights.items()}
    checkpoint.save(dataclasses.replace(made, weights=weights), place / "m")
    return place / "m"


def is_finite(value: object) -> bool:
    if isinstance(value, dict | list | tuple):
        return all(map(is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize("number", [1e4, 3e4, 7e4, 1e5, 1e6, 1e12, 1e30, 3e38, -1e5, -1e30])
@pytest.mark.parametrize("part", ["location", "scale", "dof"])
def test_a_forecast_is_a_price_or_is_refused(tmp_path, part, number):
    """The head's biases stand for 20 locations, scales and degrees of freedom."""
    source = wholes()["forecaster-gru"]
    own = slice(20 * ["location", "scale", "dof"].index(part), 20 * ["location", "scale", "dof"].index(part) + 20)

    def change(name, weight):
        if name == "head.bias":
            weight[own] = number
        return weight

    model = str(changed(source, tmp_path, change))
    for attempt in (forecast, lambda *asked: backtest(*asked, start="2012-04-17")):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", RuntimeWarning)
                assert is_finite(attempt(model, source.data))
        except CheckpointError as error:
            refusal = "The checkpoint's weights are so large that its forecasts are no prices; train it again or open"
            assert str(error).startswith(refusal)  # noqa: PT017


@pytest.mark.parametrize("name", ["forecaster-gru", "tutorial"])
def test_a_forecaster_of_the_largest_weights_is_refused_in_a_sentence(tmp_path, name):
    model = str(changed(wholes()[name], tmp_path, lambda _, weight: weight.fill_(3.4e38)))
    for attempt in (forecast, lambda *asked: backtest(*asked, start="2012-04-17")):
        with pytest.raises(CheckpointError, match="so large that its forecasts are no prices"):
            attempt(model, wholes()[name].data)


def test_several_series_at_once_are_refused_as_one_is(tmp_path):
    source = wholes()["forecaster-gru"]
    model = str(changed(source, tmp_path, lambda _, weight: weight.fill_(3.4e38)))
    with pytest.raises(CheckpointError, match="so large that its forecasts are no prices"):
        forecast_many(model, [source.data, source.data])


def test_a_writer_of_the_largest_weights_neither_writes_nor_is_scored(tmp_path):
    source = wholes()["writer0"]
    signs = torch.Generator().manual_seed(2)

    def change(_, weight):
        return torch.where(torch.rand(weight.shape, generator=signs) < 0.5, -3.4e38, 3.4e38)

    model = str(changed(source, tmp_path, change))
    with pytest.raises(RnnlabError, match="is not a finite number"):
        write(model, "The heron", length=5)
    with pytest.raises(RnnlabError, match="is not a finite number"):
        evaluate(model, source.data)


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_weights_that_are_not_finite_are_refused_where_they_are_read(tmp_path, number):
    source = wholes()["forecaster-gru"]

    def change(name, weight):
        if name == "head.weight":
            weight[3, 5] = number
        return weight

    model = changed(source, tmp_path, change)
    with pytest.raises(CheckpointError, match=r"^m/model\.safetensors holds numbers in head\.weight that are not"):
        forecast(str(model), source.data)
    assert json.loads((model / "config.json").read_text())["provenance"]["weights_dtype"] == "float32"
