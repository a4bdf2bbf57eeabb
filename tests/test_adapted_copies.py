"""Copies adapted for a visit: kept in memory, bounded, told plainly wherever they write, and gone on a click."""

import json
import shutil

import pytest
from commanding import run
from golden.places import FIXTURES
from gradio_client import Client
from gradio_client.exceptions import AppError

from rnnlab.errors import RnnlabError
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import visitor
from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.runtime.uploads import new_visit
from rnnlab.tasks.text.branching import Fork, branch
from rnnlab.tasks.text.draft_file import save_draft
from rnnlab.tasks.text.learn import adapted_copies
from rnnlab.tasks.text.learn.adapted_copies import AdaptedCopy, adapting, forget_copy
from rnnlab.tasks.text.learn.adapting import Adaptation
from rnnlab.tasks.text.manner import Manner, sampling_settings
from rnnlab.tasks.text.page import adapt_panel, report_panel, tab
from rnnlab.tasks.text.page.links import writing_link
from rnnlab.tasks.text.page.request import AskedText
from rnnlab.tasks.text.use import BY_COPY, carry_on, drafts
from rnnlab.ui import app

WRITER = FIXTURES / "finished" / "writer"
PAGE = "the old boat was lost. the new boat was found. " * 20
RULES = [known.default for known in sampling_settings() if known.name != "temperature"]


def adapted(voice, page=PAGE, **given) -> AdaptedCopy:
    *_, copy = adapting(str(voice), page, **given)
    return copy


def written(voice, copy=None, **manner):
    manner = Manner(40, explained=True, adapted_copy="" if copy is None else copy.name, **manner)
    *_, last = drafts(str(voice), "the ", manner, seed=1)
    return last


@pytest.fixture(scope="module")
def copy() -> AdaptedCopy:
    return adapted(WRITER)


@pytest.fixture(scope="module")
def brought() -> str:
    """A small writer that a visitor of the page has brought, by its name there."""
    visit = new_visit("small")
    shutil.copytree(WRITER, visit.folder)
    return visit.model


def test_an_adapted_copy_writes_by_its_name_and_the_voice_as_before(copy):
    before = written(WRITER)
    own = written(WRITER, copy)
    assert own.texts == written(WRITER, copy).texts != before.texts
    assert written(WRITER).texts == before.texts
    assert own.voice.verdict == copy.told.verdict
    assert own.voice.title == before.voice.title + " (adapted copy)"
    assert written(WRITER, copy, weights="int8").texts[0].startswith("the ")


def test_what_an_adapted_copy_wrote_says_so_and_has_no_link(copy):
    own, before = written(WRITER, copy), written(WRITER)
    assert BY_COPY in own.notices
    assert BY_COPY not in before.notices
    assert writing_link(own) == ""
    with pytest.raises(RnnlabError, match="An adapted copy lives in memory only, so its text cannot be resumed"):
        save_draft(own, "draft")


def test_a_text_is_continued_by_whoever_is_chosen_now_who_reads_all_of_it_first(copy):
    own = written(WRITER, copy)
    *_, same = carry_on(own, Manner(30, adapted_copy=copy.name))
    *_, whole = drafts(str(WRITER), "the ", Manner(70, adapted_copy=copy.name), seed=1)
    assert same.texts == whole.texts
    *_, plain = carry_on(own, Manner(30))
    assert BY_COPY in plain.notices
    assert writing_link(plain) == ""
    *_, joined = carry_on(written(WRITER), Manner(30, adapted_copy=copy.name))
    *_, read = drafts(str(WRITER), written(WRITER).texts[0], Manner(1, adapted_copy=copy.name, explained=True), seed=2)
    *_, next_one = carry_on(written(WRITER), Manner(1, adapted_copy=copy.name, explained=True))
    assert BY_COPY in joined.notices
    assert next_one.pieces[0][-1].likeliest == read.pieces[0][0].likeliest


def test_a_branch_of_an_adapted_text_says_so_whoever_writes_it(copy):
    own = written(WRITER, copy)
    for manner in (Manner(10), Manner(10, adapted_copy=copy.name)):
        *_, last = branch(own, Fork(0, 5, 1), manner)
        assert last.notices.count(BY_COPY) == 1
        assert writing_link(last) == ""


def test_a_copy_that_is_gone_or_another_voices_is_refused_in_a_sentence(copy, tmp_path):
    gone = adapted(WRITER)
    forget_copy(gone)
    with pytest.raises(RnnlabError, match=r"This adapted copy is no longer kept; adapt the voice to the text again\."):
        written(WRITER, gone)
    shutil.copytree(WRITER, tmp_path / "other")
    with pytest.raises(RnnlabError, match="This adapted copy is of another voice, or the voice has changed since"):
        written(tmp_path / "other", copy)


def test_one_visitors_copies_never_take_more_than_their_share(monkeypatch):
    one = adapted(WRITER)
    [size] = {size for _, _, size in adapted_copies._COPIES.things()}
    forget_copy(one)
    monkeypatch.setattr(adapted_copies, "_COPIES", ByteLru(5 * size))
    monkeypatch.setattr(adapted_copies, "MOST_OF_ONE", 2 * size)
    first, *others = (adapted(WRITER) for _ in range(3))
    with pytest.raises(RnnlabError, match="no longer kept"):
        written(WRITER, first)
    assert [written(WRITER, one).finished for one in others] == [True, True]
    assert adapted_copies._COPIES.bytes == 2 * size


def test_a_copy_that_nobody_uses_is_put_away():
    now = [0.0]
    kept = ByteLru(10, most_seconds=60, clock=lambda: now[0])
    kept.put("a", "A", 1)
    kept.put("b", "B", 1)
    now[0] = 50
    assert kept.find("b") == "B"
    now[0] = 100
    assert (kept.find("a"), kept.find("b"), len(kept)) == (None, "B", 1)
    kept.forget("b")
    assert kept.find("b") is None


def test_a_visitors_voice_and_text_are_bounded(brought, monkeypatch):
    stranger = visitor(None, "somebody")
    monkeypatch.setattr(adapted_copies, "MOST_SECONDS", 0.0)
    with pytest.raises(
        RnnlabError, match="Adapting to 940 characters takes longer than is allowed here; give a shorter"
    ):
        adapted(brought, caller=stranger)
    monkeypatch.setattr(adapted_copies, "MOST_OF_ONE", 10)
    with pytest.raises(RnnlabError, match="This voice is too large to be adapted here"):
        adapted(brought, caller=stranger)


def test_whoever_leaves_stops_the_work():
    begun = adapting(str(WRITER), PAGE * 20)
    assert isinstance(next(begun), Pulse)
    begun.close()
    with pytest.raises(StopIteration):
        next(begun)


def test_it_is_told_honestly_when_adapting_did_not_help():
    assert Adaptation(1.5, 1.25, 800, 200, ()).verdict == (
        "Adapting helped: 1.250 nats per character on the 200 characters kept back, 1.500 before; "
        "trained on 800 characters."
    )
    worse = Adaptation(1.5, 1.5, 800, 200, ())
    assert worse.verdict.startswith("Adapting did not help: 1.500 nats per character")
    assert 'class="adapted worse"' in adapt_panel.copy_html(AdaptedCopy("x", "doyle", worse))


def adapted_on_page(voice, page=PAGE, prompt="", copy=None):
    return list(adapt_panel.begin_adapting(None, voice, page, prompt, copy))


def test_the_page_shows_the_wait_the_result_and_a_way_back(brought):
    first, *_, last = adapted_on_page(brought)
    shown, copy, start, stop, reset = last
    assert "Opening small" in first[0]
    assert (first[2].interactive, first[3].interactive) == (False, True)
    assert "<b>small is adapted to your text.</b>" in shown
    assert "nats per character on the 188 characters kept back" in shown
    assert (start.interactive, stop.interactive, reset.visible) == (True, False, True)
    shown, none, *_, reset = adapt_panel.forgotten(brought, copy)
    assert (none, reset.visible) == (None, False)
    assert "Reset: small writes as it was trained." in shown
    assert adapted_copies._COPIES.find(copy.name) is None


def test_an_empty_text_stands_for_the_prompt_and_a_new_copy_takes_the_earlier_ones_place(brought):
    earlier = adapted_on_page(brought, "", PAGE)[-1][1]
    later = adapted_on_page(brought, copy=earlier)[-1][1]
    assert later.told.learnt == earlier.told.learnt
    assert adapted_copies._COPIES.find(earlier.name) is None


def test_what_cannot_be_adapted_to_gets_its_sentence_and_the_earlier_copy_stays(brought):
    earlier = adapted_on_page(brought)[-1][1]
    shown, copy, *_, reset = adapted_on_page(brought, "too short", copy=earlier)[-1]
    assert "Of the text, 9 characters are known to" in shown
    assert "The earlier adapted copy still writes." in shown
    assert (copy, reset.visible) == (earlier, True)
    assert "Texts are written as before." in adapted_on_page("nobody")[-1][0]
    assert "small is adapted to your text" in adapt_panel.stopped(earlier)[0]
    assert "Stopped. Texts are written as before." in adapt_panel.stopped(None)[0]


def test_another_voice_resets_the_copy_and_says_so(brought):
    copy = adapted_on_page(brought)[-1][1]
    assert adapt_panel.switched(brought, copy)[1] is copy
    shown, none, *_ = adapt_panel.switched("doyle", copy)
    assert none is None
    assert "The adapted copy of small was reset, as another voice was chosen." in shown
    assert adapt_panel.switched("doyle", None)[0] == ""


def test_the_tab_writes_with_the_copy_of_its_own_voice_alone(brought):
    copy = adapted_on_page(brought)[-1][1]
    values = [brought, "the ", 0.8, 100, False, "1", "", "", False, *RULES, False, False, False, "", 0.5, 0.0, copy]
    *_, last = tab.begin_writing(None, False, *values)
    assert "(adapted copy)" in last["verdict"]
    assert "An adapted copy of the voice wrote this" in last["facts"]
    assert 'data-link=""' in last["facts"]
    assert AskedText.of(["doyle", *values[1:]]).manner.adapted_copy == ""
    assert "What an adapted copy writes has no report" in report_panel.of_model(None, last["draft"])


@pytest.fixture(scope="module")
def client():
    demo = app.build()
    yield Client(app.launch(demo, wait=False), verbose=False)
    demo.close()


def test_a_program_adapts_a_voice_and_has_the_copy_write(client, brought):
    told = client.predict(model=brought, text=PAGE, api_name="/adapt")
    assert set(told) == {"adapted_copy", "model", "before", "after", "learnt", "kept_back", "verdict", "notices"}
    assert (told["model"], told["learnt"], told["kept_back"]) == (brought, 752, 188)
    how = {"prompt": "the ", "model": brought, "length": 60, "seed": "1", "api_name": "/write"}
    own = client.predict(adapted_copy=told["adapted_copy"], **how)
    assert own["text"] != client.predict(**how)["text"]
    assert own["text"] == client.predict(adapted_copy=told["adapted_copy"], **how)["text"]
    assert BY_COPY in own["notices"]


def refusal(client, api_name, **given) -> str:
    with pytest.raises(AppError) as error:
        client.predict(**given, api_name=api_name)
    return str(error.value)


def test_a_program_gets_one_sentence_on_what_cannot_be_adapted(client, brought):
    assert "Of the text, 5 characters are known to" in refusal(client, "/adapt", model=brought, text="short")
    assert "Of the text, 20,001 characters are known to" in refusal(client, "/adapt", model=brought, text="o" * 20_001)
    assert "There is no bundled checkpoint 'nobody'" in refusal(client, "/adapt", model="nobody", text=PAGE)
    assert "This adapted copy is no longer kept" in refusal(client, "/write", model=brought, adapted_copy="0" * 32)
    told = client.predict(model=brought, text=PAGE, api_name="/adapt")
    other = refusal(client, "/write", model="shakespeare", adapted_copy=told["adapted_copy"])
    assert "This adapted copy is of another voice" in other


def test_a_program_writes_by_preset(client):
    how = {"prompt": "To be", "model": "shakespeare", "length": 40, "seed": "1", "api_name": "/write"}
    metrics = open_checkpoint("shakespeare").metrics
    same = {"temperature": metrics["presets"]["daring"], "min_p": metrics["preset_min_p"]}
    assert client.predict(preset="daring", **how)["text"] == client.predict(**same, **how)["text"]
    same["min_p"] = 0.3
    assert client.predict(preset="daring", min_p=0.3, **how)["text"] == client.predict(**same, **how)["text"]
    preset = "A preset sets the temperature; leave out temperature, or the preset."
    assert preset in refusal(client, "/write", model="shakespeare", preset="faithful", temperature=0.5)
    wild = "There is no preset 'wild'; choose faithful, balanced or daring."
    assert wild in refusal(client, "/write", model="shakespeare", preset="wild")


def test_the_command_writes_with_a_copy_for_one_run(tmp_path):
    before = {file.name: file.read_bytes() for file in WRITER.iterdir()}
    (tmp_path / "page.txt").write_text(PAGE)
    how = ("write", str(WRITER), "--prompt", "the ", "--length", "40", "--seed", "1")
    done = run(*how, "--adapt", str(tmp_path / "page.txt"))
    assert "nats per character on the 188 characters kept back" in done.stderr
    assert done.stdout != run(*how).stdout
    told = json.loads(run(*how, "--adapt", str(tmp_path / "page.txt"), "--json").stdout)
    assert set(told["adaptation"]) == {"before", "after", "learnt", "kept_back"}
    assert told["text"] + "\n" == done.stdout
    assert {file.name: file.read_bytes() for file in WRITER.iterdir()} == before


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--adapt", "page.txt", "--save", "draft"), "A copy of --adapt writes in one run only; leave out --save and"),
        (
            ("--adapt", "-", "--prompt", "-"),
            "Standard input holds one text; give a file for --adapt or for the prompt.",
        ),
        (("--adapt", "missing.txt"), "missing.txt"),
    ],
)
def test_a_command_that_cannot_adapt_says_why_in_a_sentence(given, sentence):
    done = run("write", str(WRITER), *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
