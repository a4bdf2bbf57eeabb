"""Our training step against plain float32 loops around torch's LSTM, and against the floor of the arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rnnlab.data.text.vocab import build_characters
from rnnlab.nn.model import SequenceModel, new_model
from rnnlab.runtime.machine import description, flops_a_second, machine_words, medians
from rnnlab.summary import Table
from rnnlab.tasks.text.learn.settings import MODEL
from rnnlab.tasks.text.learn.task import TextTask, shape_of
from rnnlab.train.devices import choose_precision
from rnnlab.train.loop import fit
from rnnlab.train.progress import Progress, TrainConfig

WINDOW, BATCHES = 128, (32, 128)
ALPHABET = "".join(map(chr, range(32, 97)))  # 65 characters
STEPS = 2  # a round of ours, of which each ends with a report


class _Unscored(TextTask):
    """The text task without its validation, which a training scores seldom."""

    def evaluate(self, model: SequenceModel) -> dict[str, float]:
        """Score nothing."""
        return {}


def bench_training(rounds: int = 5) -> dict[str, Any]:
    """Time a step of the text recipe's network, 2 × 512 units, at two batch sizes.

    Ours is the loop as `train text` runs it: dropout, clipping, averaging, AdamW, the precision that it chooses. The
    plain loops are float32 without any of that but AdamW: nn.LSTM over the window, and a Python loop that calls it for
    a character at a time, as the most-starred char-RNN in PyTorch does.

    Returns:
        {machine, pairs: [{model, batch, precision, ratio_to_fp32_nn_lstm, ratio_to_char_loop, chars_per_cpu_second,
        ratio_to_floor}]}, ratios of CPU seconds a character; the floor is the products' operations, forward and
        twice backward, at the rate measured for one of them.
    """
    return {"machine": description(), "pairs": [_pair(batch, rounds) for batch in BATCHES]}


def _pair(batch: int, rounds: int) -> dict[str, Any]:
    task = _task(batch)
    config = shape_of(task.vocabulary, MODEL)
    dtype = choose_precision("auto", torch.device("cpu"), config)
    training = _endless(task, batch)
    plain, one_by_one = _plain(batch, char_by_char=False), _plain(batch, char_by_char=True)
    taken = medians({"ours": lambda: next(training), "plain": plain, "char": one_by_one}, rounds)
    characters = batch * WINDOW
    ours = taken["ours"] / STEPS
    hidden = config.hidden
    weights = sum(weight.numel() for name, weight in new_model(config, 1).named_parameters() if weight.ndim == 2)
    floor = 6 * weights * characters / flops_a_second(batch, 4 * hidden, hidden, dtype)
    return {
        "model": f"{config.cell.upper()} {config.layers}×{hidden}",
        "batch": batch,
        "precision": str(dtype).removeprefix("torch."),
        "ratio_to_fp32_nn_lstm": taken["plain"] / ours,
        "ratio_to_char_loop": taken["char"] / ours,
        "chars_per_cpu_second": characters / ours,
        "ratio_to_floor": ours / floor,
    }


def _task(batch: int) -> _Unscored:
    ids = np.random.default_rng(1).integers(len(ALPHABET), size=batch * WINDOW * 8, dtype=np.uint8)
    return _Unscored(ids, ids, build_characters([ALPHABET]), window=WINDOW, forget=20, batch=batch)


def _endless(task: _Unscored, batch: int) -> Iterator[Progress]:
    model = new_model(shape_of(task.vocabulary, MODEL), seed=1)
    config = TrainConfig(steps=1_000_000, batch=batch, ema=0.99, report_every=STEPS, device="cpu")
    return fit(model, task, config)


def _plain(batch: int, *, char_by_char: bool) -> Callable[[], None]:
    embed = nn.Embedding(len(ALPHABET), MODEL.embedding)
    lstm = nn.LSTM(MODEL.embedding, MODEL.hidden, MODEL.layers, batch_first=True)
    head = nn.Linear(MODEL.hidden, len(ALPHABET))
    optimizer = torch.optim.AdamW([*embed.parameters(), *lstm.parameters(), *head.parameters()], lr=1e-3)
    ids = torch.randint(len(ALPHABET), (batch, WINDOW + 1), generator=torch.Generator().manual_seed(1))

    def outputs() -> list[Tensor]:
        if not char_by_char:
            return [head(lstm(embed(ids[:, :-1]))[0])]
        state, found = None, []
        for place in range(WINDOW):
            y, state = lstm(embed(ids[:, place : place + 1]), state)
            found.append(head(y))
        return found

    def step() -> None:
        logits = torch.cat(outputs(), dim=1)
        functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()

    return step


def training_table(answer: dict[str, Any]) -> Table:
    """The training step's speed."""
    rows = tuple(
        (
            f"{one['model']}, {one['precision']}",
            str(one["batch"]),
            f"{one['chars_per_cpu_second']:,.0f}",
            f"{one['ratio_to_fp32_nn_lstm']:.2f}",
            f"{one['ratio_to_char_loop']:.2f}",
            f"{one['ratio_to_floor']:.2f}",
        )
        for one in answer["pairs"]
    )
    head = (
        "",
        "batch",
        "characters a CPU second",
        "times plain nn.LSTM",
        "times the loop by characters",
        "× the floor",
    )
    return Table(machine_words(answer["machine"]), head, rows)
