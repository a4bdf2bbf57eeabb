"""What the README, CONTRIBUTING and docs/ show is true: commands run, programs run, nothing is left undocumented.

A block of commands that begins with ```sh is run, its trainings for two steps. One that begins with ```sh slow takes
minutes and is run by the tests marked long. One that begins with ```sh manual needs a network, an account or hours:
only its syntax is checked.
"""

import argparse
import gzip
import json
import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from authors import story
from hub.serving import running_hub
from markets import market

from benchmarks import voices
from rnnlab.__main__ import _parser, main
from rnnlab.scoring.baselines import TITLES
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.tasks.text import writer
from rnnlab.ui import app

ROOT = Path(__file__).parents[1]
PAPERS = {
    str(file.relative_to(ROOT)): file.read_text()
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
}
BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OURS = "-m rnnlab "


def blocks(paper: str, language: str) -> list[tuple[str, str]]:
    """How each block is to be run ("", "slow" or "manual"), and the block."""
    return [(how, text) for found, how, text in BLOCK.findall(PAPERS[paper]) if found == language]


def commands(paper: str, *hows: str) -> list[list[str]]:
    """The arguments of rnnlab's commands in a paper's blocks."""
    lines = [line for how, text in blocks(paper, "sh") if how in hows for line in text.splitlines()]
    return [shlex.split(line.split(OURS, 1)[1], comments=True) for line in lines if OURS in line]


def with_commands(*hows: str) -> list[str]:
    return [paper for paper in PAPERS if commands(paper, *hows)]


@pytest.fixture
def desk(monkeypatch, tmp_path) -> Iterator[Path]:
    """A folder with the files that the papers name, and a Hub on which the account is called owner."""
    (tmp_path / "letters.txt").write_text(story(6000))
    (tmp_path / "letter.txt").write_text("ANNA:\n")
    (tmp_path / "part1.txt").write_text(story(9000, seed=2))
    (tmp_path / "part2.txt.gz").write_bytes(gzip.compress(story(9000, seed=3).encode()))
    for seed, name in enumerate(("BA.csv", "CAT.csv")):
        market(1500, seed=seed).to_csv(tmp_path / name)
    with running_hub() as hub:
        hub.store.users["hf_owners_secret"] = "owner"
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", "hf_owners_secret")
        monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for commands that start others
        monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
        monkeypatch.chdir(tmp_path)
        yield tmp_path


@pytest.mark.parametrize("paper", with_commands(""))
def test_the_commands_of_the_papers_run(paper, desk, capsys):
    for command in commands(paper, ""):
        steps = ["--steps", "2"] if command[0] == "train" else []
        assert main([*command, *steps]) == 0, (command, capsys.readouterr().err)


SLOW = sorted({shlex.join(command) for paper in PAPERS for command in commands(paper, "slow")})


@pytest.mark.long
@pytest.mark.parametrize("command", SLOW)
def test_the_commands_that_take_minutes_run(command, desk):
    assert main(shlex.split(command)) == 0


@pytest.mark.parametrize("paper", with_commands("", "slow", "manual"))
def test_every_command_of_the_papers_is_well_formed(paper):
    for command in commands(paper, "", "slow", "manual"):
        _parser().parse_args(command)


@pytest.mark.parametrize("paper", PAPERS)
def test_every_line_of_commands_begins_with_a_program_that_is_known(paper):
    known = re.compile(r"make [\w-]+|torchrun .* -m rnnlab |python -m (rnnlab|benchmarks\.\w+|examples\.\w+|pytest) ")
    for how, text in blocks(paper, "sh"):
        assert how in {"", "slow", "manual"}
        assert [line for line in text.splitlines() if line and not known.match(f"{line} ")] == []


@pytest.mark.parametrize("paper", PAPERS)
def test_the_programs_that_the_papers_name_are_there(paper):
    for package, name in re.findall(r"python -m (benchmarks|examples)\.(\w+)", PAPERS[paper]):
        assert (ROOT / package / f"{name}.py").is_file(), name
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([\w-]+)", PAPERS[paper]):
        assert f"\n{target}:" in makefile, target


@pytest.mark.parametrize("paper", PAPERS)
def test_the_files_and_modules_that_the_papers_name_are_there(paper):
    files = set(re.findall(r"`((?:rnnlab|tests|benchmarks|examples|docs)/[a-z\d_./]+)`", PAPERS[paper]))
    assert [name for name in files if not (ROOT / name).exists()] == []
    for name in re.findall(r"`(rnnlab(?:\.[a-z_]+)+)`", PAPERS[paper]):
        pkgutil.resolve_name(name)


PROGRAMS = [
    (paper, text)
    for paper in PAPERS
    for _, text in blocks(paper, "python")
    if "rnnlab" in text and "gradio_client" not in text
]


@pytest.mark.parametrize(("paper", "program"), PROGRAMS)
def test_the_python_of_the_papers_runs(paper, program, desk):
    exec(compile(program, paper, "exec"), {})


def test_the_figures_of_the_table_on_apple_are_those_that_its_command_prints(capsys):
    assert main(["backtest", "stocks", "--data", "AAPL", "--start", "2015-08-13", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    named = {"rnnlab's `stocks`": answer}
    named |= {f"| {TITLES[name]} |": scores for name, scores in answer["baselines"].items()}
    formats = {"rmse": ".3f", "crps": ".3f", "log_score": ".3f", "coverage80": ".1%", "coverage95": ".1%"}
    for paper, rows in (("README.md", 5), ("docs/results.md", 7)):
        lines = PAPERS[paper].split("RMSE (USD)")[1].split("\n\n")[0].splitlines()
        found = [(line, scores) for row, scores in named.items() for line in lines if row in line]
        assert len(found) == rows
        for line, scores in found:
            cells = [cell.strip(" *").replace(" %", "%") for cell in line.split("|")[2:-1]]
            told = {name: scores.get(name) for name in formats}
            assert cells == ["–" if told[name] is None else format(told[name], how) for name, how in formats.items()]


def leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that can be given, as "data fetch"."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if words and not any(action.required for action in below):
        yield " ".join(words)
    for action in below:
        for name, child in action.choices.items():
            yield from leaves(child, (*words, name))


@pytest.mark.parametrize("command", list(leaves(_parser())))
def test_every_command_is_documented_with_an_example(command):
    words = command.split()
    shown = [one for paper in PAPERS for one in commands(paper, "", "slow", "manual")]
    assert any(one[: len(words)] == words for one in shown)
    assert f"`{command}`" in PAPERS["docs/commands.md"]


@pytest.fixture(scope="module")
def page():
    demo = app.build()
    yield demo
    demo.close()


def test_every_endpoint_is_documented_with_its_parameters(page):
    for name, endpoint in page.get_api_info()["named_endpoints"].items():
        [row] = [line for line in PAPERS["docs/api.md"].splitlines() if line.startswith(f"| `{name}` |")]
        documented = re.findall(r"`(\w+)`", row.split("|")[2])
        assert sorted(documented) == sorted(one["parameter_name"] for one in endpoint["parameters"])


def test_the_example_of_the_api_runs(page, desk):
    [program] = [text for _, text in blocks("docs/api.md", "python") if "gradio_client" in text]
    address = app.launch(page, wait=False).rstrip("/")
    exec(compile(program.replace("http://127.0.0.1:7860", address), "docs/api.md", "exec"), {})


def test_the_index_lists_every_paper_and_the_readme_is_short():
    for file in (ROOT / "docs").glob("*.md"):
        assert file.name == "index.md" or f"]({file.name})" in PAPERS["docs/index.md"], file.name
    assert PAPERS["README.md"].count("\n") <= 150


def test_the_page_of_voices_has_the_cards_figures_and_ten_texts_of_each():
    page = PAPERS["docs/voices.md"]
    assert voices.table() in page
    for voice in voices.VOICES:  # their figures hang on the processor
        setting = writer.voice(voice).presets["balanced"]
        assert f"| `{voice}` | {setting['temperature']:g} | {setting['min_p']:g} | 0." in page
    for voice, texts in zip(voices.VOICES, page.split("\n## ")[1:], strict=True):
        assert texts.startswith(f"{voice}\n")
        assert re.findall(r"^Seed (\d+):$", texts, re.M) == [str(seed) for seed in voices.SEEDS]


def test_what_is_copied_of_a_play_is_told_apart_from_the_names_of_its_speakers():
    author = Fingerprint.of("who goes there\nSIR TOBY OF THE BELCHES:\nA friend to this ground and to its people")
    speech = "SIR TOBY OF THE BELCHES:\nA friend to this ground"
    every, rest = voices.copied_shares([speech, "nothing of it all, not a run"], author)
    assert (every, rest) == (29 / 38, 4 / 38)
