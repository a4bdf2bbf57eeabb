"""An index beside a series, and the linear head on more features that reads it: joined by day, never ahead of it."""

import dataclasses

import numpy as np
import pytest
import torch
from markets import market
from scipy import stats
from scipy.optimize import minimize
from trainings import train_forecast

import rnnlab
from rnnlab.errors import RnnlabError
from rnnlab.nn.model import new_model
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.tasks.forecast.data import beside, open_many, open_prices
from rnnlab.tasks.forecast.judge.refitting import trained_until
from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.learn import density, features, linear_head
from rnnlab.tasks.forecast.learn.density import student_parameters
from rnnlab.tasks.forecast.learn.features import FIRST_DAY, NAMES, WIDE, build_panel, without
from rnnlab.tasks.forecast.learn.linear_head import LinearHead, averaged, fit_linear_head
from rnnlab.tasks.forecast.use import forecast

INDEX = market(900, seed=9).rename(columns=lambda name: f"Market {name}")[["Market Close", "Market High", "Market Low"]]
STOCK = market(900, seed=5)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two price files, acme.csv and index.csv, and a checkpoint `wide` that was trained on them."""
    place = tmp_path_factory.mktemp("wide")
    STOCK.to_csv(place / "acme.csv")
    market(900, seed=9).to_csv(place / "index.csv")
    settings = {"wide": True, "epochs": 2, "lr": 0.01, "newest": True}
    arguments = {"market": str(place / "index.csv"), "seeds": 2}
    list(train_forecast([str(place / "acme.csv")], settings=settings, out=place / "wide", **arguments))
    return place


def numbers(made):
    return made.outlook.fan().to_numpy()


def test_a_forecast_from_files_cut_at_its_day_is_that_of_the_whole_files_to_the_last_bit(place):
    opened, data, index = str(place / "wide"), place / "acme.csv", place / "index.csv"
    whole = open_prices(data, market=index)
    cut = whole.table.index[700]
    STOCK[:cut].to_csv(place / "cut.csv")
    market(900, seed=9)[:cut].to_csv(place / "index-cut.csv")
    made = [numbers(forecast(opened, place / "cut.csv", market=one)) for one in (index, place / "index-cut.csv")]
    assert np.array_equal(*made)
    report = backtest(opened, data, market=index, leak_check=True)
    assert report.leak_check.leaks == ()
    alone = numbers(forecast(opened, place / "cut.csv"))
    assert not np.array_equal(alone, made[0])


def test_a_series_beside_an_index_keeps_the_calendar_of_its_source(place):
    opened = open_prices(place / "acme.csv")
    opened.table.attrs["calendar"] = "XTKS"
    assert beside(opened, open_prices(place / "index.csv")).table.attrs["calendar"] == "XTKS"


def test_features_of_an_index_are_its_own_days_and_nothing_of_the_stock(place):
    one, other = (build_panel(table.join(INDEX), WIDE) for table in (STOCK, market(900, seed=6)))
    own = [WIDE.index(name) for name in WIDE if name.startswith("market") or name == "has_market"]
    assert np.array_equal(one.x[:, own], other.x[:, own])
    assert one.x[FIRST_DAY:, WIDE.index("has_market")].all()
    alone = build_panel(STOCK, WIDE)
    assert np.array_equal(without(one.x, ["market"], WIDE), alone.x)
    assert np.array_equal(alone.x[:, : len(NAMES)], build_panel(STOCK).x)


def test_a_wide_file_of_closes_looks_like_a_full_one_whose_other_columns_are_hidden():
    hidden = without(build_panel(STOCK, WIDE).x, ["range", "overnight", "volume"], WIDE)
    np.testing.assert_allclose(hidden[FIRST_DAY:], build_panel(STOCK[["Close"]], WIDE).x[FIRST_DAY:], atol=1e-6)


def test_the_wide_model_says_the_mean_of_the_network_and_the_head():
    network = new_model(density.MODEL, seed=1)
    torch.nn.init.normal_(network.head.weight, generator=torch.Generator().manual_seed(2))
    head = LinearHead(torch.randn(60, len(WIDE)), torch.randn(60))
    x = torch.randn(1, 30, len(WIDE))
    with torch.no_grad():
        mean = (network(x[..., : len(NAMES)])[0] + x @ head.weights.T + head.biases) / 2
        assert torch.allclose(averaged(network, head)(x)[0], mean, atol=1e-5)


def test_the_head_is_where_scipy_finds_the_least_loss(monkeypatch):
    monkeypatch.setattr(linear_head, "HORIZONS", (1,))
    panel = build_panel(STOCK, WIDE)
    head = fit_linear_head([panel], 0.0)
    x, y = panel.x[FIRST_DAY:-1].astype(float), (panel.returns_ahead((1,)) / panel.scales((1,)))[FIRST_DAY:-1, 0]
    every = panel.x[FIRST_DAY:].astype(float)
    scaled, spread = (x - every.mean(0)) / (every.std(0) + 1e-6), every.std(0) + 1e-6

    def loss(flat):
        weights = flat.reshape(-1, 3)
        location, scale, dof = (scaled @ weights[1:] + weights[0]).T
        scale, dof = np.exp(np.clip(scale - 0.25, -2.5, 2.5)), 2.1 + np.logaddexp(0, dof + 2)
        return -stats.t.logpdf(y, dof, 0.1 * location, scale).mean() + 0.01 * (weights[1:] ** 2).sum()

    found = np.vstack([np.zeros(3), (head.weights.numpy() * spread).T]).astype(float)
    found[0] = head.biases.numpy() + every.mean(0) @ head.weights.numpy().T
    assert loss(found.ravel()) <= minimize(loss, found.ravel(), method="L-BFGS-B", options={"maxiter": 20}).fun + 1e-4


def test_training_records_its_index_and_is_begun_anew_with_it(place, tmp_path):
    made = open_checkpoint(str(place / "wide"))
    assert made.provenance["market"]["name"] == "index"
    assert (made.model.inputs, made.model.hidden, made.train["wide"]) == (len(WIDE), 32, True)
    began = dataclasses.replace(
        made, provenance=made.provenance | {"data": [{"name": "SP500"}], "market": {"name": "QQQ"}}
    )
    again = open_checkpoint(trained_until(began, "2002-12-31", tmp_path))
    assert again.provenance["market"]["name"] == "QQQ"
    assert again.codec == made.codec


def test_an_index_may_miss_days_which_is_told(place):
    index = open_prices(place / "index.csv")
    gappy = dataclasses.replace(index, table=index.table.drop(index.table.index[800]))
    *_, notice = beside(open_prices(place / "acme.csv"), gappy).notices
    assert notice == (
        f"index has no prices on 1 of 900 days of acme, the last on {index.table.index[800]:%Y-%m-%d}; forecasts from "
        "those days go without it."
    )


def test_fine_tuning_keeps_the_features_and_may_read_an_index(place, tmp_path):
    for more in ({}, {"market": str(place / "index.csv")}):
        *_, result = train_forecast(
            [str(place / "acme.csv")],
            base=str(place / "wide"),
            settings={"epochs": 1},
            out=tmp_path / f"t{len(more)}",
            **more,
        )
        assert open_checkpoint(result.folder).codec == open_checkpoint(str(place / "wide")).codec


def test_of_several_series_one_without_a_day_of_the_index_goes_without_and_is_named(place):
    market(100, start="2020-01-06").to_csv(place / "late.csv")
    acme, late = open_many([str(place / "acme.csv"), str(place / "late.csv")], market=str(place / "index.csv"))
    assert set(features.MARKET_COLUMNS) <= set(acme.table.columns)
    assert not set(features.MARKET_COLUMNS) & set(late.table.columns)
    assert late.notices[-1] == "has no day in common with index; it goes without."


@pytest.mark.parametrize(
    ("model", "index", "words"),
    [
        ("plain", "index.csv", r"^plain does not read an index; leave out --market\.$"),
        ("wide", "late.csv", r"^late and acme have no day in common; leave out --market, or give another\.$"),
        ("wide", "closes.csv", r"^The index closes has no High and Low; give one that has them, such as SP500\.$"),
    ],
)
def test_an_index_that_cannot_be_used_is_refused(place, model, index, words):
    market(100, start="2020-01-06").to_csv(place / "late.csv")
    market(900, columns="C").to_csv(place / "closes.csv")
    if model == "plain" and not (place / "plain").exists():
        list(train_forecast([str(place / "acme.csv")], settings={"epochs": 1}, out=place / "plain"))
    with pytest.raises(RnnlabError, match=words):
        forecast(str(place / model), place / "acme.csv", market=place / index)


def test_an_index_is_for_wide_trainings_alone(place):
    with pytest.raises(
        RnnlabError, match=r"^Only a training with --wide reads an index; add it, or leave out --market"
    ):
        list(train_forecast([str(place / "acme.csv")], market=str(place / "index.csv")))


def test_python_takes_an_index_as_a_table(place):
    model = rnnlab.load(str(place / "wide"))
    tables = (
        model.forecast(STOCK, 3, market=market(900, seed=9)),
        model.forecast(place / "acme.csv", 3, market=place / "index.csv"),
    )
    assert np.allclose(*(table.to_numpy() for table in tables), rtol=1e-6)


def test_parameters_of_one_horizon_are_those_of_all():
    output = torch.randn(4, 60)
    one = density.own_parameters(*output[:, :3].unbind(-1))
    assert all(torch.allclose(part, whole[:, 0]) for part, whole in zip(one, student_parameters(output), strict=True))
