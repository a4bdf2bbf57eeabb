import pytest
import torch
from torch.testing import assert_close

from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.nn.stepping import Stepper, to_model_state, to_step_state

V, E, H, B = 23, 6, 17, 3


def model(cell: str, **options):
    sizes = {"inputs": 0, "vocabulary": V, "embedding": E, "hidden": H, "layers": 3, "outputs": V}
    network = new_model(ModelConfig(cell=cell, **(sizes | options)), seed=4)
    for weight in network.parameters():  # larger than at the start, so that gates saturate as trained ones do
        weight.data *= 1.5
    return network.requires_grad_(False)


def text(rows: int, length: int = 500) -> torch.Tensor:
    return torch.randint(V, (rows, length), generator=torch.Generator().manual_seed(rows))


def stepped(stepper: Stepper, ids: torch.Tensor, state) -> tuple[torch.Tensor, object]:
    logits = []
    for step in ids.unbind(1):
        output, state = stepper.step(step, state)
        logits.append(output)
    return torch.stack(logits, dim=1), state


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize(
    "options", [{}, {"residual": True}, {"layers": 1, "skip": True}], ids=["plain", "residual", "skip"]
)
def test_five_hundred_steps_equal_the_models_own_forward(cell, rows, options):
    network = model(cell, **options)
    stepper, ids = Stepper(network), text(rows)
    found, _ = stepped(stepper, ids, stepper.start(rows))
    expected, _ = network(ids)
    assert_close(found.log_softmax(-1), expected.log_softmax(-1), rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_prompt_read_at_once_is_gone_on_with_step_by_step_and_back(cell):
    network, ids = model(cell), text(B, 40)
    stepper = Stepper(network)
    whole, _ = network(ids)
    _, state = network(ids[:, :20])
    middle, state = stepped(stepper, ids[:, 20:30], to_step_state(state))
    assert_close(middle, whole[:, 20:30], rtol=1e-4, atol=1e-5)
    end, _ = network(ids[:, 30:], to_model_state(state))
    assert_close(end, whole[:, 30:], rtol=1e-4, atol=1e-5)


def test_the_rows_of_a_batch_are_stepped_as_if_each_were_alone():
    network, ids = model("lstm"), text(B, 50)
    stepper = Stepper(network)
    together, _ = stepped(stepper, ids, stepper.start(B))
    for row in range(B):
        alone, _ = stepped(stepper, ids[row : row + 1], stepper.start(1))
        assert_close(together[row], alone[0], rtol=1e-4, atol=1e-5)


def test_packing_copies_the_weights():
    network = model("gru")
    stepper, ids = Stepper(network), text(1, 5)
    before, _ = stepped(stepper, ids, stepper.start(1))
    for weight in network.parameters():
        weight.data.zero_()
    assert_close(stepped(stepper, ids, stepper.start(1))[0], before, rtol=0, atol=0)
