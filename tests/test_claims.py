"""Where a training is saved: nothing is replaced unasked, one training at a time, and noticed before it begins."""

import shutil
import signal
import subprocess
import sys
from collections import namedtuple

import pytest
from authors import story
from markets import market
from trainings import train_forecast, train_text

from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.claims import claimed
from rnnlab.train.processes import Processes

SETTINGS = {"epochs": 3, "batch": 8, "window": 16, "lead": 4}
LOCK = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); print(flush=True); input()"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folders of a finished training and of one that was stopped, and what they were trained on."""
    place = tmp_path_factory.mktemp("claims")
    market(300).to_csv(place / "acme.csv")
    (place / "tale.txt").write_text(story(4000))
    list(train(place, place / "finished"))
    training = train(place, place / "stopped")
    next(training), next(training)
    training.close()
    return place


def train(place, out, **asked):
    return train_forecast([str(place / "acme.csv")], out=out, **({"settings": SETTINGS} | asked))


@pytest.fixture
def copies(made, tmp_path):
    for name in ("finished", "stopped"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


FINISHED = r"^finished holds a finished checkpoint of the task forecast; add --overwrite to replace it, or choose"
STOPPED = (
    r"^stopped holds a stopped training \(step \d+ of \d+\) of the task forecast; resume it with train forecast --re"
)


@pytest.mark.parametrize(("name", "sentence"), [("finished", FINISHED), ("stopped", STOPPED)])
def test_a_checkpoint_is_replaced_only_when_that_is_asked_for(made, copies, name, sentence):
    before = (copies / name / "config.json").read_bytes()
    for training in (
        train(made, copies / name),
        train(made, copies / name, recipe="tutorial", settings={"steps": 2}),
        train_text(str(made / "tale.txt"), out=copies / name),
    ):
        with pytest.raises(CheckpointError, match=sentence):
            next(training)
    assert (copies / name / "config.json").read_bytes() == before
    *_, result = train(made, copies / name, overwrite=True, settings=SETTINGS | {"epochs": 1})
    assert checkpoint.load(copies / name).provenance["steps"] == result.summary["steps"]


def test_a_stopped_training_is_resumed_as_before_and_a_finished_one_is_not(made, copies):
    *_, result = train(made, copies / "stopped", resume=True, settings={})
    assert result.folder == str(copies / "stopped")
    with pytest.raises(CheckpointError, match="finished holds no training state, so its training cannot be resumed"):
        next(train(made, copies / "finished", resume=True))
    with pytest.raises(RnnlabError, match=r"^--resume keeps what the folder of --out holds; leave out --overwrite\.$"):
        next(train(made, copies / "stopped", resume=True, overwrite=True))


def test_what_cannot_be_resumed_is_not_advised_to_be(made, copies):
    training = train(made, copies / "on", settings={"epochs": 2}, base="stocks")
    next(training)
    training.close()
    with pytest.raises(CheckpointError, match=r"^on holds a stopped training .* of the task forecast; add --over"):
        next(train(made, copies / "on"))


def test_a_checkpoint_that_a_killed_save_has_put_aside_is_not_lost(made, copies):
    (copies / "finished").rename(copies / ".finished.old")
    with pytest.raises(CheckpointError, match=FINISHED):
        next(train(made, copies / "finished"))
    assert checkpoint.load(copies / "finished").task == "forecast"


def test_a_training_is_not_resumed_to_end_before_it_has_come(made, copies):
    with pytest.raises(RnnlabError, match=r"^This training has reached step \d+, so it cannot be resumed to end at "):
        next(train(made, copies / "stopped", resume=True, settings={"steps": 1}))
    settings = {"hidden": 8, "layers": 1, "steps": 4, "report_every": 2}
    training = train_text(str(made / "tale.txt"), out=copies / "text", settings=settings)
    next(training)
    training.close()
    again = {"out": copies / "text", "resume": True}
    with pytest.raises(RnnlabError, match=r"reached step 2, .* at step 1; give a larger --steps or --epochs, or leave"):
        next(train_text(str(made / "tale.txt"), settings={"steps": 1}, **again))
    *_, result = train_text(str(made / "tale.txt"), settings={"steps": 2}, **again)
    assert result.summary["steps"] == 2


def test_a_second_training_into_a_folder_is_refused_while_the_first_one_runs(made, tmp_path):
    first = train(made, tmp_path / "m")
    next(first)
    for asked in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(CheckpointError, match=r"^Another training writes to m; wait until it has ended, or choose"):
            next(train(made, tmp_path / "m", **asked))
    *_, result = first
    assert result.folder == str(tmp_path / "m")
    assert [one.name for one in tmp_path.iterdir()] == ["m"]


def test_a_training_that_was_killed_leaves_its_folder_free(tmp_path):
    lock = tmp_path / ".m.lock"
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(CheckpointError, match="Another training writes to m"), claimed(tmp_path / "m"):
            pass
        other.send_signal(signal.SIGKILL)
    assert lock.exists()
    with claimed(tmp_path / "m") as folder:
        assert folder == tmp_path / "m"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "circle",
        "circle/m",
        "file/m",
        "file/a/b/m",
        "x" * 251,
        "a\0b",
        "file",
        ".",
        "/proc/m",
        "/dev/full",
        "/dev/full/m",
        "/proc",
    ],
)
def test_a_folder_that_cannot_be_written_is_noticed_before_anything_else(made, tmp_path, name):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(CheckpointError, match=r"^\S.*; choose another( folder)? for --out\.$") as refused:
        next(train(made, f"{tmp_path}/{name}" if name[0] != "/" else name, settings={"hidden": 10**9}))
    assert str(refused.value).count(".") < 4
    assert {one.name for one in tmp_path.iterdir()} == {"circle", "file"}


def test_a_refused_training_leaves_no_folder(made, tmp_path):
    with pytest.raises(RnnlabError, match="nowhere"):
        next(train_forecast(["nowhere.csv"], out=tmp_path / "a" / "b" / "m"))
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_noticed_before_the_training(made, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(10**9, 10**9 - 5, 5))
    with pytest.raises(
        CheckpointError, match=r"^The disk of m has 0 MB left where this training's checkpoint takes up"
    ):
        next(train(made, tmp_path / "m"))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage(0, 0, 0))  # as some disks of a network say
    next(train(made, tmp_path / "m"))


class Several(Processes):
    """One of two processes; what the first says is known beforehand."""

    def __init__(self, index, said=""):
        self.count, self.index, self.said = 2, index, said

    def told(self, value):
        return value if self.first else self.said


def test_of_several_processes_the_first_holds_the_folder_for_all(made, copies):
    with claimed(copies / "m", processes=Several(0)), claimed(copies / "m", processes=Several(1)) as folder:
        assert folder == copies / "m"
    with pytest.raises(CheckpointError, match=FINISHED), claimed(copies / "finished", processes=Several(0)):
        pass
    with pytest.raises(CheckpointError, match=r"^as told$"), claimed(copies / "m", processes=Several(1, "as told")):
        pass
