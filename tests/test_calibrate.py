"""The scale of the logits, against models whose beliefs are known to be right, too sure, or not sure enough."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch.testing import assert_close

from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.tasks.text.learn.calibrate import FEWEST, output_scale, scaled


def model(tied: bool = False) -> SequenceModel:
    config = ModelConfig("gru", 24, 2, inputs=0, vocabulary=8, embedding=6, outputs=8, tied=tied)
    network = new_model(config, seed=3).eval()
    sharp = {name: weight.detach() for name, weight in network.state_dict().items()}
    network.load_state_dict(scaled(sharp, 6.0))  # beliefs as uneven as a trained model's
    return network


@torch.no_grad()
def drawn(network: SequenceModel, length: int, seed: int = 1) -> np.ndarray:
    """A text drawn from the network's own beliefs, which so are right by construction."""
    generator, ids, state = torch.Generator().manual_seed(seed), [0], None
    for _ in range(length - 1):
        output, state = network(torch.tensor([ids[-1:]]), state)
        ids.append(int(torch.multinomial(output[0, -1].softmax(-1), 1, generator=generator)))
    return np.array(ids)


@pytest.mark.parametrize("surer", [0.8, 1.0, 1.25])
def test_the_scale_undoes_how_much_surer_a_model_is_than_it_may_be(surer):
    network = model()
    ids = drawn(network, 6 * FEWEST)
    network.load_state_dict(scaled(network.state_dict(), surer))
    assert_allclose(output_scale(network, ids), 1 / surer, atol=0.06)


@pytest.mark.parametrize("tied", [False, True])
def test_scaled_weights_scale_every_logit(tied):
    network, ids = model(tied), torch.tensor([[1, 2, 3, 4]])
    if tied:
        network.tied_bias.data.normal_()
    expected = network(ids)[0] * 0.7
    network.load_state_dict(scaled(network.state_dict(), 0.7))
    assert_close(network(ids)[0], expected)


def test_a_scale_beyond_those_tried_is_the_last_one():
    network = model()
    ids = drawn(network, 2 * FEWEST)
    network.load_state_dict(scaled(network.state_dict(), 10.0))
    assert output_scale(network, ids) == 0.5
