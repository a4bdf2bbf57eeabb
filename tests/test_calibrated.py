"""Bands calibrated day by day, wherever a forecast is asked for: the same as the page's, and raw unless asked for."""

import json

import pytest
from markets import market

import rnnlab
from rnnlab.__main__ import main
from rnnlab.errors import DataError
from rnnlab.tasks.forecast.forecast_report import study
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.use import forecast

BANDS = ["lower80", "upper80", "lower95", "upper95"]


def test_python_s_calibrated_bands_are_the_page_s():
    model = rnnlab.load("stocks")
    raw, calibrated = (model.forecast("MSFT", 7, calibrated=wish) for wish in (False, True))
    assert model.forecast("MSFT", 7).equals(raw)
    assert calibrated.equals(study("stocks", "MSFT", horizon=7, calibrated=True).fan.rename_axis("date"))
    assert calibrated["median"].equals(raw["median"])
    assert (calibrated[BANDS] != raw[BANDS]).all().all()


def test_an_answer_grows_by_the_day_that_calibration_begins_with():
    raw, calibrated = (forecast("stocks", "AAPL", horizon=2, calibrated=wish).summary() for wish in (False, True))
    assert set(calibrated) - set(raw) == {"calibrated_from"}
    assert calibrated["calibrated_from"] == backtest("stocks", "AAPL").json()["start"] == "2015-08-13"
    assert calibrated["notices"] == []


def test_days_that_the_model_was_trained_on_are_told_of():
    [notice] = forecast("stocks", "IBM", horizon=1, calibrated=True).notices
    assert notice == (
        "The model was trained on days up to 2015-08-12, so bands calibrated on those days may be too narrow."
    )


def test_a_series_that_is_too_short_to_calibrate_by_is_refused_and_forecast_raw(tmp_path):
    market(75).to_csv(tmp_path / "young.csv")
    with pytest.raises(DataError, match=r"^The bands of young cannot be calibrated: A back-test needs \d+ days before"):
        forecast("stocks", tmp_path / "young.csv", calibrated=True)
    assert len(forecast("stocks", tmp_path / "young.csv").outlook.dates) == 20


def test_the_command_calibrates_one_series_and_several(capsys):
    command = ["forecast", "stocks", "--horizon", "3", "--calibrated", "--data"]
    assert main([*command, "AAPL"]) == 0
    said = "The bands are calibrated day by day, by their coverage from 2015-08-13 on."
    assert said in capsys.readouterr().out.splitlines()
    assert main([*command, "AAPL", "QQQ"]) == 0
    assert f"AAPL: {said}" in capsys.readouterr().out.splitlines()
    assert main([*command, "AAPL", "QQQ", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)["series"]
    assert first == forecast("stocks", "AAPL", horizon=3, calibrated=True).summary()
    assert second["calibrated_from"] == backtest("stocks", "QQQ").json()["start"]
