"""The programs of examples/ run, with tiny settings and against servers on loopback."""

import ast
import runpy
import sys
from pathlib import Path

import pytest
from authors import story
from hub.secrets import ANNA
from hub.serving import running_hub
from markets import market

from rnnlab.ui import app

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.fixture
def example(monkeypatch, tmp_path, capsys):
    """Runs one by its name and arguments, in a folder of its own; what it prints."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)

    def run(name: str, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
        return capsys.readouterr().out

    return run


def test_a_csv_is_forecast(example, tmp_path):
    market(300).to_csv(tmp_path / "prices.csv")
    printed = example("forecast_csv", "prices.csv", "--horizon", "3")
    assert [line.split()[0] for line in printed.splitlines()] == ["2011-02-28", "2011-03-01", "2011-03-02"]


def test_a_prompt_is_continued_at_three_temperatures(example):
    printed = example("write_text", "ROMEO:", "--length", "20")
    assert (printed.count("--- temperature"), printed.count("ROMEO:")) == (3, 3)


def test_a_writer_is_trained_and_writes(example, tmp_path):
    (tmp_path / "letters.txt").write_text(story(6000))
    printed = example("train_writer", "letters.txt", "WRITER", "--steps", "2")
    assert printed.startswith("model   ")
    assert (tmp_path / "WRITER" / "model.safetensors").is_file()


def test_a_checkpoint_is_pushed_and_loaded_by_its_commit(example, monkeypatch):
    with running_hub() as hub:
        hub.store.users[ANNA] = "anna"
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", ANNA)
        printed = example("share_checkpoint", str(ROOT / "data" / "checkpoints" / "stocks"), "anna/stocks")
    assert printed.startswith("pushed  anna/stocks@")
    assert "task forecast" in printed


def test_a_running_page_is_asked(example):
    demo = app.build()
    try:
        printed = example("call_api", "--page", app.launch(demo, wait=False), "--length", "20")
    finally:
        demo.close()
    assert "CRPS 0.7" in printed
    assert "ROMEO:" in printed


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_short_and_says_how_it_is_run(file):
    source = file.read_text()
    assert source.count("\n") <= 40
    assert f"python -m examples.{file.stem}" in ast.get_docstring(ast.parse(source))
