"""What is held out: told where it cannot stand for the rest, and mixed in by a seed that is kept."""

import itertools
import re

import numpy as np
import pytest
from authors import story
from trainings import train_text

from rnnlab.data.text.corpus import read_corpus
from rnnlab.data.text.documents import order_notices, shuffled
from rnnlab.errors import DataError, RnnlabError
from rnnlab.tasks.text.data import open_text
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint import checkpoint

LINES = [line for line in story(40_000).split("\n") if line.endswith(".")]
SMALL = {"hidden": 8, "layers": 1, "embedding": 4, "batch": 4, "window": 25, "epochs": 1, "documents": "line"}
SYLLABLES = ["".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou")]


def names(count: int = 900) -> list[str]:
    random = np.random.default_rng(5)
    return ["".join(random.choice(SYLLABLES, random.integers(2, 5))).capitalize() for _ in range(count)]


SORTED = sorted(names())
DATED = [
    f"{day + 1:02}/{month + 1:02}/2021 {line}"
    for (month, day), line in zip(itertools.product(range(12), range(28)), LINES, strict=False)
]


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        (SORTED, "documents are sorted"),
        (sorted(SORTED, key=str.casefold, reverse=True), "documents are sorted"),
        (["\n".join(SORTED)], "lines are sorted"),
        ([f"{number}. {name}" for number, name in enumerate(SORTED)], "documents are sorted"),
        (SORTED[:450] + SORTED[470:] + SORTED[450:470], "documents are sorted"),
        (DATED, "documents are in the order of their dates"),
        (DATED[::-1], "documents are in the order of their dates"),
        (["\n".join(DATED)], "lines are in the order of their dates"),
        ([f"[2021-{number // 28 + 1:02}-{number % 28 + 1:02}] so" for number in range(300)], "order of their dates"),
        ([story(45_000) + story(5_000).upper()], "are unlike the rest"),
        ([*LINES, *(f"{number}: {number * 7919 % 1000}" for number in range(len(LINES) // 2))], "are unlike the rest"),
    ],
)
def test_what_is_held_out_and_unlike_the_rest_is_told(documents, words):
    (told,) = order_notices(documents, 0.1)
    assert words in told
    assert "--shuffle" in told


@pytest.mark.parametrize(
    "documents",
    [
        names(),
        shuffled(SORTED, 3),
        shuffled(DATED, 3),
        ["\n".join(names())],
        LINES,
        [story(50_000)],
        SORTED[:9],
        [f"{number}. {line}" for number, line in enumerate(LINES)],
        ["ACGTTTGACA" * 900],
        ["a"],
        [f"3:{number} {line}" for number, line in enumerate(LINES)],
        ["\n".join(sorted(LINES[:15]))],
    ],
)
def test_what_stands_for_the_rest_is_held_out_without_a_word(documents):
    assert order_notices(documents, 0.1) == ()


def test_documents_are_mixed_by_their_seed_and_none_is_lost():
    assert shuffled(SORTED, 4) == shuffled(SORTED, 4) != shuffled(SORTED, 5)
    assert sorted(shuffled(SORTED, 4)) == SORTED
    corpus = read_corpus("\n".join(SORTED).encode(), documents="line", shuffle=4)
    assert corpus.documents == shuffled(SORTED, 4)
    assert corpus.sha256 == read_corpus("\n".join(SORTED).encode()).sha256


def test_a_text_that_is_one_document_cannot_be_mixed():
    with pytest.raises(DataError, match="--shuffle mixes documents, but this text is one; say with --documents what"):
        read_corpus(story().encode(), shuffle=1)


def test_the_notice_goes_with_the_seed(tmp_path):
    (tmp_path / "names.txt").write_text("\n".join(SORTED))
    how = TextConfig(documents="line")
    assert any("are sorted" in one for one in open_text(str(tmp_path / "names.txt"), how).notices)
    mixed = open_text(str(tmp_path / "names.txt"), TextConfig(documents="line", shuffle=1))
    assert not any("are sorted" in one for one in mixed.notices)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A writer of mixed names, stopped after some steps, and the names."""
    place = tmp_path_factory.mktemp("mixed")
    (place / "names.txt").write_text("\n".join(SORTED))
    settings = SMALL | {"shuffle": 6, "epochs": 3}
    *_, result = train_text(
        str(place / "names.txt"), out=place / "made", settings=settings, watch=lambda step, steps: step < 20
    )
    return place, result.summary


def test_the_seed_is_recorded_and_stays_on_resuming(trained):
    place, _ = trained
    assert checkpoint.load(place / "made").train["shuffle"] == 6
    data, out = str(place / "names.txt"), place / "made"
    with pytest.raises(RnnlabError, match="This training began with another --shuffle; leave --shuffle out to"):
        list(train_text(data, out=out, settings={"shuffle": 7}, resume=True))
    *_, result = train_text(data, out=out, resume=True)
    assert result.summary["steps"] > 20


def test_an_evaluation_holds_out_what_the_training_did(trained):
    place, _ = trained
    scores = evaluate(str(place / "made"), str(place / "names.txt"))
    recorded = checkpoint.load(place / "made").metrics
    assert scores["nats_per_char_windows"] == pytest.approx(recorded["nats_per_char_windows"], abs=1e-3)
    assert scores["ngram_nats_per_char"] == pytest.approx(recorded["ngram_nats_per_char"])
    assert not any(re.search("another text|sorted", one) for one in scores["notices"])


def test_a_writer_of_mixed_documents_is_evaluated_on_a_text_that_is_one(trained):
    place, _ = trained
    (place / "one.txt").write_text(" ".join(SORTED[::-1]))
    scores = evaluate(str(place / "made"), str(place / "one.txt"))
    assert scores["characters"] > 0
