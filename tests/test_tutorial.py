import dataclasses

import numpy as np
import pytest
from markets import market

from rnnlab.data import catalog
from rnnlab.errors import DataError
from rnnlab.nn.model import new_model
from rnnlab.tasks.forecast.learn import tutorial
from rnnlab.tasks.forecast.learn.tutorial import MODEL, TRAIN, TutorialConfig, TutorialTask, forecast
from rnnlab.train.loop import fit

CLOSE = market(300)["Close"].to_numpy()


def trained(leak: bool = True, steps: int = 10) -> tuple:
    task, model = TutorialTask(CLOSE, TutorialConfig(leak=leak)), new_model(MODEL, 1)
    reports = list(fit(model, task, dataclasses.replace(TRAIN, steps=steps)))
    task.fit_residual(model)
    return task, model, reports[-1].scores


def test_the_windows_are_the_tutorials():
    task = TutorialTask(catalog.price_table("AAPL")["Close"].to_numpy(), TutorialConfig())
    assert (task.split, len(task.windows) - task.split) == (2399, 600)
    assert next(task.batches(1)).x.shape == (2399, 19, 1)


def test_repeating_yesterday_scores_what_was_published():
    task = TutorialTask(catalog.price_table("AAPL")["Close"].to_numpy(), TutorialConfig())
    assert task.naive() == pytest.approx({"train_rmse": 0.999, "test_rmse": 1.687}, abs=1e-3)


def test_the_leaky_scaling_has_seen_the_test_and_the_leak_free_one_has_not():
    higher = CLOSE.copy()
    higher[-1] *= 5
    leaky, free = (TutorialTask(higher, TutorialConfig(leak=leak)) for leak in (True, False))
    assert leaky.high == higher.max() > CLOSE.max()
    assert free.high == CLOSE[: free.split + 19].max()
    assert TutorialTask(CLOSE, TutorialConfig(leak=False)).codec()["high"] == free.codec()["high"]


def test_scaled_training_closes_lie_within_one_and_can_be_scaled_back():
    task = TutorialTask(CLOSE, TutorialConfig(leak=False))
    scaled = tutorial.scale(CLOSE[: task.split + 19], task.low, task.high)
    assert (scaled.min(), scaled.max()) == pytest.approx((-1, 1))
    assert tutorial.unscale(scaled, task.low, task.high) == pytest.approx(CLOSE[: task.split + 19])


def test_the_target_is_the_close_after_the_window_and_not_in_it():
    task = TutorialTask(CLOSE, TutorialConfig())
    batch = next(task.batches(1))
    seen = tutorial.unscale(batch.x[7, :, 0].double().numpy(), task.low, task.high)
    target = tutorial.unscale(batch.y[7, 0].double().numpy(), task.low, task.high)
    assert seen == pytest.approx(CLOSE[7:26], rel=1e-5)
    assert target == pytest.approx(CLOSE[26], rel=1e-5)


def test_the_rmse_is_that_of_the_prices_predicted_one_by_one():
    task, model, scores = trained()
    predicted = CLOSE[18:-1] * np.exp(forecast(model, task.codec(), CLOSE, 1).location[18:-1, 0] / 100)
    errors = (predicted - CLOSE[19:])[: len(task.windows)]
    assert np.sqrt(np.mean(errors[task.split :] ** 2)) == pytest.approx(scores["test_rmse"], rel=1e-4)
    assert np.sqrt(np.mean(errors[: task.split] ** 2)) == pytest.approx(scores["train_rmse"], rel=1e-4)


def test_a_leak_free_forecast_from_a_cut_file_is_that_of_the_whole_file_to_the_last_bit():
    task, model, _ = trained(leak=False)
    whole = forecast(model, task.codec(), CLOSE, 3)
    for cut in (19, 100, 299):
        part = forecast(model, task.codec(), CLOSE[:cut], 3)
        assert np.array_equal(part.location, whole.location[:cut], equal_nan=True)


def test_the_tutorial_as_published_leaks_and_its_leak_free_variant_does_not():
    """Noise in the test's prices changes what the leaky network has learnt, and leaves the other as it was."""
    noisy = CLOSE.copy()
    noisy[-50:] *= 3
    found = {}
    for leak in (True, False):
        for name, close in (("clean", CLOSE), ("noisy", noisy)):
            task, model = TutorialTask(close, TutorialConfig(leak=leak)), new_model(MODEL, 1)
            list(fit(model, task, dataclasses.replace(TRAIN, steps=5)))
            found[leak, name] = model.head.weight.detach().numpy()
    assert not np.array_equal(found[True, "clean"], found[True, "noisy"])
    assert np.array_equal(found[False, "clean"], found[False, "noisy"])


def test_later_horizons_are_reached_by_feeding_predictions_back():
    task, model, _ = trained()
    density = forecast(model, task.codec(), CLOSE, 2)
    price = CLOSE[-1] * np.exp(density.location[-1, 0] / 100)
    again = forecast(model, task.codec(), np.append(CLOSE, price), 1)
    assert price * np.exp(again.location[-1, 0] / 100) == pytest.approx(
        CLOSE[-1] * np.exp(density.location[-1, 1] / 100), rel=1e-6
    )
    assert density.scale[-1, 1] == pytest.approx(density.scale[-1, 0] * np.sqrt(2))


def test_too_few_rows_say_how_many_are_needed():
    with pytest.raises(DataError, match="25 rows are too few for a lookback of 20; give at least 30"):
        TutorialTask(CLOSE[:25], TutorialConfig())
