"""Our single steps against torch's LSTM called for one step at a time with the same weights, and against the floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import nn

from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.nn.stepping import WEIGHTS, Engine, open_engine
from rnnlab.nn.stepping.packing import pack
from rnnlab.nn.stepping.step_parts import parts_of_a_step
from rnnlab.nn.stepping.torch_steps import TorchEngine
from rnnlab.runtime.machine import bytes_a_second, description, flops_a_second, machine_words, medians
from rnnlab.summary import Table

VOCABULARY, EMBEDDING, LAYERS = 65, 128, 2
SIZES, BATCHES = (256, 512), (1, 16)
STEPS = 60  # a round
PARTS = {"products": "products", "small_operators": "small operators", "call": "session call"}  # of a step's time
BYTES_A_WEIGHT = {"fp32": 4.0, "int8": 1 + 4 / 128, "torch": 4.0}  # int8: a float32 scale for each 128


def bench_generation(rounds: int = 15) -> dict[str, Any]:
    """Time every engine at every size and batch.

    Returns:
        {machine, pairs: [{model, engine, batch, ratio_to_nn_lstm, chars_per_cpu_second, ratio_to_floor}], parts:
        [{model, engine, batch, products, call, small_operators}], shares of a step that add up to 1}. Ratios are
        of CPU seconds: how many times faster than nn.LSTM; how many times slower than the floor, which is reading the
        weights once a step at the speed measured for as many bytes, or the products at the rate measured for theirs.
    """
    pairs, parts = [], []
    for hidden in SIZES:
        config = ModelConfig(
            "lstm", hidden, LAYERS, inputs=0, vocabulary=VOCABULARY, embedding=EMBEDDING, outputs=VOCABULARY
        )
        model = new_model(config, seed=1).requires_grad_(False)
        engines = {"fp32": open_engine(model), "int8": open_engine(model, "int8"), "torch": TorchEngine(pack(model))}
        for batch in BATCHES:
            pairs += _pairs(model, engines, batch, rounds)
            parts += [_parts(model, name, engines[name], batch, rounds) for name in WEIGHTS]
    return {"machine": description(), "pairs": pairs, "parts": parts}


def _pairs(model: SequenceModel, engines: dict[str, Engine], batch: int, rounds: int) -> list[dict[str, Any]]:
    work = {"nn.LSTM": _plain(model, batch)} | {name: _ours(engine, batch) for name, engine in engines.items()}
    seconds = {name: taken / STEPS for name, taken in medians(work, rounds).items()}
    return [
        {
            "model": _title(model),
            "engine": name,
            "batch": batch,
            "ratio_to_nn_lstm": seconds["nn.LSTM"] / seconds[name],
            "chars_per_cpu_second": batch / seconds[name],
            "ratio_to_floor": 1.0 if name == "nn.LSTM" else seconds[name] / _floor(model, name, batch),
        }
        for name in work
        if name != "nn.LSTM"
    ] + [
        {
            "model": _title(model),
            "engine": "nn.LSTM",
            "batch": batch,
            "ratio_to_nn_lstm": 1.0,
            "chars_per_cpu_second": batch / seconds["nn.LSTM"],
            "ratio_to_floor": seconds["nn.LSTM"] / _floor(model, "fp32", batch),
        }
    ]


def _parts(model: SequenceModel, name: str, engine: Engine, batch: int, rounds: int) -> dict[str, Any]:
    """How a step's CPU time is divided between products, calling the session, and all other operators."""
    work = {part: _often(run) for part, run in parts_of_a_step(model, name, batch).items()}
    seconds = medians(work | {"step": _ours(engine, batch)}, rounds)
    call, products = (seconds[part] / seconds["step"] for part in ("call", "products"))
    shares = {"products": products - call, "call": call, "small_operators": 1 - products}
    return {"model": _title(model), "engine": name, "batch": batch} | shares


def _often(run: Callable[[], None]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(STEPS):
            run()

    return work


def _title(model: SequenceModel) -> str:
    return f"LSTM {LAYERS}×{model.config.hidden}"


def _plain(model: SequenceModel, batch: int) -> Callable[[], None]:
    """Embedding, nn.LSTM and head called for one step at a time, as most programs generate."""
    config = model.config
    lstm = nn.LSTM(config.embedding, config.hidden, config.layers, batch_first=True).eval()
    with torch.no_grad():
        for layer, core in enumerate(model.cores):
            for name, weight in cast(nn.LSTM, core.kernel).named_parameters():
                lstm.get_parameter(name.replace("l0", f"l{layer}")).copy_(weight)
    embed, head = cast(nn.Embedding, model.embed), model.head
    ids = torch.zeros(batch, 1, dtype=torch.long)

    @torch.inference_mode()
    def steps() -> None:
        state = None
        for _ in range(STEPS):
            y, state = lstm(embed(ids), state)
            head(y)

    return steps


def _ours(engine: Engine, batch: int) -> Callable[[], None]:
    steps, ids = engine.begin(batch), [0] * batch

    @torch.inference_mode()
    def work() -> None:
        for _ in range(STEPS):
            steps.step(ids)

    return work


def _floor(model: SequenceModel, engine: str, batch: int) -> float:
    """The least CPU seconds that a step of so many rows could take on this machine."""
    weights = pack(model).bytes_a_step / 4
    size = int(weights * BYTES_A_WEIGHT[engine])
    reading = size / bytes_a_second(size)
    if batch == 1:
        return reading
    hidden = model.config.hidden
    return max(reading, 2 * weights * batch / flops_a_second(batch, 4 * hidden, 2 * hidden, torch.float32))


def _shares(parts: dict[str, Any] | None) -> list[str]:
    return [f"{100 * parts[name]:.0f} %" if parts else "–" for name in PARTS]


def generation_table(answer: dict[str, Any]) -> Table:
    """The engines' speeds."""
    shares = {(one["model"], one["engine"], one["batch"]): one for one in answer["parts"]}
    rows = tuple(
        (
            f"{one['model']}, {one['engine']}",
            str(one["batch"]),
            f"{one['chars_per_cpu_second']:,.0f}",
            f"{one['ratio_to_nn_lstm']:.1f}",
            f"{one['ratio_to_floor']:.2f}",
            *_shares(shares.get((one["model"], one["engine"], one["batch"]))),
        )
        for one in answer["pairs"]
    )
    head = ("", "batch", "characters a CPU second", "times nn.LSTM's speed", "times the floor's time", *PARTS.values())
    return Table(machine_words(answer["machine"]), head, rows)
