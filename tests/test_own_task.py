"""A task that the house has never heard of, registered from a folder: everything that a task has, it has."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hub.secrets import ANNA
from hub.serving import running_hub
from safetensors.numpy import load_file

import rnnlab
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.service.sharing import models, pull, push
from rnnlab.service.summary import show
from rnnlab.tasks import registry
from rnnlab.ui import app, checkpoint_panels
from rnnlab.ui.train_form import Entered
from rnnlab.ui.train_tab import propose_for, train

ROOT = Path(__file__).parents[1]
OWN = Path(__file__).parent / "own_task"
SHORT = ["--epochs", "6", "--hidden", "24", "--report-every", "4"]


def words(count: int = 300) -> str:
    """Invented words of two to four letters out of six."""
    letters = "abcdef"
    return "\n".join("".join(letters[(n * (7 + k) + n // (k + 3)) % 6] for k in range(2 + n % 3)) for n in range(count))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the task and a list of words; the task is registered in this process while it is in use."""
    place = tmp_path_factory.mktemp("own")
    shutil.copytree(OWN, place, dirs_exist_ok=True)
    (place / "words.txt").write_text(words())
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        patch.setitem(registry.TASKS, "backwards", "backwards.kind")
        patch.setenv("RNNLAB_CACHE", str(place / "cache"))
        patch.setenv("HF_TOKEN", ANNA)
        yield place
    for name in [name for name in sys.modules if name.partition(".")[0] == "backwards"]:
        del sys.modules[name]


def command(place: Path, *arguments: str, launcher: tuple[str, ...] = (sys.executable,)) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [*launcher, str(place / "run.py"), *arguments], cwd=place, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(place: Path, *arguments: str, **more) -> dict:
    process = command(place, *arguments, "--json", **more)
    out, err = process.communicate()
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def trained(place):
    return run(place, "train", "backwards", "--data", "words.txt", "--out", "model", *SHORT)


def test_the_command_line_trains_uses_and_evaluates_it(place, trained):
    assert trained["right"] > 2 / 26
    assert len(run(place, "reverse", "model", "abc")["said"]) == 3
    assert set(run(place, "evaluate", "model", "--data", "words.txt")) == {"loss", "right"}
    helped = command(place, "train", "backwards", "--help")
    assert "--held" in helped.communicate()[0], "its settings are flags"


def test_python_loads_it(place, trained):
    loaded = rnnlab.load(str(place / "model"))
    assert len(loaded.reverse("fade")) == 4
    assert "# Words backwards" in loaded.card
    assert "| letters that a word must have |" in loaded.card or "least" in loaded.card


def test_checkpoints_lists_and_shows_it(place, trained):
    shown = show(str(place / "model"))
    assert (shown.task, shown.title) == ("backwards", "Words of words")
    assert shown.scores.rows[0][1] in checkpoint_panels.details(shown)
    assert "says words backwards" in checkpoint_panels.details(shown)


def test_it_goes_to_the_hub_is_found_there_and_comes_back(place, trained, monkeypatch, tmp_path):
    with running_hub() as hub:
        hub.store.users |= {ANNA: "anna"}
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        push(place / "model", "anna/backwards", token=ANNA)
        [found] = models("backwards", search=True, token=ANNA)["hub"]
        assert (found["repo"], found["task"]) == ("anna/backwards", "backwards")
        pulled = pull("anna/backwards", out=tmp_path / "back", token=ANNA)
    assert pulled["task"] == "backwards"
    assert rnnlab.load(str(tmp_path / "back")).reverse("abc") == rnnlab.load(str(place / "model")).reverse("abc")


def test_the_page_has_its_form_its_curve_its_stop_and_its_result(place):
    demo = app.build()
    radio = next(one for one in demo.blocks.values() if getattr(one, "label", "") == "Task" and one.elem_id is None)
    assert "Say words backwards" in [choice[0] for choice in radio.choices]
    entered = Entered("Say words backwards", files=[str(place / "words.txt")], reading={"least": 3})
    plan, proposed = propose_for(entered)
    assert "200 words" in plan
    assert proposed["cell"] == "gru"
    settings = {"cell": "gru", "hidden": 24, "layers": 1, "epochs": 3, "lr": 0.01}
    *going, end = train(Entered("Say words backwards", files=[str(place / "words.txt")], settings=settings))
    assert any("curve" in changed for changed in going)
    assert "letters are right" in end["report"]
    assert rnnlab.load.__module__ == "rnnlab"
    assert len(open_checkpoint(end["trained"]).metrics["curve"]) >= 1


def test_a_stop_keeps_the_best_and_tells_so(place):
    from rnnlab.runtime.page_training import steer

    settings = {"cell": "gru", "hidden": 24, "layers": 1, "epochs": 5000, "lr": 0.01}
    events = train(Entered("Say words backwards", files=[str(place / "words.txt")], settings=settings))
    key = next(changed["key"] for changed in events if changed.get("key"))
    next(changed for changed in events if "curve" in changed)
    steer(key, "stop")
    *_, end = events
    assert "Stopped" in end["progress"]


def test_a_training_that_was_killed_is_resumed_to_the_very_same_weights(place, tmp_path):
    arguments = ["train", "backwards", "--data", "words.txt", "--epochs", "60", "--hidden", "24", "--report-every", "5"]
    run(place, *arguments, "--out", str(tmp_path / "peace"))
    process = command(place, *arguments, "--out", str(tmp_path / "war"))
    while not (tmp_path / "war" / "resume").is_dir():
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    run(place, *arguments, "--out", str(tmp_path / "war"), "--resume")
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("peace", "war"))
    assert all((one[name] == other[name]).all() for name in one)


def test_two_processes_of_torchrun_train_it(place, tmp_path):
    torchrun = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2")
    answer = run(
        place, "train", "backwards", "--data", "words.txt", "--out", str(tmp_path / "two"), *SHORT, launcher=torchrun
    )  # fmt: skip
    assert answer["right"] > 2 / 26


def test_a_damaged_folder_of_it_is_refused(place, trained, tmp_path):
    shutil.copytree(place / "model", tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    config["codec"] = {"letters": "abc"}
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="not as it was written"):
        open_checkpoint(str(tmp_path / "model"))
    made = open_checkpoint(str(place / "model"))
    made.codec["letters"] = "abc"
    with pytest.raises(CheckpointError, match="knows other letters"):
        registry.check_record(made)
    made.codec["letters"] = "abcdefghijklmnopqrstuvwxyz"


def test_a_version_that_does_not_know_it_refuses_it_in_a_sentence(place, trained, monkeypatch):
    monkeypatch.delitem(registry.TASKS, "backwards")
    for use in (rnnlab.load, show):
        with pytest.raises(RnnlabError, match=r"trained for 'backwards', which this version of rnnlab does not know"):
            use(str(place / "model"))
