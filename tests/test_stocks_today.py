"""The checkpoint for prices of today: what it was trained on, and that nothing calls a test what is none."""

import re
import shlex
from pathlib import Path

import pytest
from yahoo_server import chart, reachable_yahoo

import rnnlab
from rnnlab.__main__ import main
from rnnlab.data import catalog
from rnnlab.hub.card import card
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.page import endpoints
from rnnlab.tasks.forecast.page.forecast_view import answer
from rnnlab.tasks.forecast.page.request import Asked, Source

ROOT = Path(__file__).parents[1]
NAME, UNTIL = "stocks-today", "2024-12-30"
NO_TEST = f"No test, as the model was trained on days up to {UNTIL}, some of these among them; "


def test_it_was_trained_by_the_makefile_s_command_to_the_last_day_of_the_group_today():
    provenance = open_checkpoint(NAME).provenance
    assert [one["name"] for one in provenance["data"]] == list(catalog.group("today"))
    assert provenance["until"] == UNTIL == max(one["end"] for one in provenance["data"])
    makefile = (ROOT / "Makefile").read_text()
    [recipe] = re.findall(r"^RECIPE := (.*)$", makefile, re.MULTILINE)
    asked = f"--data today --until {UNTIL} $(RECIPE) \\\n\t\t--out data/checkpoints/{NAME} --overwrite"
    assert asked in makefile
    assert f"--until {UNTIL} {recipe} --out data/checkpoints/{NAME}" in provenance["command"]
    assert recipe in open_checkpoint("stocks").provenance["command"]


def test_its_card_says_that_it_is_not_scored_and_where_a_test_may_begin():
    written = (ROOT / f"data/checkpoints/{NAME}/README.md").read_text()
    made = open_checkpoint(NAME)
    assert written == card(made, KIND.summary(made))
    assert "Not scored, as too few days after its training are known here." in written
    assert "backtest FOLDER --data prices.csv --start 2024-12-31" in written


@pytest.mark.filterwarnings("ignore:The model was trained on days up to:UserWarning")
def test_wherever_it_is_back_tested_on_days_that_it_was_trained_on_that_is_called_no_test(capsys):
    assert main(shlex.split(f"backtest {NAME} --data MSFT")) == 0
    assert NO_TEST in capsys.readouterr().out
    assert endpoints.backtest(None, "MSFT", NAME)["verdict"].startswith(NO_TEST)
    assert rnnlab.load(NAME).backtest("MSFT").verdict.startswith(NO_TEST)
    shown = answer(Asked(Source("MSFT"), NAME), STRANGER)
    assert NO_TEST.rstrip() in shown.verdict
    assert f"by a model that was trained on days up to {UNTIL}: no test." in shown.scores


def test_fetched_prices_are_scored_on_the_days_after_its_training(tmp_path):
    with pytest.MonkeyPatch.context() as patch, reachable_yahoo(patch, tmp_path) as server:
        server.charts["NVDA"] = chart("NVDA", last="2026-11-20", days=700)
        found = backtest(NAME, "yahoo:NVDA")
    assert found.json()["start"] > UNTIL
    assert found.verdict.startswith("On these ")
