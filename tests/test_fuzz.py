"""A seeded sample of `python -m benchmarks.fuzz`, and the judge itself, held against things that are known."""

import json
import random
import shutil
from pathlib import Path

import pytest
from wholes import wholes

from benchmarks import fuzz
from benchmarks.fuzzing import cases, folders, judging, records, tensors
from benchmarks.fuzzing.judging import ESCAPED, HARMLESS, HUNG, REFUSED, WRONG, Files, Told, judge

SAMPLE, WHOLE, SEED = 150, 2_000, 20
SENTENCE = "config.json is damaged; train it again."


@pytest.mark.parametrize("count", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.long)])
def test_a_sample_of_damaged_and_forged_things_ends_in_sentences_or_does_no_harm(tmp_path, count):
    found = list(fuzz.run(count, SEED, tmp_path, few=count == SAMPLE))
    assert len(found) == count
    assert [one for one in found if one.verdict.outcome in fuzz.FAULTS] == []
    assert {one.case.source.kind for one in found} == {"model", "draft", "shards", "dataset"}
    assert sum(one.verdict.outcome == REFUSED for one in found) > count / 2
    assert fuzz.table(found).splitlines()[-1].split()[:2] == ["all", f"{count}"]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of a forecaster that was stopped."""
    shutil.copytree(wholes()["forecaster-gru"].place, tmp_path / "m")
    return tmp_path / "m"


def judged(folder: Path, **answers: dict) -> str:
    whole = Files.of(wholes()["forecaster-gru"].place)
    return judge(whole, Told(answers, Files.of(folder)), {}, [str(folder.parent)]).outcome


def resealed(folder: Path, change) -> None:
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / "config.json").write_text(json.dumps(folders.reseal(folder, config)))
    numbers = json.loads((folder / folders.NUMBERS).read_text())
    (folder / folders.NUMBERS).write_text(json.dumps(folders.reseal_state(folder, numbers)))


RESUMED = {"resume": {"taken": {"step": 6, "loss": 1.0}}}


def test_the_judge_finds_nothing_in_what_is_whole(folder):
    assert judged(folder, **RESUMED) == HARMLESS
    assert judged(folder, open={"refused": SENTENCE}) == REFUSED


WRONGS = {
    "a whole number as a float": lambda config: config["codec"]["horizons"].__setitem__(0, 1.0),
    "true for one": lambda config: config["metrics"]["backtests"][0].update(n=True),
    "a share above one": lambda config: config["metrics"]["backtests"][0].update(coverage80=1.5),
    "a day that is none": lambda config: config["provenance"].update(until="2012-04-31"),
    "a text for a number": lambda config: config["train"].update(lr="0.01"),
    "nothing that it trained on": lambda config: config["provenance"].update(data=[]),
    "half a character": lambda config: config["provenance"]["data"][0].update(name="\ud800"),
    "another size": lambda config: config["model"].update(hidden=17),
    "an unknown key": lambda config: config.update(more=1),
}


@pytest.mark.parametrize("change", WRONGS.values(), ids=WRONGS)
def test_the_judge_calls_it_wrong_to_take_what_the_format_forbids(folder, change):
    resealed(folder, change)
    assert judged(folder, **RESUMED) == WRONG


def test_the_judge_calls_it_wrong_to_take_what_is_not_sealed_anew(folder):
    config = json.loads((folder / "config.json").read_text())
    config["metrics"]["backtests"][0]["crps"] = 0.5
    (folder / "config.json").write_text(json.dumps(config))
    assert judged(folder, **RESUMED) == WRONG
    resealed(folder, lambda config: None)
    assert judged(folder, **RESUMED) == HARMLESS  # a forger's number like any other


STATES = {
    "another type": lambda raw, draw: tensors.retyped(raw, draw),
    "one is missing": lambda raw, draw: tensors.without(raw, "weight.3"),
}


@pytest.mark.parametrize("change", STATES.values(), ids=STATES)
def test_the_judge_calls_it_wrong_to_resume_from_a_state_of_other_tensors(folder, change):
    file = folder / folders.TENSORS
    raw, draw = file.read_bytes(), random.Random(1)
    while tensors.parsed(file.read_bytes())[0] == tensors.parsed(raw)[0]:
        file.write_bytes(change(raw, draw))
    numbers = json.loads((folder / folders.NUMBERS).read_text())
    (folder / folders.NUMBERS).write_text(json.dumps(folders.reseal_state(folder, numbers)))
    assert judged(folder, **RESUMED) == WRONG


def test_the_judge_calls_what_is_infinite_wrong_and_errors_and_silence_by_their_names(folder):
    assert judged(folder, open={"taken": {"used": [float("inf")], "record": "{}"}}) == WRONG
    assert judged(folder, open={"escaped": "KeyError: 'x'"}) == ESCAPED
    whole = Files.of(folder)
    assert judge(whole, Told({}, whole, hung=True), {}, []).outcome == HUNG


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (SENTENCE, ""), ("KeyError", "no sentence"), ("", "no sentence"), ("x" * 700 + ".", "too long"),
        ("It is \x1b[31mred.", "not printable"), ("One line.\nAnd one more.", "not printable"),
        ("/tmp/abc/m cannot be read.", "a path of this machine"),
    ],
)  # fmt: skip
def test_the_judge_knows_a_sentence(sentence, fault):
    assert judging.fault_of(sentence, ["/tmp/abc"]) == fault


def test_the_same_seed_and_number_make_the_same_case(tmp_path):
    made = [one for one in wholes().values() if one.kind != "model"] + [wholes()["tutorial"], wholes()["writer0"]]
    for number in range(12):
        places = [tmp_path / f"{number} {again}" for again in "ab"]
        for place in places:
            place.mkdir()
        one, other = (cases.make(number, 3, made, place) for place in places)
        assert (one.how, one.sent, one.source) == (other.how, other.sent, other.source)
    assert records.odd_value(1.5, random.Random(2)) == records.odd_value(1.5, random.Random(2))


def test_what_is_said_of_a_number_is_compared_with_its_type():
    assert judging.changes({"a": [1, {"b": 2.0}]}, {"a": [True, {"b": 2}]}) == [("a[0]", 1, True), ("a[1].b", 2.0, 2)]
    assert judging.changes({"a": 1}, {"b": 1}) == [("a", 1, "gone"), ("b", "gone", 1)]
    assert not judging.is_finite({"a": [1, [float("nan")]]})
