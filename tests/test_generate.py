import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from rnnlab.data.text.vocab import build_characters, build_subwords, build_words
from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, SequenceModel, new_model
from rnnlab.nn.sampling import Sampling
from rnnlab.nn.stepping import open_engine
from rnnlab.tasks.text import generate
from rnnlab.tasks.text.generate import Writing, begin, read_prompt
from rnnlab.tasks.text.learn.task import shape_of
from rnnlab.tasks.text.pieces import Wish

TEXT = "so it goes, and so it went; but where it went, nobody knows.\n"
VOCABULARY = build_characters([TEXT])
LONGER = pytest.mark.parametrize("build", [build_words, build_subwords])
SMALL = ModelConfig(cell="gru", hidden=13, layers=2, inputs=0, vocabulary=1, embedding=5, outputs=1)
RULES = Sampling(top_k=9, repetition_penalty=1.2, repetition_window=20, no_repeat_ngram=5)


def model(vocabulary=VOCABULARY, cell: str = "gru") -> SequenceModel:
    network = new_model(shape_of(vocabulary, ModelConfig(**(vars(SMALL) | {"cell": cell}))), seed=3)
    for weight in network.parameters():
        weight.data *= 2
    return network


def writing(prompt="so it", vocabulary=VOCABULARY, seed=1, texts=1, sampling=Sampling(), places=None, **wish):  # noqa: B008
    network = wish.pop("network", None) or model(vocabulary)
    explained = wish.pop("explained", False)
    given = read_prompt(vocabulary, prompt)
    places = places or begin(network, given, range(seed, seed + texts))
    return Writing(open_engine(network), vocabulary, places, sampling, Wish(**wish), explained=explained)


def written(texts: Writing) -> list[str]:
    steps = list(texts)
    return ["".join(piece.text for step in steps for piece in step[row]) for row in range(len(steps[0]))]


def write(prompt: str = "so it", vocabulary=VOCABULARY, seed: int = 1, length: int = 60, **asked) -> str:
    return written(writing(prompt, vocabulary, seed, length=length, **asked))[0]


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
    """The prompt is read once, not twice, and the state carried from id to id."""
    network = model(cell=cell)
    ids = list(VOCABULARY.encode(prompt))
    for _ in range(25):
        with torch.no_grad():
            ids.append(int(network(torch.tensor([ids]))[0][0, -1].argmax()))
    found = write(prompt, network=network, sampling=Sampling(temperature=0.0), length=25)
    assert prompt + found == VOCABULARY.decode(ids)


def test_the_text_has_the_length_that_was_asked_for():
    assert [len(write(length=length)) for length in (1, 7, 60)] == [1, 7, 60]
    assert write(length=60).startswith(write(length=7))


def test_a_length_in_words_ends_with_a_whole_word():
    whole = write(length=400)
    text = write(length=6, unit="words")
    assert whole.startswith(text)
    assert len(text.split()) == 6
    assert whole[len(text)].isspace()


@pytest.mark.parametrize("sampling", [Sampling(), RULES], ids=["plain", "rules"])
@pytest.mark.parametrize("asked", [{"length": 40}, {"length": 4, "unit": "words"}, {"length": 90, "stops": ("go",)}])
def test_a_text_is_gone_on_with_as_if_it_had_never_stopped(sampling, asked):
    network = model()
    whole = write(network=network, sampling=sampling, length=250)
    first = writing(network=network, sampling=sampling, **asked)
    begun = written(first)[0]
    assert 0 < len(begun) < 250
    rest = written(writing(network=network, sampling=sampling, places=first.places(), length=250 - len(begun)))[0]
    assert begun + rest == whole


@LONGER
def test_words_cut_in_the_middle_are_gone_on_with_too(build):
    vocabulary = build([TEXT * 3], most=40)
    network, whole = model(vocabulary), write("so it", vocabulary, length=80)
    for length in range(30, 40):
        first = writing("so it", vocabulary, network=network, length=length)
        begun = written(first)[0]
        rest = written(writing(vocabulary=vocabulary, network=network, places=first.places(), length=80 - length))[0]
        assert (len(begun), begun + rest) == (length, whole)


def test_what_ends_at_a_stop_can_be_gone_on_with_past_it():
    whole = write(length=200)
    stop = whole[50:53]
    first = writing(length=200, stops=(stop,))
    begun = written(first)[0]
    rest = written(writing(places=first.places(), length=len(stop) + 5, stops=(stop,)))[0]
    assert (begun + rest).startswith(whole[: whole.index(stop) + len(stop)])


def test_several_texts_are_each_what_their_seed_writes_alone():
    found = written(writing(texts=3, length=50, sampling=RULES))
    assert found == [write(seed=seed, length=50, sampling=RULES) for seed in (1, 2, 3)]


def test_a_text_that_has_ended_waits_for_the_others_without_changing():
    vocabulary = build_characters([TEXT], boundary=True)
    network = model(vocabulary)
    network.head.bias.data[vocabulary.boundary] = 2.0
    asked = {"network": network, "length": 1000, "unit": "document"}
    texts = writing("so", vocabulary, texts=4, **asked)
    found = written(texts)
    assert found == [write("so", vocabulary, seed=seed, **asked) for seed in (1, 2, 3, 4)]
    assert len({len(text) for text in found}) > 1
    assert all(place.ids[-1] == vocabulary.boundary for place in texts.places())
    on = written(writing(vocabulary=vocabulary, network=network, places=texts.places(), length=20))
    assert all(text.startswith("\n") for text in on)


def test_a_stop_ends_the_text_before_itself_wherever_the_pieces_are_cut():
    whole = write(length=200)
    for stop in (whole[50:53], whole[80:86]):
        assert write(length=200, stops=("never this", stop)) == whole[: whole.index(stop)]


def test_the_beginning_of_a_stop_that_does_not_come_is_still_written():
    whole = write(length=50)
    assert write(length=50, stops=(whole[-3:] + "§",)) == whole


def test_a_document_ends_where_the_model_ends_it():
    vocabulary = build_characters([TEXT], boundary=True)
    network = model(vocabulary)
    network.head.bias.data[vocabulary.boundary] = 3.0
    assert len(write("so", vocabulary, network=network, length=1000, unit="document")) < 100
    with pytest.raises(RnnlabError, match="has learnt no end of a document"):
        write(unit="document")


def test_a_length_in_characters_or_words_goes_on_past_a_documents_end():
    vocabulary = build_characters([TEXT], boundary=True)
    network = model(vocabulary)
    network.head.bias.data[vocabulary.boundary] = 3.0
    text = write("so", vocabulary, network=network, length=300)
    assert len(text) == 300
    assert "\n" in text
    assert len(write("so", vocabulary, network=network, length=30, unit="words").split()) == 30


def test_a_long_prompt_is_read_in_parts_to_the_state_of_the_whole():
    network, prompt = model(), read_prompt(VOCABULARY, TEXT * 40)
    assert len(prompt.ids) > 2 * generate.READ_AT_ONCE
    with torch.no_grad():
        _, whole = network(torch.tensor([prompt.ids[:-1]]))
    [place] = begin(network, prompt, [1])
    assert_close(place.state, whole)


@LONGER
def test_words_are_written_to_the_very_character(build):
    vocabulary = build([TEXT * 3], most=40)
    text = write("so it", vocabulary, length=33)
    assert len(text) == 33


def test_pieces_tell_the_models_own_surprise_and_its_likeliest_alternatives():
    network, prompt = model(), "so it"
    steps = list(writing(prompt, network=network, length=30, sampling=Sampling(temperature=2.0), explained=True))
    pieces = [piece for [row] in steps for piece in row]
    ids = torch.tensor([[*VOCABULARY.encode(prompt), *VOCABULARY.encode("".join(piece.text for piece in pieces))]])
    with torch.no_grad():
        belief = network(ids)[0].log_softmax(-1)[0, len(prompt) - 1 : -1]
    told = torch.tensor([piece.nats for piece in pieces])
    assert_close(told, -belief.gather(1, ids[0, len(prompt) :, None])[:, 0], rtol=1e-4, atol=1e-4)
    for piece, row in zip(pieces, belief, strict=True):
        best = row.topk(5)
        assert [text for text, _ in piece.likeliest] == [VOCABULARY.decode([one]) for one in best.indices]
        assert_close(torch.tensor([share for _, share in piece.likeliest]), best.values.exp(), rtol=1e-4, atol=1e-4)


def test_telling_the_surprise_does_not_change_the_text():
    assert write(explained=True) == write()


def test_an_unknown_character_of_the_prompt_is_replaced_and_told_of():
    given = read_prompt(VOCABULARY, "sö it ☃")
    assert given.text == "so it "
    assert "ö was written as o" in given.notices[0]
    assert "☃" in given.notices[1]
    assert VOCABULARY.decode(given.ids) == "so it "


def test_an_empty_prompt_begins_where_a_document_does():
    assert VOCABULARY.decode(read_prompt(VOCABULARY, "").ids) == "\n\n"
    bounded = build_characters([TEXT], boundary=True)
    assert read_prompt(bounded, "").ids == (bounded.boundary,)
    assert read_prompt(build_characters(["abc"]), "").ids == (0,)


@LONGER
def test_without_a_prompt_a_text_begins_after_a_blank_line_where_that_is_one_id(build):
    paragraphs = build([(TEXT + "\n") * 20])
    assert paragraphs.decode(read_prompt(paragraphs, "").ids) == "\n\n"
    lines = build([TEXT * 20])
    assert lines.decode(read_prompt(lines, "").ids) == "\n"


@pytest.mark.parametrize("build", [lambda texts, most: build_characters(texts), build_words, build_subwords])
def test_banned_characters_are_never_written(build):
    text = write("so", build([TEXT * 3], most=40), length=300, banned="eio ")
    assert not set("eio ") & set(text)


def test_the_symbol_of_unknown_characters_is_never_written():
    vocabulary = build_characters([TEXT + "x"], least=2)
    network = model(vocabulary)
    network.head.bias.data[vocabulary.unknown] = 9.0
    assert "\ufffd" not in write("so", vocabulary, network=network, length=100)


def test_listening_does_not_change_how_torch_computes_elsewhere():
    texts = iter(writing(length=10))
    next(texts), next(texts)
    x = torch.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    assert_close(x.grad, torch.full((2,), 2.0))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"length": 0}, "The length must be between 1 and 100,000 characters, not 0"),
        ({"length": 100_001}, "The length must be between 1 and 100,000 characters, not 100,001"),
        ({"length": 20_001, "unit": "words"}, "The length must be between 1 and 20,000 words, not 20,001"),
        ({"unit": "pages"}, "A length is counted in characters, words or to the end of a document"),
        ({"stops": ("",)}, "An empty text cannot stop the writing; leave it out"),
        ({"banned": TEXT}, "All [0-9]+ tokens are banned; leave at least one to choose"),
    ],
)
def test_what_cannot_be_written_gets_one_sentence(asked, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        write(**asked)
