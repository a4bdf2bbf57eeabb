"""Training in a ZeroGPU Space: the real package forks, and the GPU's server is imitated on loopback (tests/lent.py)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from waves import CONFIG, Waves, wave_model

from rnnlab.runtime import zero_gpu
from rnnlab.train import devices
from rnnlab.train.loop import fit

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def lent(tmp_path_factory) -> dict[str, dict]:
    """What a process trained that believes that it is such a Space, by the way in which it did."""
    place = tmp_path_factory.mktemp("lent")
    command = [sys.executable, str(HERE / "lent.py"), str(place / "answer")]
    command += ["whole", "stopped", "refused", "never", "short"]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return torch.load(place / "answer", weights_only=False)


def asked(found: dict, path: str) -> list[dict]:
    return [one for one in found["asked"] if one["path"] == path]


@pytest.fixture(scope="module")
def at_home():
    model = wave_model()
    reports = list(fit(model, Waves(), CONFIG))
    return reports, list(model.parameters())


def equal(found: dict, at_home) -> bool:
    losses = [one.loss for one in found["reports"]] == [one.loss for one in at_home[0]]
    return losses and all(map(torch.equal, found["weights"], at_home[1]))


def test_several_loans_end_with_the_very_weights_of_one_training(lent, at_home):
    found = lent["whole"]
    assert equal(found, at_home)
    assert len(asked(found, "/schedule")) == len(asked(found, "/release")) == 4
    assert {one["durationSeconds"] for one in asked(found, "/schedule")} == {"15"}
    workers = {one["pid"] for one in asked(found, "/allow")}
    assert len(workers) == 4
    assert str(found["pid"]) not in workers, "it was trained in processes of its own"
    assert all(not tensor.is_cuda for one in found["reports"] for tensor in one.snapshot.tensors.values())


def test_a_stop_ends_the_loan_and_keeps_the_best(lent):
    found = lent["stopped"]
    assert 10 <= found["reports"][-1].step < 1_000_000
    best = found["reports"][-1].snapshot.best_weights()
    assert all(map(torch.equal, found["weights"], best))
    assert len(asked(found, "/release")) == len(asked(found, "/schedule")) >= 1


def test_where_no_more_is_lent_the_training_goes_on_on_the_cpu(lent, at_home):
    found = lent["refused"]
    assert equal(found, at_home)
    messages = [one.message for one in found["reports"]]
    assert messages[:2] == [None, None]
    assert messages[2].startswith("No GPU was lent (")
    assert messages[2].endswith("); the training continues on the CPU.")
    assert messages[3] is None


def test_where_nothing_is_lent_it_is_trained_on_the_cpu(lent, at_home):
    found = lent["never"]
    assert equal(found, at_home)
    assert found["reports"][0].message.startswith("No GPU was lent (")


def test_a_short_training_borrows_nothing(lent, at_home):
    found = lent["short"]
    assert equal(found, at_home)
    assert found["asked"] == []


def test_elsewhere_nothing_is_lent_and_the_mark_changes_nothing(monkeypatch, at_home):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    assert zero_gpu._lent is zero_gpu._slice
    assert not devices.on_zero_gpu()
    reports = list(zero_gpu.fit_anywhere(wave_model(), Waves(), CONFIG))
    assert [one.loss for one in reports] == [one.loss for one in at_home[0]]


def test_without_the_package_the_app_starts_as_ever(monkeypatch):
    monkeypatch.setitem(sys.modules, "spaces", None)
    assert zero_gpu._marked(zero_gpu._slice) is zero_gpu._slice


def test_zero_gpus_own_process_sees_no_gpu_and_a_forked_one_does(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert "cuda" in devices.available_devices()
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert "cuda" not in devices.available_devices()
    monkeypatch.setenv(devices.LENT, "1")
    assert "cuda" in devices.available_devices()


def test_a_slice_tells_whether_anything_is_left():
    import pickle

    payload = pickle.dumps((wave_model(), Waves(), CONFIG, None))
    *_, last = zero_gpu._slice(payload, 1000)
    assert last is True
