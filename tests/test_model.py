import pytest
import torch
from torch.testing import assert_close

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, new_model

B, T, I, H, O, V, E = 2, 7, 3, 5, 4, 11, 6
VALUES = {"inputs": I, "outputs": O, "hidden": H, "layers": 2}
IDS = {"inputs": 0, "outputs": V, "hidden": H, "layers": 3, "vocabulary": V, "embedding": E}


def inputs(config: ModelConfig) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    if config.vocabulary:
        return torch.randint(V, (B, T), generator=generator)
    return torch.randn(B, T, I, generator=generator)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "sizes",
    [VALUES, IDS, VALUES | {"skip": True}, IDS | {"residual": True}, IDS | {"tied": True}, IDS | {"embedding": 0}],
    ids=["values", "ids", "skip", "residual", "tied", "one-hot"],
)
def test_a_model_may_be_cut_anywhere(cell, sizes):
    config = ModelConfig(cell=cell, **sizes)
    model, x = new_model(config, seed=2).eval(), inputs(config)
    whole, _ = model(x)
    assert whole.shape == (B, T, config.outputs)
    for cut in range(1, T):
        first, state = model(x[:, :cut])
        second, _ = model(x[:, cut:], state)
        assert_close(torch.cat([first, second], 1), whole)


@pytest.mark.parametrize("kind", ["input_dropout", "between_dropout", "output_dropout", "recurrent_dropout"])
@pytest.mark.parametrize("cell", CELLS)
def test_each_dropout_acts_in_training_alone_and_has_one_mask_for_all_steps(cell, kind):
    config = ModelConfig(cell=cell, **(VALUES | {kind: 0.5}))
    plain, dropped = new_model(ModelConfig(cell=cell, **VALUES), seed=2), new_model(config, seed=2)
    x = inputs(config)
    assert_close(dropped(x)[0], plain(x)[0])
    dropped.train().seed_noise(7)
    assert not torch.allclose(dropped(x)[0], plain(x)[0])
    dropped.seed_noise(7)
    whole, _ = dropped(x)
    dropped.seed_noise(7)
    first, state = dropped(x[:, :3])
    dropped.seed_noise(7)  # the same masks again: only then can a sequence be cut
    assert_close(torch.cat([first, dropped(x[:, 3:], state)[0]], 1), whole)


def test_dropout_keeps_the_mean_and_differs_between_the_sequences_of_a_batch():
    model = new_model(ModelConfig(**VALUES), seed=2).train()
    model.seed_noise(7)
    dropped = model._drop(torch.ones(B, T, 1000), 0.5)
    assert_close(dropped, dropped[:, :1].expand(B, T, 1000))
    assert dropped.mean().item() == pytest.approx(1, abs=0.1)
    assert not torch.equal(dropped[0], dropped[1])


@pytest.mark.parametrize("cell", CELLS)
def test_a_recurrent_mask_multiplies_the_recurrent_weights_and_nothing_else(cell):
    core = CELLS[cell](I, H)
    core.start(torch.Generator().manual_seed(3))
    mask = torch.empty(core.recurrent_shape).bernoulli_(0.5, generator=torch.Generator().manual_seed(5))
    x = inputs(ModelConfig(cell=cell, **VALUES))
    masked, _ = core(x, None, mask)
    core.kernel.weight_hh_l0.data *= mask
    assert_close(masked, core(x)[0])


def test_dropout_is_drawn_from_the_models_own_generator():
    config = ModelConfig(output_dropout=0.5, recurrent_dropout=0.5, **VALUES)
    outputs = []
    for disturbance in (0, 1):
        model = new_model(config, seed=2).train()
        model.seed_noise(7)
        torch.manual_seed(disturbance)
        outputs.append(model(inputs(config))[0])
    assert_close(*outputs, rtol=0, atol=0)


def test_a_residual_model_adds_each_layers_input_from_the_second_on():
    config = ModelConfig(residual=True, **VALUES)
    model, x = new_model(config, seed=2), inputs(config)
    low, _ = model.cores[0](x)
    high, _ = model.cores[1](low)
    assert_close(model(x)[0], model.head(high + low))


def test_a_tied_head_is_the_embedding_behind_a_projection():
    model = new_model(ModelConfig(tied=True, **IDS), seed=2)
    x = inputs(model.config)
    below = model.embed(x)
    for core in model.cores:
        below, _ = core(below)
    assert_close(model(x)[0], model.head(below) @ model.embed.weight.T + model.tied_bias)
    untied = new_model(ModelConfig(**IDS), seed=2)
    assert untied.parameter_count() - model.parameter_count() == (H * V + V) - (H * E + V)


def test_a_one_hot_id_selects_its_column_of_the_input_weights():
    model = new_model(ModelConfig(**IDS | {"embedding": 0, "layers": 1}), seed=2)
    embedded = new_model(ModelConfig(**IDS | {"embedding": V, "layers": 1}), seed=2)
    embedded.load_state_dict(model.state_dict() | {"embed.weight": torch.eye(V)})
    assert_close(model(inputs(model.config))[0], embedded(inputs(model.config))[0])


def test_values_have_no_embedding_to_tie():
    with pytest.raises(RnnlabError, match="Only a model that embeds what it predicts can tie its head"):
        ModelConfig(tied=True, **VALUES)


def test_a_model_with_a_skip_starts_at_zero():
    config = ModelConfig(skip=True, **VALUES)
    assert new_model(config, seed=2)(inputs(config))[0].abs().max() == 0


def test_the_same_seed_builds_the_same_model_and_another_seed_another():
    config = ModelConfig(**VALUES)
    one, same, other = (new_model(config, seed).head.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_an_unknown_cell_or_size_is_named():
    with pytest.raises(RnnlabError, match="cell must be one of rnn, gru, lstm, not 'transformer'"):
        ModelConfig(cell="transformer")
    with pytest.raises(RnnlabError, match="hidden must be between 1 and 4096, not 0"):
        ModelConfig(hidden=0)
