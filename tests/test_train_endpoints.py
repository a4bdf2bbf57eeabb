"""The endpoints that train, by the real client: reports as they come, then a checkpoint of one's own."""

import pytest
from authors import story
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from markets import market

from rnnlab.ui import app


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        demo = app.build()
        yield Client(app.launch(demo, wait=False), verbose=False)
        demo.close()


def test_a_writer_is_trained_reported_on_and_writes(client, tmp_path):
    (tmp_path / "tale.txt").write_text(story())
    job = client.submit(
        file=handle_file(tmp_path / "tale.txt"), hidden=16, layers=1, epochs=12, level="char", api_name="/train_text"
    )
    *reports, end = list(job)
    assert len(reports) >= 5
    assert reports[0]["step"] < reports[-1]["step"] == reports[-1]["steps"]
    assert reports[-1]["validation_loss"] < reports[0]["validation_loss"]
    assert reports[-1]["baseline_loss"] == pytest.approx(end["ngram_nats_per_char"])
    assert reports[-1]["sample"]
    *_, text = client.submit(prompt="The ", model=end["model"], length=30, seed="1", api_name="/write")
    assert len(text["text"]) >= 30


def test_a_forecaster_is_trained_and_forecasts(client, tmp_path):
    market(900, seed=2).to_csv(tmp_path / "mine.csv")
    *reports, end = client.submit(file=handle_file(tmp_path / "mine.csv"), epochs=20, api_name="/train_forecast")
    assert reports
    assert end["backtests"][0]["name"] == "mine"
    assert len(client.predict(data="AAPL", model=end["model"], horizon=2, api_name="/forecast")["rows"]) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"data": "NOPE", "api_name": "/train_forecast"}, "'NOPE' is not a bundled ticker"),
        ({"data": "AAPL", "hidden": -3, "api_name": "/train_forecast"}, "hidden must be between"),
        ({"data": "AAPL", "cell": "x", "api_name": "/train_forecast"}, "cell must be one of"),
        ({"file": None, "api_name": "/train_text"}, "No file was given; give a text."),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_sentence(client, given, sentence):
    with pytest.raises(AppError, match=sentence):
        client.predict(**given)


def test_a_call_that_is_left_frees_the_machine(client, tmp_path):
    (tmp_path / "tale.txt").write_text(story())
    job = client.submit(file=handle_file(tmp_path / "tale.txt"), epochs=100, api_name="/train_text")
    next(iter(job))
    job.cancel()
    # One trains at a time: this would wait for the whole of the other.
    *_, end = client.submit(data="AAPL", epochs=5, api_name="/train_forecast")
    assert end["model"]
