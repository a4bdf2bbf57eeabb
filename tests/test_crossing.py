"""The cross-loss matrix: its diagonal is each network's own score, its other figures those of a plain forward pass."""

import json
import math
import shutil

import pytest
import torch
from authors import story
from torch.nn.functional import cross_entropy
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.data.text.documents import split_at
from rnnlab.data.text.prompts import adapt
from rnnlab.errors import DataError
from rnnlab.tasks.text.judge.crossing import CrossLosses, cross_losses
from rnnlab.tasks.text.writer import open_writing
from rnnlab.train.checkpoint import checkpoint

SETTINGS = {"hidden": 24, "layers": 1, "embedding": 9, "epochs": 2, "batch": 8, "window": 25, "lr": 0.02}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two authors, one of whom writes letters that the other does not know, and a writer of each."""
    place = tmp_path_factory.mktemp("crossing")
    for name, text in {"a": story(), "b": story(seed=2).upper().replace("O", "Ö")}.items():
        (place / f"{name}.txt").write_text(text)
        list(train_text(str(place / f"{name}.txt"), out=place / name, settings=SETTINGS))
    return place


def named(place, *names):
    return [str(place / name) for name in names]


def plain_bits(model: str, text: str) -> float:
    """Bits a character of a text by one forward pass a window of 256 characters, each from an empty state."""
    writer = open_writing(model)
    ids = torch.from_numpy(writer.vocabulary.encode(text)).long()
    nats = 0.0
    for start in range(0, len(ids) - 1, 256):
        piece = ids[start : start + 257]
        with torch.no_grad():
            output, _ = writer.model(piece[None, :-1])
        nats += float(cross_entropy(output[0].double(), piece[1:], reduction="sum"))
    return nats / (len(ids) - 1) / math.log(2)


def test_every_figure_is_that_of_a_plain_forward_pass(place):
    found = cross_losses(named(place, "a", "b"), named(place, "a.txt", "b.txt"))
    for column, author in enumerate("ab"):
        _, [held_out] = split_at([(place / f"{author}.txt").read_text()], 0.9)
        for row, model in enumerate(named(place, "a", "b")):
            known, _ = adapt(open_writing(model).vocabulary.alphabet, held_out)
            assert found.bits[row][column] == pytest.approx(plain_bits(model, known), rel=1e-4)


def test_the_diagonal_is_each_network_s_own_score(place):
    found = cross_losses(named(place, "a", "b"), named(place, "a.txt", "b.txt"))
    own = [checkpoint.load(model).metrics["bits_per_char"] for model in named(place, "a", "b")]
    assert [found.bits[0][0], found.bits[1][1]] == pytest.approx(own, rel=1e-3)
    assert (found.least, found.own) == ((0, 1), ((0,), (1,)))
    assert found.verdict == "Each author's pages surprise the network least that was trained on that author."


def test_what_a_network_does_not_know_is_told(place):
    found = cross_losses(named(place, "a", "b"), named(place, "a.txt", "b.txt"))
    assert any(f"are unknown to {place / 'a'}: " in notice for notice in found.notices)


def test_an_author_whose_text_is_not_here_has_no_column_and_is_told_of(place, monkeypatch):
    monkeypatch.chdir(place)  # where a and b are the folders of the writers and no texts
    with pytest.raises(DataError, match="The text of a is not on this machine, give it with --data"):
        cross_losses(["a", "b"])


def test_two_networks_of_one_text_share_its_column(place):
    (place / "again").mkdir(exist_ok=True)
    shutil.copytree(place / "a", place / "again", dirs_exist_ok=True)
    found = cross_losses(named(place, "a", "again"), named(place, "a.txt", "a.txt"))
    assert (len(found.authors), found.own) == (1, ((0, 1),))
    assert found.verdict == "Each author's pages surprise the network least that was trained on that author."


def test_documents_are_read_by_a_network_that_knows_no_boundary(place):
    (place / "lines.txt").write_text("\n".join(story(seed=3).split("\n")[:300]))
    settings = {**SETTINGS, "documents": "line"}
    list(train_text(str(place / "lines.txt"), out=place / "lines", settings=settings))
    found = cross_losses(named(place, "lines", "a"), named(place, "lines.txt", "a.txt"))
    assert all(bits > 0 for row in found.bits for bits in row)


def test_a_text_of_one_document_is_read_beside_a_writer_of_shuffled_documents(place):
    settings = {**SETTINGS, "documents": "line", "shuffle": 3}
    (place / "mixed.txt").write_text("\n".join(story(seed=3).split("\n")[:300]))
    list(train_text(str(place / "mixed.txt"), out=place / "mixed", settings=settings))
    (place / "one.txt").write_text(story(seed=3).replace("\n", " "))
    found = cross_losses(named(place, "mixed", "a"), named(place, "one.txt", "a.txt"))
    assert len(found.authors) == 2


def test_a_text_that_another_network_is_surprised_less_by_is_named():
    found = CrossLosses(("a", "b"), ("A", "B"), ((0,), (1,)), ((1.0, 1.5), (2.0, 1.6)))
    assert found.verdict == "Another network than the author's own is surprised least by the pages of B."
    assert found.table().rows == (("a", "1.000 *", "1.500 *"), ("b", "2.000", "1.600"))
    assert found.json()["least"] == {"A": "a", "B": "a"}


@pytest.mark.parametrize(("models", "data"), [(("a",), ()), (("a", "a"), ()), (("a", "b"), ("a.txt",))])
def test_one_network_or_too_few_texts_are_refused(place, models, data):
    with pytest.raises(DataError, match="name another one|1 texts were given for 2 networks"):
        cross_losses(named(place, *models), named(place, *data))


def test_the_command_prints_the_matrix(place, capsys):
    words = ["report", *named(place, "a"), "--cross", *named(place, "b"), "--data", *named(place, "a.txt", "b.txt")]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(told) == {"bits_per_char", "least", "verdict", "notices"}
    assert main(words) == 0
    assert "bits per character" in capsys.readouterr().out.lower()
    assert main([*words, "--keep"]) == 2
    assert "--keep has no effect on the matrix of --cross" in capsys.readouterr().err
    assert main([*words, "--seed", "0"]) == 2
    assert "--seed has no effect on the matrix of --cross" in capsys.readouterr().err
