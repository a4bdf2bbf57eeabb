"""A copy of a writer that learns a page: before and after on the page's end, and the checkpoint as it was."""

import numpy as np
import pytest
from authors import story
from trainings import train_text

import rnnlab
from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.judge.score import streamed_losses
from rnnlab.tasks.text.learn.adapting import adapt_writer
from rnnlab.tasks.text.writer import open_writing

PAGE = story(4000, seed=3).replace("ANNA", "LISA").replace("the ", "thy ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("adapting")
    (place / "story.txt").write_text(story(20_000))
    settings = {"hidden": 24, "layers": 1, "embedding": 8, "epochs": 2, "batch": 8, "window": 25, "lr": 0.02}
    list(train_text(str(place / "story.txt"), out=place / "model", settings=settings))
    return place / "model"


def test_the_page_s_end_is_foretold_better_after_than_before(folder):
    found = rnnlab.load(str(folder)).adapted(PAGE).adaptation
    assert found.after < found.before - 0.01
    assert (found.learnt, found.kept_back) == (3200, 800)


def test_before_is_the_loss_of_the_writer_as_it_is(folder):
    writer = open_writing(str(folder))
    losses = streamed_losses(writer.model, writer.vocabulary.encode(PAGE))
    assert adapt_writer(writer, PAGE)[1].before == pytest.approx(losses[-800:].mean())


def test_the_page_s_end_is_not_learnt(folder):
    writer = open_writing(str(folder))
    changed = PAGE[:3200] + PAGE[3200:][::-1]
    one, other = (adapt_writer(writer, page)[0].model.state_dict() for page in (PAGE, changed))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_the_copy_writes_otherwise_and_the_checkpoint_is_as_it_was(folder):
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    voice = rnnlab.load(str(folder))
    text = voice.write("BORIS:", length=200, seed=1)
    copy = voice.adapted(PAGE)
    assert copy.write("BORIS:", length=200, seed=1) == copy.write("BORIS:", length=200, seed=1) != text
    assert voice.write("BORIS:", length=200, seed=1) == text
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert voice.adaptation is None


def test_what_a_copy_cannot_do_is_refused_and_not_done_by_the_model_itself(folder, tmp_path):
    copy = rnnlab.load(str(folder)).adapted(PAGE)
    with pytest.raises(RnnlabError, match="An adapted copy lives in memory only and is not exported"):
        copy.export(tmp_path / "voice")
    with pytest.raises(RnnlabError, match="This is an adapted copy already"):
        copy.adapted(PAGE)
    with pytest.raises(RnnlabError, match="An adapted copy writes where it was adapted, not on nonsense"):
        copy.write(device="nonsense")


@pytest.mark.parametrize(("page", "count"), [("too short", "9"), ("o" * 20_001, "20,001")])
def test_a_page_too_short_or_too_long_gets_one_sentence(folder, page, count):
    with pytest.raises(
        RnnlabError, match=f"Of the text, {count} characters are known to the voice; give between 500 and 20,000"
    ):
        rnnlab.load(str(folder)).adapted(page)


def test_an_adapted_copy_reports_on_a_text_alone(folder):
    with pytest.raises(RnnlabError, match="What an adapted copy writes has no report; give the text"):
        rnnlab.load(str(folder)).adapted(PAGE).report()
