"""Texts kept in a file: resumed wherever the model lies by now; a damaged file gets one sentence."""

import copy
import io
import json
import os
import shutil
import sys

import pytest
import safetensors.torch
import torch
from authors import story
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.draft_file import check_draft_file, open_draft, save_draft
from rnnlab.tasks.text.use import Manner, carry_on, drafts
from rnnlab.train.checkpoint.tensor_files import load_tensors, save_tensors

SETTINGS = {"cell": "lstm", "hidden": 12, "layers": 2, "embedding": 5, "steps": 2, "batch": 4, "window": 20}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a writer and two texts that it has begun."""
    place = tmp_path_factory.mktemp("kept")
    (place / "story.txt").write_text(story(4000))
    list(train_text(str(place / "story.txt"), out=place / "model", settings=SETTINGS))
    *_, draft = drafts(str(place / "model"), "ANNA:", Manner(20), seed=3, texts=2)
    save_draft(draft, place / "kept")
    return place


def write(made, tmp_path, edit) -> list:
    """Go on with the two texts after a change of what was kept."""
    tensors, numbers = load_tensors(made / "kept")
    tensors, numbers = dict(tensors), copy.deepcopy(numbers)
    edit(tensors, numbers)
    save_tensors(tmp_path / "kept", tensors, numbers)
    return list(carry_on(open_draft(tmp_path / "kept", str(made / "model")), Manner(10)))


def tensor(name, value):
    return pytest.param(lambda tensors, numbers: tensors.__setitem__(name, value), id=f"{name} {list(value.shape)}")


def row(name, value):
    return pytest.param(lambda tensors, numbers: numbers["rows"][0].__setitem__(name, value), id=f"{name} {value!r}")


def number(name, value):
    return pytest.param(lambda tensors, numbers: numbers.__setitem__(name, value), id=f"{name} {value!r}")


def part(name, value):
    """A part of how the text was written."""
    return pytest.param(lambda tensors, numbers: numbers["manner"].__setitem__(name, value), id=f"{name} {value!r}")


def missing(*names):
    return pytest.param(lambda tensors, numbers: [tensors.pop(name) for name in names], id=f"no {names}")


WRONG = [
    tensor("0.random", torch.zeros(5056)), tensor("0.random", torch.zeros(5, dtype=torch.uint8)),
    tensor("0.random", torch.full((5056,), 255, dtype=torch.uint8)), tensor("0.state.0.0", torch.zeros(1, 1, 3)),
    tensor("0.state.0.0", torch.zeros(12)), tensor("0.state.0.0", torch.zeros(1, 1, 12, dtype=torch.float64)),
    tensor("0.state.0.0", torch.full((1, 1, 12), float("nan"))), tensor("0.state.x.0", torch.zeros(1, 1, 12)),
    tensor("0.state.1000000000.0", torch.zeros(1, 1, 12)), tensor("2.random", torch.zeros(1)),
    missing("0.state.1.0", "0.state.1.1"), missing("0.state.1.1"), missing("1.random"),
    missing(*(f"{text}.state.{layer}.{part}" for text in (0, 1) for layer in (0, 1) for part in (0, 1))),
    *(row("ids", value) for value in ([], [5, 10**6], [-5], [10**30], [True], ["5"], [1.5], None, "5")),
    row("text", 5), row("left", 5), row("left", None), number("rows", []), number("rows", 5), number("rows", [5, 5]),
    number("rows", {"a": 1, "b": 2}), number("seeds", []), number("seeds", [1]), number("seeds", [1, 2, 3]),
    number("seeds", [1, "2"]), number("seeds", [1, -2]), number("seeds", None), number("prompt", 5),
    *(number("manner", value) for value in (None, 5, [], "x", {}, {"length": 12})),
    part("length", "5"), part("length", 0), part("length", True), part("unit", "pages"), part("other", 1),
    part("stops", 5), part("stops", [5]), part("stops", [""]), part("stops", "GG"),
    part("weights", "fp64"), part("weights", []),
    part("banned", 5), part("keep_stop", 1), part("keep_stop", None), part("finish_sentence", "no"),
    *(part("sampling", value) for value in (5, {"heat": 1.0}, {"top_k": "3"}, {"temperature": 99.0})),
]  # fmt: skip


@pytest.mark.parametrize("edit", WRONG)
def test_a_damaged_file_is_refused_before_anything_is_written(made, tmp_path, edit):
    with pytest.raises(RnnlabError, match="^kept was not written by rnnlab or is damaged; give another file.$"):
        write(made, tmp_path, edit)


def test_numbers_nested_without_end_are_a_damaged_file(made, tmp_path):
    (tmp_path / "kept").write_bytes(safetensors.torch.save({}, metadata={"rnnlab": "[" * 100_000}))
    with pytest.raises(RnnlabError, match="^kept was not written by rnnlab or is damaged; give another file.$"):
        open_draft(tmp_path / "kept", str(made / "model"))


def test_what_was_kept_is_gone_on_with_as_it_is(made, tmp_path):
    *_, whole = drafts(str(made / "model"), "ANNA:", Manner(30), seed=3, texts=2)
    *_, rest = write(made, tmp_path, lambda tensors, numbers: None)
    assert (rest.texts, rest.seeds, rest.prompt) == (whole.texts, (3, 4), "ANNA:")


def test_a_model_that_was_moved_goes_on_and_another_one_does_not(made, tmp_path, capsys):
    shutil.copytree(made / "model", tmp_path / "moved")
    assert main(["write", str(tmp_path / "moved"), "--continue", str(made / "kept"), "--length", "5"]) == 0
    settings = SETTINGS | {"seed": 2}
    list(train_text(str(made / "story.txt"), out=tmp_path / "other", settings=settings))
    assert main(["write", str(tmp_path / "other"), "--continue", str(made / "kept"), "--length", "5"]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == "kept belongs to another version of 'other' or to another model; give the model that wrote it."


FLAGS = ["--temperature", "0.4", "--top-k", "3", "--stop", "xq", "--ban", "z,", "--length", "30", "--weights", "int8"]


def answer(capsys, *arguments):
    assert main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err


def test_a_text_is_resumed_as_it_was_written_unless_told_otherwise(made, tmp_path, capsys):
    model, kept = str(made / "model"), str(tmp_path / "kept")
    begin = ["write", model, "--prompt", "ANNA:", "--seed", "5"]
    whole, _ = answer(capsys, *begin, *FLAGS, "--length", "60")
    answer(capsys, *begin, *FLAGS, "--save", kept)
    again, told = answer(capsys, "write", model, "--continue", kept, "--save", kept)
    assert again["text"] == whole["text"]
    flags = "--length 30 --stop xq --ban z, --weights int8 --temperature 0.4 --top-k 3"
    assert told.splitlines()[0] == f"Resumed with {flags}."
    hot, told = answer(capsys, "write", model, "--continue", kept, "--temperature", "5.0", "--length", "9", "--ban", "")
    assert hot["characters"] == 9
    assert told.splitlines()[0] == "Resumed with --length 9 --stop xq --weights int8 --temperature 5.0 --top-k 3."
    assert open_draft(kept, model).manner.sampling == {"temperature": 0.4, "top_k": 3}


def test_how_a_text_ends_is_resumed_with_it_and_can_be_turned_off(made, tmp_path, capsys):
    model, kept = str(made / "model"), str(tmp_path / "kept")
    begin = ["--seed", "5", "--length", "4", "--stop", r"\n q", "--ban", r"\t", "--keep-stop", "--finish-sentence"]
    answer(capsys, "write", model, *begin, "--save", kept)
    manner = open_draft(kept, model).manner
    assert tuple(manner.stops) == ("\n q",)
    assert (manner.banned, manner.keep_stop, manner.finish_sentence) == ("\t", True, True)
    _, told = answer(capsys, "write", model, "--continue", kept)
    flags = r"--length 4 --stop '\n q' --ban '\t' --keep-stop --finish-sentence"
    assert told.splitlines()[0] == f"Resumed with {flags}."
    _, told = answer(capsys, "write", model, "--continue", kept, "--no-keep-stop", "--no-finish-sentence")
    assert told.splitlines()[0] == f"Resumed with {flags[: flags.index(' --keep')]}."


@pytest.mark.parametrize(
    "name", ["length", "unit", "sampling", "stops", "banned", "weights", "keep_stop", "finish_sentence"]
)
def test_a_draft_that_lacks_a_part_of_how_it_was_written_is_refused(made, tmp_path, name):
    with pytest.raises(RnnlabError, match="kept was not written by rnnlab or is damaged"):
        write(made, tmp_path, lambda tensors, numbers: numbers["manner"].pop(name))


def test_a_draft_of_an_older_version_is_resumed_in_the_usual_manner(made, tmp_path, capsys):
    tensors, numbers = load_tensors(made / "kept")
    numbers.pop("manner")
    save_tensors(tmp_path / "kept", tensors, numbers)
    found, told = answer(capsys, "write", str(made / "model"), "--continue", str(tmp_path / "kept"))
    assert (found["characters"], told.count("Resumed")) == (800, 0)


def test_a_file_that_is_no_draft_is_replaced_only_when_that_is_asked_for(made, tmp_path, capsys):
    model, mine, draft = str(made / "model"), tmp_path / "novel.txt", tmp_path / "draft"
    mine.write_text("mine")
    command = ["write", model, "--length", "5", "--save"]
    assert main([*command, str(mine)]) == 2
    said = capsys.readouterr()
    sentence = "novel.txt exists and is no draft; add --overwrite to replace it, or choose another for --save.\n"
    assert (said.out, said.err, mine.read_text()) == ("", sentence, "mine")
    assert main([*command, str(mine), "--overwrite"]) == 0
    draft.touch()  # as mktemp does
    assert [main([*command, str(draft)]) for _ in range(2)] == [0, 0]
    os.mkfifo(tmp_path / "pipe")
    assert main([*command, str(tmp_path / "pipe"), "--overwrite"]) == 2
    assert capsys.readouterr().err.endswith("pipe is no ordinary file; choose another.\n")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere/kept", r"kept cannot be written \(No such file or directory\); choose another file"),
        (".", r"cannot be written \(it is a folder\); choose another file"),
        ("a\0b", "cannot be a file; choose another"),
        ("x" * 300, "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_noticed_before_any_text_is(made, tmp_path, capsys, name, sentence):
    command = ["write", str(made / "model"), "--length", "5"]
    assert main([*command, "--save", f"{tmp_path}/{name}"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RnnlabError, match=sentence):
        check_draft_file(f"{tmp_path}/{name}")


class Output(io.StringIO):
    """A terminal on which, as soon as something is printed, a folder is taken away."""

    folder = None

    def write(self, text: str) -> int:
        if self.folder.exists():
            self.folder.rmdir()
        return super().write(text)


def test_an_error_after_a_text_begins_a_line(made, tmp_path, monkeypatch, capsys):
    (tmp_path / "gone").mkdir()
    output = Output()
    output.folder = tmp_path / "gone"
    monkeypatch.setattr(sys, "stdout", output)
    assert main(["write", str(made / "model"), "--length", "5", "--save", str(tmp_path / "gone" / "kept")]) == 2
    assert output.getvalue().endswith("\n")
    assert len(output.getvalue()) == 6
    assert "kept cannot be written (No such file or directory)" in capsys.readouterr().err
