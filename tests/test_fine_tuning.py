"""A checkpoint that learns on from one series: what it begins with, what it tells, what it refuses."""

import json
from pathlib import Path

import pytest
import torch
from commanding import run
from markets import market
from trainings import train_forecast

from rnnlab.errors import RnnlabError
from rnnlab.runtime.opening import locate, open_checkpoint
from rnnlab.scoring.forecasts import diebold_mariano
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge import walk
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.terminal.commands import table_lines

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A series of one's own, acme.csv, of 1,200 days from 2016 on."""
    place = tmp_path_factory.mktemp("own")
    market(1200, seed=3, start="2016-01-04").to_csv(place / "acme.csv")
    return place


@pytest.fixture(scope="module")
def tuned(place):
    *reports, result = train_forecast([str(place / "acme.csv")], base="stocks", out=place / "tuned")
    return reports, result.summary


def test_its_first_step_begins_with_what_the_other_had_learnt(place):
    training = train_forecast([str(place / "acme.csv")], base="stocks", settings={"lr": 1e-7, "epochs": 1},
                                      out=place / "still")  # fmt: skip
    list(training)
    began, still = (open_checkpoint(one).weights for one in ("stocks", str(place / "still")))
    assert began.keys() == still.keys()
    assert all(torch.allclose(began[name], still[name], atol=1e-5) for name in began)


def test_before_and_after_are_back_tests_of_the_very_same_days(place, tuned):
    summary = tuned[1]
    [after], before = summary["backtests"], summary["before"]["acme"]
    prices = open_prices(place / "acme.csv")
    results = []
    for model in ("stocks", str(place / "tuned")):
        forecaster = open_forecasting(locate(model))[1]
        start = prices.table.index[prices.table.index.get_loc(after["start"])]
        results.append(walk.backtest(forecaster.densities(prices.table), prices.table, start, 62))
    assert before["crps"] == pytest.approx(results[0].scores.crps)
    assert after["crps"] == pytest.approx(results[1].scores.crps)
    assert before["dm_p"] == pytest.approx(diebold_mariano(results[1].losses, results[0].losses).p_value)
    assert before["crps"] != after["crps"]
    rows = [line for line in table_lines(KIND.tables(summary)) if line.startswith("acme  ")]
    assert any(f"{before['crps']:.4f}" in row and f"{after['crps']:.4f}" in row for row in rows)


def test_the_record_and_the_card_tell_what_it_began_with(place):
    made = open_checkpoint(str(place / "tuned"))
    told = made.provenance["from"]
    assert (told["name"], told["until"]) == ("stocks", "2015-08-12")
    assert len(told["data"]) == 31
    assert made.provenance["until"] > "2016"
    assert "Fine-tuned from `stocks`, which was trained on days up to 2015-08-12." in made.card
    assert "stocks before and after fine-tuning, on the same days" in made.card


def test_days_that_the_other_knew_are_told_of_and_never_scored_as_new(tmp_path):
    market(900, seed=4, start="2010-01-04").to_csv(tmp_path / "old.csv")
    *_, result = train_forecast([str(tmp_path / "old.csv")], base="stocks", out=tmp_path / "t")
    [told] = [one for one in result.summary["notices"] if "of days that it knew" in one]
    assert told.startswith("stocks was trained on other series up to 2015-08-12")
    assert open_checkpoint(str(tmp_path / "t")).provenance["until"] == "2015-08-12"
    assert set(result.summary["before"]) == {"old"}


def test_what_the_other_learnt_from_is_scored_after_it_or_not_at_all(tmp_path):
    tiny = {"epochs": 1}
    *_, result = train_forecast(["AAPL"], base="stocks", until="2013-01-02", settings=tiny)
    assert result.summary["backtests"][0]["start"] == "2015-08-13"
    assert result.summary["notices"] == []
    *_, result = train_forecast(["YHOO"], base="stocks", settings=tiny)
    assert (result.summary["backtests"], result.summary["before"]) == ([], {})


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"base": "shakespeare"}, r"^Only a checkpoint of the density recipe can be fine-tuned; give --from another"),
        ({"base": "nosuch"}, r"^There is no folder or bundled checkpoint 'nosuch'"),
        ({"base": "stocks", "settings": {"hidden": 8}}, r"^A fine-tuned checkpoint keeps its shape; leave out"),
        ({"base": "stocks", "seeds": 2}, r"^Several seeds fine-tuned from one checkpoint would be much alike"),
        ({"base": "stocks", "recipe": "tutorial"}, r"^--from and --unseen belong to the density recipe"),
        ({"base": "stocks", "resume": True}, r"^--resume continues what the folder of --out holds; leave out"),
    ],
)
def test_what_cannot_learn_on_is_refused(place, asked, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        list(train_forecast([str(place / "acme.csv")], out=place / "no", **asked))
    assert not (place / "no").exists()


def test_a_stopped_one_is_started_again_rather_than_resumed(place):
    training = train_forecast([str(place / "acme.csv")], base="stocks", out=place / "half")
    next(training)
    training.close()
    with pytest.raises(
        RnnlabError, match=r"^half holds no training state, so its training cannot be resumed; start a new one"
    ):
        list(train_forecast([str(place / "acme.csv")], out=place / "half", resume=True))


def test_the_command_learns_on(place):
    asked = ["train", "forecast", "--data", str(place / "acme.csv"), "--from", "stocks", "--epochs", "1", "--json"]
    done = run(*asked, "--out", str(place / "by-command"))
    answer = json.loads(done.stdout.splitlines()[-1])
    assert set(answer["before"]["acme"]) == {"crps", "log_score", "coverage80", "dm_p"}
