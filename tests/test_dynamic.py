"""Dynamic evaluation: no piece is learnt before it is scored, and the steps are chosen before the held-out part."""

import json

import numpy as np
import pytest
import torch
from authors import story
from numpy.testing import assert_allclose
from torch.nn import functional
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.tasks.text.judge import dynamic
from rnnlab.tasks.text.judge.dynamic import PIECE, Steps, dynamic_losses, mixed_losses, squared_gradients
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.judge.score import streamed_losses

V = 7
SHAPE = ModelConfig(
    cell="lstm", hidden=9, inputs=0, vocabulary=V, embedding=5, outputs=V, between_dropout=0.5, layers=2
)
IDS = np.tile(np.random.default_rng(1).integers(V, size=50), 8)


@pytest.fixture(scope="module")
def model():
    return new_model(SHAPE, 1)


@pytest.fixture(scope="module")
def squares(model):
    return squared_gradients(model, np.random.default_rng(2).integers(V, size=500))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A writer of a story, and the story, in whose last tenth a name occurs that the rest lacks."""
    place = tmp_path_factory.mktemp("dynamic")
    text = story(20_000)
    (place / "story.txt").write_text(text[:18_000] + text[18_000:].replace("ANNA", "OLGA"))
    settings = {"hidden": 24, "layers": 1, "embedding": 8, "epochs": 2, "batch": 8, "window": 25, "lr": 0.02}
    list(train_text(str(place / "story.txt"), out=place / "model", settings=settings))
    return place


def test_with_rate_0_it_is_the_streamed_loss(model, squares):
    for pull in (0.0, 0.01):
        assert_allclose(dynamic_losses(model, IDS, squares, Steps(0.0, pull)), streamed_losses(model, IDS), rtol=1e-5)


def test_the_first_piece_is_scored_by_the_trained_weights_and_the_second_is_not(model, squares):
    found, static = dynamic_losses(model, IDS, squares, Steps(0.01, 0.0)), streamed_losses(model, IDS)
    assert_allclose(found[:PIECE], static[:PIECE], rtol=1e-5)
    assert not np.isclose(found[PIECE : 2 * PIECE], static[PIECE : 2 * PIECE]).any()


def test_a_change_to_later_text_changes_no_score_of_what_comes_before(model, squares):
    changed = IDS.copy()
    changed[200:] = (changed[200:] + 1) % V
    before, after = (
        mixed_losses([dynamic_losses(model, ids, squares, Steps(0.01, pull)) for pull in (1e-3, 0.1)])
        for ids in (IDS, changed)
    )
    assert_allclose(after[:199], before[:199], rtol=1e-6)
    assert not np.isclose(after[199:], before[199:]).all()


def test_a_text_that_repeats_itself_is_learnt_and_the_model_keeps_its_weights(model, squares):
    trained = [weight.detach().clone() for weight in model.parameters()]
    found, static = dynamic_losses(model, IDS, squares, Steps(0.01, 0.0)), streamed_losses(model, IDS)
    assert found[-100:].mean() < static[-100:].mean() - 0.1
    assert all(torch.equal(one, other) for one, other in zip(trained, model.parameters(), strict=True))
    assert all(weight.grad is None for weight in model.parameters())


def test_a_mixture_weighs_models_by_what_they_predicted_before():
    losses = [np.array([0.5, 2.0, 1.0]), np.array([3.0, 0.1, 0.2])]
    weights, expected = np.array([0.5, 0.5]), []
    for told in np.exp(-np.array(losses)).T:
        expected.append(-np.log(weights @ told))
        weights = weights * told / (weights @ told)
    assert_allclose(mixed_losses(losses), expected)


def test_a_mixture_of_one_is_that_one_and_of_equals_is_each():
    losses = np.random.default_rng(5).exponential(size=20)
    for models in (1, 3):
        assert_allclose(mixed_losses([losses] * models), losses)


def test_a_step_is_that_of_the_formula(model, squares):
    """The second piece, by weights moved by hand."""
    x = torch.from_numpy(IDS[None, : 2 * PIECE + 1])
    twin = new_model(SHAPE, 1)
    output, state = twin(x[:, :PIECE])
    functional.cross_entropy(output[0], x[0, 1 : PIECE + 1]).backward()
    whole = np.sqrt(sum(float(weight.grad.square().sum()) for weight in twin.parameters()))
    with torch.no_grad():
        for weight, square in zip(twin.parameters(), squares, strict=True):
            gradient = weight.grad * min(1.0, 1 / whole)
            moved = weight - 0.01 * gradient / torch.sqrt(0.99 * square + 0.01 * gradient**2)
            weight.copy_(moved + 0.1 * (weight - moved))
        logits = twin(x[:, PIECE:-1], state)[0][0]
    expected = functional.cross_entropy(logits, x[0, PIECE + 1 :], reduction="none")
    found = dynamic_losses(model, IDS[: 2 * PIECE + 1], squares, Steps(0.01, 0.1))[PIECE:]
    assert_allclose(found, expected.numpy(), rtol=1e-3, atol=1e-4)


def test_the_mean_squared_gradient_is_that_of_each_piece_alone(model):
    ids = np.random.default_rng(4).integers(V, size=2 * PIECE + 1)
    twin, state, expected = new_model(SHAPE, 1), None, 0.0
    for start in (0, PIECE):
        x = torch.from_numpy(ids[None, start : start + PIECE + 1])
        output, state = twin(x[:, :-1], state and tuple(tuple(part.detach() for part in one) for one in state))
        twin.zero_grad()
        functional.cross_entropy(output[0], x[0, 1:]).backward()
        assert sum(float(weight.grad.square().sum()) for weight in twin.parameters()) < 1, "not clipped"
        expected = expected + twin.head.weight.grad.square() / 2
    names = [name for name, _ in model.named_parameters()]
    found = squared_gradients(model, ids)[names.index("head.weight")]
    assert_allclose(found.numpy(), expected.numpy(), rtol=1e-3, atol=1e-9)


def test_evaluate_tells_of_it_beside_a_5_gram_that_counts_on(place, capsys):
    model, data = str(place / "model"), str(place / "story.txt")
    plain, found = evaluate(model, data), evaluate(model, data, dynamic=True)
    told = found.pop("dynamic")
    assert found == plain
    assert told["nats_per_char"] < plain["nats_per_char_streamed"] - 0.01
    assert told["ngram_nats_per_char"] < plain["ngram_nats_per_char"] - 0.01
    assert (told["piece"], told["tuned_on"]) == (64, 9000)
    assert told["rate"] == min(told["tuning"], key=lambda one: one["nats_per_id"])["rate"]
    best = min(told["pulls"], key=lambda one: one["nats_per_char"])
    assert told["pull"] == best["pull"]
    assert told["nats_per_char"] <= best["nats_per_char"] + np.log(len(told["pulls"])) / plain["characters"] + 1e-9
    assert main(["evaluate", model, "--data", data, "--dynamic"]) == 0
    assert f"dynamic evaluation (rate {told['rate']:g}, 3 pulls mixed)" in capsys.readouterr().out
    json.dumps(told, allow_nan=False)


def test_the_held_out_part_does_not_choose_how_it_is_learnt(place, tmp_path, monkeypatch):
    monkeypatch.setattr(dynamic, "RATES", (1e-3, 1e-2))
    text = (place / "story.txt").read_text()
    (tmp_path / "other.txt").write_text(text[:18_000] + text[17_999:15_999:-1])
    told = [
        evaluate(str(place / "model"), str(file), dynamic=True)["dynamic"]
        for file in (place / "story.txt", tmp_path / "other.txt")
    ]
    assert told[0]["tuning"] == told[1]["tuning"]
    assert told[0]["nats_per_char"] != told[1]["nats_per_char"]


def test_prices_and_shards_have_no_dynamic_evaluation(place, tmp_path, capsys):
    assert main(["evaluate", "stocks", "--data", "AAPL", "--dynamic"]) == 2
    assert capsys.readouterr().err == "Prices have no --dynamic; leave it out.\n"
    assert main(["data", "shards", str(place / "story.txt"), "--out", str(tmp_path / "shards")]) == 0
    with pytest.raises(RnnlabError, match="A text in shards has no dynamic evaluation; leave out --dynamic"):
        evaluate(str(place / "model"), str(tmp_path / "shards"), dynamic=True)
