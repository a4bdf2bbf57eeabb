"""The tab Write: its handlers as functions, and the endpoint /write through a real client over loopback."""

import dataclasses
import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from pages import pages

from rnnlab.tasks.text import use, writer
from rnnlab.tasks.text.manner import Manner, sampling_settings
from rnnlab.tasks.text.page import tab
from rnnlab.tasks.text.page.manuscript import facts, manuscript
from rnnlab.tasks.text.page.request import AskedText, first_draft
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.use import Draft, drafts
from rnnlab.ui import app

RULES = [known.default for known in sampling_settings() if known.name != "temperature"]


def asked(
    voice="shakespeare", prompt="ROMEO:", heat=0.8, length=200, three=False, seed="1", stop="", banned="", light=False
):
    return [voice, prompt, heat, length, three, seed, stop, banned, light, *RULES]


def written(explained=False, **given):
    return list(tab.begin_writing(None, explained, *asked(**given)))


def usable(shown) -> tuple[bool, ...]:
    """Whether a text can be begun, stopped and continued."""
    return tuple(shown[name].interactive for name in ("write", "stop", "on"))


@pytest.fixture(scope="module")
def address():
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def text_of(sheet: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", re.search(r'<div class="written">(.*?)</div>', sheet, re.DOTALL).group(1)))


def test_a_text_grows_and_ends_with_its_file_and_facts():
    shown = written()
    lengths = [len(text_of(step["sheet"])) for step in shown]
    assert lengths == sorted(lengths)
    assert lengths[-1] == 206
    last = shown[-1]
    draft, download = last["draft"], last["download"]
    assert "per character on held-out pages" in last["verdict"]
    assert "<b>ROMEO:</b>" in last["sheet"]
    assert re.search(r"200 characters · [\d,]+ per second · CPU · seed 1", last["facts"])
    assert draft.texts[0] == use.write("shakespeare", "ROMEO:", length=200, seed=1)["text"]
    assert usable(last) == (True, False, True)
    file = download.value["path"] if isinstance(download.value, dict) else download.value
    assert Path(file).read_text() == draft.texts[0] + "\n"
    assert usable(shown[0]) == (False, True, False)


def test_continue_goes_on_as_if_the_text_had_never_stopped():
    draft = written()[-1]["draft"]
    *_, last = tab.carry_on(None, draft, False, *asked(length=100, seed=""))
    assert last["draft"].texts[0] == use.write("shakespeare", "ROMEO:", length=300, seed=1)["text"]


def test_a_text_that_was_stopped_says_so_and_can_be_downloaded():
    draft = written()[0]["draft"]
    shown = tab.stopped(draft, False)
    assert "Stopped · " in shown["facts"]
    assert shown["draft"] is draft
    assert 'class="caret"' not in shown["sheet"]
    assert usable(shown) == (True, False, True)
    assert shown["download"].interactive


def test_a_text_that_was_stopped_before_it_began_leaves_the_last_as_it_was():
    draft = written(length=20)[-1]["draft"]
    shown = tab.stopped(draft, False)
    assert "Stopped" not in shown["facts"]
    assert text_of(shown["sheet"]) == draft.texts[0]


def test_three_at_once_are_shown_side_by_side_each_with_its_seed():
    shown = written(three=True, length=30)[-1]
    sheet, line, draft = shown["sheet"], shown["facts"], shown["draft"]
    assert sheet.count('class="sheet"') == 3
    assert all(f"Seed {seed}" in sheet for seed in (1, 2, 3))
    assert "seeds 1 – 3" in line
    assert len(set(draft.texts)) == 3


def test_surprise_is_shown_of_every_character_with_the_five_likeliest():
    draft = written()[-1]["draft"]
    sheet = tab._explained(draft, True)
    assert len(re.findall(r'<span class="s[0-5]" data-tip=', sheet)) == 200
    assert sheet.count("most likely here:") == 200
    assert "surprise" not in manuscript(draft)


def test_what_a_network_writes_is_escaped_everywhere():
    evil = '<img src=x onerror="alert(1)">${1+1}{{x}}'
    piece = Piece(evil, 1.0, ((evil, 0.5),))
    draft = Draft("shakespeare", "cpu", evil, ((piece,), (piece,)), (1, 2), (evil,), 9, 1.0, True, ())
    for html in (manuscript(draft, explained=True), manuscript(draft), facts(draft, evil)):
        assert "<img" not in html
        assert 'onerror="' not in html


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"seed": "x"}, "The seed 'x' is not a whole number; leave it empty for a new one."),
        ({"length": 99_999}, "Between 1 and 20,000 characters can be written at a time here, not 99,999."),
        ({"length": None}, "Between 1 and 20,000 characters can be written at a time here, not None."),
        ({"length": float("nan")}, "Between 1 and 20,000 characters can be written at a time here, not nan."),
        ({"seed": "9" * 5000}, "is not a whole number; leave it empty for a new one."),
        ({"heat": float("nan")}, "temperature must be between 0 and 5, not nan."),
        ({"voice": "/etc"}, "There is no bundled checkpoint 'etc'"),
        ({"voice": "stocks"}, "was trained for 'forecast', not for writing"),
        ({"heat": 7}, "temperature must be between 0 and 5, not 7.0."),
    ],
)
def test_what_cannot_be_written_gets_its_sentence_and_the_last_text_stays(given, sentence):
    [shown] = written(**given)
    assert 'role="alert"' in shown["verdict"]
    assert sentence.replace("'", "&#x27;") in shown["verdict"]
    assert set(shown) == {"verdict", "write", "stop", "on"}
    assert usable(shown) == (True, False, True)


def test_a_line_break_can_be_given_as_a_stop():
    values = AskedText.of(asked(stop="\\n\\n"))
    assert values.manner.stops == ("\n\n",)
    [*_, last] = written(stop="\\n\\n", length=2000)
    assert "\n\n" not in last["draft"].texts[0]


def test_a_cleared_number_means_its_default():
    values = asked()
    cleared = [*values[: -len(RULES)], *[None] * len(RULES)]
    [*_, last] = tab.begin_writing(None, False, *cleared)
    assert last["draft"].texts == written()[-1]["draft"].texts


def test_a_text_that_is_long_enough_is_not_gone_on_with():
    draft = dataclasses.replace(written(length=5)[-1]["draft"], pieces=((Piece("x" * 60_001, None, ()),),))
    [shown] = tab.carry_on(None, draft, False, *asked())
    assert "A text of 60,000 characters is not continued here" in shown["verdict"]


def test_a_voice_brings_its_own_prompts():
    preset, temperature, min_p, prompt, examples, _ = tab._voice_chosen("doyle", "daring", 0)
    assert {"temperature": temperature, "min_p": min_p} == writer.voice("doyle").presets["daring"]
    assert preset.value == "daring"
    assert prompt == writer.voice("doyle").openings[0]
    assert [[one] for one in writer.voice("doyle").openings] == examples["samples"]


def test_the_endpoint_report_answers_through_a_client(client):
    found = client.predict(model="shakespeare", text=pages(300), api_name="/report")
    assert found["rows"]["delta"]["reading"] == "outside the author's range"
    with pytest.raises(AppError, match="write at least 250"):
        client.predict(model="shakespeare", text="To be.", api_name="/report")


def test_the_endpoint_streams_the_text_as_it_grows(client):
    job = client.submit(prompt="ROMEO:", model="shakespeare", length=4000, seed="1", api_name="/write")
    answers = list(job)
    assert len(answers) > 3
    texts = [answer["text"] for answer in answers]
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert set(answers[-1]) >= {"text", "seed", "chars_per_second"}
    assert answers[-1]["seed"] == 1
    assert texts[-1] == use.write("shakespeare", "ROMEO:", length=4000, seed=1)["text"]


def test_a_stream_that_is_cancelled_stops(client):
    job = client.submit(prompt="", model="shakespeare", length=20_000, seed="1", api_name="/write")
    next(iter(job))
    job.cancel()
    assert len(job.outputs()[-1]["text"]) < 20_000


def test_two_visitors_at_once_get_their_own_texts(address):
    def ask(seed: int) -> dict:
        own = Client(address, verbose=False)
        return own.predict(prompt="To be", model="shakespeare", length=300, seed=str(seed), api_name="/write")

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(ask, [1, 2]))
    expected = [use.write("shakespeare", "To be", length=300, seed=seed)["text"] for seed in (1, 2)]
    assert [answer["text"] for answer in answers] == expected


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"model": "../stocks"}, "There is no bundled checkpoint"),
        ({"length": 0}, "Between 1 and 20,000 characters can be written at a time here, not 0."),
        ({"length": "many"}, "length must be a number, not 'many'."),
        ({"top_p": 3}, "top_p must be between 0 and 1, not 3.0."),
        ({"seed": "-4"}, "The seed '-4' is not a whole number"),
    ],
)
def test_the_endpoint_refuses_with_one_sentence(client, given, sentence):
    with pytest.raises(AppError) as error:
        client.predict(**{"prompt": "x", "model": "shakespeare"} | given, api_name="/write")
    assert sentence in str(error.value)
    assert "Traceback" not in str(error.value)


def test_the_first_character_comes_at_once():
    """The first draft holds no more than what a few steps write: nobody waits for the rest."""
    first = next(iter(drafts("shakespeare", "ROMEO:", Manner(2000), seed=1)))
    assert first.characters <= 3


def test_the_page_opens_with_the_measured_sampling_of_its_first_voice():
    assert first_draft("doyle").manner.sampling == writer.voice("doyle").presets["balanced"]
