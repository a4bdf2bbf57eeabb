"""The style report of a writer: at a training's end, as a command, from Python, on the page."""

import json
from dataclasses import replace
from hashlib import sha256
from html import unescape

import pytest
from pages import pages
from trainings import train_text

import rnnlab
from rnnlab.__main__ import main
from rnnlab.data.catalog import text_entry
from rnnlab.data.fetch import fetching
from rnnlab.errors import RnnlabError
from rnnlab.scoring.originality.written import originality_words
from rnnlab.scoring.style.report import StyleReport
from rnnlab.scoring.style.rows import LABELS
from rnnlab.service.summary import show
from rnnlab.tasks.text.judge import fetched_authors
from rnnlab.tasks.text.judge.reporting import report_of
from rnnlab.tasks.text.manner import Manner
from rnnlab.tasks.text.page import report_panel
from rnnlab.tasks.text.page.report_endpoint import report
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.use import Draft
from rnnlab.train.checkpoint import checkpoint
from rnnlab.ui import checkpoint_panels

SIZES = {"hidden": 16, "layers": 1, "embedding": 8, "batch": 8, "window": 25, "steps": 60, "validation": 0.3}


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    """No text has been fetched, so that a report has the same other authors on every machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("no-texts")))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("style-reports")
    (place / "pages.txt").write_text(pages(12_000), encoding="utf-8")
    (place / "more.txt").write_text(pages(600, seed=7), encoding="utf-8")
    (place / "few.txt").write_text(pages(60, seed=8), encoding="utf-8")
    list(train_text(str(place / "pages.txt"), settings=SIZES, out=place / "model"))
    return place


def answer(capsys, *arguments):
    assert main(["report", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_training_keeps_the_author_s_profile_and_how_near_the_writer_is(folder):
    made = checkpoint.load(folder / "model")
    style = made.metrics["style"]
    assert style["words"] == 5_000
    assert StyleReport.from_json(style).json() == style
    assert style["verdict"] in made.card
    assert made.profile["title"] == style["title"]
    assert made.metrics["originality"]["written"]["characters"] > 20 * 250 * 2
    assert originality_words(made.metrics["originality"]) in made.card


def test_the_command_tells_every_row_with_its_held_out_and_5_gram_columns(folder, capsys):
    found = answer(capsys, str(folder / "model"), "--samples", "4")
    assert set(found["rows"]) | set(found["left_out"]) >= set(LABELS)
    for row in found["rows"].values():
        assert row["low"] <= row["value"] <= row["high"]
        assert row["held_out_low"] <= row["held_out"] <= row["held_out_high"]
        assert row["ngram"] is not None
    assert found["words"] == 1_000


def test_the_command_reports_on_a_text_and_refuses_a_short_one(folder, capsys):
    found = answer(capsys, str(folder / "model"), "--text", str(folder / "more.txt"))
    assert found["words"] == 500
    assert found["rows"]["spelling"]["value"] > 0.95
    assert main(["report", str(folder / "model"), "--text", str(folder / "few.txt")]) == 2
    assert "60 words are too few" in capsys.readouterr().err


def test_the_author_s_text_may_be_given_and_its_profile_kept(folder, capsys, tmp_path):
    made = checkpoint.load(folder / "model")
    bare = tmp_path / "bare"
    checkpoint.save(checkpoint.dataclasses.replace(made, profile=None), bare)
    assert main(["report", str(bare), "--samples", "1"]) == 2
    assert "give the author's text with --data" in capsys.readouterr().err
    text = ["--text", str(folder / "more.txt")]
    found = answer(capsys, str(bare), "--data", str(folder / "pages.txt"), "--keep", *text)
    assert checkpoint.load(bare).profile == made.profile
    assert found == answer(capsys, str(folder / "model"), *text)
    kept = answer(capsys, str(bare), "--keep", "--samples", "2")
    assert checkpoint.load(bare).metrics["style"] == kept
    assert kept["verdict"] in (bare / "README.md").read_text(encoding="utf-8")


def test_python_reports_as_the_command_does(folder, capsys):
    model = rnnlab.load(str(folder / "model"))
    text = (folder / "more.txt").read_text(encoding="utf-8").strip()
    assert model.report(text).json() == answer(capsys, str(folder / "model"), "--text", str(folder / "more.txt"))


def test_another_writer_s_author_is_told_apart(folder, tmp_path):
    (tmp_path / "other.txt").write_text(pages(4_000, author=2), encoding="utf-8")
    list(train_text(str(tmp_path / "other.txt"), settings=SIZES, out=tmp_path / "other"))
    text = pages(1_000, seed=9)
    found = report_of(str(folder / "model"), text=text, against=[str(tmp_path / "other")])
    assert found.others == ("other",)
    assert {"delta", "attribution"} <= {row.name for row in found.rows}


def test_the_authors_of_fetched_texts_are_told_apart_once_each_and_their_profiles_kept(folder, tmp_path, monkeypatch):
    first, longer = (replace(text_entry("doyle"), name=one, author="Ann Other", title=one) for one in ("a", "b"))
    own = replace(first, name="own", author="pages")
    texts = {first: pages(3_000, author=2), longer: pages(4_000, author=2), own: pages(4_000)}
    entries = [replace(e, characters=len(t), sha256=sha256(t.encode()).hexdigest()) for e, t in texts.items()]
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path))
    for entry, text in zip(entries, texts.values(), strict=True):
        (tmp_path / f"{entry.name}.txt").write_text(text, encoding="utf-8")
    monkeypatch.setattr(fetched_authors, "text_entries", lambda: entries)
    monkeypatch.setattr(fetching, "text_entry", lambda name: next(one for one in entries if one.name == name))
    found = report_of(str(folder / "model"), text=pages(1_000, seed=9))
    assert found.others == ("Ann Other, b",)
    assert (tmp_path / "b.profile.json").is_file()
    before = (tmp_path / "b.profile.json").stat().st_mtime_ns
    assert report_of(str(folder / "model"), text=pages(1_000, seed=9)) == found
    assert (tmp_path / "b.profile.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"samples": 0}, "Between 1 and 200 samples"), ({"seed": -4}, "The seed must be"),
     ({"text": "x" * 2_000_001}, "give at most 2,000,000"), ({"temperature": 99.0}, "temperature")],
)  # fmt: skip
def test_what_cannot_be_reported_is_refused_in_one_sentence(folder, given, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        report_of(str(folder / "model"), **given)


def test_a_checkpoint_s_report_is_folded_below_its_scores(folder):
    shown = show(str(folder / "model"))
    said = checkpoint_panels.details(shown)
    assert "<summary>Report</summary>" in said
    assert shown.report[0] in unescape(said)
    assert shown.answer()["report"][1]["rows"]
    assert checkpoint_panels.report(show("stocks")) == ""


def draft(text: str) -> Draft:
    return Draft("shakespeare", "cpu", "", ((Piece(text),),), (7,), (), 0, 0.0, True, (), Manner(100))


def test_the_page_reports_on_the_text_that_is_shown():
    shown = report_panel.of_text(None, draft(pages(300)))
    assert "runs of three words" in shown
    assert "<table>" in shown
    assert "10 words are too few" in report_panel.of_text(None, draft(pages(10)))


def test_the_endpoint_s_function_answers_as_the_service_does():
    text = pages(300)
    assert report(None, "shakespeare", text) == report_of("shakespeare", text=text).json()
    with pytest.raises(Exception, match="Between 1 and 20 samples"):
        report(None, "shakespeare", samples=21)
