"""Checkpoints shared by name: one person pushes, another pulls in another process, and both get the same."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import commanding
import pandas as pd
import pytest
from authors import story
from hub.secrets import ANNA, BORIS, client_home, told
from hub.serving import running_hub
from pandas.testing import assert_frame_equal
from trainings import train_text

import rnnlab
from rnnlab.errors import CheckpointError, DataError, HubError
from rnnlab.runtime import opening
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import STRANGER
from rnnlab.service.sharing import pull, push
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint

ROOT = Path(__file__).parents[1]
TINY = {"hidden": 24, "layers": 1, "embedding": 8, "epochs": 1, "batch": 4, "window": 25}


@pytest.fixture
def hub(monkeypatch, tmp_path, caplog, capfd):
    """A Hub with two users, and a cache of this process's own; no token may be told of anywhere."""
    with running_hub() as hub:
        hub.store.users |= {ANNA: "anna", BORIS: "boris"}
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "mine"))
        with caplog.at_level("DEBUG"):
            yield hub
    assert told([caplog.text, *capfd.readouterr()], [tmp_path, client_home()], hub) == []


def run(hub, home: Path, token: str, *arguments: str, fails: bool = False) -> dict | str:
    """A command of another person, in a process, a home and with a token of their own; its JSON, or its sentence."""
    environment = os.environ | {
        "HF_ENDPOINT": hub.address, "HF_TOKEN": token, "HF_HOME": str(home / "hf"), "RNNLAB_CACHE": str(home / "cache"),
    }  # fmt: skip
    command = [sys.executable, "-m", "rnnlab", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ANNA not in done.stdout + done.stderr
    assert BORIS not in done.stdout + done.stderr
    if fails:
        assert done.returncode == 2
        return done.stderr.strip()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def run_here(home: Path, token: str, *arguments: str) -> dict:
    """A command of another person in this process, with a token and a cache of their own; its JSON."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_TOKEN", token)
        patch.setenv("RNNLAB_CACHE", str(home / "cache"))
        done = commanding.run(*arguments, "--json")
    assert not {ANNA, BORIS} & set(re.findall(r"hf_\w+", done.stdout + done.stderr))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_commands_push_pull_and_write_carry_a_writer_from_one_person_to_another(hub, tmp_path):
    (tmp_path / "story.txt").write_text(story())
    *_, _made = train_text(str(tmp_path / "story.txt"), out=tmp_path / "model", settings=TINY)
    mine = write(str(tmp_path / "model"), "Anna", length=80, seed=3)
    pushed = run_here(tmp_path, ANNA, "push", str(tmp_path / "model"), "anna/tiny")
    commit = pushed["url"].rsplit("/", 1)[1]
    pulled = run_here(tmp_path, BORIS, "pull", "anna/tiny", "--revision", commit)
    assert (pulled["commit"], pulled["task"]) == (commit, "text")
    theirs = run(
        hub, tmp_path, BORIS, "write", f"anna/tiny@{commit}", "--prompt", "Anna", "--length", "80", "--seed", "3"
    )
    assert theirs["text"] == mine["text"]


def test_the_commands_push_and_forecast_carry_a_forecaster(hub, tmp_path):
    run_here(tmp_path, ANNA, "push", str(ROOT / "data" / "checkpoints" / "stocks"), "anna/prices")
    theirs = run(hub, tmp_path, BORIS, "forecast", "anna/prices", "--data", "AAPL", "--horizon", "3")
    assert theirs["rows"] == forecast("stocks", "AAPL", horizon=3).summary()["rows"]


def test_a_pulled_checkpoint_may_be_copied_and_its_copy_pushed_by_another(hub, tmp_path):
    run_here(tmp_path, ANNA, "push", str(ROOT / "data" / "checkpoints" / "stocks"), "anna/stocks")
    pulled = run_here(tmp_path, BORIS, "pull", "anna/stocks", "--out", str(tmp_path / "copy"))
    assert pulled["folder"] == str(tmp_path / "copy")
    run_here(tmp_path, BORIS, "push", str(tmp_path / "copy"), "boris/stocks", "--private")
    assert hub.store.repos["model", "boris/stocks"].private
    listed = run_here(tmp_path, BORIS, "models", "--hub", "--task", "forecast")
    assert {one["repo"] for one in listed["hub"]} == {"anna/stocks", "boris/stocks"}
    assert {one["repo"] for one in run_here(tmp_path, ANNA, "models", "--hub")["hub"]} == {"anna/stocks"}


def test_a_pull_replaces_what_a_folder_holds_only_when_that_is_asked_for(hub, tmp_path):
    push(ROOT / "data" / "checkpoints" / "stocks", "anna/stocks", token=ANNA)
    shutil.copytree(ROOT / "data" / "checkpoints" / "doyle", tmp_path / "own")
    sentence = "^own holds a finished checkpoint of the task text; add --overwrite to replace it, or choose another fo"
    with pytest.raises(CheckpointError, match=sentence):
        pull("anna/stocks", out=tmp_path / "own", token=BORIS)
    assert pull("anna/stocks", out=tmp_path / "own", overwrite=True, token=BORIS)["task"] == "forecast"


def test_a_person_who_is_not_signed_in_is_told_how(hub, tmp_path):
    sentence = run(hub, tmp_path, "", "push", str(ROOT / "data" / "checkpoints" / "stocks"), "anna/stocks", fails=True)
    assert sentence == "Pushing needs a token of the Hugging Face Hub; sign in with `hf auth login` or set HF_TOKEN."


def test_a_machine_that_is_told_to_be_offline_says_so(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    sentence = run(hub, tmp_path, ANNA, "pull", "anna/stocks", fails=True)
    assert sentence == "anna/stocks is not kept on this machine and HF_HUB_OFFLINE is set; unset it to ask the Hub."


def test_a_visitor_s_request_is_a_stranger_s_whatever_token_the_machine_holds(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", ANNA)
    push(ROOT / "data" / "checkpoints" / "stocks", "anna/secret", private=True, token=ANNA)
    assert forecast("anna/secret", "AAPL", horizon=2).summary()["rows"]
    with pytest.raises(HubError, match="no model anna/secret"):
        forecast("anna/secret", "AAPL", horizon=2, caller=STRANGER)
    with pytest.raises(HubError, match="needs a token"):
        push(ROOT / "data" / "checkpoints" / "stocks", "anna/other")


def test_a_checkpoint_that_is_not_the_task_it_names_is_not_kept_as_usable(hub, tmp_path):
    place = tmp_path / "odd"
    place.mkdir()
    for file in (ROOT / "data" / "checkpoints" / "stocks").iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    config = json.loads((place / "config.json").read_text())
    forged = config | {"task": "text"}
    (place / "config.json").write_text(json.dumps(forged | {"sha256": checkpoint.seal(forged)}))
    with pytest.raises(CheckpointError):
        push(place, "anna/odd", token=ANNA)
    assert hub.store.repos == {}


def test_three_lines_of_python_load_a_pushed_checkpoint_and_keep_to_its_commit(hub):
    url = push(ROOT / "data" / "checkpoints" / "stocks", "anna/stocks", token=ANNA)["url"]
    model = rnnlab.load(f"anna/stocks@{url.rsplit('/', 1)[1]}")
    asked = len(hub.asked)
    days = model.forecast("AAPL", horizon=3)
    assert days["median"].tolist() == [row["median"] for row in forecast("stocks", "AAPL", horizon=3).summary()["rows"]]
    assert (model.task, model.card[:3], len(hub.asked)) == ("forecast", "---", asked)
    with pytest.raises(AttributeError, match=r"^A checkpoint that forecasts has no write\(\); it has forecast\(\)"):
        model.write("To be")


def test_a_table_of_prices_is_forecast_as_the_file_would_be(tmp_path):
    table = pd.read_csv(ROOT / "data" / "prices" / "MSFT.csv").tail(600)
    table.to_csv(tmp_path / "mine.csv", index=False)
    model = rnnlab.load("stocks")
    fan = model.forecast(tmp_path / "mine.csv", horizon=4)
    assert_frame_equal(model.forecast(table, horizon=4), fan)
    dated = table.assign(Date=pd.to_datetime(table["Date"])).set_index("Date")
    assert_frame_equal(model.forecast(dated, horizon=4), fan)
    with pytest.raises(DataError, match="no rows"):
        model.forecast(table.head(0))


def test_what_is_kept_open_is_bounded_by_bytes_and_the_least_used_is_put_away_first():
    shelf = ByteLru(most_bytes=10)
    made = []

    def get(key: str, size: int = 4) -> str:
        return shelf.get(key, lambda: made.append(key) or key, lambda _: size)

    assert [get(key) for key in "abaca"] == list("abaca")
    assert (made, shelf.bytes, len(shelf)) == (list("abc"), 8, 2)
    get("b")
    assert made == list("abcb")
    get("huge", 50)
    assert (shelf.bytes, len(shelf)) == (50, 1)


def test_models_asked_for_in_turn_leave_no_more_than_the_bound(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_OPEN", ByteLru(3 * 97_000))  # a checkpoint of `stocks` has 96,048 bytes of weights
    for number in range(12):
        shutil.copytree(ROOT / "data" / "checkpoints" / "stocks", tmp_path / str(number))
        opening.open_checkpoint(str(tmp_path / str(number)))
    assert 0 < opening._OPEN.bytes <= 3 * 97_000


def test_a_folder_that_was_written_anew_is_opened_anew(tmp_path):
    shutil.copytree(ROOT / "data" / "checkpoints" / "stocks", tmp_path / "m")
    first = opening.open_checkpoint(str(tmp_path / "m"))
    assert opening.open_checkpoint(str(tmp_path / "m")) is first
    checkpoint.save(first, tmp_path / "m")
    assert opening.open_checkpoint(str(tmp_path / "m")) is not first


def test_a_forecaster_stays_open_until_its_folder_is_written_anew(tmp_path):
    shutil.copytree(ROOT / "data" / "checkpoints" / "stocks", tmp_path / "m")
    made, first = open_forecasting(opening.locate(str(tmp_path / "m")))
    assert open_forecasting(opening.locate(str(tmp_path / "m")))[1] is first
    assert open_forecasting(opening.locate(str(tmp_path / "m")), device="cpu")[1] is not first
    checkpoint.save(made, tmp_path / "m")
    assert open_forecasting(opening.locate(str(tmp_path / "m")))[1] is not first
