"""A writer's fingerprint: kept with its checkpoint, refused if damaged, and what is written with it and without."""

import dataclasses
import re
import shutil

import numpy as np
import pytest
from authors import story
from trainings import train_text

from rnnlab.data.text.documents import split_at
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.scoring.originality.copying import copied_lengths
from rnnlab.scoring.originality.exact import ExactIndex
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.originality.marks import CopiedSpans, copied_spans
from rnnlab.tasks.text.draft_file import manner_flags, open_draft, save_draft
from rnnlab.tasks.text.page.manuscript import COPIED, facts, manuscript
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.use import Manner, carry_on, drafts, write
from rnnlab.train.checkpoint import archives, checkpoint
from rnnlab.train.checkpoint.fingerprint_file import pack_fingerprint, unpack_fingerprint

SETTINGS = {"hidden": 48, "layers": 1, "embedding": 12, "epochs": 10, "batch": 8, "window": 25, "lr": 0.02}
FREE, ORIGINAL = Manner(400, sampling={"temperature": 0.3}), Manner(400, sampling={"temperature": 0.3}, original=True)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A writer trained on a story of few sentences, which it repeats."""
    place = tmp_path_factory.mktemp("copying")
    (place / "story.txt").write_text(story())
    list(train_text(str(place / "story.txt"), out=place / "model", settings=SETTINGS))
    return place


@pytest.fixture(scope="module")
def trained_on() -> str:
    return split_at([story()], 0.9)[0][0]


def last(place, manner, **given):
    *_, draft = drafts(str(place / "model"), "ANNA:", manner, **given)
    return draft


def longest(texts, trained_on) -> list[int]:
    """Of each text, the longest span that ends after the prompt, less names of speakers, by the exact index."""
    index = ExactIndex(trained_on)
    return [int(copied_lengths(index, text)[len("ANNA:") :].max()) for text in texts]


def limit(place) -> int:
    return checkpoint.load(place / "model").fingerprint.limit


def test_a_training_keeps_a_fingerprint_of_what_it_was_trained_on(place, trained_on):
    prints = checkpoint.load(place / "model").fingerprint
    assert prints.longest_spans(trained_on)[-1] == len(trained_on)
    assert np.array_equal(prints.bits, Fingerprint.of(trained_on).bits)
    held_out = copied_lengths(ExactIndex(trained_on), story()[len(trained_on) :])
    assert prints.baseline.whole.longest == held_out.max()


def test_a_fingerprint_is_read_as_it_was_written(place):
    prints = checkpoint.load(place / "model").fingerprint
    again = unpack_fingerprint(pack_fingerprint(prints), "x")
    assert np.array_equal(again.bits, prints.bits)
    assert (again.baseline, again.text) == (prints.baseline, prints.text)


def test_a_text_that_may_copy_copies_and_one_that_may_not_stays_under_the_limit(place, trained_on):
    assert max(longest(last(place, FREE, seed=1, texts=8).texts, trained_on)) >= limit(place)
    assert max(longest(last(place, ORIGINAL, seed=1, texts=8).texts, trained_on)) < limit(place)


def test_the_same_seed_writes_the_same_original_text_alone_and_among_others(place):
    several = last(place, ORIGINAL, seed=1, texts=4).texts
    assert several == tuple(last(place, ORIGINAL, seed=seed).texts[0] for seed in (1, 2, 3, 4))


def test_a_draft_is_resumed_as_original_as_it_was_begun(place, tmp_path):
    short = dataclasses.replace(ORIGINAL, length=50)
    save_draft(last(place, short, seed=2), tmp_path / "draft")
    draft = open_draft(tmp_path / "draft", str(place / "model"))
    assert draft.manner.original
    *_, more = carry_on(draft, dataclasses.replace(draft.manner, length=350))
    assert more.texts == last(place, ORIGINAL, seed=2).texts
    assert "--original" in manner_flags(draft.manner)


def test_the_most_likely_text_is_original_too_if_that_is_asked_for(place, trained_on):
    greedy = dataclasses.replace(ORIGINAL, sampling={"temperature": 0, "top_k": 1})
    assert max(longest(last(place, greedy, seed=1).texts, trained_on)) < limit(place)


def test_an_answer_tells_the_longest_copied_span(place, trained_on):
    answer = write(str(place / "model"), "ANNA:", length=120, temperature=0.3, seed=1)
    assert answer["copying_limit"] == limit(place)
    exactly = longest([answer["text"]], trained_on)[0]
    assert answer["longest_copied"] >= exactly if exactly >= 20 else answer["longest_copied"] == 0


def test_a_writer_without_a_fingerprint_writes_but_cannot_promise_not_to_copy(place, tmp_path):
    shutil.copytree(place / "model", tmp_path / "model")
    (tmp_path / "model" / checkpoint.ORIGINALITY).unlink()
    draft = last(tmp_path, FREE, seed=1)
    assert draft.texts == last(place, FREE, seed=1).texts
    assert draft.copied == ()
    assert "longest_copied" not in draft.answer()
    with pytest.raises(RnnlabError, match="no fingerprint of its text"):
        last(tmp_path, ORIGINAL, seed=1)


@pytest.mark.parametrize("cut", [slice(0, -1), slice(0, 100), slice(8, None), slice(0, 0)])
def test_a_damaged_fingerprint_is_refused(place, tmp_path, cut):
    shutil.copytree(place / "model", tmp_path / "model")
    file = tmp_path / "model" / checkpoint.ORIGINALITY
    file.write_bytes(file.read_bytes()[cut])
    with pytest.raises(CheckpointError, match="model/originality.safetensors is damaged"):
        checkpoint.load(tmp_path / "model")


def test_a_fingerprint_with_one_bit_changed_is_refused(place, tmp_path):
    shutil.copytree(place / "model", tmp_path / "model")
    file = tmp_path / "model" / checkpoint.ORIGINALITY
    content = bytearray(file.read_bytes())
    content[-5] ^= 4
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match="is damaged"):
        checkpoint.load(tmp_path / "model")


def test_the_fingerprint_of_another_text_is_refused(place, tmp_path):
    shutil.copytree(place / "model", tmp_path / "model")
    other = Fingerprint.of(story(seed=2), None, "1" * 64)
    (tmp_path / "model" / checkpoint.ORIGINALITY).write_bytes(pack_fingerprint(other))
    with pytest.raises(CheckpointError, match="is of another text than its data"):
        last(tmp_path, FREE, seed=1)


def test_a_fingerprint_travels_in_a_zip(place, tmp_path):
    archives.pack(place / "model", tmp_path / "model.zip")
    archives.unpack(tmp_path / "model.zip", tmp_path / "again", "model")
    prints, again = (checkpoint.load(folder).fingerprint for folder in (place / "model", tmp_path / "again"))
    assert np.array_equal(prints.bits, again.bits)


def test_copied_spans_are_told_apart_and_begin_after_the_prompt():
    text = "".join(np.random.default_rng(1).choice(list("abcdefgh"), 500))
    prints = Fingerprint.of(text)
    written = text[:30] + text[30:60] + "xyz" + text[200:225] + "q" + text[300:310]
    assert copied_spans(prints, written, 30) == CopiedSpans(60, ((30, 60), (63, 88)))
    assert copied_spans(prints, "xyz" * 20) == CopiedSpans(0, ())


def test_names_of_speakers_do_not_make_a_span_copied():
    said = "who goes there, my lord\n\nDUKE VINCENTIO:\nA friend to this ground, and liegemen"
    prints = Fingerprint.of(said)
    between = "qqqq lord\n\nDUKE VINCENTIO:\nA friqqqq"
    assert prints.longest_spans(between).max() == 28
    assert copied_spans(prints, between) == CopiedSpans(0, ())
    # Twenty letters beside the name, and the span is one of 40 and is shown whole.
    longer = "qqqq lord\n\nDUKE VINCENTIO:\nA friend to this qqqq"
    found = copied_spans(prints, longer)
    assert (found.longest, found.places) == (22, ((4, 44),))
    assert copied_spans(prints, longer, 30) == CopiedSpans(22, ((30, 44),))
    # Nor does one that is still being written, but a line that is no name does.
    play = "qqqq.\n\nANGELO:\nNo, my lord\n\nDUKE VINCENT"
    assert copied_spans(prints, play) == CopiedSpans(0, ())
    assert copied_spans(prints, f"{play} and").longest == 23
    assert copied_spans(prints, play.replace("ANGELO:", "Angelo")).longest == 23
    saying = "\n\nAnd he said unto them these words:\nBlessed"
    assert copied_spans(Fingerprint.of(saying), f"qqqq{saying}").longest == len(saying)


def test_an_original_play_keeps_the_names_of_its_speakers():
    manner = Manner(1500, sampling={"temperature": 0.5}, original=True)
    *_, draft = drafts("shakespeare", "", manner, seed=33, texts=8)
    prints = draft.fingerprint
    assert [one.longest for one in draft.copied] == [0] * 8
    assert all(prints.longest_spans(text).max() >= prints.limit for text in draft.texts)  # names among it
    names = [name for text in draft.texts for name in re.findall(r"\n\n[^\n:]+:\n", text)]
    long = [name for name in names if len(name) >= 20]  # characters, of which the fingerprint tells
    assert len(long) > 5
    assert sum(prints.longest_spans(name)[-1] == len(name) for name in long) >= len(long) - 1


def test_a_heading_of_prose_is_no_name_that_may_be_copied():
    *_, draft = drafts("tolstoy", "", Manner(1500, sampling={"temperature": 0.5}, original=True), seed=1, texts=8)
    assert all(one.longest < draft.fingerprint.limit for one in draft.copied)


@pytest.mark.parametrize("explained", [False, True])
def test_a_copied_span_is_underlined_and_the_text_stays_escaped(place, explained):
    text = "<i>&" + "".join(np.random.default_rng(1).choice(list("abcdefgh"), 30)) + "<b>"
    draft = last(place, FREE, seed=1)
    pieces = tuple(Piece(one, 1.0) for one in text)
    draft = dataclasses.replace(draft, prompt="", pieces=(pieces,), fingerprint=Fingerprint.of(text[4:34]))
    html = manuscript(draft, explained=explained)
    assert html.count(COPIED) == html.count("</u>") == 1
    assert "<i>&" not in html
    if not explained:
        assert f"&lt;i&gt;&amp;{COPIED}{text[4:34]}</u>&lt;b&gt;" in html
    assert "longest copied span: 30 characters (20 or more count as copied)" in facts(draft)
