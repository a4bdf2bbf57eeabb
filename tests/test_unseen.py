"""Series that a training never learns from, scored when it ends; few days, for which other settings are proposed."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from markets import market
from trainings import train_forecast

from rnnlab.errors import DataError, RnnlabError
from rnnlab.nn.model import new_model
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.tasks.forecast.judge.panel import by_year
from rnnlab.tasks.forecast.judge.scoring import backtest_panel
from rnnlab.tasks.forecast.judge.walk import backtest
from rnnlab.tasks.forecast.kind import KIND
from rnnlab.tasks.forecast.learn import density, features
from rnnlab.tasks.forecast.learn.density import DensityConfig, DensityTask, student_parameters
from rnnlab.terminal.commands import table_lines

TINY = {"epochs": 1, "hidden": 4, "batch": 8, "window": 32}
UNTIL = "2012-06-29"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("series")
    for seed, name in enumerate(("learnt", "one", "two"), 1):
        market(1000, seed=seed).to_csv(place / f"{name}.csv")
    return place


def train(place: Path, unseen: list[str], **asked):
    data = [str(place / "learnt.csv")]
    files = [str(place / f"{name}.csv") for name in unseen]
    *_, result = train_forecast(
        data, out=place / "m", settings=TINY, until=UNTIL, unseen=files, overwrite=True, **asked
    )
    return result.summary


def test_they_are_scored_as_a_back_test_of_them_is_and_told_on_the_card(place):
    summary = train(place, ["one", "two"])
    files = [str(place / f"{name}.csv") for name in ("one", "two")]
    panel = backtest_panel(str(place / "m"), files, start="2012-06-30", horizons=(1, 5, 20)).json()
    for horizon, told in summary["unseen"]["horizons"].items():
        expected = panel["horizons"][horizon]
        assert (told["mean"], told["against"]) == (expected["mean"], expected["against"])
        for one, other in zip(told["series"], expected["series"], strict=True):
            assert (one["name"], one["crps"], one["n"]) == (other["name"], other["crps"], other["n"])
            assert one["baselines"]["har_t"]["crps"] == other["baselines"]["har_t"]["crps"]
    card = open_checkpoint(str(place / "m")).card
    mean = summary["unseen"]["horizons"]["5"]["mean"]["crps"]
    assert "5 days ahead, on series it was never trained on" in card
    assert f"| mean |  | **{mean:.4f}** |" in card
    lines = "\n".join(table_lines(KIND.tables(summary)))
    assert "20 days ahead, on series it was never trained on: CRPS in percent from" in lines
    assert "Mean CRPS by year" in lines
    assert [one["name"] for one in open_checkpoint(str(place / "m")).provenance["data"]] == ["learnt"]


def test_a_series_that_is_learnt_from_or_too_short_is_refused_before_training(place, tmp_path):
    (tmp_path / "alias.csv").write_text((place / "learnt.csv").read_text())
    market(400, seed=9).to_csv(tmp_path / "short.csv")
    for file, kind, sentence in (
        (place / "learnt.csv", RnnlabError, r"^learnt is among the training data; --unseen is for series that"),
        (tmp_path / "alias.csv", RnnlabError, r"^alias is among the training data"),
        (tmp_path / "short.csv", DataError, r"^short has 400 days up to 2012-06-29 and 0 after; --unseen needs"),
    ):
        training = train_forecast([str(place / "learnt.csv")], out=tmp_path / "m", until=UNTIL,
                                          settings=TINY, unseen=[str(file)])  # fmt: skip
        with pytest.raises(kind, match=sentence):
            next(training)
        assert not (tmp_path / "m").exists()


def test_garch_is_asked_for_before_training_and_stands_beside(place, monkeypatch):
    assert "garch_t" in train(place, ["one"], garch=True)["unseen"]["horizons"]["1"]["against"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    training = train_forecast([str(place / "learnt.csv")], until=UNTIL, unseen=[str(place / "one.csv")],
                                      garch=True)  # fmt: skip
    with pytest.raises(RnnlabError, match=r"^GARCH is fitted with the package arch, which is not here"):
        next(training)


def test_years_are_means_over_the_series_that_reach_so_far():
    tables = {"long": market(900, seed=1), "short": market(700, seed=2)}
    model = new_model(density.MODEL, 1)
    found = {}
    for name, table in tables.items():
        found[name] = backtest(density.forecast(model, features.build_panel(table)), table, table.index[400], 62)
    told = by_year(found)
    assert {year: one["series"] for year, one in told.items()} == {"2011": 2, "2012": 2, "2013": 1}
    means = [one.losses[one.days.index.year == 2012].mean() for one in found.values()]
    assert told["2012"]["model"] == pytest.approx(np.mean(means))
    rival = [one.baselines["har_t"].losses[one.days.index.year == 2012].mean() for one in found.values()]
    assert told["2012"]["har_t"] == pytest.approx(np.mean(rival))


def test_near_horizons_count_more_where_that_is_asked_for():
    panels = [features.build_panel(market(600, seed=1))]
    random = torch.Generator().manual_seed(1)
    output = torch.randn(2, 5, 60, generator=random)
    y = torch.randn(2, 5, 20, generator=random)
    y[0, 4, 10:] = torch.nan
    location, scale, dof = (part.double().numpy() for part in student_parameters(output))
    losses = -density.StudentT(location, scale, dof).log_density(y.double().numpy())
    for near in (0.0, 1.0, 2.0):
        task = DensityTask(panels, DensityConfig(near=near), 8)
        weights = np.arange(1, 21.0) ** -near * ~np.isnan(losses)
        expected = np.nansum(losses * weights) / weights.sum()
        assert task.loss(output, y).item() == pytest.approx(expected, rel=1e-5)


def test_few_days_get_their_own_settings_and_given_ones_come_first(place, tmp_path):
    few, many = density.proposed(2_400), density.proposed(100_000)
    assert many == (density.TRAIN, DensityConfig())
    assert (few[0], few[1]) == (dataclasses.replace(density.TRAIN, lr=1e-2), DensityConfig(epochs=60, near=1.0))
    training = train_forecast([str(place / "learnt.csv")], out=tmp_path / "m", settings=TINY | {"near": 2.0})
    list(training)
    kept = open_checkpoint(str(tmp_path / "m")).train
    assert (kept["near"], kept["lr"], kept["epochs"]) == (2.0, 1e-2, 1)
