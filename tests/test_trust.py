"""The panel "Can I trust it?": what a record says in words, whatever the record says."""

import re

import pytest

from rnnlab.tasks.forecast.judge.scoring import backtest
from rnnlab.tasks.forecast.page.trust import trust
from rnnlab.tasks.forecast.risk_tables import storm_sentence

SHARE = {"share": 0.79, "low": 0.755, "high": 0.822}


def scores(p_value=0.7, raw=SHARE, counts=(60, 46, 58, 71, 62, 58, 64, 56, 60, 66)):
    band = {"raw": raw, "calibrated": SHARE | {"share": 0.801}, "width": 2.0, "width_calibrated": 2.1}
    band |= {"independence_p": p_value}
    return {"record": {"bands": {"80": band}, "histogram": list(counts)}}


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)


def test_a_record_that_fits_is_said_to_fit():
    said = words(trust(scores()))
    assert "Coverage of the 80 % band:  79.0 % ; 80 % is within the 95 % interval, 75.5–82.2 %" in said
    assert "Misses do not cluster significantly" in said
    assert "their coverage is 80.1 % (80 % band, 1.05 times as wide)" in said
    assert "60 here; the fullest has 18 % more, the emptiest 23 % fewer" in said


@pytest.mark.parametrize(("share", "kind"), [(0.6, "narrow"), (0.95, "wide")])
def test_a_band_that_is_wrong_is_called_so(share, kind):
    raw = {"share": share, "low": share - 0.02, "high": share + 0.02}
    assert f"the band is too {kind}" in words(trust(scores(raw=raw)))


def test_clusters_are_told_of_and_overlapping_days_are_not_judged():
    assert "Misses cluster (Christoffersen's test, p = 0.01)" in words(trust(scores(p_value=0.01)))
    assert "is not tested" in words(trust(scores(p_value=None)))


def test_bars_stand_in_proportion_and_stay_in_their_frame():
    heights = re.findall(r"height:(\d+)%", trust(scores(counts=[10, 20, 30, 100, 0])))
    assert heights == ["16", "31", "47", "100", "0"]


def test_without_a_back_test_there_is_no_panel():
    assert trust(None) == trust({"record": None}) == ""


def test_the_bundled_forecast_has_one():
    said = words(trust(backtest("stocks", "AAPL", start="2015-08-13").json()))
    assert "Coverage of the 80 % band:  79.0 %" in said
    assert "Coverage of the 95 % band:  93.8 %" in said


def test_value_at_risk_and_terciles_stand_beside_the_baselines():
    answer = backtest("stocks", "AAPL", start="2015-08-13").json()
    told = words(trust(answer))
    beyond = answer["value_at_risk"]["99"]["breaches"]
    assert re.search(rf"This model\s+{answer['value_at_risk']['95']['breaches']}\s+[\d.]+\s+[\d.]+\s+{beyond}\s", told)
    assert "of which 30 and 6 are due" in told
    assert "CARR" in told
    assert re.search(r"stormy\s+200 days", told)
    assert "The 80 % band is off by no more than chance in any tercile of volatility: coverage" in told


@pytest.mark.parametrize(
    ("shares", "horizon", "said"),
    [
        ((0.8, 0.8, 0.6), 1, "The 80 % band is too narrow on stormy days: coverage 60.0 % on stormy days (80.0"),
        ((0.95, 0.8, 0.75), 1, "The 80 % band is too wide on calm days: coverage 75.0 % on stormy days"),
        ((0.8, 0.65, 0.8), 1, "The 80 % band is too narrow on days of middle volatility: coverage 80.0 % on"),
        ((0.8, 0.79, 0.77), 1, "The 80 % band is off by no more than chance in any tercile of volatility: coverage"),
        (
            (0.8, 0.8, 0.6),
            5,
            "The 80 % band in calm and in storms: coverage 60.0 % on stormy days (80.0 % when calibrated)",
        ),
    ],
)
def test_a_sentence_says_whether_the_bands_fail_in_storms(shares, horizon, said):
    terciles = [{"days": 200, "coverage80": one, "calibrated80": 0.8} for one in shares]
    assert storm_sentence(terciles, horizon).startswith(said)
