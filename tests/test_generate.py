import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from rnnlab.data.vocab import build_characters, build_words
from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.nn.sampling import Sampling
from rnnlab.tasks.text.generate import generate, read_prompt
from rnnlab.tasks.text.task import shape_of

TEXT = "so it goes, and so it went; but where it went, nobody knows.\n"
VOCABULARY = build_characters([TEXT])
SMALL = ModelConfig(cell="gru", hidden=13, layers=2, inputs=0, vocabulary=1, embedding=5, outputs=1)


def model(vocabulary=VOCABULARY, cell: str = "gru") -> SequenceModel:
    network = new_model(shape_of(vocabulary, SMALL), seed=3)
    for weight in network.parameters():
        weight.data *= 2
    return network


def write(prompt: str = "so it", vocabulary=VOCABULARY, seed: int = 1, length: int = 60, **options) -> str:
    sampling = options.pop("sampling", Sampling())
    given = read_prompt(vocabulary, prompt)
    return "".join(generate(model(vocabulary), vocabulary, given, sampling, seed=seed, length=length, **options))


def test_the_same_seed_writes_the_same_text_and_another_seed_another():
    assert write() == write()
    assert write() != write(seed=2)


def test_two_processes_write_the_same_text():
    root = Path(__file__).parents[1]
    env = os.environ | {"PYTHONPATH": f"{root}:{root / 'tests'}"}
    code = "from test_generate import write; print(repr(write()))"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(write())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("prompt", ["s", "so it", "so it goes, and so it went"])
def test_greedy_text_is_what_the_models_own_forward_finds_likeliest(cell, prompt):
    network = new_model(shape_of(VOCABULARY, ModelConfig(**(vars(SMALL) | {"cell": cell}))), seed=3)
    ids = list(VOCABULARY.encode(prompt))
    for _ in range(25):
        with torch.no_grad():
            ids.append(int(network(torch.tensor([ids]))[0][0, -1].argmax()))
    given = read_prompt(VOCABULARY, prompt)
    found = "".join(generate(network, VOCABULARY, given, Sampling(temperature=0.0), seed=1, length=25))
    assert prompt + found == VOCABULARY.decode(ids)


def test_the_text_has_the_length_that_was_asked_for():
    assert [len(write(length=length)) for length in (1, 7, 60)] == [1, 7, 60]
    assert write(length=60).startswith(write(length=7))


def test_a_stop_ends_the_text_before_itself_wherever_the_pieces_are_cut():
    whole = write(length=200)
    for stop in (whole[50:53], whole[80:86]):
        assert write(length=200, stops=["never this", stop]) == whole[: whole.index(stop)]


def test_the_beginning_of_a_stop_that_does_not_come_is_still_written():
    whole = write(length=50)
    assert write(length=50, stops=[whole[-3:] + "§"]) == whole


def test_the_text_ends_at_the_boundary_between_documents():
    vocabulary = build_characters([TEXT], boundary=True)
    network = new_model(shape_of(vocabulary, SMALL), seed=3)
    network.head.bias.data[vocabulary.boundary] = 3.0
    given = read_prompt(vocabulary, "so")
    text = "".join(generate(network, vocabulary, given, Sampling(), seed=1, length=1000))
    assert len(text) < 100


def test_words_are_written_to_the_very_character():
    vocabulary = build_words([TEXT * 3], most=40)
    text = write("so it", vocabulary, length=33)
    assert len(text) == 33


def test_an_unknown_character_of_the_prompt_is_replaced_and_told_of():
    given = read_prompt(VOCABULARY, "sö it ☃")
    assert given.text == "so it "
    assert "ö was written as o" in given.notices[0]
    assert "☃" in given.notices[1]
    assert VOCABULARY.decode(given.ids) == "so it "


def test_an_empty_prompt_begins_where_a_document_does():
    assert VOCABULARY.decode(read_prompt(VOCABULARY, "").ids) == "\n"
    bounded = build_characters([TEXT], boundary=True)
    assert read_prompt(bounded, "").ids == (bounded.boundary,)
    assert read_prompt(build_characters(["abc"]), "").ids == (0,)


def test_banned_ids_are_never_chosen():
    banned = [int(VOCABULARY.encode(one)[0]) for one in "eio "]
    assert not set("eio ") & set(write(length=300, banned=banned))


def test_listening_does_not_change_how_torch_computes_elsewhere():
    given = read_prompt(VOCABULARY, "so")
    writing = generate(model(), VOCABULARY, given, Sampling(), seed=1, length=10)
    next(writing)
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    assert_close(x.grad, torch.full((2,), 2.0))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"length": 0}, "The length must be between 1 and 100,000 characters, not 0"),
        ({"length": 100_001}, "The length must be between 1 and 100,000 characters, not 100,001"),
        ({"stops": [""]}, "An empty text cannot stop the writing; leave it out"),
    ],
)
def test_what_cannot_be_asked_is_refused(options, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        write(**options)
