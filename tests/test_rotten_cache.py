"""A pulled checkpoint whose files have changed on this machine since they were checked: fetched anew, or told."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hub.faults import Fault
from hub.serving import running_hub

from rnnlab.errors import CheckpointError, HubError
from rnnlab.runtime.callers import STRANGER
from rnnlab.service.summary import show
from rnnlab.tasks.forecast import use

REPO = "anna/stocks"
STOCKS = Path(__file__).parents[1] / "data" / "checkpoints" / "stocks"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A Hub with one checkpoint, of which a visitor has made a forecast, so that it is here and was checked."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        repo = hub.store.add("model", REPO)
        repo.commit({path.name: path.read_bytes() for path in STOCKS.iterdir() if path.is_file()})
        hub.expected = forecast()
        hub.asked.clear()
        yield hub


def forecast() -> object:
    return use.forecast(REPO, "AAPL", horizon=2).summary()["rows"]


def kept(tmp_path: Path, file: str) -> Path:
    """Where the content of a pulled file lies."""
    [found] = (tmp_path / "cache" / "hub" / "public").glob(f"*/snapshots/*/{file}")
    return found.resolve()


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 4
    path.write_bytes(raw)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


ROTS: dict[str, Callable[[Path], object]] = {
    "a bit is another": flip,
    "the end is gone": lambda path: os.truncate(path, path.stat().st_size - 100),
    "it is empty": lambda path: os.truncate(path, 0),
    "it has grown": lambda path: path.write_bytes(path.read_bytes() + b"}"),
    "zeros, as after a crash": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "it is gone": Path.unlink,
    "it is a pipe": pipe,
}


@pytest.mark.sampled(6)
@pytest.mark.parametrize("rot", ROTS.values(), ids=ROTS)
@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_pulled_file_that_rots_is_fetched_anew(hub, tmp_path, file, rot):
    rot(kept(tmp_path, file))
    assert forecast() == hub.expected
    assert [one.method for one in hub.asked if one.path.endswith(f"/{file}")].count("GET") == 1
    hub.asked.clear()
    assert forecast() == hub.expected  # and is whole again
    assert not [one for one in hub.asked if one.method == "GET" and "/resolve/" in one.path]


def test_a_record_that_rots_is_looked_at_anew(hub, tmp_path):
    verdict = show(REPO).verdict
    flip(kept(tmp_path, "config.json"))
    assert show(REPO).verdict == verdict


def test_without_the_hub_a_rotten_file_is_told_of_and_nothing_is_lost(hub, tmp_path, monkeypatch):
    flip(kept(tmp_path, "model.safetensors"))
    whole, address = kept(tmp_path, "config.json").read_bytes(), os.environ["HF_ENDPOINT"]
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(CheckpointError, match=rf"^{REPO}/model\.safetensors does not hold the weights .*; download or"):
        forecast()
    assert kept(tmp_path, "config.json").read_bytes() == whole
    monkeypatch.setenv("HF_ENDPOINT", address)
    assert forecast() == hub.expected


def test_what_the_hub_itself_holds_damaged_is_refused_after_one_more_try(hub, tmp_path):
    flip(kept(tmp_path, "model.safetensors"))
    hub.faults.append(Fault("swap", "resolve/.*/model.safetensors", method="GET"))
    with pytest.raises(CheckpointError, match=r"does not hold the weights that config\.json was written with"):
        forecast()
    assert [one.method for one in hub.asked if one.path.endswith("/model.safetensors")].count("GET") == 1
    hub.faults.clear()
    assert forecast() == hub.expected


def test_who_may_no_longer_see_it_does_not_get_it_mended(hub, tmp_path):
    flip(kept(tmp_path, "model.safetensors"))
    hub.store.repos["model", REPO].private = True
    with pytest.raises(HubError, match=rf"{REPO} "):
        use.forecast(REPO, "AAPL", horizon=2, caller=STRANGER)
