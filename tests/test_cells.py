"""Every cell against a naive float64 loop written from the papers' equations; all sizes are distinct."""

import math

import pytest
import torch
from torch.testing import assert_close

from rnnlab.nn.cells import CELLS, detach

B, T, I, H = 2, 7, 3, 5


def new_core(cell: str) -> torch.nn.Module:
    core = CELLS[cell](I, H)
    core.start(torch.Generator().manual_seed(3))
    return core.double()


def inputs() -> torch.Tensor:
    return torch.randn(B, T, I, generator=torch.Generator().manual_seed(4), dtype=torch.float64)


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def affine(weight: list[list[float]], bias: list[float], value: list[float]) -> list[float]:
    return [sum(w * v for w, v in zip(row, value, strict=True)) + b for row, b in zip(weight, bias, strict=True)]


def naive_step(cell: str, W: list, U: list, b: list, d: list, x: list, h: list, c: list) -> tuple[list, list]:
    """One step: W, b act on the input, U, d on the hidden state; gates lie one below the other."""
    wx, uh = affine(W, b, x), affine(U, d, h)
    if cell == "rnn":  # Elman 1990
        return [math.tanh(p + q) for p, q in zip(wx, uh, strict=True)], c
    if cell == "gru":  # Cho et al. 2014 in cuDNN's form: r, z, n
        r = [sigmoid(wx[k] + uh[k]) for k in range(H)]
        z = [sigmoid(wx[H + k] + uh[H + k]) for k in range(H)]
        n = [math.tanh(wx[2 * H + k] + r[k] * uh[2 * H + k]) for k in range(H)]
        return [(1 - z[k]) * n[k] + z[k] * h[k] for k in range(H)], c
    i, f, g, o = ([wx[q * H + k] + uh[q * H + k] for k in range(H)] for q in range(4))  # Gers et al. 2000
    c = [sigmoid(f[k]) * c[k] + sigmoid(i[k]) * math.tanh(g[k]) for k in range(H)]
    return [sigmoid(o[k]) * math.tanh(c[k]) for k in range(H)], c


def naive(cell: str, core: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    kernel = core.kernel
    weights = [getattr(kernel, name).tolist() for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")]
    output = torch.zeros(B, T, H, dtype=torch.float64)
    for b in range(B):
        h, c = [0.0] * H, [0.0] * H
        for t in range(T):
            h, c = naive_step(cell, *weights, x[b, t].tolist(), h, c)
            output[b, t] = torch.tensor(h, dtype=torch.float64)
    return output


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_computes_its_papers_equations(cell):
    core = new_core(cell)
    assert_close(core(inputs())[0], naive(cell, core, inputs()))


@pytest.mark.parametrize("cell", CELLS)
def test_steps_one_by_one_equal_the_whole(cell):
    core, x = new_core(cell), inputs()
    whole, last = core(x)
    state, steps = None, []
    for t in range(T):
        y, state = core(x[:, t : t + 1], state)
        steps.append(y)
    assert_close(torch.cat(steps, 1), whole)
    for one, other in zip(state, last, strict=True):
        assert_close(one, other)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("cut", range(1, T))
def test_a_sequence_may_be_cut_anywhere(cell, cut):
    core, x = new_core(cell), inputs()
    first, state = core(x[:, :cut])
    second, _ = core(x[:, cut:], state)
    assert_close(torch.cat([first, second], 1), core(x)[0])


@pytest.mark.parametrize("cell", CELLS)
def test_torchs_kernel_and_the_formula_of_a_step_are_one(cell):
    core, x = new_core(cell), inputs()
    mask = torch.ones(core.recurrent_shape, dtype=torch.float64).tril()
    _, state = core(x[:, :2])
    for given in ((x, None, None), (x, state, None), (x, state, mask)):
        (one, after), (other, end) = core(*given), core.repeated(*given)
        assert_close(one, other)
        assert_close(after, end)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_stop_at_a_detached_state(cell):
    core, x = new_core(cell), inputs().requires_grad_()
    _, state = core(x[:, :3])
    core(x[:, 3:], detach(state))[0].sum().backward()
    assert x.grad[:, :3].abs().max() == 0
    assert x.grad[:, 3:].abs().min() > 0


@pytest.mark.parametrize("cell", CELLS)
def test_the_same_generator_gives_the_same_weights(cell):
    for one, other in zip(new_core(cell).parameters(), new_core(cell).parameters(), strict=True):
        assert_close(one, other, rtol=0, atol=0)


def test_an_lstm_starts_with_its_forget_gate_open():
    kernel = new_core("lstm").kernel
    assert_close((kernel.bias_ih_l0 + kernel.bias_hh_l0)[H : 2 * H], torch.ones(H, dtype=torch.float64))
    assert (kernel.bias_ih_l0 + kernel.bias_hh_l0)[:H].abs().max() < 1
