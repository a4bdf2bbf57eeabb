"""The page's handlers as functions, and its endpoints through a real client over loopback."""

import csv
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from rnnlab.runtime.callers import STRANGER
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.page import tab, tutorial_panel
from rnnlab.tasks.forecast.use import forecast
from rnnlab.ui import app

PRICES = Path(__file__).parents[1] / "data" / "prices"


def write_prices(file: Path, ticker: str, rows: int = 700) -> Path:
    lines = (PRICES / f"{ticker}.csv").read_text().splitlines()[-rows:]
    file.write_text("\n".join(["Date,Open,High,Low,Close,Volume", *(",".join(line.split(",")[:6]) for line in lines)]))
    return file


READING = {"/forecast", "/backtest", "/write", "/adapt", "/report", "/models", "/load"}


def show(ticker="AAPL", file=None, model="stocks", horizon=20, start="", column="", dates=""):
    return tab.shown_to(STRANGER, ticker, file, model, horizon, start, column, dates)


@pytest.fixture(scope="module")
def address():
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


@pytest.fixture(scope="module")
def client(address):
    return Client(address, verbose=False)


def test_a_ticker_is_answered_with_verdict_figure_scores_and_file():
    shown = show(horizon=5)
    assert "80 % band covered" in shown["verdict"]
    assert len(shown["figure"].data) >= 4
    assert "HAR" in shown["scores"]
    download = shown["download"]
    with open(download.value["path"] if isinstance(download.value, dict) else download.value) as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["date", "median", "lower80", "upper80", "lower95", "upper95"]
    assert len(rows) == 5


@pytest.mark.parametrize("ticker", ["/etc/passwd", "../x.csv", "data/prices/AAPL.csv", "NOPE", None])
def test_a_ticker_that_is_not_bundled_gets_the_sentence_and_leaves_the_rest(ticker):
    shown = show(ticker=ticker)
    verdict = shown.pop("verdict")
    assert 'role="alert"' in verdict
    assert "is not a bundled ticker; choose one" in verdict
    assert shown == {}


def test_a_file_that_cannot_be_used_gets_its_sentence(tmp_path):
    file = tmp_path / "broken.csv"
    file.write_text("Date,Close\n" + "2017-01-03,twelve\n" * 70)
    verdict = show(ticker=None, file=str(file))["verdict"]
    assert "broken.csv has the close &#x27;twelve&#x27;" in verdict
    assert str(tmp_path) not in verdict


def test_a_file_that_was_deleted_meanwhile_is_asked_for_again(tmp_path):
    verdict = show(ticker=None, file=str(tmp_path / "gone.csv"))["verdict"]
    assert "upload it again" in verdict
    assert str(tmp_path) not in verdict


def test_without_a_checkpoint_the_page_says_how_to_make_one():
    with gr.Blocks() as page:
        tab.lay_out([], gr.Column())
    shown = [str(getattr(block, "value", "")) for block in page.blocks.values()]
    assert any("python -m rnnlab train forecast" in text for text in shown)
    verdict = show(model=None)["verdict"]
    assert "python -m rnnlab train forecast" in verdict


def test_training_reports_its_losses_and_ends_with_the_table():
    start, *going, done = tutorial_panel.train(1)
    assert "Starting" in start[0]
    assert "with the leak: epoch 5 of 100" in going[0][0]
    assert "without the leak: epoch 100 of 100" in going[-1][0]
    curves = going[-1][1].data
    assert [len(curve.y) for curve in curves] == [20, 20]
    assert all(curve.y[-1] < curve.y[0] / 10 for curve in curves)
    assert "Done" in done[0]
    assert "1.69" in done[2]


def test_who_stops_watching_stops_the_training():
    watched = tutorial_panel.train(1)
    next(watched), next(watched)
    watched.close()
    assert list(watched) == []


def test_more_seeds_than_the_slider_has_are_refused():
    *_, last = tutorial_panel.train(500)
    assert "Between 1 and 5 seeds" in last[0]


def test_only_the_endpoints_that_are_promised_are_public(client):
    found = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(found) == {*READING, "/push", "/train_text", "/train_forecast"}


def test_the_forecast_endpoint_answers_as_the_service_does(client):
    answer = client.predict(data="MSFT", model="stocks", horizon=3, api_name="/forecast")
    assert answer == forecast("stocks", "MSFT", horizon=3).summary()


def test_the_forecast_endpoint_answers_questions_about_the_distribution(client):
    asked = {"var": "0.99", "short": True, "above": "5%", "paths": 3, "seed": 4, "calibrated": True}
    answer = client.predict(data="MSFT", model="stocks", horizon=2, **asked, api_name="/forecast")
    made = forecast("stocks", "MSFT", horizon=2, calibrated=True)
    risk = made.outlook.value_at_risk(0.99, short=True)
    assert answer["risk"]["rows"][1]["value_at_risk"] == {"0.99": pytest.approx(risk.iloc[1, 0])}
    assert answer["risk"]["rows"][0]["above"]["5%"] == pytest.approx(made.outlook.above("5%").iloc[0, 0])
    assert answer["risk"]["paths"] == pytest.approx(made.outlook.paths(3, 4).to_numpy().T)
    with pytest.raises(AppError, match=r"The number of paths must be a whole number, not 2\.5\."):
        client.predict(paths=2.5, api_name="/forecast")


def test_the_back_test_endpoint_answers_as_the_service_does(client):
    answer = client.predict(data="AAPL", model="stocks", start="2016-01-04", api_name="/backtest")
    assert answer == backtest("stocks", "AAPL", start="2016-01-04").json()


def test_the_endpoints_have_defaults(client):
    assert len(client.predict(api_name="/forecast")["rows"]) == 20
    assert client.predict(api_name="/backtest")["name"] == "AAPL"


def test_two_clients_at_once_get_the_answers_to_their_own_files(address, tmp_path):
    def ask(ticker):
        file = write_prices(tmp_path / f"{ticker} of mine.csv", ticker)
        own = Client(address, verbose=False)
        return own.predict(model="stocks", horizon=2, file=handle_file(file), api_name="/forecast")

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(ask, ["MSFT", "QQQ"]))
    for ticker, answer in zip(["MSFT", "QQQ"], answers, strict=True):
        file = tmp_path / f"{ticker} of mine.csv"
        assert answer == forecast("stocks", file, horizon=2).summary()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"data": "/etc/passwd"}, "'/etc/passwd' is not a bundled ticker"),
        ({"data": "../x.csv"}, "is not a bundled ticker"),
        ({"model": "/etc"}, "There is no bundled checkpoint 'etc'"),
        ({"model": "../stocks"}, "There is no bundled checkpoint"),
        ({"horizon": 99}, "The horizon must be between 1 and 20 days, not 99."),
        ({"horizon": 2.5}, "must be a whole number of days, not 2.5."),
    ],
)
def test_what_cannot_be_answered_gets_one_sentence(client, asked, sentence):
    with pytest.raises(AppError) as error:
        client.predict(**asked, api_name="/forecast")
    assert sentence in str(error.value)
    assert str(PRICES.parent) not in str(error.value)
    assert "Traceback" not in str(error.value)


@pytest.mark.parametrize("form", ["marked", "bare", "text"])
def test_a_file_of_the_server_is_not_opened_and_not_spoken_of(address, form):
    path = str(PRICES / "AAPL.csv")
    file = {"marked": {"path": path, "meta": {"_type": "gradio.FileData"}}, "bare": {"path": path}, "text": path}[form]
    call = f"{address}gradio_api/call/forecast"
    event = httpx.post(call, json={"data": ["AAPL", "stocks", 3, file]}).json()["event_id"]
    answer = httpx.get(f"{call}/{event}").text
    assert answer.startswith("event: error")
    assert str(PRICES) not in answer


def test_the_readmes_example_of_the_api_runs(address):
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    [block] = [block for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "gradio_client" in block]
    code = block.replace("http://127.0.0.1:7860", address.rstrip("/"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *written, crps = done.stdout.splitlines()
    assert float(written[-1].rsplit(" ", 1)[1]) > 0
    assert 0.6 < float(crps) < 0.8
