"""One model in the place of several: its outputs are the mean of theirs."""

import dataclasses

import pytest
import torch

from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, average, new_model

SHAPE = ModelConfig(hidden=5, layers=1, inputs=4, outputs=3, skip=True)


def drawn(seed, config):
    model = new_model(config, seed).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(seed)))
    return model


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize(("layers", "residual", "skip"), [(1, False, True), (2, False, False), (3, True, True)])
def test_the_output_is_the_mean_of_the_models_outputs(cell, layers, residual, skip):
    config = dataclasses.replace(SHAPE, cell=cell, layers=layers, residual=residual, skip=skip)
    models = [drawn(seed, config) for seed in (1, 2, 3)]
    x = torch.randn(2, 7, 4)
    whole = average(models)
    torch.testing.assert_close(whole(x)[0], torch.stack([model(x)[0] for model in models]).mean(0))
    assert whole.config.hidden == 15


def test_a_sequence_may_be_cut_anywhere():
    whole, x = average([drawn(seed, dataclasses.replace(SHAPE, cell="gru")) for seed in (1, 2)]), torch.randn(1, 9, 4)
    first, state = whole(x[:, :4])
    second, _ = whole(x[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole(x)[0])


def test_one_model_alone_is_itself():
    model, x = drawn(4, dataclasses.replace(SHAPE, cell="lstm", layers=2)), torch.randn(1, 5, 4)
    torch.testing.assert_close(average([model])(x)[0], model(x)[0])


def test_models_of_different_shapes_are_our_own_mistake():
    with pytest.raises(AssertionError, match="of one shape"):
        average([drawn(1, SHAPE), drawn(2, dataclasses.replace(SHAPE, cell="rnn"))])
