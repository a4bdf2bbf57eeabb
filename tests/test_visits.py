"""What visitors bring to the page: kept for a while, within a bound, under names that nobody can guess."""

import os
import time
from pathlib import Path

import pytest

from rnnlab.errors import CheckpointError
from rnnlab.runtime import uploads
from rnnlab.runtime.callers import STRANGER, visitor
from rnnlab.runtime.uploads import sweep_visits
from rnnlab.service.summary import show
from rnnlab.service.transfer import bring
from rnnlab.tasks.forecast.use import forecast

STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    return tmp_path / "visits"


def brought() -> str:
    return bring([file for file in STOCKS.iterdir() if file.is_file()])


def aged(model: str, seconds: float) -> None:
    folder = uploads.visit_folder(model).parent
    long_ago = time.time() - seconds
    os.utime(folder, (long_ago, long_ago))


def test_what_is_brought_forecasts_as_what_it_is_a_copy_of():
    rows = forecast(brought(), "AAPL", horizon=2, caller=STRANGER).summary()["rows"]
    assert rows == forecast("stocks", "AAPL", horizon=2).summary()["rows"]


def test_what_nobody_used_for_long_is_gone_and_its_name_says_so():
    old, new = brought(), brought()
    aged(old, uploads.KEPT + 60)
    sweep_visits()
    assert uploads.visit_folder(new).is_dir()
    with pytest.raises(CheckpointError, match=r"^checkpoint is no longer here, .* after 2 unused hours; upload it"):
        forecast(old, "AAPL", caller=STRANGER)


def test_what_is_used_stays():
    model = brought()
    aged(model, uploads.KEPT - 1)
    show(model, caller=STRANGER)
    sweep_visits()
    assert time.time() - uploads.visit_folder(model).parent.stat().st_mtime < 60


def test_where_there_is_no_room_the_newcomer_is_refused_and_what_others_brought_stays(monkeypatch, place):
    anna, boris = visitor(None, "203.0.113.7"), visitor(None, "203.0.113.8")
    files = [file for file in STOCKS.iterdir() if file.is_file()]
    models = [bring(files, caller=caller) for caller in (anna, boris)]
    size = uploads._bytes(uploads.visit_folder(models[0]).parent)
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 1.5 * size)
    with pytest.raises(CheckpointError, match=r"^Your checkpoints here take 0 MB where 0 are kept for a visitor"):
        bring(files, caller=anna)
    monkeypatch.setattr(uploads, "MOST_BYTES", 2.5 * size)
    with pytest.raises(CheckpointError, match=r"^Visitors' checkpoints fill the .* GB that are kept here"):
        bring(files, caller=visitor(None, "203.0.113.9"))
    assert all(uploads.visit_folder(model).is_dir() for model in models)
    assert len(list(place.iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "told"), [("my voice!", "my-voice"), ("../../x", "x"), ("…", "checkpoint"), ("a" * 90, "a" * 50)]
)
def test_a_name_is_cut_down_to_what_is_safe_in_a_path(name, told, place):
    visit = uploads.new_visit(name)
    assert visit.model.rpartition("/")[2] == told
    assert visit.folder.parent.parent == place
    assert visit.folder.parent.stat().st_mode & 0o077 == 0


def test_nothing_is_not_taken_in(place):
    with pytest.raises(CheckpointError, match=r"^No file was given; give a zip"):
        bring([])
    assert not place.exists()
