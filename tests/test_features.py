import numpy as np
import pytest
from markets import market

from rnnlab.tasks.forecast.learn import features
from rnnlab.tasks.forecast.learn.features import FIRST_DAY, GROUPS, NAMES, build_panel, hide

CUT = 300


def column(x: np.ndarray, name: str) -> np.ndarray:
    return x[..., NAMES.index(name)]


@pytest.mark.parametrize("columns", ["OHLCV", "C", "OHLC", "CV"])
def test_the_features_of_a_day_do_not_depend_on_later_days(columns):
    whole, cut = market(columns=columns), market(columns=columns).iloc[:CUT]
    assert np.array_equal(build_panel(whole).x[:CUT], build_panel(cut).x)
    assert np.array_equal(build_panel(whole).volatility[1:CUT], build_panel(cut).volatility[1:])


def test_the_features_of_a_day_do_not_depend_on_the_noise_that_follows():
    table = market()
    noisy = table.copy()
    noisy.iloc[CUT:] *= np.exp(np.random.default_rng(2).normal(size=(len(table) - CUT, 5)))
    assert np.array_equal(build_panel(table).x[:CUT], build_panel(noisy).x[:CUT])


def test_features_are_what_their_formulas_say():
    table = market()
    x, day = build_panel(table).x, 333
    close = table["Close"].to_numpy()
    returns = 100 * np.diff(np.log(close), prepend=np.nan)
    variance = np.mean(returns[1:61] ** 2)
    variances = {60: variance}
    for t in range(61, day + 1):
        variance = 0.94 * variance + 0.06 * returns[t] ** 2
        variances[t] = variance
    b, before = np.sqrt(variances[day]), np.sqrt(variances[day - 1])
    month = np.sqrt(np.mean(returns[day - 21 : day + 1] ** 2))
    park = 100 * np.log(table["High"] / table["Low"]).to_numpy() / np.sqrt(4 * np.log(2))
    assert column(x[day], "return") == pytest.approx(np.clip(returns[day] / before, -6, 6), abs=1e-5)
    assert column(x[day], "month") == pytest.approx(np.log(month / b + 1e-3), abs=1e-5)
    assert column(x[day], "range") == pytest.approx(np.log(max(park[day], 0.05) / b), abs=1e-5)
    volume = np.log(table["Volume"].to_numpy())
    assert column(x[day], "volume") == pytest.approx(volume[day] - volume[day - 19 : day + 1].mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("columns", "known"), [("OHLCV", {"range", "overnight", "volume"}), ("C", set()), ("CV", {"volume"})]
)
def test_groups_without_columns_are_hidden_and_flagged(columns, known):
    x = build_panel(market(columns=columns)).x[FIRST_DAY:]
    for group, names in GROUPS.items():
        assert (column(x, f"has_{group}") == (1 if group in known else 0)).all()
        assert all((column(x, name) == 0).all() == (group not in known) for name in names)


def test_hiding_a_group_looks_like_a_file_without_its_columns():
    x = build_panel(market()).x.copy()
    for group in GROUPS:
        hide(x, group)
    assert np.array_equal(x, build_panel(market(columns="C")).x)


def test_a_day_without_volume_is_flagged_alone():
    table = market()
    table.iloc[200, table.columns.get_loc("Volume")] = 0
    x = build_panel(table).x
    assert column(x[198:203], "has_volume").tolist() == [1, 1, 0, 1, 1]


def test_returns_ahead_are_the_sums_of_daily_returns():
    panel = build_panel(market())
    ahead = panel.returns_ahead((1, 5))
    daily = 100 * np.diff(np.log(panel.close))
    assert ahead[100] == pytest.approx([daily[100], daily[100:105].sum()])
    assert np.isnan(ahead[-1]).all()
    assert np.isnan(ahead[-5:, 1]).all()
    assert np.isfinite(ahead[-6]).all()


def test_a_standing_price_gives_finite_features():
    table = market()
    for name in ("Open", "High", "Low", "Close"):
        table[name] = 20.0
    assert np.isfinite(build_panel(table).x).all()


def test_every_feature_is_computed_by_some_formula():
    x = build_panel(market()).x[FIRST_DAY:]
    assert x.std(axis=0)[: len(NAMES) - len(GROUPS)].min() > 0
    assert features.FIRST_DAY == 61
