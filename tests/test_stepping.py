from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.nn.stepping import Engine, Steps, open_engine, packing, stepping_seconds
from rnnlab.nn.stepping.onnx_graph import step_graph
from rnnlab.nn.stepping.packing import pack
from rnnlab.nn.stepping.step_parts import parts_of_a_step, products_of
from rnnlab.nn.stepping.torch_steps import TorchEngine

V, E, H, B = 23, 6, 17, 3
OPTIONS = {
    "plain": {}, "residual": {"residual": True}, "tied": {"tied": True}, "one-hot": {"embedding": 0},
}  # fmt: skip
ENGINES = {"onnx": open_engine, "torch": lambda network: TorchEngine(pack(network))}


def model(cell: str, **options) -> SequenceModel:
    sizes = {"inputs": 0, "vocabulary": V, "embedding": E, "hidden": H, "layers": 3, "outputs": V}
    network = new_model(ModelConfig(cell=cell, **(sizes | options)), seed=4)
    noise = torch.Generator().manual_seed(6)
    for weight in network.parameters():  # larger than at the start, so that gates saturate as trained ones do
        weight.data = 1.5 * weight.data + torch.randn(weight.shape, generator=noise) / 2 / weight.shape[-1] ** 0.5
    return network.requires_grad_(False)


def text(rows: int, length: int = 500) -> torch.Tensor:
    return torch.randint(V, (rows, length), generator=torch.Generator().manual_seed(rows))


def stepped(steps: Steps, ids: torch.Tensor) -> torch.Tensor:
    return torch.stack([steps.step(column.tolist()).clone() for column in ids.unbind(1)], dim=1)


@pytest.fixture(params=ENGINES)
def opened(request):
    return ENGINES[request.param]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_five_hundred_steps_equal_the_models_own_forward(opened, cell, rows, options):
    network, ids = model(cell, **options), text(rows)
    found = stepped(opened(network).begin(rows), ids)
    expected, _ = network(ids)
    assert_close(found.log_softmax(-1), expected.log_softmax(-1), rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("options", [{}, {"tied": True, "residual": True}], ids=str)
def test_a_first_layer_too_large_for_a_table_takes_the_same_steps(opened, monkeypatch, cell, rows, options):
    network, ids = model(cell, **options), text(rows, 60)
    monkeypatch.setattr(packing, "LARGEST_TABLE", 0)
    assert pack(network).embedding.shape == (V, E)
    expected, _ = network(ids)
    assert_close(stepped(opened(network).begin(rows), ids), expected, rtol=1e-4, atol=1e-5)


def test_bytes_a_step_are_those_of_the_products_and_one_row_of_what_is_looked_up(monkeypatch):
    network = model("gru", layers=2)
    above, head, recurrent = 2 * 3 * H * H, V * H, 3 * H * H
    assert pack(network).bytes_a_step == 4 * (above + head + recurrent + 3 * H)
    monkeypatch.setattr(packing, "LARGEST_TABLE", 0)
    assert pack(network).bytes_a_step == 4 * (above + head + recurrent + 3 * H * E + E)


@pytest.mark.parametrize(("cell", "hidden", "embedding"), [("rnn", 1, 0), ("lstm", 2048, 1)])
def test_packing_makes_nothing_much_larger_than_the_weights(cell, hidden, embedding):
    """A folder of a megabyte would otherwise ask for gigabytes."""
    with torch.device("meta"):
        sizes = {"inputs": 0, "vocabulary": 65_536, "outputs": 65_536, "hidden": hidden, "embedding": embedding}
        network = SequenceModel(ModelConfig(cell=cell, **sizes))
        with MostNumbers() as seen:
            packed = pack(network)
    assert seen.most <= max(weight.numel() for weight in network.parameters())
    assert packed.head.shape == (65_536, hidden)


class MostNumbers(TorchDispatchMode):
    """Notes the size of the largest tensor that any operation makes."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        self.most = max([self.most, *(one.numel() for one in (made,) if isinstance(one, torch.Tensor))])
        return made


@pytest.mark.parametrize("cell", CELLS)
def test_a_prompt_read_at_once_is_gone_on_with_step_by_step_and_back(opened, cell):
    network, ids = model(cell), text(B, 40)
    whole, _ = network(ids)
    _, state = network(ids[:, :20])
    steps = opened(network).begin(B, state)
    assert_close(stepped(steps, ids[:, 20:30]), whole[:, 20:30], rtol=1e-4, atol=1e-5)
    end, _ = network(ids[:, 30:], steps.state())
    assert_close(end, whole[:, 30:], rtol=1e-4, atol=1e-5)


def test_a_state_that_was_given_out_does_not_change_with_the_steps_that_follow(opened):
    steps = opened(model("lstm")).begin(1)
    steps.step([3])
    state = steps.state()
    kept = [[part.clone() for part in layer] for layer in state]
    stepped(steps, text(1, 4))
    for layer, before in zip(state, kept, strict=True):
        for part, other in zip(layer, before, strict=True):
            assert_close(part, other, rtol=0, atol=0)


def test_many_rows_begin_from_one_state(opened):
    network, ids = model("gru"), text(1, 12)
    _, state = network(ids)
    together = opened(network).begin(B, state).step([5] * B)
    expected, _ = network(torch.tensor([[5]]), state)
    assert_close(together, expected[0].expand(B, V), rtol=1e-4, atol=1e-5)


def test_the_rows_of_a_batch_are_stepped_as_if_each_were_alone(opened):
    engine, ids = opened(model("lstm")), text(B, 50)
    together = stepped(engine.begin(B), ids)
    for row in range(B):
        assert_close(together[row], stepped(engine.begin(1), ids[row : row + 1])[0], rtol=1e-4, atol=1e-5)


def test_two_texts_of_one_engine_do_not_disturb_each_other(opened):
    engine, ids = opened(model("lstm")), text(1, 20)
    alone = stepped(engine.begin(1), ids)
    first, other = engine.begin(1), engine.begin(1)
    for place, column in enumerate(ids.unbind(1)):
        assert_close(first.step(column.tolist())[0], alone[0, place], rtol=0, atol=0)
        other.step([7])


@pytest.mark.parametrize("cell", CELLS)
def test_texts_of_several_threads_share_steps_and_each_is_as_if_it_were_alone_to_the_last_bit(cell, monkeypatch):
    engine, texts = open_engine(model(cell, hidden=64)), [text(rows, 200) for rows in (1, 2, 1, 3, 1, 1)]
    alone = [stepped(engine.begin(len(ids)), ids) for ids in texts]
    sizes, share = [], engine._share
    monkeypatch.setattr(engine, "_share", lambda together: (sizes.append(len(together)), share(together)))
    with ThreadPoolExecutor(len(texts)) as pool:
        for _ in range(100):  # until two of them met, which on a busy machine they need not at once
            found = list(pool.map(lambda ids: stepped(engine.begin(len(ids)), ids), texts))
            if max(sizes, default=0) > 1:
                break
    assert max(sizes) > 1
    for one, other in zip(found, alone, strict=True):
        assert_close(one, other, rtol=0, atol=0)


def test_more_rows_than_one_step_takes_wait_for_the_next():
    engine, texts = open_engine(model("gru", hidden=16)), [text(3, 100) for _ in range(20)]
    alone = [stepped(engine.begin(3), ids) for ids in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        found = list(pool.map(lambda ids: stepped(engine.begin(3), ids), texts))
    for one, other in zip(found, alone, strict=True):
        assert_close(one, other, rtol=0, atol=0)


def test_a_step_that_fails_fails_for_who_asked_and_for_nobody_after():
    engine = open_engine(model("gru"))
    with pytest.raises(Exception, match="indices element out of data bounds"):
        engine.begin(1).step([V])
    assert engine.begin(1).step([0]).shape == (1, V)


def test_packing_copies_the_weights(opened):
    network, ids = model("gru"), text(1, 5)
    engine: Engine = opened(network)
    before = stepped(engine.begin(1), ids)
    for weight in network.parameters():
        weight.data.zero_()
    assert_close(stepped(engine.begin(1), ids), before, rtol=0, atol=0)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("rows", [1, B])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_int8_weights_foretell_nearly_the_same(cell, rows, options):
    network, ids = model(cell, hidden=150, **options), text(rows, 60)
    found = stepped(open_engine(network, "int8").begin(rows), ids).log_softmax(-1)
    expected = network(ids)[0].log_softmax(-1)
    divergence = (expected.exp() * (expected - found)).sum(-1)
    away = (expected.exp() * (expected - expected.mean(dim=(0, 1)))).sum(-1)
    assert 0 < divergence.mean() < 0.01 * away.mean()


def test_a_device_that_is_not_there_takes_for_ever():
    config = model("gru").config
    assert 0 < stepping_seconds(config)("cpu") < float("inf")
    if not torch.cuda.is_available():
        assert stepping_seconds(config)("cuda") == float("inf")


@pytest.mark.parametrize("weights", ["fp32", "int8"])
@pytest.mark.parametrize(
    ("cell", "products"),
    [("lstm", [(H, 4 * H), (2 * H, 4 * H), (2 * H, 4 * H), (H, V)]), ("rnn", [(H, H), (2 * H, H), (2 * H, H), (H, V)])],
)
def test_a_step_s_products_can_be_run_alone(weights, cell, products):
    network = model(cell)
    graph = products_of(step_graph(pack(network), int8=weights == "int8")).graph
    sizes = [[one.type.tensor_type.shape.dim[1].dim_value for one in some] for some in (graph.input, graph.output)]
    assert list(zip(*sizes, strict=True)) == products
    for run in parts_of_a_step(network, weights, B).values():
        run()
