import pytest
import torch
from torch.testing import assert_close

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import LockedDropout, ModelConfig, new_model

B, T, I, H, O, V, E = 2, 7, 3, 5, 4, 11, 6
VALUES = {"inputs": I, "outputs": O, "hidden": H, "layers": 2}
IDS = {"inputs": 0, "outputs": V, "hidden": H, "layers": 3, "vocabulary": V, "embedding": E}


def inputs(config: ModelConfig) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    if config.vocabulary:
        return torch.randint(V, (B, T), generator=generator)
    return torch.randn(B, T, I, generator=generator)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("sizes", [VALUES, IDS, VALUES | {"skip": True}], ids=["values", "ids", "skip"])
def test_a_model_may_be_cut_anywhere(cell, sizes):
    config = ModelConfig(cell=cell, **sizes)
    model, x = new_model(config, seed=2).eval(), inputs(config)
    whole, _ = model(x)
    assert whole.shape == (B, T, config.outputs)
    for cut in range(1, T):
        first, state = model(x[:, :cut])
        second, _ = model(x[:, cut:], state)
        assert_close(torch.cat([first, second], 1), whole)


def test_dropout_keeps_one_mask_for_all_steps_of_a_sequence():
    dropped = LockedDropout(0.5)(torch.ones(B, T, 1000), torch.Generator().manual_seed(1))
    assert_close(dropped, dropped[:, :1].expand(B, T, 1000))
    assert dropped.mean().item() == pytest.approx(1, abs=0.1)
    assert not torch.equal(dropped[0], dropped[1])


def test_dropout_is_drawn_from_the_models_own_generator():
    config = ModelConfig(dropout=0.5, **VALUES)
    outputs = []
    for disturbance in (0, 1):
        model = new_model(config, seed=2).train()
        model.seed_noise(7)
        torch.manual_seed(disturbance)
        outputs.append(model(inputs(config))[0])
    assert_close(*outputs, rtol=0, atol=0)


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
