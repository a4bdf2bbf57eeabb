"""A writer that learns on: from its own text or another's, its vocabulary kept and widened, scored before and after."""

import json

import pytest
import torch
from authors import story
from torch.testing import assert_close
from trainings import train_text

from rnnlab.__main__ import main
from rnnlab.data.text.vocab import build_characters, build_subwords, build_words, encode_documents, widen, widened_ids
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.service.sharding import make_shards
from rnnlab.service.summary import show
from rnnlab.tasks.text.judge.evaluating import evaluate
from rnnlab.tasks.text.kind import KIND
from rnnlab.tasks.text.learn.task import shape_of
from rnnlab.tasks.text.learn.tuning import widened_weights
from rnnlab.tasks.text.use import write
from rnnlab.train.checkpoint import checkpoint

SETTINGS = {"cell": "gru", "hidden": 20, "layers": 2, "embedding": 6, "epochs": 2, "batch": 8, "window": 25, "lr": 0.02}
FEW = {"epochs": 8}  # where the passes that are proposed do not matter
NEW = "0£ø"


def another(characters: int = 9000) -> str:
    """A text of another author, with characters that the first never used."""
    return story(characters, seed=5).replace("BORIS", "BØRIS").replace("the river", "£ 1000").replace("Ø", "ø")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A writer of one story in `base`, and the texts one.txt (its own) and other.txt."""
    place = tmp_path_factory.mktemp("tuning")
    (place / "one.txt").write_text(story(12_000))
    (place / "other.txt").write_text(another())
    list(train_text(str(place / "one.txt"), out=place / "base", settings=SETTINGS))
    return place


@pytest.fixture(scope="module")
def tuned(place):
    *_, result = train_text(str(place / "other.txt"), out=place / "tuned", base=str(place / "base"), settings=FEW)
    return result.summary


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("boundary", [False, True])
def test_a_widened_vocabulary_keeps_what_every_id_stands_for(unknown, boundary):
    text = "now and then\nand now and then"
    for old in (build([text], boundary=boundary) for build in (build_characters, build_subwords, build_words)):
        new = widen(old, "aéz0", boundary=True, unknown=unknown)
        ids = widened_ids(old, new)
        assert (len(ids), len(set(ids.tolist()))) == (old.size, old.size)
        assert [new.decode([one]) for one in ids] == [old.decode([one]) for one in range(old.size)]
        assert new.decode(new.encode("now z0é")) == "now z0é"
        assert new.boundary == new.size - 1


@pytest.mark.parametrize("shape", [{"embedding": 7}, {"embedding": 0}, {"embedding": 7, "tied": True}])
@pytest.mark.parametrize("cell", ["lstm", "rnn"])
def test_a_widened_network_foretells_known_characters_as_before(cell, shape):
    old = build_characters(["some text, and more\n"])
    new = widen(old, "é0Z!", boundary=True)
    config = ModelConfig(cell=cell, hidden=9, layers=2, inputs=0, vocabulary=1, outputs=1, **shape | {"tied": False})
    narrow_shape, wide_shape = (
        shape_of(one, ModelConfig(**vars(config) | {"vocabulary": one.size, "outputs": one.size} | shape))
        for one in (old, new)
    )
    narrow, wide, ids = new_model(narrow_shape, 3), new_model(wide_shape, 4), widened_ids(old, new)
    wide.load_state_dict(widened_weights(narrow.state_dict(), wide_shape, ids, seed=5))
    x = torch.from_numpy(encode_documents(old, ["more text"]).astype("int64"))[None]
    before, after = narrow(x)[0], wide(torch.from_numpy(ids)[x])[0]
    assert_close(after[..., ids], before)


def test_it_keeps_the_shape_and_adds_characters(place, tuned):
    base, made = (open_checkpoint(str(place / one)) for one in ("base", "tuned"))
    assert (made.model.cell, made.model.hidden, made.model.layers) == ("gru", 20, 2)
    known, now = (one.codec["vocabulary"]["characters"] for one in (base, made))
    assert set(now) == set(known) | set(NEW) | {"1"}
    assert "4 characters are new to base and added to its vocabulary (0 1 £ ø)." in tuned["notices"]
    assert write(str(place / "tuned"), "£ 1", length=5, seed=1)["notices"] == []


def test_before_and_after_are_scores_of_the_same_characters(place, tuned):
    found = evaluate(str(place / "tuned"), str(place / "other.txt"))
    assert tuned["nats_per_char_streamed"] == pytest.approx(found["nats_per_char_streamed"])
    still = {"lr": 1e-7, "epochs": 1, "calibration": 0.0}
    *_, result = train_text(str(place / "other.txt"), base=str(place / "base"), settings=still)
    for name, before in result.summary["before"].items():
        assert result.summary[name] == pytest.approx(before, abs=2e-3)
        assert tuned[name] < before - 0.02
    assert tuned["before"] == pytest.approx(result.summary["before"])


def test_the_record_the_card_and_the_lines_tell_what_it_began_with(place, tuned):
    made = open_checkpoint(str(place / "tuned"))
    assert made.provenance["from"]["name"] == tuned["from"]["name"] == "base"
    assert made.provenance["from"]["title"] == "one"
    assert made.provenance["data"][0]["name"] == "other"
    assert "Fine-tuned from `base`, which was trained on one." in made.card
    assert "| base before fine-tuning |" in made.card
    [table] = KIND.tables(tuned)
    assert table.rows[-1][0] == "base before fine-tuning"
    assert table.rows[-1][2] == f"{tuned['before']['nats_per_char_streamed']:.4f}"
    assert show(str(place / "tuned")).scores.rows == table.rows
    assert any("was trained on “one”; where the two texts overlap" in notice for notice in tuned["notices"])


def test_more_epochs_on_its_own_text_hold_out_the_same_part(place, tmp_path):
    *_, result = train_text(str(place / "one.txt"), out=tmp_path / "m", base=str(place / "base"), settings=FEW)
    base = open_checkpoint(str(place / "base"))
    assert result.summary["before"]["nats_per_char_streamed"] == pytest.approx(base.metrics["nats_per_char_streamed"])
    assert result.summary["nats_per_char_streamed"] < base.metrics["nats_per_char_streamed"]
    assert not any("overlap" in notice for notice in result.summary["notices"])
    with pytest.raises(RnnlabError, match="base was trained on this text with another --validation, so part of what"):
        train_text(str(place / "one.txt"), base=str(place / "base"), settings={"validation": 0.3}).__next__()


@pytest.mark.long
def test_documents_and_lower_case_are_read_as_its_own_text_was(tmp_path):
    (tmp_path / "lines.txt").write_text(story(9000))
    settings = SETTINGS | {"documents": "line", "fold_case": True}
    list(train_text(str(tmp_path / "lines.txt"), out=tmp_path / "base", settings=settings))
    (tmp_path / "other.txt").write_text(another())
    for name, documents in (("lines", "line"), ("other", "whole")):
        list(
            train_text(
                str(tmp_path / f"{name}.txt"), out=tmp_path / f"on-{name}", base=str(tmp_path / "base"), settings=FEW
            )
        )
        made = open_checkpoint(str(tmp_path / f"on-{name}"))
        assert (made.train["documents"], made.train["fold_case"]) == (documents, True)
        assert "A" not in made.codec["vocabulary"]["characters"]


@pytest.mark.parametrize(("level", "strings"), [("word", "words"), ("subword", "merges")])
def test_words_and_subwords_stay_the_ones_it_knows_and_new_ones_are_spelt(place, tmp_path, level, strings):
    settings = SETTINGS | {"level": level, "words": 100}
    list(train_text(str(place / "one.txt"), out=tmp_path / "base", settings=settings))
    list(train_text(str(place / "other.txt"), out=tmp_path / "m", base=str(tmp_path / "base"), settings=FEW))
    old, new = (open_checkpoint(str(tmp_path / one)).codec["vocabulary"] for one in ("base", "m"))
    assert new[strings] == old[strings]
    assert set(NEW) <= set(new["characters"])


def test_a_text_in_shards_is_learnt_on_from_too(place, tmp_path):
    make_shards([str(place / "other.txt")], tmp_path / "shards")
    *_, result = train_text(str(tmp_path / "shards"), base=str(place / "base"), settings={"epochs": 1})
    assert result.summary["nats_per_char_streamed"] < result.summary["before"]["nats_per_char_streamed"]


def test_learning_on_that_was_stopped_resumes_to_the_weights_of_one_that_was_not(place, tuned, tmp_path):
    training = train_text(str(place / "other.txt"), out=tmp_path / "m", base=str(place / "base"), settings=FEW)
    next(training), next(training)
    training.close()
    *_, result = train_text(str(place / "other.txt"), out=tmp_path / "m", resume=True)
    one, other = ((folder / "model.safetensors").read_bytes() for folder in (tmp_path / "m", place / "tuned"))
    assert one == other
    assert (result.summary["before"], result.summary["from"]) == (tuned["before"], tuned["from"])


def test_what_it_began_with_must_still_be_told_to_resume(place, tmp_path):
    training = train_text(str(place / "other.txt"), out=tmp_path / "m", base=str(place / "base"))
    next(training)
    training.close()
    made = checkpoint.load(tmp_path / "m", resume=True)
    for damage, sentence in (
        (lambda: made.metrics.pop("before"), "does not say what its training began with scored; start a new training"),
        (lambda: made.provenance["from"].update(sha256=3), "provenance.from.sha256 is missing or wrong"),
    ):
        damage()
        checkpoint.save(made, tmp_path / "m")
        with pytest.raises(CheckpointError, match=sentence):
            next(train_text(str(place / "other.txt"), out=tmp_path / "m", resume=True))


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--from", "stocks"], "Only a writer can be fine-tuned on a text; give --from another, as shakespeare."),
        (["--from", "nowhere"], "There is no folder or bundled checkpoint 'nowhere'"),
        (["--hidden", "21"], "A checkpoint that is fine-tuned keeps its shape; leave out --hidden, or give 20."),
        (["--level", "word"], "A checkpoint that is fine-tuned keeps its shape; leave out --level, or give char."),
        (["--resume"], "--resume continues what the folder of --out holds; leave out --from."),
    ],
)
def test_what_cannot_be_learnt_on_gets_one_sentence(place, tmp_path, capsys, flags, sentence):
    words = ["train", "text", "--data", str(place / "other.txt"), "--out", str(tmp_path / "m")]
    base = [] if "--from" in flags else ["--from", str(place / "base")]
    assert main([*words, *base, *flags]) == 2
    assert capsys.readouterr().err.startswith(sentence)


def test_the_command_says_what_is_new_before_it_begins(place, tmp_path, capsys):
    words = ["train", "text", "--data", str(place / "other.txt"), "--from", str(place / "base"), "--epochs", "1"]
    assert main([*words, "--out", str(tmp_path / "m"), "--json"]) == 0
    printed = capsys.readouterr()
    assert printed.err.index("4 characters are new to base and added to its vocabulary (0 1 £ ø).") < printed.err.index(
        "seed 1: step"
    )
    answer = json.loads(printed.out.splitlines()[-1])
    assert set(answer["before"]) == {"nats_per_char_windows", "nats_per_char_streamed"}
    assert answer["from"]["name"] == "base"
