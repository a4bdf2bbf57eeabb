"""Any ticker on the page: fetched when it is asked for and not before, and nothing else of a visitor's is."""

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from yahoo_server import chart, reachable_yahoo

from rnnlab.__main__ import main
from rnnlab.data.prices.sources import yahoo as source
from rnnlab.errors import DataError, RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.tasks.forecast.page import tab
from rnnlab.tasks.forecast.page.forecast_view import answer
from rnnlab.tasks.forecast.page.request import Asked, Source, forecast_link, linked_forecast
from rnnlab.tasks.forecast.page.ticker_box import name_of
from rnnlab.ui import app
from rnnlab.ui.gate import admission

LAST = "2026-11-20"
FORBIDDEN = [
    "folder:/etc#passwd",
    "folder:http://127.0.0.1:9#X",
    "yahoo:/etc/passwd",
    "yahoo:..\\x",
    "yahoo:",
    "file:x",
    "NVDA",
]


@pytest.fixture(scope="module")
def yahoo(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, reachable_yahoo(patch, tmp_path_factory.mktemp("yahoo")) as server:
        server.charts |= {"NVDA": chart("NVDA", last=LAST), "7203.T": chart("7203.T", "JPX", last=LAST)}
        yield server


@pytest.fixture(scope="module")
def address(yahoo):
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


def test_a_ticker_is_forecast_in_its_currency_with_its_source(yahoo):
    found = answer(Asked(Source("yahoo:7203.T"), "stocks"))
    assert "Prices: Yahoo Finance, Tokyo, JPY, up to 2026-11-20, fetched on " in found.verdict
    assert "JPY" in found.figure.layout.title.text
    assert 'data-link="?tab=forecast&amp;model=stocks&amp;data=yahoo%3A7203.T&amp;horizon=20"' in found.verdict


@pytest.mark.parametrize(
    "name",
    [
        "folder:/etc#passwd",
        "folder:http://127.0.0.1:9#X",
        "yahoo:/etc/passwd",
        "yahoo:..\\x",
        "yahoo:",
        "file:x",
        "NVDA",
    ],
)
def test_no_visitor_names_a_folder_or_an_address(yahoo, name):
    before = list(yahoo.asked)
    with pytest.raises(DataError, match="is not a bundled ticker; choose one, such as AAPL, write yahoo:NVDA for a"):
        Source(name).data()
    assert yahoo.asked == before


def test_the_page_leads_whoever_fetches_prices_to_the_younger_checkpoint(yahoo):
    old, young = (answer(Asked(Source("yahoo:NVDA"), model)).verdict for model in ("stocks", "stocks-today"))
    assert (
        "This checkpoint was trained on days up to 2015-08-12; for prices of today choose stocks-today, trained" in old
    )
    assert "on days up to 2024-12-30, under Settings." in old
    assert "for prices of today choose" not in young
    assert "for prices of today choose" not in answer(Asked(Source("AAPL"), "stocks")).verdict


def test_the_choosers_say_until_when_each_checkpoint_was_trained():
    with gr.Blocks() as page:
        tab.lay_out(["stocks", "stocks-today"], gr.Column())
    listed = [("stocks (trained to 2015-08-12)", "stocks"), ("stocks-today (trained to 2024-12-30)", "stocks-today")]
    choosers = {block.label: block for block in page.blocks.values() if isinstance(block, gr.Dropdown)}
    assert choosers["Checkpoint"].choices == choosers["With"].choices == listed
    assert choosers["Checkpoint"].value == "stocks"


def test_a_link_remembers_a_ticker():
    link = forecast_link(Asked(Source("yahoo:nvda"), "stocks", 7), "stocks")
    assert link == "?tab=forecast&model=stocks&data=yahoo%3ANVDA&horizon=7"
    query = {"model": "stocks", "data": "yahoo:nvda", "horizon": "7"}
    assert linked_forecast(query, ["stocks"])[0] == "yahoo:NVDA"
    with pytest.raises(RnnlabError, match="The link asks for 'FOLDER:X#Y', which is no bundled series"):
        linked_forecast({"data": "folder:x#y"}, ["stocks"])


@pytest.mark.parametrize("written", ["7203.t", " 7203.T ", "yahoo:7203.T", "YAHOO: 7203.t"])
def test_a_ticker_may_be_written_with_its_prefix(written):
    assert name_of(written) == "yahoo:7203.T"


def test_the_endpoints_take_a_ticker_by_the_parameter_that_they_have(address):
    client = Client(address, verbose=False)
    answered = client.predict(data="yahoo:nvda", model="stocks", horizon=2, api_name="/forecast")
    assert (answered["name"], answered["last_date"]) == ("NVDA", LAST)
    assert [row["date"] for row in answered["rows"]] == ["2026-11-23", "2026-11-24"]
    assert answered["source"].startswith("Prices: Yahoo Finance, NasdaqGS, USD, up to 2026-11-20, fetched on ")
    with pytest.raises(AppError, match="Yahoo Finance has no ticker 'NONE'"):
        client.predict(data="yahoo:NONE", model="stocks", horizon=2, api_name="/forecast")


def test_the_command_tells_whence_prices_came(yahoo, capsys):
    assert main(["forecast", "stocks", "--data", "yahoo:NVDA", "--horizon", "1"]) == 0
    assert "Prices: Yahoo Finance, NasdaqGS, USD, up to 2026-11-20, fetched on " in capsys.readouterr().out
    assert main(["backtest", "stocks", "--data", "yahoo:NONE"]) == 2
    assert "Yahoo Finance has no ticker 'NONE'" in capsys.readouterr().err


def test_a_visitor_waits_for_two_tickers_at_most():
    rooms = admission.ROOMS["prices"]
    with gr.Blocks() as page:
        tab.lay_out(["stocks"], gr.Column())
    [fetching] = [one for one in page.fns.values() if one.concurrency_id == "prices"]
    assert (fetching.concurrency_limit, rooms.each, rooms.all) == (source.AT_ONCE, 2, 20)


def test_a_fetched_ticker_stays_chosen_while_settings_change(yahoo):
    shown = tab.shown_to(STRANGER, "yahoo:NVDA", None, "stocks", 5, "", "", "")
    assert "NasdaqGS" in shown["verdict"]
