"""The tab Checkpoints: its handlers as functions and its endpoints through a real client, beside a Hub on loopback."""

import re
import zipfile
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from hub.secrets import ANNA, BORIS, client_home, told
from hub.serving import running_hub

from rnnlab.runtime.callers import STRANGER
from rnnlab.service.sharing import models, push
from rnnlab.service.summary import Shown, Table
from rnnlab.service.transfer import pack
from rnnlab.tasks.forecast.use import forecast
from rnnlab.tasks.text.use import write
from rnnlab.ui import app, checkpoint_panels, checkpoints_tab
from rnnlab.widgets.callers import login_possible

MODELS = Path(__file__).parents[1] / "data" / "checkpoints"
NOT_CHANGED = gr.skip()

BUNDLED = ["doyle", "kjv", "shakespeare", "stocks", "stocks-today", "tolstoy"]


@pytest.fixture
def hub(monkeypatch, tmp_path, caplog, capfd):
    """A Hub with two users, one of whom has a voice for all and a forecaster of her own; no token may be told."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        hub.store.users |= {ANNA: "anna", BORIS: "boris"}
        push(MODELS / "shakespeare", "anna/voice", token=ANNA)
        push(MODELS / "stocks", "anna/prices", private=True, token=ANNA)
        with caplog.at_level("DEBUG"):
            yield hub
    assert told([caplog.text, *capfd.readouterr()], [tmp_path, client_home()], hub) == []


@pytest.fixture(scope="module")
def address():
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


def signed_in(token):
    return gr.OAuthToken(token=token, scope="contribute-repos", expires_at=2**40)


def models_of(radio):
    return [model for _, model in radio.choices]


def test_the_list_begins_with_what_comes_with_the_page():
    entries = checkpoint_panels.listed(models()["bundled"], [], [])
    assert [model for _, model in entries] == BUNDLED
    assert entries[2][0].startswith("shakespeare — bundled, writes, LSTM, ")


def test_a_search_shows_what_its_caller_may_see(hub):
    own = checkpoints_tab.find(signed_in(ANNA), "", "", "newest", "stocks", [])
    others = checkpoints_tab.find(signed_in(BORIS), "", "", "newest", "stocks", [])
    strangers = checkpoints_tab.find(None, "", "forecast", "newest", "stocks", [])
    assert set(models_of(own[1])) == {*BUNDLED, "anna/voice", "anna/prices"}
    assert set(models_of(others[1])) == {*BUNDLED, "anna/voice"}
    assert "No rnnlab checkpoint on the Hub matches" in strangers[0]
    assert own[1].value == "stocks"


def test_a_search_leaves_the_chosen_checkpoint_in_the_list(hub):
    radio = checkpoints_tab.find(None, "nothing of that name", "", "newest", "anna/voice", [])[1]
    assert radio.value == "anna/voice"
    assert models_of(radio) == [*BUNDLED, "anna/voice"]


def test_a_checkpoint_of_the_hub_is_shown_without_its_weights(hub):
    hub.asked.clear()
    note, details, curve, card, opening = checkpoints_tab.choose(None, "anna/voice")
    assert note == ""
    assert "per character on held-out pages" in details
    assert "1.6688" in details
    assert "<h1>A writer in the style of" in card
    assert re.search(r"Validation loss: 1\.\d{3} nats after step [\d,]+ of [\d,]+<", curve)
    assert opening.value == "Open in Write"
    assert not [one for one in hub.asked if "model.safetensors" in one.path]


def test_a_checkpoint_that_is_private_is_not_shown_to_another(hub):
    assert "Daily prices" in checkpoints_tab.choose(signed_in(ANNA), "anna/prices")[1]
    for token in (signed_in(BORIS), None):
        refusal, *rest = checkpoints_tab.choose(token, "anna/prices")
        assert "no model anna/prices that this caller may see" in refusal
        assert rest == [NOT_CHANGED] * 4


def test_a_zip_is_made_of_what_the_caller_may_see(hub):
    note, path = checkpoints_tab.pack(signed_in(ANNA), "anna/prices")
    assert note == NOT_CHANGED
    with zipfile.ZipFile(path) as archive:
        assert "anna-prices/model.safetensors" in archive.namelist()
    refusal, path = checkpoints_tab.pack(None, "anna/prices")
    assert path is None
    assert 'role="alert"' in refusal


def test_what_is_brought_is_opened_by_its_name_and_by_nobody_who_does_not_know_it(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    pack("shakespeare", tmp_path / "my voice.zip")
    note, details, *_, radio, brought = checkpoints_tab.bring([str(tmp_path / "my voice.zip")], [], [])
    assert "Only you can open it" in note
    assert "my-voice · writes" in details
    assert radio.value == brought[0]
    text = write(brought[0], "ROMEO:", length=40, seed=1, caller=STRANGER)["text"]
    assert text == write("shakespeare", "ROMEO:", length=40, seed=1)["text"]
    assert re.fullmatch("visit:[0-9a-f]{32}/my-voice", brought[0])


@pytest.mark.parametrize("name", ["visit:" + "0" * 32 + "/x", "visit:../../etc/x", "visit:x/y", "/etc", "~"])
def test_a_name_that_was_not_given_opens_nothing(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    refusal, *rest = checkpoints_tab.choose(None, name)
    assert 'role="alert"' in refusal
    assert str(tmp_path) not in refusal
    assert rest == [NOT_CHANGED] * 4


def test_what_is_brought_and_spoilt_gets_its_sentence_and_nothing_of_it_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    pack("stocks", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip", "a") as archive:
        archive.writestr("a/../../b", b"x")
    refusal, *rest = checkpoints_tab.bring([str(tmp_path / "a.zip")], [], [])
    assert "a.zip names a place outside itself" in refusal
    assert rest == [NOT_CHANGED] * 6
    assert list((tmp_path / "cache").rglob("*.safetensors")) == []


def test_a_push_goes_to_the_account_of_who_is_signed_in_and_to_no_other(hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", ANNA)
    shown = unescape(checkpoints_tab.push(signed_in(BORIS), "stocks", "boris/prices", True))
    assert f"{hub.address}/boris/prices/commit/" in shown
    assert hub.store.repos["model", "boris/prices"].private
    assert "Nobody is signed in" in checkpoints_tab.push(None, "stocks", "anna/more", False)
    assert "no right to do that with anna/more" in checkpoints_tab.push(signed_in(BORIS), "stocks", "anna/more", False)
    assert ("model", "anna/more") not in hub.store.repos


def test_a_name_is_suggested_to_who_is_signed_in(hub):
    profile = SimpleNamespace(username="boris")
    assert checkpoints_tab.suggest(profile, "anna/voice@" + "0" * 40, "") == "boris/voice"
    assert checkpoints_tab.suggest(profile, "stocks", "boris/mine") == NOT_CHANGED
    assert checkpoints_tab.suggest(None, "stocks", "") == NOT_CHANGED


def test_what_a_stranger_wrote_is_escaped_and_nothing_of_it_is_fetched():
    evil = '<img src=x onerror="alert(1)">'
    found = {"repo": evil, "task": "text", "private": False, "downloads": 1, "modified": "", "metrics": {evil: 1.0}}
    assert checkpoint_panels.listed([], [], [found])[0][0].startswith(evil)  # a label, which Gradio escapes
    scores = Table(evil, ("", evil), ((evil, evil),))
    shown = Shown("a/b", evil, "text", evil, evil, evil, scores, "", None, "")
    assert "<img" not in checkpoint_panels.details(shown)
    assert "<img" not in checkpoint_panels.pushed(evil, evil)


def test_the_button_to_sign_in_is_there_only_where_it_works(monkeypatch):
    for name in ("OAUTH_CLIENT_ID", "RNNLAB_SIGN_IN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_TOKEN", ANNA)
    assert not login_possible()
    monkeypatch.setenv("OAUTH_CLIENT_ID", "a-space")
    assert login_possible()


def test_the_endpoints_list_load_and_push_as_who_calls_them(hub, address):
    anna, boris = Client(address, verbose=False, oauth_token=ANNA), Client(address, verbose=False, oauth_token=BORIS)
    listed = anna.predict(hub=True, task="forecast", api_name="/models")
    assert [one["repo"] for one in listed["hub"]] == ["anna/prices"]
    assert boris.predict(hub=True, task="forecast", api_name="/models")["hub"] == []
    loaded = anna.predict(model="anna/prices", api_name="/load")
    assert re.fullmatch("anna/prices@[0-9a-f]{40}", loaded["model"])
    rows = anna.predict(data="AAPL", model=loaded["model"], horizon=2, api_name="/forecast")["rows"]
    assert rows == forecast("stocks", "AAPL", horizon=2).summary()["rows"]
    with pytest.raises(AppError, match="no model anna/prices that this caller may see"):
        boris.predict(data="AAPL", model=loaded["model"], horizon=2, api_name="/forecast")
    pushed = boris.predict(model="anna/voice", repo="boris/voice", api_name="/push")
    assert pushed["url"].startswith(f"{hub.address}/boris/voice/commit/")
    stream = boris.submit(prompt="ROMEO:", model="boris/voice", length=30, seed="1", api_name="/write")
    assert stream.result()["text"] == write("shakespeare", "ROMEO:", length=30, seed=1)["text"]


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("/models", {"order": "best"}, "'best' is none of forecast, text, newest, most downloaded"),
        ("/models", {"task": "sing"}, "'sing' is none of forecast, text"),
        ("/load", {"model": "../stocks"}, "There is no bundled checkpoint 'stocks'; did you mean stocks"),
        ("/load", {"model": "nobody/none"}, "no model nobody/none that this caller may see"),
        ("/push", {"model": "stocks", "repo": "anna/x"}, "Nobody is signed in; sign in with Hugging Face"),
    ],
)
def test_the_endpoints_refuse_with_one_sentence(hub, address, name, given, sentence):
    with pytest.raises(AppError) as error:
        Client(address, verbose=False).predict(**given, api_name=name)
    assert sentence in str(error.value)
    assert "Traceback" not in str(error.value)
