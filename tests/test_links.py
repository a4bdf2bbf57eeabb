"""Links that open a result again: what they hold, what they fill in, and what they refuse."""

import dataclasses
from types import SimpleNamespace
from urllib.parse import parse_qsl

import gradio as gr
import pytest

from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.page.request import Asked, Source, forecast_link, linked_forecast
from rnnlab.tasks.forecast.page.tab import lay_out as lay_out_forecast
from rnnlab.tasks.text.page import links
from rnnlab.tasks.text.page.request import AskedText
from rnnlab.tasks.text.page.tab import lay_out as lay_out_writing
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.use import Draft, Manner, carry_on, drafts
from rnnlab.ui import app

LONG = Manner(120)
VOICES = ["shakespeare"]
MODELS = ["stocks"]


@pytest.fixture(scope="module")
def tabs():
    """The tabs Write and Forecast, laid out."""
    with gr.Blocks():
        return lay_out_writing(VOICES, gr.Column()), lay_out_forecast(MODELS, gr.Column())


def linked_writing(query):
    return links.linked_writing(query, VOICES)


def query_of(link: str) -> dict[str, str]:
    return dict(parse_qsl(link.removeprefix("?"), keep_blank_values=True))


def written(manner=LONG, prompt="ROMEO:", **given):
    *_, last = drafts("shakespeare", prompt, manner, seed=5, **given)
    return last


def test_a_text_s_link_writes_the_same_text_again():
    draft = written(Manner(150, sampling={"temperature": 0.5, "top_k": 7}, stops=("\n\n",), banned="!"), "A & b?\n=")
    asked = AskedText.of(linked_writing(query_of(links.writing_link(draft))))
    *_, again = asked.drafts()
    assert again.texts == draft.texts
    assert again.manner.sampling["top_k"] == 7


def test_a_text_that_was_gone_on_with_has_a_link_to_the_whole_of_it():
    *_, longer = carry_on(written(), Manner(130))
    *_, again = AskedText.of(linked_writing(query_of(links.writing_link(longer)))).drafts()
    assert again.texts == longer.texts


@pytest.mark.parametrize("banned", ["", ".!?\n"])
def test_a_text_whose_sentence_is_finished_has_a_link_to_the_whole_of_it(banned):
    draft = written(Manner(90, finish_sentence=True, banned=banned))
    assert len(draft.texts[0]) == 596 if banned else draft.texts[0].rstrip("'")[-1] in ".!?"
    *_, again = AskedText.of(linked_writing(query_of(links.writing_link(draft)))).drafts()
    assert again.texts == draft.texts


def test_the_page_finishes_sentences_unless_a_link_of_before_asks_for_a_length(tabs):
    choosers = tabs[0].choosers
    assert choosers.finish.value is True
    assert tabs[0].open_link(None, {"tab": "write", "prompt": "O"})[choosers.finish] is False


def test_three_texts_have_one_link():
    draft = written(texts=3)
    *_, again = AskedText.of(linked_writing(query_of(links.writing_link(draft)))).drafts()
    assert again.texts == draft.texts


def empty(model, prompt, manner):
    """A draft of which nothing is written yet."""
    return Draft(model, "cpu", prompt, ((),), (7,), (), 0, 0.0, True, (), manner)


def test_a_link_to_a_checkpoint_of_the_hub_names_its_commit():
    draft = empty("anna/voice@" + "a" * 40, "To be", Manner(100))
    query = query_of(links.writing_link(draft))
    assert (query["tab"], query["model"], query["revision"]) == ("write", "anna/voice", "a" * 40)
    assert linked_writing(query)[0] == "anna/voice@" + "a" * 40


def test_a_line_break_that_came_after_a_paragraph_s_end_is_not_asked_for():
    piece = Piece("x" * 105 + "\n")
    draft = dataclasses.replace(empty("shakespeare", "", Manner(100, finish_sentence=True)), pieces=((piece,),))
    assert query_of(links.writing_link(draft))["length"] == "105"


def test_what_is_a_visitor_s_own_has_no_link():
    own = "visit:" + "a" * 32 + "/x"
    assert links.writing_link(empty(own, "", Manner(9))) == ""
    assert links.writing_link(empty("shakespeare", "", Manner(9, blend=own))) == ""
    assert forecast_link(Asked(Source(None, "mine.csv"), "stocks"), "stocks") == ""
    assert links.writing_link(written(prompt="x" * 7000)) == ""


def test_a_forecast_s_link_asks_for_the_same_forecast():
    link = forecast_link(Asked(Source("msft"), "stocks", 7, "2019-01-02"), "stocks")
    assert linked_forecast(query_of(link), MODELS) == ("MSFT", "stocks", 7, "2019-01-02", 1, False)
    link = forecast_link(Asked(Source("msft"), "stocks", 7, None, 5, True), "stocks")
    assert linked_forecast(query_of(link), MODELS) == ("MSFT", "stocks", 7, "", 5, True)
    with pytest.raises(
        RnnlabError, match=r"^The link asks for 7 days ahead, which cannot be set here; set it below\.$"
    ):
        linked_forecast({"ahead": "7"}, MODELS)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"model": "../x"}, r"The link names '\.\./x', which no link can open; choose a checkpoint here\."),
        ({"model": "visit:" + "a" * 32 + "/x"}, "which no link can open"),
        ({"model": "stocks"}, "which no link can open"),
        ({"temperature": "hot"}, "The link asks for temperature 'hot', which cannot be set here; set it below"),
        ({"temperature": "nan"}, "temperature 'nan'"),
        ({"length": "9" * 400}, "length '999"),
        ({"top_k": "1.5"}, "top_k '1.5'"),
    ],
)
def test_a_link_that_asks_for_what_cannot_be_gets_a_sentence(tabs, query, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        linked_writing(query)
    [(place, refusal)] = tabs[0].open_link(None, query).items()
    assert place is tabs[0].verdict
    assert 'role="alert"' in refusal


def test_a_link_to_a_bundled_voice_writes_at_once_and_one_to_the_hub_s_waits_to_be_wanted(tabs):
    write = tabs[0]
    opened = write.open_link(None, {"tab": "write", "prompt": "O"})
    assert isinstance(opened[write.go], str)
    assert write.verdict not in opened
    opened = write.open_link(None, {"tab": "write", "model": "anna/voice"})
    assert write.go not in opened
    assert "anna/voice is on the Hugging Face Hub; press Write to fetch it and write." in opened[write.verdict]


def test_a_link_to_a_bundled_forecaster_forecasts_at_once_and_one_to_the_hub_s_waits_to_be_wanted(tabs):
    forecast = tabs[1]
    opened = forecast.open_link(None, {"tab": "forecast", "data": "MSFT"})
    assert set(opened) == set(forecast.outputs)
    assert "MSFT" in opened[forecast.results.verdict]
    opened = forecast.open_link(None, {"tab": "forecast", "model": "anna/prices"})
    assert forecast.results.figure not in opened
    assert "anna/prices is on the Hugging Face Hub" in opened[forecast.results.verdict]


@pytest.mark.parametrize(("query", "tab"), [("tab=write", "write"), ("tab=elsewhere", None), ("", None)])
def test_a_link_to_a_tab_alone_only_goes_there(query, tab):
    demo = app.build()
    [opening] = [function for function in demo.fns.values() if function.name == "opened"]
    changed = opening.fn(None, SimpleNamespace(query_params=dict(parse_qsl(query))))
    [shown] = changed.values()
    assert getattr(shown, "selected", None) == tab
