import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close
from trainings import train_forecast
from waves import CONFIG, Waves, wave_model

from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.learn.density import DensityTask
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.loop import fit
from rnnlab.train.processes import ALONE, Processes, started

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
TRAIN = ["-m", "rnnlab", "train"]
TEXT = "".join(f"{n % 89} men went out, {n * n % 97} came home; {n % 13} sang.\n" for n in range(800))


def run(*arguments, **more):
    return subprocess.run([*TORCHRUN, *map(str, arguments)], capture_output=True, text=True, timeout=600, **more)


def joined(place: Path, *arguments):
    """What two processes that train the waves leave, the first one's first."""
    root = str(Path(__file__).parents[1])
    done = run(Path(__file__).parent / "joined.py", place, *arguments, env=os.environ | {"PYTHONPATH": root})
    assert done.returncode == 0, done.stderr
    return [torch.load(f"{place}.{index}", weights_only=False) for index in (0, 1)]


@pytest.fixture(scope="module")
def alone():
    model = wave_model()
    reports = list(fit(model, Waves(), CONFIG))
    return reports, list(model.parameters())


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return joined(tmp_path_factory.mktemp("both") / "answer")


def test_two_processes_learn_what_one_learns_though_their_shares_differ(alone, both):
    # Three sequences, one and two; dropout, averaging, clipping and a carried state.
    reports, weights = alone
    for one, two in zip(reports, both[0]["reports"], strict=True):
        assert abs(one.loss - two.loss) < 1e-5
        assert abs(one.scores["loss"] - two.scores["loss"]) < 1e-5
        assert abs(one.gradient_norm_max - two.gradient_norm_max) < 1e-4
    for one, two in zip(weights, both[0]["weights"], strict=True):
        assert_close(one, two, rtol=1e-3, atol=1e-5)


def test_all_processes_end_with_the_very_same_weights_and_scores(both):
    for first, second in zip(both[0]["weights"], both[1]["weights"], strict=True):
        assert torch.equal(first, second)
    assert [one.scores for one in both[0]["reports"]] == [one.scores for one in both[1]["reports"]]


def test_what_two_processes_began_one_goes_on_with_and_the_other_way_round(alone, both, tmp_path):
    halves = joined(tmp_path / "half", 20)
    snapshot = halves[0]["reports"][-1].snapshot
    assert snapshot.numbers["step"] == 20
    reports = list(fit(wave_model(), Waves(), CONFIG, resume=snapshot))
    assert abs(reports[-1].scores["loss"] - alone[0][-1].scores["loss"]) < 1e-5


@pytest.mark.parametrize("task", ["text", pytest.param("forecast", marks=pytest.mark.long)])
def test_a_command_under_torchrun_saves_what_the_command_alone_saves(task, tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    own = ["--hidden", 24, "--layers", 1, "--steps", 200] if task == "text" else ["--steps", 40]
    flags = [task, "--data", tmp_path / "text.txt" if task == "text" else "AAPL", *own, "--report-every", 20, "--json"]
    done = run(*TRAIN, *flags, "--out", tmp_path / "two")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1, "one process prints"
    assert json.loads(done.stdout)["folder"] == str(tmp_path / "two")
    command = [sys.executable, *TRAIN, *map(str, flags), "--out", str(tmp_path / "one")]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    one, two = (checkpoint.load(tmp_path / name) for name in ("one", "two"))
    for a, b in zip(one.metrics["curve"], two.metrics["curve"], strict=True):
        assert abs(a["training_loss"] - b["training_loss"]) < 1e-3
        assert abs(a["validation_loss"] - b["validation_loss"]) < 1e-3
    assert two.provenance["command"].startswith("torchrun --nproc-per-node 2 -m rnnlab train")


@pytest.mark.long
def test_bad_input_is_told_once(tmp_path):
    done = run(*TRAIN, "text", "--data", "nowhere.txt", "--out", tmp_path / "out")
    assert done.stderr.count("There is no file 'nowhere.txt' here") == 1
    assert not (tmp_path / "out").exists()


def test_an_interrupted_training_in_two_processes_says_how_to_go_on(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    flags = ["--hidden", "24", "--layers", "1", "--steps", "100000", "--report-every", "20"]
    command = [*TORCHRUN, *TRAIN, "text", "--data", str(tmp_path / "text.txt"), "--out", str(tmp_path / "out"), *flags]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "step 40/" in line:
                os.killpg(process.pid, signal.SIGINT)
                break
        rest = process.stderr.read()
    assert rest.count("What was reached at the last report is saved; to resume: torchrun --nproc-per-node 2 -m") == 1
    assert checkpoint.load(tmp_path / "out").provenance["steps"] >= 40


def test_the_time_limit_ends_two_processes_and_says_what_is_kept(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    asked = [*TRAIN, "text", "--data", tmp_path / "text.txt", "--out", tmp_path / "out", "--hidden", "8"]
    done = run(
        *asked, "--layers", "1", "--batch", "4", "--steps", "100000", "--report-every", "5", "--minutes", "0.001"
    )
    assert done.returncode == 0, done.stderr
    said = f"{done.stdout}{done.stderr}"
    assert said.count("Stopped by --minutes 0.001; 5 of 100,000 steps are kept, add --resume to continue.") == 1
    assert (tmp_path / "out" / "resume").exists()


def test_a_batch_too_small_to_be_divided_is_refused():
    class Three(Processes):
        count, index = 3, 0

        def __init__(self):
            pass

    assert Three().share(7) == slice(0, 2)
    with pytest.raises(RnnlabError, match="A batch of 2 cannot be divided among 3 processes; give a larger --batch"):
        Three().share(2)


def test_on_its_own_a_process_joins_nothing():
    assert started("cpu") is ALONE
    assert ALONE.share(5) == slice(0, 5)


def test_missing_gpus_are_told(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "64")
    with pytest.raises(RnnlabError, match="64 processes cannot train on cuda here; choose --device cpu"):
        started("cuda")


def test_the_tutorials_model_needs_no_second_process():
    class Two(Processes):
        count, index = 2, 0

        def __init__(self):
            pass

    with pytest.raises(RnnlabError, match="start it without torchrun"):
        list(train_forecast(["AAPL"], recipe="tutorial", processes=Two()))


def test_targets_that_are_not_known_do_not_count():
    weights = torch.tensor([2.0, 1.0])
    task = DensityTask.__new__(DensityTask)
    task.weights = weights
    assert task.counted(torch.tensor([[[1.0, torch.nan], [3.0, 4.0]]])) == 5.0
