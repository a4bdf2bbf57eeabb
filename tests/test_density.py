import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch
from markets import market
from scipy import stats
from trainings import train_forecast

from rnnlab.errors import DataError
from rnnlab.nn.cells import CELLS
from rnnlab.nn.model import new_model
from rnnlab.tasks.forecast import use
from rnnlab.tasks.forecast.judge.walk import backtest
from rnnlab.tasks.forecast.learn import density, features
from rnnlab.tasks.forecast.learn.density import DensityConfig, DensityTask, forecast, latest, student_parameters
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.loop import fit
from rnnlab.train.progress import TrainConfig

TRAIN = TrainConfig(steps=30, batch=8, lr=0.01, report_every=10, ema=0.9)
PANELS = [features.build_panel(market(500, seed)) for seed in (1, 2)]


def trained(cell: str = "gru", panels: list[features.Panel] = PANELS, seed: int = 1):
    model = new_model(dataclasses.replace(density.MODEL, cell=cell), seed)
    reports = list(fit(model, DensityTask(panels, DensityConfig(), TRAIN.batch), TRAIN))
    return model, reports


@pytest.mark.parametrize("cell", CELLS)
def test_a_forecast_from_a_file_cut_at_its_day_is_that_of_the_whole_file_to_the_last_bit(cell):
    model, _ = trained(cell)
    table = market(700, seed=3)
    whole = forecast(model, features.build_panel(table))
    for cut in (62, 100, 333, 699):
        part = forecast(model, features.build_panel(table.iloc[:cut]))
        for one, other in zip(vars(part).values(), vars(whole).values(), strict=True):
            assert np.array_equal(one, other[:cut], equal_nan=True)


@pytest.mark.parametrize("cell", CELLS)
def test_the_latest_of_many_series_side_by_side_are_those_of_each_alone(cell, monkeypatch):
    monkeypatch.setattr(density, "GROUP", 3)
    model, _ = trained(cell)
    panels = [features.build_panel(market(days, seed=days)) for days in (62, 189, 190, 700, 350)]
    alone = [forecast(model, panel) for panel in panels]
    many = latest(model, panels)
    for row, panel in enumerate(panels):
        one = latest(model, [panel])
        for name in ("location", "scale", "dof"):
            expected = getattr(alone[row], name)[-1]
            assert np.array_equal(getattr(one, name)[0], expected)
            assert getattr(many, name)[row] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_the_weights_do_not_change_when_every_day_after_training_does(tmp_path):
    table = market(500)
    noisy = table.copy()
    noisy.iloc[400:] *= 1 + 0.5 * np.random.default_rng(1).random((100, 1))
    until, weights = f"{table.index[399]:%Y-%m-%d}", []
    for name, one in (("clean", table), ("noisy", noisy)):
        one.to_csv(tmp_path / f"{name}.csv")
        settings = {"epochs": 1, "batch": 8}
        data, out = [str(tmp_path / f"{name}.csv")], tmp_path / name
        list(train_forecast(data, out=out, settings=settings, until=until))
        weights.append((out / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]


@pytest.mark.parametrize("what", ["x", "y"])
def test_a_training_whose_numbers_break_goes_back_and_says_so(what):
    class Breaking(DensityTask):
        def batches(self, seed, start=0):
            for number, batch in enumerate(super().batches(seed, start), start):
                broken = getattr(batch, what) * (float("inf") if 13 <= number < 16 else 1.0)
                yield dataclasses.replace(batch, **{what: broken})

    model = new_model(density.MODEL, 1)
    reports = list(fit(model, Breaking(PANELS, DensityConfig(), 8), TRAIN))
    assert "went back to the weights of step 10 and halved the learning rate" in reports[1].message
    assert reports[2].message is None
    assert all(weight.isfinite().all() for weight in model.parameters())


def test_no_training_target_reaches_into_the_validation():
    task = DensityTask(PANELS, DensityConfig(), batch=8)
    for stock in task.stocks:
        for column, horizon in enumerate(density.HORIZONS):
            reaching = stock.training[max(0, stock.split - horizon) :, column]
            assert np.isnan(reaching).all()
            assert np.isfinite(stock.training[stock.split - horizon - 1, column])


def test_the_weights_do_not_depend_on_the_validation_days_but_for_their_choice():
    """With no choice to make (one report), noise in the validation leaves the weights as they are."""
    config = dataclasses.replace(TRAIN, steps=10)
    split = DensityTask(PANELS[:1], DensityConfig(), 8).stocks[0].split
    noisy_table = market(500, 1)
    noisy_table.iloc[split:] *= np.exp(np.random.default_rng(1).normal(size=(500 - split, 5)))
    found = []
    for panel in (PANELS[0], features.build_panel(noisy_table)):
        model = new_model(density.MODEL, 1)
        list(fit(model, DensityTask([panel], DensityConfig(), 8), config))
        found.append(model.head.weight)
    assert torch.equal(*found)


def test_batches_begin_with_days_that_have_no_target_and_come_from_the_training_days():
    task = DensityTask(PANELS, DensityConfig(hide=0.0), batch=8)
    batch = next(task.batches(seed=1))
    assert batch.x.shape == (8, 22 + 64, len(features.NAMES))
    assert batch.y.shape == (8, 22 + 64, 20)
    assert batch.y[:, :22].isnan().all()
    rows = {row.tobytes() for stock in task.stocks for row in stock.panel.x[features.FIRST_DAY : stock.split]}
    assert all(row.tobytes() in rows for row in batch.x.numpy().reshape(-1, len(features.NAMES)))


def test_a_batch_depends_on_its_number_and_the_seed_alone():
    task = DensityTask(PANELS, DensityConfig(), batch=8)
    stream = task.batches(seed=1)
    third = [next(stream) for _ in range(3)][2]
    assert torch.equal(next(task.batches(seed=1, start=2)).x, third.x)
    assert not torch.equal(next(task.batches(seed=2, start=2)).x, third.x)


def test_some_windows_are_shown_as_if_the_file_had_closes_only():
    task = DensityTask(PANELS, DensityConfig(hide=0.5), batch=64)
    shown = next(task.batches(seed=1)).x[:, 0, features.NAMES.index("has_range")]
    assert 0.2 < shown.mean() < 0.8


def test_the_loss_is_the_students_negative_log_likelihood_of_what_is_known():
    task = DensityTask(PANELS, DensityConfig(), batch=8)
    output = torch.randn(2, 3, 60, generator=torch.Generator().manual_seed(1))
    y = torch.randn(2, 3, 20, generator=torch.Generator().manual_seed(2))
    y[0, 1] = torch.nan
    location, scale, dof = (part.double().numpy() for part in student_parameters(output))
    known = np.isfinite(y.numpy())
    expected = -stats.t.logpdf(y.double().numpy(), dof, location, scale)[known].mean()
    assert task.loss(output, y).item() == pytest.approx(expected, rel=1e-5)


def test_the_scale_of_the_whole_return_never_falls_as_the_horizon_grows():
    output = 3 * torch.randn(50, 60, generator=torch.Generator().manual_seed(1))
    _, scale, dof = student_parameters(output)
    total = scale * torch.arange(1, 21).sqrt()
    assert (total[:, 1:] >= total[:, :-1] * (1 - 1e-6)).all()
    assert (dof > 2.1).all()


def test_training_beats_its_own_start():
    _, reports = trained()
    task = DensityTask(PANELS, DensityConfig(), 8)
    start = task.evaluate(new_model(density.MODEL, 1))["loss"]
    assert min(report.scores["loss"] for report in reports) < start


def test_on_a_placebo_of_independent_draws_the_network_wins_nothing():
    random = np.random.default_rng(4)
    close = 50 * np.exp(np.cumsum(random.standard_t(5, 1500)) / 100)
    table = pd.DataFrame({"Close": close}, index=pd.bdate_range("2000-01-03", periods=1500))
    model, _ = trained(panels=[features.build_panel(table.iloc[:1200])])
    result = backtest(forecast(model, features.build_panel(table)), table, table.index[1200], 62)
    gain = 1 - result.scores.crps / result.baselines["constant_t"].crps
    assert gain < 0.002 or result.baselines["constant_t"].dm_p > 0.05


def test_too_short_a_history_says_how_many_days_are_needed():
    with pytest.raises(DataError, match="Training needs at least 147 days before .* but no stock has them"):
        DensityTask([features.build_panel(market(120))], DensityConfig(), batch=8)


def test_without_recurrence_a_forecast_is_a_linear_function_of_the_day_s_features(tmp_path):
    settings = {"epochs": 1, "recurrence": False}
    list(train_forecast(["AAPL"], out=tmp_path / "m", settings=settings))
    made = checkpoint.load(tmp_path / "m")
    assert not made.weights["head.weight"].any()
    assert made.weights["skip.weight"].any()
    assert made.train["recurrence"] is False
    model, x = checkpoint.build_model(made), torch.randn(2, 30, made.model.inputs)
    alone, _ = model(x[:, -1:], None)
    whole, _ = model(x, None)
    torch.testing.assert_close(whole[:, -1:], alone)


def test_several_seeds_are_one_network_that_says_their_mean(tmp_path):
    settings = {"steps": 3, "hidden": 4, "seed": 5}
    *reports, last = train_forecast(["AAPL"], out=tmp_path / "both", settings=settings, seeds=2)
    assert {one.seed for one in reports} == {5, 6}
    assert last.summary["seeds"] == 2
    for seed in (5, 6):
        list(train_forecast(["AAPL"], out=tmp_path / str(seed), settings=settings | {"seed": seed}))
    x = torch.randn(1, 40, len(features.NAMES))
    outputs = {n: checkpoint.build_model(checkpoint.load(tmp_path / n))(x)[0] for n in ("5", "6", "both")}
    torch.testing.assert_close(outputs["both"], (outputs["5"] + outputs["6"]) / 2)
    made = checkpoint.load(tmp_path / "both")
    assert (made.model.hidden, made.train["seeds"], made.resume) == (8, 2, None)
    assert "| seeds | 2 |" in made.card
    assert use.forecast(str(tmp_path / "both"), "AAPL", horizon=2).summary()["rows"]
