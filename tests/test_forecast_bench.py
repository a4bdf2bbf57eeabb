"""The bench of forecasts: every row measured, and the scores those of a training by hand."""

import pytest
from trainings import train_forecast

from rnnlab.tasks.forecast import bench
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.terminal.commands import table_lines


@pytest.mark.long
def test_the_rows_are_those_of_a_training_by_hand(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "SERIES", (1, 3))
    monkeypatch.setattr(bench, "KINDS", {"all columns": None})
    answer = bench.bench_forecast(seeds=1)
    [row] = answer["trainings"]
    list(train_forecast(["AAPL"], out=tmp_path / "m", settings={"seed": 1}, until="2015-08-12"))
    scores = backtest(str(tmp_path / "m"), "AAPL", start="2015-08-13").json()
    assert (row["days"], row["crps"]) == (scores["n"], pytest.approx(scores["crps"], rel=1e-6))
    assert row["cpu_seconds"] > 0
    assert [one["series"] for one in answer["forecasts"]] == [1, 3]
    assert all(0 < one["cpu_seconds"] < one["command_seconds"] for one in answer["forecasts"])
    lines = "\n".join(table_lines(bench.bench_tables(answer)))
    assert "neuralforecast" in lines
    assert f"{row['crps']:.4f}" in lines
