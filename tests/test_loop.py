import dataclasses
import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close
from waves import CONFIG, Waves, wave_model

from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig
from rnnlab.train import devices
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.device_probe import _seconds_per_step
from rnnlab.train.loop import fit
from rnnlab.train.progress import Progress, TrainConfig

ROOT = Path(__file__).parents[1]


def train(config: TrainConfig = CONFIG, task: Waves | None = None, **model) -> tuple[torch.nn.Module, list[Progress]]:
    network = wave_model(**model)
    return network, list(fit(network, task or Waves(), config))


def same(one: torch.nn.Module, other: torch.nn.Module) -> None:
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert_close(a, b, rtol=0, atol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_training_makes_the_validation_loss_smaller(cell):
    _, reports = train(dataclasses.replace(CONFIG, steps=200, report_every=20), cell=cell, dropout=0.0)
    assert reports[-1].scores["loss"] < reports[0].scores["loss"] / 2


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_twenty_steps_and_twenty_resumed_equal_forty_bit_for_bit(cell, precision):
    if cell == "lstm" and not devices.cpu_computes(precision):
        pytest.skip(f"this CPU cannot train an LSTM in {precision}")
    config = dataclasses.replace(CONFIG, precision=precision)
    whole, _ = train(config, cell=cell)
    first = next(itertools.islice(fit(wave_model(cell=cell), Waves(), config), 1, None))
    assert first.step == 20
    resumed = wave_model(cell=cell, seed=99)
    last = list(fit(resumed, Waves(), config, resume=first.snapshot))[-1]
    assert last.step == 40
    same(whole, resumed)


KILLED = """
import dataclasses, sys
from waves import CONFIG, Waves, wave_model
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.loop import fit
from rnnlab.train.weights import cpu_weights
model = wave_model()
resume = checkpoint.load(sys.argv[1], resume=True).resume if sys.argv[2] == "resume" else None
for progress in fit(model, Waves(), CONFIG, resume):
    weights = cpu_weights(model)
    checkpoint.save(checkpoint.Checkpoint("waves", model.config, {}, {}, {}, {}, weights, "", progress.snapshot),
                    sys.argv[1])
    if progress.step == 20 and sys.argv[2] == "kill":
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
weights = cpu_weights(model)
checkpoint.save(checkpoint.Checkpoint("waves", model.config, {}, {}, {}, {}, weights), sys.argv[1])
"""


def test_a_killed_training_resumes_from_its_folder_to_the_same_weights(tmp_path):
    def run(mode: str) -> int:
        command = [sys.executable, "-c", KILLED, str(tmp_path / "waves"), mode]
        return subprocess.run(
            command, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
        ).returncode

    assert run("kill") == -9
    assert run("resume") == 0
    whole, _ = train()
    same(whole, checkpoint.build_model(checkpoint.load(tmp_path / "waves")))


def test_the_same_seed_trains_the_same_weights_twice():
    same(train()[0], train()[0])


def test_a_report_says_where_the_training_stands():
    _, reports = train()
    assert [report.step for report in reports] == [10, 20, 30, 40]
    last = reports[-1]
    assert last.epoch == pytest.approx(40 / 6)
    assert last.rate == CONFIG.rate(39)
    assert last.per_second > 0
    assert last.seconds_left == 0
    assert reports[0].seconds_left > 0
    assert last.gradient_norm_max >= last.gradient_norm > 0


def test_the_learning_rate_rises_straight_and_falls_as_a_cosine():
    config = TrainConfig(steps=100, lr=1.0, warmup=0.2)
    assert [config.rate(step) for step in (0, 9, 19, 20)] == pytest.approx([0.05, 0.5, 1.0, 1.0])
    assert config.rate(60) == pytest.approx(0.5)
    assert config.rate(99) < 0.001
    assert TrainConfig(steps=100, lr=1.0, warmup=0.0, schedule="constant").rate(99) == 1.0


GROWN = """
import resource
import numpy as np
import torch
from rnnlab.data.text.vocab import build_characters
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.tasks.text.learn.task import TextTask
from rnnlab.train.loop import fit
from rnnlab.train.progress import TrainConfig
torch.set_num_threads(1)
kilobytes = []
def watch(step, steps):
    kilobytes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return True
ids = np.random.default_rng(1).integers(1024, size=20_000)
symbols = build_characters("".join(chr(0x4E00 + number) for number in range(1024)))
task = TextTask(ids, ids[:500], symbols, window=64, forget=20, batch=32)
shape = ModelConfig(cell="gru", hidden=8, layers=1, inputs=0, vocabulary=1024, outputs=1024, embedding=8)
list(fit(new_model(shape, seed=1), task, TrainConfig(steps=80, report_every=80, device="cpu"), watch=watch))
print((kilobytes[-1] - kilobytes[20]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory's peak is in kilobytes on Linux alone")
def test_memory_does_not_grow_with_the_steps_between_two_reports():
    """A step's predictions of 1,024 symbols take 8 MB, and 60 such steps once grew it by 512 MB."""
    command = [sys.executable, "-c", GROWN]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}, capture_output=True, check=True
    )
    assert int(done.stdout) < 100


@pytest.mark.parametrize(("clip", "expected"), [(0.0, None), (1e-3, 1e-3)])
def test_the_gradient_that_is_used_has_at_most_the_clipped_norm(clip, expected, monkeypatch):
    norms = []
    step = torch.optim.AdamW.step

    def noting(self, *args, **kwargs):
        gradients = [w.grad for group in self.param_groups for w in group["params"]]
        norms.append(torch.nn.utils.get_total_norm(gradients).item())
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.AdamW, "step", noting)
    _, [report] = train(dataclasses.replace(CONFIG, steps=1, clip=clip))
    assert norms == pytest.approx([expected or report.gradient_norm], rel=1e-3)


class Diverging(Waves):
    """Waves whose targets are not numbers for some steps."""

    def __init__(self, bad: range) -> None:
        self.bad = bad

    def _batch(self, seed, number):
        batch = super()._batch(seed, number)
        return dataclasses.replace(batch, y=batch.y * float("nan")) if number in self.bad else batch

    def evaluate(self, model):
        batch = Waves()._batch(12345, 0)
        return {"loss": self.loss(model(batch.x)[0], batch.y).item()}


def test_a_training_that_diverges_goes_back_halves_its_rate_and_says_so():
    network, reports = train(task=Diverging(range(13, 16)))
    assert reports[1].message.startswith(
        "The loss was no longer a number at step 14: went back to the weights of step 10"
    )
    assert reports[3].message is None
    assert reports[3].rate == CONFIG.rate(39) / 2
    assert all(weight.isfinite().all() for weight in network.parameters())
    assert reports[3].scores["loss"] < reports[0].scores["loss"]


def test_a_training_that_diverged_resumes_exactly_too():
    whole, _ = train(task=Diverging(range(13, 16)))
    first = next(itertools.islice(fit(wave_model(), Diverging(range(13, 16)), CONFIG), 1, None))
    resumed = wave_model(seed=99)
    list(fit(resumed, Diverging(range(13, 16)), CONFIG, resume=first.snapshot))
    same(whole, resumed)


def test_a_training_that_never_converges_gives_up_with_a_sentence():
    with pytest.raises(RnnlabError, match="diverged 9 times in a row, last at step 81; try a learning rate below"):
        train(dataclasses.replace(CONFIG, steps=200), task=Diverging(range(1000)))


class Worsening(Waves):
    """Waves whose validation loss is least at the second report."""

    def __init__(self):
        self.losses = iter([3.0, 1.0, 2.0, 2.0, 2.0, 2.0])

    def evaluate(self, model):
        return {"loss": next(self.losses)}


def test_training_stops_early_and_keeps_the_best_weights():
    network, reports = train(dataclasses.replace(CONFIG, steps=60, patience=2, ema=0.0), task=Worsening())
    assert [report.step for report in reports] == [10, 20, 30, 40]
    assert reports[-1].best_step == 20
    assert reports[-1].message.startswith("Stopped early: no report since step 20")
    for i, weight in enumerate(network.parameters()):
        assert_close(weight, reports[1].snapshot.tensors[f"weight.{i}"], rtol=0, atol=0)


def test_whoever_stops_asking_stops_the_training_and_has_the_best_weights():
    network = wave_model()
    training = fit(network, Waves(), CONFIG)
    report = next(training)
    training.close()
    assert not network.training
    assert_close(next(network.parameters()), report.snapshot.tensors["average.0"], rtol=0, atol=0)


def test_the_average_of_the_weights_is_what_is_scored_and_kept():
    network, reports = train()
    tensors = reports[-1].snapshot.tensors
    assert not torch.equal(tensors["weight.0"], tensors["average.0"])
    assert Waves().evaluate(network)["loss"] == pytest.approx(min(report.scores["loss"] for report in reports))


def test_the_state_is_carried_and_forgotten_as_the_batches_say():
    seen = []
    network = wave_model(layers=1)
    network.register_forward_pre_hook(lambda _, given: seen.append(given[1] if len(given) > 1 else "evaluating"))
    list(fit(network, Waves(), dataclasses.replace(CONFIG, steps=8, report_every=8)))
    assert seen[8:] == ["evaluating"]
    assert [state is None for state in seen[:8]] == [True, False, False, False, False, False, True, False]
    assert not any(state[0][0].requires_grad for state in seen[:8] if state is not None)


def test_a_snapshot_of_another_model_is_refused():
    [*_, last] = fit(wave_model(), Waves(), CONFIG)
    with pytest.raises(RnnlabError, match="belongs to a model of another shape"):
        list(fit(wave_model(layers=1), Waves(), CONFIG, resume=last.snapshot))


def test_auto_takes_the_device_that_was_measured_to_be_fastest():
    seconds = {"cpu": 0.2, "cuda": 0.1}.__getitem__
    assert devices.choose_device("auto", seconds, ["cpu", "cuda"]).type == "cuda"
    assert devices.choose_device("auto", lambda name: 1 / seconds(name), ["cpu", "cuda"]).type == "cpu"
    assert devices.choose_device("cpu", seconds, ["cpu", "cuda"]).type == "cpu"
    with pytest.raises(RnnlabError, match="has no mps device; choose --device auto or cpu or cuda"):
        devices.choose_device("mps", seconds, ["cpu", "cuda"])


def test_narrow_models_train_in_float32_wherever_they_are():
    for device in ("cpu", "cuda", "mps"):
        assert devices.choose_precision("auto", torch.device(device), ModelConfig(hidden=16)) == torch.float32
    assert devices.choose_precision("bf16", torch.device("cpu"), ModelConfig(hidden=16)) == torch.bfloat16


def test_wide_models_train_in_half_precision_only_where_the_cpu_has_instructions_for_it():
    chosen = devices.choose_precision("auto", torch.device("cpu"), ModelConfig(cell="lstm", hidden=512))
    fast = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    assert chosen == (torch.bfloat16 if fast else torch.float32)
    assert devices.choose_precision("auto", torch.device("mps"), ModelConfig(hidden=512)) == torch.float32


def test_steps_are_measured_on_a_device_that_is_there_and_endless_on_one_that_is_not():
    assert 0 < _seconds_per_step(wave_model(), Waves(), "cpu") < 10
    assert 0 < devices.forward_seconds(ModelConfig(hidden=9))("cpu") < 10
    if not torch.cuda.is_available():
        assert _seconds_per_step(wave_model(), Waves(), "cuda") == float("inf")
        assert devices.forward_seconds(ModelConfig(hidden=9))("cuda") == float("inf")


def test_an_lstm_in_a_precision_that_the_cpu_lacks_is_refused_with_a_sentence():
    if devices.cpu_computes("fp16"):
        pytest.skip("this CPU computes in fp16")
    with pytest.raises(RnnlabError, match="This CPU cannot train an LSTM in fp16; choose --precision fp32 or auto"):
        train(dataclasses.replace(CONFIG, precision="fp16"), cell="lstm")
