"""Two voices that write one text: their predictions combined as by brute force, wherever it is asked for."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from authors import story
from torch.testing import assert_close
from trainings import train_text

import rnnlab
from rnnlab.__main__ import main
from rnnlab.data.text.vocab import build_characters
from rnnlab.errors import RnnlabError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.nn.stepping import open_engine
from rnnlab.nn.stepping.mixed_steps import MixedEngine, Mixture, mix
from rnnlab.scoring.originality.marks import copied_spans
from rnnlab.tasks.text.blending import common_ids
from rnnlab.tasks.text.draft_file import manner_flags, open_draft, save_draft
from rnnlab.tasks.text.learn.task import shape_of
from rnnlab.tasks.text.manner import PLAUSIBLE, Manner
from rnnlab.tasks.text.use import carry_on, drafts
from rnnlab.tasks.text.writer import open_writing

SETTINGS = {"hidden": 32, "layers": 1, "embedding": 9, "epochs": 8, "batch": 8, "window": 25, "lr": 0.02}
OTHERS = "£ŒTwo pounds and a half; he shrugged, and left – “never”, he said.\n"
SMALL = ModelConfig(cell="gru", hidden=11, layers=1, inputs=0, vocabulary=1, embedding=5, outputs=1)
FIRST, SECOND = np.array([[2.0, -1.0, 0.5, 3.0], [0.0, 0.1, -4.0, 1.0]]), np.array([[1.0, 5.0, -2.0], [0.3, 0.2, 0.1]])
IDS = (2, 0, -1, 1)  # of the second, for those of the first


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A voice, one with another alphabet and size, one with the first's alphabet, one each of words and subwords."""
    place = tmp_path_factory.mktemp("blending")
    texts = {"a": story(), "b": story(seed=2).replace("y", "q") + OTHERS * 9, "c": story(seed=3)}
    texts |= {"words": story(), "subwords": story()}
    other = {"b": {"hidden": 31, "layers": 2, "cell": "gru"}, "words": {"level": "word", "words": 120}}
    other |= {"subwords": {"level": "subword", "subwords": 512, "epochs": 1}}
    for name, text in texts.items():
        (place / f"{name}.txt").write_text(text)
        settings = SETTINGS | other.get(name, {})
        list(train_text(str(place / f"{name}.txt"), out=place / name, settings=settings))
    return place


def written(place, model="a", prompt="ANNA:", length=80, seed=3, texts=1, **manner):
    if "blend" in manner:
        manner["blend"] = str(place / manner["blend"])
    *_, draft = drafts(str(place / model), prompt, Manner(length, **manner), seed=seed, texts=texts)
    return draft


def brute(first, second, ids, share) -> np.ndarray:
    """The weighted geometric mean of two distributions over the ids that both have, id by id."""
    found = np.zeros_like(first)
    for row in range(len(first)):
        p, q = (np.exp(one[row]) / np.exp(one[row]).sum() for one in (first, second))
        for one, other in enumerate(ids):
            found[row, one] = 0 if other < 0 else p[one] ** (1 - share) * q[other] ** share
    return found / found.sum(axis=1, keepdims=True)


def mixed(share, plausible=0.0) -> torch.Tensor:
    first, second = torch.tensor(FIRST, dtype=torch.float32), torch.tensor(SECOND, dtype=torch.float32)
    return mix(first, second, torch.tensor(IDS), share, plausible)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0, -0.5, -2.0])
def test_a_blend_is_the_normalised_geometric_mean_over_what_both_know(share):
    expected = torch.tensor(brute(FIRST, SECOND, IDS, share), dtype=torch.float32)
    assert_close(mixed(share).softmax(-1), expected)


def test_a_contrast_is_limited_to_what_the_author_finds_plausible():
    p = brute(FIRST, SECOND, IDS, 0.0)
    allowed = p >= 0.1 * p.max(axis=1, keepdims=True)
    expected = brute(FIRST, SECOND, IDS, -1.5) * allowed
    expected /= expected.sum(axis=1, keepdims=True)
    assert_close(mixed(-1.5, PLAUSIBLE).softmax(-1), torch.tensor(expected, dtype=torch.float32))
    assert not allowed.all()


def test_what_is_implausible_keeps_the_author_s_order_where_all_else_is_banned():
    left = mixed(-1.5, 0.9)[0, [0, 1]]
    assert left.argmax() == FIRST[0, [0, 1]].argmax()


@pytest.mark.parametrize("cell", CELLS)
def test_both_networks_read_the_whole_text(cell):
    vocabularies = [build_characters(["abcdefg\n"]), build_characters(["bcdefghi\n"])]
    models = [
        new_model(shape_of(one, dataclasses.replace(SMALL, cell=cell, hidden=hidden, layers=layers)), seed=9)
        for one, hidden, layers in zip(vocabularies, (11, 14), (1, 2), strict=True)
    ]
    ids = common_ids(*vocabularies)
    mixture = Mixture(ids, tuple(max(0, one) for one in ids), 0.3)
    steps = MixedEngine(*map(open_engine, models), 1, mixture).begin(1)
    text = "bcdfedcb"
    for character in text:
        found = steps.step(vocabularies[0].encode(character))
    with torch.no_grad():
        first, second = (
            model(torch.from_numpy(vocabulary.encode(text)[None]).long())[0][:, -1].double().numpy()
            for model, vocabulary in zip(models, vocabularies, strict=True)
        )
    expected = torch.tensor(brute(first, second, ids, 0.3), dtype=torch.float32)
    assert_close(found.softmax(-1), expected, rtol=1e-4, atol=1e-6)


def test_a_share_of_0_writes_what_the_first_voice_writes_and_of_1_what_the_second_does(place):
    for first, second in (("a", "c"), ("c", "a")):
        alone = written(place, first).texts
        assert written(place, first, blend=second, share=0).texts == alone
        assert written(place, second, blend=first, share=1).texts == alone
    assert written(place, "a", blend="b", contrast=0).texts == written(place, "a").texts
    assert len({written(place, "a", blend="b", share=share, length=300).texts for share in (0, 0.5, 1)}) == 3


def test_of_a_second_voice_with_another_alphabet_only_what_both_know_is_written(place):
    found = written(place, blend="b", share=1, length=400)
    unknown = "£Œ–“”;Tp,q"
    lacking = set(open_writing(str(place / "b")).vocabulary.alphabet) - set(
        open_writing(str(place / "a")).vocabulary.alphabet
    )
    assert found.texts == written(place, "b", banned="".join(lacking), length=400).texts
    [notice] = found.notices
    assert notice.startswith("Only characters that both voices know are written, so never y of the first voice or ")
    assert set(unknown) & lacking
    assert not lacking & set(found.texts[0])


def test_a_prompt_is_written_in_characters_that_both_know(place):
    found = written(place, prompt="a boy", blend="b")
    assert found.prompt == "a bo"
    assert "y is unknown to this model and was left out." in found.notices


def test_sampling_bans_and_stops_apply_to_the_blend(place):
    greedy = written(place, blend="b", share=0.4, sampling={"temperature": 0.0})
    assert written(place, blend="b", share=0.4, sampling={"top_k": 1}, seed=8).texts == greedy.texts
    assert "e" not in written(place, blend="b", banned="e").texts[0][5:]
    assert written(place, blend="b", length=400, stops=["\n\n"]).texts[0].count("\n\n") == 0


def test_the_surprise_is_that_of_the_blend(place):
    blended = written(place, blend="c", share=0.5, explained=True, sampling={"temperature": 0.0})
    a, c = (open_writing(str(place / name)) for name in "ac")
    ids = torch.from_numpy(a.vocabulary.encode("ANNA:")[None]).long()
    with torch.no_grad():
        first, second = (one.model(ids)[0][:, -1].double().numpy() for one in (a, c))
    expected = brute(first, second, range(a.vocabulary.size), 0.5).max()
    assert blended.pieces[0][0].nats == pytest.approx(-np.log(expected), rel=1e-3)
    assert blended.pieces[0][0].likeliest[0][1] == pytest.approx(expected, rel=1e-3)


def test_a_blend_that_is_continued_is_as_if_it_had_never_stopped(place):
    whole = written(place, blend="b", texts=2)
    part = written(place, blend="b", texts=2, length=33)
    *_, found = carry_on(part, dataclasses.replace(part.manner, length=47))
    assert found.texts == whole.texts


def test_a_second_voice_that_joins_later_reads_what_was_written(place):
    first = written(place, length=50)
    manner = Manner(40, blend=str(place / "c"), share=1.0, sampling={"temperature": 0.0})
    *_, found = carry_on(first, manner)
    greedy = written(place, "c", prompt=first.texts[0], length=40, sampling={"temperature": 0.0})
    assert found.texts == greedy.texts
    *_, back = carry_on(found, Manner(10, sampling={"temperature": 0.0}))
    assert back.texts == written(place, "a", prompt=found.texts[0], length=10, sampling={"temperature": 0.0}).texts


def test_a_blend_is_saved_and_resumed_with_its_second_voice(place, tmp_path):
    whole, part = written(place, blend="b", contrast=0.5), written(place, blend="b", contrast=0.5, length=30)
    save_draft(part, tmp_path / "draft")
    begun = open_draft(tmp_path / "draft", str(place / "a"))
    *_, found = carry_on(begun, dataclasses.replace(begun.manner, length=50))
    assert found.texts == whole.texts
    assert manner_flags(begun.manner)[2:] == ["--blend", str(place / "b"), "--contrast", "0.5"]
    begun = dataclasses.replace(part, manner=dataclasses.replace(part.manner, blend=str(place / "c")))
    save_draft(begun, tmp_path / "other")
    with pytest.raises(RnnlabError, match="other was not written by rnnlab or is damaged"):
        open_draft(tmp_path / "other", str(place / "a"))


def test_neither_author_is_copied_where_copying_is_forbidden(place):
    free = written(place, blend="c", length=400, sampling={"temperature": 0.2})
    kept = written(place, blend="c", length=400, sampling={"temperature": 0.2}, original=True)
    limits = [one.limit for one in (kept.fingerprint, kept.second_fingerprint)]
    longest = [
        [copied_spans(one, text, len("ANNA:")).longest for one in (free.fingerprint, free.second_fingerprint)]
        for text in (free.texts[0], kept.texts[0])
    ]
    assert any(span >= limit for span, limit in zip(longest[0], limits, strict=True))
    assert all(span < limit for span, limit in zip(longest[1], limits, strict=True))
    assert kept.answer()["longest_copied"] == max(longest[1])
    assert free.answer()["longest_copied"] == max(longest[0])


@pytest.mark.parametrize(
    ("manner", "sentence"),
    [
        ({"blend": "words"}, "The voice writes characters and the second one words, which cannot be combined; choose"),
        ({"blend": "subwords"}, "The voice writes characters and the second one subwords, which cannot be combined"),
        ({"blend": "a", "share": 1.5}, "The share must be between 0 and 1, not 1.5."),
        ({"blend": "a", "contrast": -1}, "The contrast must be between 0 and 5, not -1."),
        ({"blend": "a", "share": 0.5, "contrast": 1}, "leave one out"),
        ({"share": 0.5}, "A share needs a second voice; give one"),
        ({"blend": "none-such"}, "none-such"),
    ],
)
def test_what_cannot_be_combined_gets_one_sentence(place, manner, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        written(place, **manner)


def test_voices_of_other_words_or_another_script_are_refused(place):
    greek = build_characters(["αβγ \n"])
    with pytest.raises(RnnlabError, match="no letter in common; choose a second voice in the same script"):
        common_ids(build_characters(["abc \n"]), greek)
    words = open_writing(str(place / "words")).vocabulary
    assert common_ids(words, words) == tuple(range(words.size))
    with pytest.raises(RnnlabError, match="different words, which cannot be combined"):
        common_ids(words, dataclasses.replace(words, words=words.words[:-1]))
    subwords = open_writing(str(place / "subwords")).vocabulary
    assert common_ids(subwords, subwords) == tuple(range(subwords.size))
    with pytest.raises(RnnlabError, match="different subwords, which cannot be combined"):
        common_ids(subwords, dataclasses.replace(subwords, merges=subwords.merges[:-1]))


@pytest.mark.filterwarnings("ignore:Only characters")
def test_command_and_python_write_the_same_blend(place, capsys):
    asked = {"length": 60, "seed": 4, "blend": str(place / "b")}
    words = ["write", str(place / "a"), "--prompt", "ANNA:", "--length", "60", "--seed", "4", "--blend", asked["blend"]]
    for name, value in (("share", 0.25), ("contrast", 0.5)):
        python = rnnlab.load(str(place / "a")).write("ANNA:", **asked, **{name: value})
        assert main([*words, f"--{name}", str(value), "--json"]) == 0
        command = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (command["text"], command["blend"], command[name]) == (python, asked["blend"], value)
        assert python == written(place, length=60, seed=4, blend="b", **{name: value}).texts[0]
