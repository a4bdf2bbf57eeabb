"""A training that learns from teachers too: its loss, what the teachers predict, exact resume, refusals."""

import argparse
import json

import numpy as np
import pytest
import torch
from authors import story
from numpy.testing import assert_allclose
from trainings import train_text

from benchmarks import students
from rnnlab.__main__ import main
from rnnlab.data.text.corpus import proposed_settings
from rnnlab.data.text.vocab import build_characters, open_vocabulary
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.service.sharding import make_shards
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.learn import teaching
from rnnlab.tasks.text.learn.settings import TeacherConfig
from rnnlab.tasks.text.learn.source import read
from rnnlab.tasks.text.learn.task import TextTask
from rnnlab.tasks.text.learn.taught import LEAD, PASSAGE, WARM, TaughtTask, Team, predict, write
from rnnlab.tasks.text.learn.training import prepare
from rnnlab.train.checkpoint.checkpoint import build_model
from rnnlab.train.progress import TrainConfig

SETTINGS = {"hidden": 20, "layers": 2, "embedding": 6, "epochs": 2, "batch": 8, "window": 25, "lr": 0.02}
LETTERS = "abcdefghijklm"
VOCABULARY = build_characters([LETTERS])
IDS = np.random.default_rng(1).integers(len(LETTERS), size=900)


def network(seed: int):
    """A network that is sure of itself, as a trained one is."""
    shape = ModelConfig(cell="lstm", hidden=9, inputs=0, vocabulary=len(LETTERS), embedding=5, outputs=len(LETTERS))
    made = new_model(shape, seed)
    with torch.no_grad():
        made.head.weight *= 12
    return made


def taught(weight=0.3, temperature=2.0, text=0.0) -> TaughtTask:
    plain = TextTask(IDS, IDS, VOCABULARY, window=11, forget=9, batch=5)
    train = TrainConfig(batch=5, device="cpu", seed=5)
    return TaughtTask(plain, TeacherConfig(weight, temperature, text), train, lambda: [network(1), network(2)])


def predicted(models, ids, temperature):
    table = np.empty((len(ids), len(LETTERS)), np.float16)
    predict(Team(models), ids, temperature, table)
    return table


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def step_by_step(model, ids, temperature):
    """(N, V) probabilities, one step at a time."""
    state, found = None, []
    for one in ids:
        with torch.no_grad():
            output, state = model(torch.tensor([[one]]), state)
        found.append(softmax(output[0, 0].double().numpy() / temperature))
    return np.stack(found)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A story, and two teachers of it: `one` and `two`."""
    place = tmp_path_factory.mktemp("teachers")
    (place / "story.txt").write_text(story(9000))
    for seed, name in enumerate(("one", "two"), 1):
        list(train_text(str(place / "story.txt"), out=place / name, settings=SETTINGS | {"seed": seed}))
    return place


def learn(place, out=None, teachers=("one", "two"), settings=(), **others):
    """Train a student of teachers in a place."""
    models = [str(place / name) for name in teachers]
    whole = dict(settings) if others.get("resume") else SETTINGS | {"seed": 3} | dict(settings)
    return train_text(str(place / "story.txt"), out=out, settings=whole, teacher=models, **others)


def test_the_loss_is_that_of_the_formula():
    rng = np.random.default_rng(2)
    logits, ids = rng.normal(size=(4, 6, 13)), rng.integers(13, size=(4, 6))
    soft, share = softmax(rng.normal(size=(4, 6, 13))), rng.random(size=(4, 6))
    y = np.concatenate([ids[..., None], share[..., None], soft], axis=2)
    hard = -np.log(np.take_along_axis(softmax(logits), ids[..., None], 2))[..., 0]
    towards = -(soft * np.log(softmax(logits / 2.0))).sum(-1)
    found = taught().loss(torch.tensor(logits), torch.tensor(y)).item()
    assert found == pytest.approx(((1 - share) * hard + share * 2.0**2 * towards).mean())
    assert taught().counted(torch.tensor(y)) == 24


def test_teachers_foretell_the_mean_of_what_each_does_step_by_step():
    models = [network(1), network(2)]
    expected = (step_by_step(models[0], IDS, 1.5) + step_by_step(models[1], IDS, 1.5)) / 2
    assert_allclose(predicted(models, IDS, 1.5), expected, atol=3e-4)


def test_a_long_text_is_foretold_in_streams_none_of_which_begins_without_a_past():
    ids = np.random.default_rng(3).integers(len(LETTERS), size=12 * WARM + 7)
    assert_allclose(predicted([network(1)], ids, 1.0), step_by_step(network(1), ids, 1.0), atol=1e-3)


def test_each_target_is_what_the_teachers_foretell_there():
    task, plain = taught(), taught().task
    task._table = predicted([network(1)], IDS, 2.0)
    windows = np.lib.stride_tricks.sliding_window_view(IDS, 11)
    for _, batch, usual in zip(range(30), task.batches(seed=4, start=7), plain.batches(seed=4, start=7), strict=False):
        assert torch.equal(batch.x, usual.x)
        assert torch.equal(batch.y[..., 0].long(), usual.y)
        assert batch.fresh == usual.fresh
        for x, y in zip(batch.x.numpy(), batch.y.numpy(), strict=True):
            [first] = np.flatnonzero((windows == x).all(1))
            assert_allclose(y[:, 2:], task._table[first : first + 11])
            assert_allclose(y[:, 1], 0.3)


def test_teachers_write_what_they_draw_from_their_mean_distribution():
    models, table = [network(1), network(2)], np.empty((2 * PASSAGE + 100, 13), np.float16)
    ids = write(Team(models), IDS, 1.5, 4, table)
    firsts = np.random.default_rng(4).integers(len(IDS) - LEAD + 1, size=3)
    passages = [ids[:PASSAGE], ids[PASSAGE : 2 * PASSAGE], ids[2 * PASSAGE :]]
    whole = [np.concatenate([IDS[first : first + LEAD], one]) for first, one in zip(firsts, passages, strict=True)]
    told, at_one = ([_mean(models, one, heat)[LEAD - 1 :] for one in whole] for heat in (1.5, 1.0))
    assert_allclose(table, np.concatenate([one[1:] for one in told]), atol=1e-3)
    generator = torch.Generator().manual_seed(4)
    for step in range(100):  # the third passage is cut
        shares = torch.tensor(np.stack([one[step] for one in at_one]), dtype=torch.float32)
        drawn = torch.multinomial(shares, 1, generator=generator)[:, 0]
        assert [one[step] for one in passages] == drawn.tolist()
    assert (write(Team(models), IDS, 1.5, 5, table) != ids).any()


def _mean(models, ids, temperature):
    return sum(step_by_step(model, ids, temperature) for model in models) / len(models)


def test_a_short_text_is_continued_by_few_characters_too():
    table = np.empty((30, 13), np.float16)
    ids = write(Team([network(1)]), IDS[:50], 1.0, 4, table)
    whole = np.concatenate([IDS[:50], ids])
    assert_allclose(table, step_by_step(network(1), whole, 1.0)[50:], atol=1e-3)


@pytest.mark.parametrize("weight", [0.0, 0.3])
def test_what_teachers_wrote_is_learnt_from_their_distribution_alone(weight):
    task = taught(weight, text=4.0)
    assert task.steps_per_epoch == (5 * 900 - 1) // (5 * 11)
    table = task.read()
    training = task.task.training
    assert len(table) == len(training) == 5 * 900
    assert (training[4 * 900 :] == IDS).all()
    assert_allclose(table[4 * 900 :], predicted([network(1), network(2)], IDS, 2.0), atol=1e-3)
    places = task.task.places(seed=6)
    for _, batch, (where, _) in zip(range(task.steps_per_epoch), task.batches(seed=6), places, strict=False):
        assert (batch.y[..., 0].numpy() == training[where[:, 1:]]).all()
        assert_allclose(batch.y[..., 1], np.where(where[:, :-1] < 4 * 900, 1.0, weight))
        assert_allclose(batch.y[..., 2:], table[where[:, :-1]])


def test_without_weight_it_is_a_training_without_teachers_to_the_bit(place, tmp_path):
    list(learn(place, tmp_path / "student", settings={"teacher_weight": 0.0}))
    list(train_text(str(place / "story.txt"), out=tmp_path / "plain", settings=SETTINGS | {"seed": 3}))
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("student", "plain"))
    assert one == other


@pytest.mark.parametrize("text", [0.0, 1.0])
def test_a_taught_training_that_was_stopped_resumes_to_the_bit(place, tmp_path, text):
    list(learn(place, tmp_path / "whole", settings={"teacher_text": text}))
    training = learn(place, tmp_path / "cut", settings={"teacher_text": text})
    next(training)
    training.close()
    list(learn(place, tmp_path / "cut", resume=True))
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "cut"))
    assert one == other
    list(train_text(str(place / "story.txt"), out=tmp_path / "plain", settings=SETTINGS | {"seed": 3}))
    assert one != (tmp_path / "plain" / "model.safetensors").read_bytes()


def test_it_is_resumed_with_the_teachers_that_it_began_with_alone(place, tmp_path):
    training = learn(place, tmp_path / "cut")
    next(training)
    training.close()
    with pytest.raises(RnnlabError, match="began with the teachers one two; give the same --teacher to resume it"):
        next(learn(place, tmp_path / "cut", teachers=["one"], resume=True))
    for name, value in (("teacher_text", 2.0), ("seed", 4)):
        training = learn(place, tmp_path / name, settings={"teacher_text": 1.0})
        next(training)
        training.close()
        flag = name.replace("_", "-")
        with pytest.raises(RnnlabError, match=f"began with another --{flag}; leave --{flag} out to resume it"):
            next(learn(place, tmp_path / name, settings={name: value}, resume=True))
    training = learn(place, tmp_path / "plain", teachers=[])
    next(training)
    training.close()
    with pytest.raises(RnnlabError, match="began without a teacher; leave out --teacher to resume it"):
        next(learn(place, tmp_path / "plain", resume=True))


def test_the_command_records_its_teachers_and_the_card_tells_of_them(place, tmp_path, capsys):
    words = ["train", "text", "--data", str(place / "story.txt"), "--out", str(tmp_path / "m"), "--epochs", "1"]
    teachers = ["--teacher", str(place / "one"), str(place / "two"), "--teacher-weight", "0.4"]
    teachers += ["--teacher-text", "0.5"]
    assert main([*words, *teachers, "--hidden", "8", "--teacher-temperature", "2", "--json"]) == 0
    printed = capsys.readouterr()
    told = (
        "teachers read the training text once, and write 0.5 times as much, which takes longer than reading: one, two."
    )
    assert told in printed.err
    assert [one["name"] for one in json.loads(printed.out.splitlines()[-1])["teachers"]] == ["one", "two"]
    made = open_checkpoint(str(tmp_path / "m"))
    assert (made.train["teacher_weight"], made.train["teacher_temperature"]) == (0.4, 2.0)
    assert "Taught by `one`, `two`: 0.4 of the loss on the author's text was towards their mean" in made.card
    assert "distribution at temperature 2, the rest towards what follows in it." in made.card
    assert "They also wrote a text 0.5 times as long, on which it learnt their distribution alone." in made.card
    plain = open_checkpoint(str(place / "one"))
    assert not {"teacher_weight", "teachers"} & (set(plain.train) | set(plain.provenance))


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (
            ["--teacher", "stocks"],
            "stocks is no writer, so it cannot teach one; give --teacher another, as shakespeare.",
        ),
        (["--teacher", "shakespeare"], "shakespeare predicts 85 characters and this training another "),
        (["--teacher", "one", "--level", "word"], "one predicts "),
        (
            ["--teacher", "one", "--validation", "0.2"],
            "one was trained on this text with another --validation, so part",
        ),
        (
            ["--teacher-weight", "0.5"],
            "--teacher-weight belongs to a training with --teacher; leave it out, or give one too.",
        ),
        (
            ["--teacher-text", "2"],
            "--teacher-text belongs to a training with --teacher; leave it out, or give one too.",
        ),
        (["--teacher", "one", "--level", "word", "--teacher-text", "100", "--words", "60000"], "one predicts "),
        (["--teacher", "one", "--teacher-weight", "2"], "teacher_weight must be between 0 and 1, not 2.0."),
        (["--teacher", "one", "--on", "hf-jobs"], "--teacher is of a training on this machine; leave it out"),
    ],
)
def test_what_cannot_be_taught_gets_one_sentence(place, tmp_path, capsys, flags, sentence):
    words = [str(place / word) if word == "one" else word for word in flags]
    assert main(["train", "text", "--data", str(place / "story.txt"), "--out", str(tmp_path / "m"), *words]) == 2
    told = capsys.readouterr().err
    assert told.startswith(sentence)
    assert told.count("\n") == 1


def test_what_teachers_predict_and_write_must_fit_in_memory(place, monkeypatch):
    monkeypatch.setattr(teaching, "MOST_BYTES", 2e6)
    with pytest.raises(RnnlabError, match="teachers predict takes 0.0 GB .* give a smaller --teacher-text, a shorter"):
        next(learn(place, settings={"teacher_text": 9.0}))


def test_what_teachers_write_counts_where_settings_are_proposed(place):
    request = Request.of(
        str(place / "story.txt"), {"hidden": 20, "embedding": 6, "teacher_text": 99},
        arguments={"teacher": [str(place / "one")]},
    )  # fmt: skip
    source = read(request)
    found, proposed = prepare(source, request).settings, proposed_settings(100 * source.size)
    assert all(found[name] == value for name, value in proposed.items() if name not in ("hidden", "embedding"))
    assert proposed["epochs"] != proposed_settings(source.size)["epochs"]
    tuned = Request.of(request.data, {"teacher_text": 99}, arguments=request.arguments, base=str(place / "two"))
    assert prepare(read(tuned), tuned).settings["epochs"] == proposed["epochs"] // 2


def test_a_teacher_may_know_fewer_characters_which_are_all_that_it_predicts(place, tmp_path):
    (tmp_path / "more.txt").write_text(story(9000, seed=2) + "\n§ Ωmega §")
    request = Request.of(
        str(tmp_path / "more.txt"), SETTINGS | {"teacher_text": 0.5}, arguments={"teacher": [str(place / "one")]}
    )
    task = prepare(read(request), request).rounds[0].task
    table, alphabet = task.read(), task.task.vocabulary.alphabet
    new = [place for place, one in enumerate(alphabet) if one in "§Ω"]
    assert len(new) == 2
    assert (table[:, new] == 0).all()
    made = open_checkpoint(str(place / "one"))
    known = open_vocabulary(made.codec["vocabulary"])
    ids = known.encode("".join(alphabet[one] for one in task.text[:300]))
    found = np.delete(table[task.written :][:300], new, axis=1)
    assert_allclose(found, step_by_step(build_model(made), ids, 1.0), atol=1e-3)


def test_several_processes_have_no_text_by_teachers(place):
    request = Request.of(
        str(place / "story.txt"), {"teacher_text": 1.0}, arguments={"teacher": [str(place / "one")]}, together=2
    )
    with pytest.raises(RnnlabError, match="--teacher-text is of a training in one process; leave it out"):
        prepare(read(request), request)


def test_a_level_of_words_and_a_number_of_steps_are_taught_too(place, tmp_path):
    words = {"level": "word", "words": 100}
    list(train_text(str(place / "story.txt"), out=tmp_path / "teacher", settings=SETTINGS | words))
    taught = SETTINGS | words | {"teacher_text": 2.0, "steps": 7}
    teachers = [str(tmp_path / "teacher")]
    *_, end = train_text(str(place / "story.txt"), settings=taught, teacher=teachers)
    assert end.summary["steps"] == 7


def test_a_teacher_of_another_text_is_told_of(place, tmp_path):
    (tmp_path / "other.txt").write_text(story(9000, seed=2))
    told = []
    training = train_text(
        str(tmp_path / "other.txt"), settings=SETTINGS, teacher=[str(place / "one")], tell=told.append
    )
    next(training)
    assert any("The teacher one was trained on “story”; where that overlaps" in sentence for sentence in told)


def test_a_text_in_shards_has_no_teachers(place, tmp_path):
    make_shards([str(place / "story.txt")], tmp_path / "shards")
    with pytest.raises(RnnlabError, match="A text in shards is learnt without teachers; leave out --teacher"):
        next(train_text(str(tmp_path / "shards"), teacher=[str(place / "one")]))


def test_the_benchmark_trains_teachers_then_students_and_only_what_is_missing(place, tmp_path, capsys):
    flags = "--hidden 20 --layers 1 --embedding 6 --epochs 1 --batch 8"
    asked = argparse.Namespace(
        text=str(place / "story.txt"), teachers=1, students=1, at_once=2, out=tmp_path, all=flags,
        taught="--teacher-weight 0.7",
    )  # fmt: skip
    students.main(asked)
    table = capsys.readouterr().out
    names = [line.split()[0] for line in table.splitlines()]
    assert names == ["network", "teacher-11", "mean", "student-1", "mean"]
    student = open_checkpoint(str(tmp_path / "student-1"))
    assert (student.train["seed"], student.train["teacher_weight"]) == (1, 0.7)
    assert [one["name"] for one in student.provenance["teachers"]] == ["teacher-11"]
    assert f"{student.metrics['nats_per_char_windows']:.4f}" in table
    stopped = argparse.Namespace(**vars(asked) | {"out": tmp_path / "stopped", "all": f"{flags} --minutes 0.0001"})
    with pytest.raises(SystemExit, match="^teacher-11 was stopped before its last step; repeat the command to resume"):
        students.main(stopped)
    stopped.all = flags
    students.main(stopped)
    assert capsys.readouterr().out == table
    began = (tmp_path / "student-1.log").stat().st_mtime_ns
    students.main(asked)
    assert capsys.readouterr().out == table
    assert (tmp_path / "student-1.log").stat().st_mtime_ns == began
