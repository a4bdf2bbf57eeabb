"""Endpoints called without a client that knows their types: an answer or a sentence, whatever is sent."""

from itertools import islice

import gradio as gr
import pytest

from benchmarks.endpoints import Call, _asked, calls, client, outcome, sound_values
from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.use import forecast
from rnnlab.ui import app
from rnnlab.ui.call_checks import values

PARAMETERS = [
    gr.Textbox("AAPL", label="data"),
    gr.Number(20, label="days"),
    gr.Number(4, label="units", precision=0),
    gr.Checkbox(True, label="sure"),
    gr.File(label="file"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        demo = app.build()
        with client(app.launch(demo, wait=False)) as page:
            yield page
        demo.close()


@pytest.fixture(scope="module")
def sound(page):
    return sound_values(page)


def test_every_public_endpoint_is_called_by_the_names_of_its_parameters(page):
    sound = sound_values(page)
    names = {one["id"]: one["props"].get("label") for one in page.get("../config").json()["components"]}
    for function in page.get("../config").json()["dependencies"]:
        if function["api_visibility"] == "public":
            assert [names[number] for number in function["inputs"]] == list(sound.pop(function["api_name"]))
    assert not sound


@pytest.mark.parametrize("seed", range(4))
def test_a_call_with_wrong_values_ends_in_an_answer_or_a_sentence(page, sound, seed):
    for call in islice(calls(sound, seed), 12):
        assert outcome(page, call) in ("answer", "sentence", "status"), call


@pytest.mark.parametrize("route", ["call", "call/v2", "queue/join"])
def test_what_is_left_out_or_null_is_the_default(page, route):
    asked = {"data": "MSFT", "model": None, "horizon": 2, "file": None}
    asked |= dict.fromkeys(("ticker", "dates", "encoding", "calibrated"))
    event, [answer] = _told(_asked(page, Call(route, "forecast", asked, left_out=2)))
    assert (event, answer) == ("complete", forecast("stocks", "MSFT", horizon=2).summary())
    event, [answer] = _told(_asked(page, Call(route, "forecast", asked | {"calibrated": True})))
    assert answer == forecast("stocks", "MSFT", horizon=2, calibrated=True).summary()


NO_OBJECT = "A call must contain a JSON object; see the page's API for its fields."
ENDPOINTS = "/forecast, /backtest, /train_forecast, /write, /adapt, /report, /train_text, /models, /load, /push"


@pytest.mark.parametrize(
    ("route", "body", "status", "sentence"),
    [
        ("call/load", '{"data": ["stocks"', 422, NO_OBJECT),
        ("call/v2/load", '["stocks"]', 422, NO_OBJECT),
        ("queue/join", "[" * 9999, 422, NO_OBJECT),
        ("call/push", '{"data": "stocks"}', 422, "data must be a list of values: model, repo, private."),
        ("call/load", '{"model": "stocks"}', 422, "data must be a list of values: model."),
        ("queue/join", '{"fn_index": 0, "session_hash": "s"}', 422, "data must be a list of values."),
        ("queue/join", '{"fn_index": 12345, "data": []}', 404, "This page has no function 12345; reload the page."),
        ("call/forcast", '{"data": []}', 404, f"There is no endpoint /forcast; there are {ENDPOINTS}."),
        ("call/v2/%F0%9F%99%82", "{}", 404, f"There is no endpoint /\N{SLIGHTLY SMILING FACE}; there are {ENDPOINTS}."),
        (
            "call/v2/push",
            '{"model": "stocks", "\\ud800": 1}',
            422,
            "/push has no parameter '\\ud800'; its parameters are model, repo, private.",
        ),
    ],
)
def test_a_call_that_cannot_be_read_is_refused_with_a_sentence(page, route, body, status, sentence):
    refused = page.post(route, content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["detail"]) == (status, sentence)


def _told(ended):
    event, said = ended
    return event, said["data"] if isinstance(said, dict) else said


def test_a_private_event_says_so_too_where_a_value_cannot_be_read(page):
    config = page.get("../config").json()
    private = next(
        one["id"] for one in config["dependencies"] if one["api_visibility"] == "private" and len(one["inputs"]) > 3
    )
    body = {"data": [], "fn_index": private, "session_hash": "s"}
    assert page.post("queue/join", json=body).status_code == 200
    with page.stream("GET", "queue/data", params={"session_hash": "s"}) as stream:
        assert any("A value that was sent cannot be read" in line for line in stream.iter_lines())


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (["A", 1, 2, False, None, 3], r"^6 values were sent, but 5 are read \(data, days, units, sure, file\); leave "),
        ([True], r"^data must be a text, not True\.$"),
        ([{"a": "b"}], r"^data must be a text, not an object\.$"),
        (["A\udfff"], r"^data must be a text of whole characters, not 'A\\udfff'\.$"),
        (["A", "3"], r"^days must be a number, not '3'\.$"),
        (["A", False], r"^days must be a number, not False\.$"),
        (["A", float("nan")], r"^days must be a number between -1e\+15 and 1e\+15, not nan\.$"),
        (["A", -(10**300)], r"^days must be a number between .*, not -10{38}…\.$"),
        (["A", 1, 2.5], r"^units must be a whole number, not 2\.5\.$"),
        (["A", 1, 2, "yes"], r"^sure must be true or false, not 'yes'\.$"),
        (["A", 1, 2, 2], r"^sure must be true or false, not 2\.$"),
        (["A", 1, 2, True, "mine.csv"], r"^file must be an uploaded file, as gradio_client's handle_file sends it\.$"),
        (["A", 1, 2, True, [{"path": "x"}]], r"^file must be an uploaded file, "),
    ],
)
def test_a_value_of_another_kind_is_named(sent, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        values(PARAMETERS, sent)


def test_values_of_their_kinds_stay_as_they_are():
    assert values(PARAMETERS, []) == ["AAPL", 20, 4, True, None]
    given = [7, 2.5, 3.0, 0, {"path": "x"}]  # a number stands for its digits
    assert values(PARAMETERS, given) == given
