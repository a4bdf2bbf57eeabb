"""The command line as a person uses it, by its exit code and what it prints."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
from commanding import run
from markets import market

from rnnlab.__main__ import main

ROOT = Path(__file__).parents[1]
TRAIN = ["--batch", "8", "--window", "16", "--lead", "4"]


def answer(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("commands")
    market(300).to_csv(place / "acme.csv")
    train = ["train", "forecast", "--data", str(place / "acme.csv"), "--out", str(place / "model"), "--epochs", "1"]
    assert main([*train, *TRAIN]) == 0
    return place


def test_the_bundled_forecaster_equals_yesterday_in_price_and_beats_constant_and_ewma_in_crps(capsys):
    scores = answer(capsys, "backtest", "stocks", "--data", "AAPL", "--start", "2015-08-13")
    assert scores["n"] == 601
    assert scores["rmse"] == pytest.approx(scores["baselines"]["naive"]["rmse"], rel=0.01)
    assert scores["crps"] < min(scores["baselines"][name]["crps"] for name in ("constant_t", "ewma_t"))
    assert 0.76 <= scores["coverage80"] <= 0.84
    assert 0.93 <= scores["coverage95"] <= 0.97


def test_a_forecast_prints_json_as_its_last_line(folder, capsys):
    found = answer(capsys, "forecast", str(folder / "model"), "--data", str(folder / "acme.csv"), "--horizon", "2")
    assert [row["date"] for row in found["rows"]] == ["2011-02-28", "2011-03-01"]


def test_the_data_command_lists_what_is_bundled(capsys):
    names = [table["name"] for table in answer(capsys, "data")["data"]]
    assert {"AAPL", "MSFT", "AMZN", "QQQ", "AAPL-2019", "pool"} <= set(names)


def test_answers_are_also_told_to_people(folder, capsys):
    assert main(["backtest", str(folder / "model"), "--data", str(folder / "acme.csv"), "--horizon", "1", "5"]) == 0
    printed = capsys.readouterr().out
    assert "tomorrow = today" in printed
    assert "acme, 5 days ahead" in printed
    assert main(["forecast", str(folder / "model"), "--data", str(folder / "acme.csv")]) == 0
    assert "No investment advice" in capsys.readouterr().out
    assert main(["data"]) == 0
    assert "Apple, 2006–2017" in capsys.readouterr().out


def test_the_tutorial_command_prints_its_seeds_beside_naive(folder, capsys):
    found = answer(
        capsys, "train", "forecast", "--recipe", "tutorial", "--data", str(folder / "acme.csv"), "--seeds", "2",
        "--steps", "2", "--out", str(folder / "tutorial"),
    )  # fmt: skip
    assert len(found["test_rmse"]) == len(found["train_rmse"]) == 2
    assert {"test_rmse_min", "test_rmse_mean", "test_rmse_max", "naive_rmse", "leak_free_test_rmse"} <= set(found)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["backtest", "stoks", "--data", "AAPL"],
            "There is no folder or bundled checkpoint 'stoks'; did you mean stocks?",
        ),
        (["forecast", "stocks", "--data", "APPL"], "AAPL"),
        (["forecast", "stocks", "--data", "nowhere.csv"], "nowhere.csv"),
        (["train", "forecast", "--data", "AAPL", "--out", "x", "--lookback", "9"], "has no setting --lookback"),
        (["train", "forecast", "--data", "AAPL", "--out", "x", "--hidden", "0"], "hidden must be between 1 and 4096"),
        (["train", "forecast", "--data", "AAPL", "--out", "x", "--device", "mps"], "This machine has no mps device"),
    ],
)
def test_what_a_person_can_cause_ends_with_one_sentence_and_exit_code_two(
    arguments, sentence, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["forecast", "stocks", "--data", "AAPL", "--horizon", "x"],
            "Argument --horizon: invalid int value: 'x'; see ",
        ),
        (["forecast"], "The following arguments are required: MODEL, --data; see rnnlab forecast --help."),
        (["app", "--port", "0"], "Argument --port: '0' is no port, which is a number from 1 to 65535; see "),
        (["dance"], "Argument COMMAND: invalid choice: 'dance'"),
    ],
)
def test_a_wrong_command_line_ends_with_one_sentence_and_exit_code_two(arguments, sentence, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert sentence in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize("command", [["app.py"], ["-m", "rnnlab", "app", "--port", "PORT"]])
def test_the_page_can_be_started_as_the_readme_says(command):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [sys.executable, "-u", *(word.replace("PORT", port) for word in command)]
    env = os.environ | {"GRADIO_SERVER_PORT": port}
    with subprocess.Popen(
        words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as page:
        told = next((line for line in page.stdout if "127.0.0.1" in line), "")
        page.terminate()
        page.stdout.read()
    assert f"http://127.0.0.1:{port}" in told


def test_a_damaged_checkpoint_is_refused_with_exit_code_two(folder, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    done = run("forecast", str(tmp_path / "broken"), "--data", "AAPL")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "broken/config.json is not JSON; download or train the checkpoint again.\n"


def test_an_interrupted_training_says_how_to_go_on_and_does(folder, tmp_path):
    train = ["train", "forecast", "--data", str(folder / "acme.csv"), "--out", str(tmp_path / "m"), "--epochs", "500"]
    command = [sys.executable, "-m", "rnnlab", *train, *TRAIN, "--patience", "0"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        while ": step " not in process.stderr.readline():  # the first report, after what is told before the training
            continue
        os.kill(process.pid, signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 130
    again = told.splitlines()[-1]
    assert json.loads((tmp_path / "m" / "resume" / "state.json").read_text())["step"] > 0
    assert "What was reached at the last report is saved; to resume: python -m rnnlab train forecast" in again
    assert again.endswith("--resume")
    words = shlex.split(again.split("python -m rnnlab ")[1])
    words[words.index("--epochs") + 1] = "40"
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "m" / "resume").exists()


def test_a_terminal_sees_a_bar_and_a_log_does_not(tmp_path):
    train = ["train", "forecast", "--data", "AAPL", "--epochs", "40", "--out"]
    command = [sys.executable, "-m", "rnnlab", *train]
    logged = run(*train, str(tmp_path / "a"))
    assert "step/s" not in logged.stderr
    assert logged.stderr.count("\n") == 40
    controller, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    with subprocess.Popen(
        [*command, str(tmp_path / "b")], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=terminal
    ) as shown:
        os.close(terminal)
        seen = b""
        with suppress(OSError):  # the terminal is gone when the program is
            while part := os.read(controller, 4096):
                seen += part
        assert shown.wait() == 0
    os.close(controller)
    assert re.search(rb"\d+/40 \[", seen)
    assert seen.count(b"training loss") == 40
