"""The panels below the forecast: several series, two checkpoints, fine-tuning; what they show and refuse."""

import csv
import re
import time
from pathlib import Path

import pytest
from markets import market

from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.uploads import visit_folder
from rnnlab.tasks.forecast.judge import scoring
from rnnlab.tasks.forecast.outlook.risk import Questions, answer
from rnnlab.tasks.forecast.page import chances, compare, fine_tune, several, tab
from rnnlab.tasks.forecast.use import forecast


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def own(tmp_path, monkeypatch) -> str:
    """A visitor's file; visits are kept in a place of the test's own."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    market(900, seed=3, start="2016-01-04").to_csv(tmp_path / "mine.csv")
    return str(tmp_path / "mine.csv")


def test_several_series_get_a_line_each_and_a_file(own):
    shown, download = several.forecast_several(None, ["AAPL", "MSFT"], [own], "stocks", 5)
    alone = forecast("stocks", "MSFT", horizon=5).summary()["rows"][-1]
    assert [name for name in ("AAPL", "MSFT", "mine") if f'<th scope="row">{name}</th>' in shown] == [
        "AAPL", "MSFT", "mine"
    ]  # fmt: skip
    assert alone["date"] in words(shown)
    with Path(download.value["path"] if isinstance(download.value, dict) else download.value).open() as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 3 * 5
    assert float(rows[10][2]) == pytest.approx(alone["median"], rel=1e-5)


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        ([], "No series is chosen; choose one, or upload a file."),
        (["../x.csv"], "&#x27;../x.csv&#x27; is not a bundled ticker; choose one, or upload a file."),
        (["AAPL"] * 51, "51 series are more than the limit of 50; choose fewer."),
        (["AAPL", "AAPL", "MSFT"] * 3, ""),
    ],
)
def test_what_cannot_be_forecast_together_is_said(series, sentence):
    shown, download = several.forecast_several(None, series, None, "stocks", 5)
    assert sentence in shown
    assert download.interactive is (sentence == "")


def test_a_name_out_of_a_file_is_shown_as_text(tmp_path):
    market(100).to_csv(tmp_path / "<b>x.csv")
    shown, _ = several.forecast_several(None, [], [str(tmp_path / "<b>x.csv")], "stocks", 5)
    assert "&lt;b&gt;x" in shown
    assert "<b>x" not in shown


def tune(model: str, file: str):
    return list(fine_tune.fine_tune(None, model, None, file, "", ""))


def test_a_checkpoint_is_fine_tuned_scored_and_compared_with_its_origin(own):
    events = tune("stocks", own)
    *_, (done, table, name, use, *_) = events
    assert "Done." in words(done)
    assert any("loss on held-out days" in words(event[0]) for event in events if isinstance(event[0], str))
    assert use.visible
    assert "on which neither was trained" in words(table)
    assert visit_folder(name).is_dir()
    shown = compare.compare(None, name, "stocks", None, own, "", "", "", 1)
    answer = scoring.compare((name, "stocks"), own, caller=STRANGER)
    assert answer.verdict in words(shown)
    assert "taught-mine" in words(shown)
    assert name not in shown  # its key opens it
    assert forecast(name, own, caller=STRANGER).outlook.dates.size


def test_what_is_stopped_or_refused_leaves_nothing(own, tmp_path):
    training = fine_tune.fine_tune(None, "stocks", None, own, "", "")
    for _ in range(3):
        next(training)
    training.close()
    refused = tune("shakespeare", own)[-1]
    assert "Only a checkpoint of the density recipe can be fine-tuned" in words(refused[0])
    assert "Your file is no longer here" in words(tune("stocks", str(tmp_path / "gone.csv"))[-1][0])
    began = time.monotonic()  # what was left ends in a thread of its own
    while (left := list((tmp_path / "cache").rglob("config.json"))) and time.monotonic() - began < 60:
        time.sleep(0.02)
    assert left == []


def test_a_missing_second_checkpoint_is_asked_for():
    assert "Only one checkpoint is chosen" in compare.compare(None, "stocks", None, "AAPL", None, "", "", "", 1)
    assert "There is no bundled checkpoint" in compare.compare(None, "stocks", "x", "AAPL", None, "", "", "", 1)


@pytest.fixture(scope="module")
def held():
    return tab.answer(tab.Asked(tab.Source("AAPL"), "stocks")).held


def test_what_could_happen_is_told_at_the_level_and_the_price_that_are_set(held):
    shown = words(chances.chances(held, 99, "180", "long")).replace("\u00a0", " ")
    risk = answer(held.outlook, Questions((0.005, 0.995), (0.99,), above=(180.0,)))
    assert (
        f"AAPL on 30 Jan 2018: the close is above 180 USD with a probability of {100 * risk.above.iloc[-1, 0]:.1f} %"
        in shown
    )
    loss, beyond = risk.value_at_risk.iloc[-1, 0], risk.expected_shortfall.iloc[-1, 0]
    assert f"at most {loss:.2f} % with a probability of 99 %, and beyond that {beyond:.2f} % on average" in shown
    assert f"{risk.quantiles.iloc[-1, 0]:.1f} – {risk.quantiles.iloc[-1, 1]:.1f}" in shown


def test_what_could_happen_to_a_short_position_is_another_loss(held):
    shown = [words(chances.chances(held, 95, "", position)) for position in ("long", "short")]
    assert "a short position loses at most" in shown[1]
    assert "at the mean log return" in shown[1]
    assert "Close above" not in shown[1]
    assert shown[0] != shown[1]


@pytest.mark.parametrize(
    ("bound", "sentence"),
    [("<b>", "&#x27;&lt;b&gt;&#x27; is no price; write several"), ("-200%", "No close can lie at -200%")],
)
def test_a_price_that_is_none_is_refused_below_the_slider(held, bound, sentence):
    assert sentence in chances.chances(held, 95, bound, "long")


def test_several_series_show_their_risk_and_no_portfolio():
    shown = words(several.forecast_several(None, ["AAPL", "MSFT"], [], "stocks", 5)[0])
    assert "VaR 95 % ES 95 %" in shown
    assert "the risk of a portfolio depends on how series move together" in shown
