"""The figures and the page's own HTML, from studies made up here."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.tasks.forecast.page import figures, panels, tutorial_panel
from rnnlab.widgets import html, wording

BASELINE = {"rmse": 2.0, "crps": 0.9, "log_score": None, "coverage80": None, "coverage95": None, "dm_p": 0.5}


@pytest.fixture
def study() -> Study:
    past = pd.bdate_range("2020-01-01", periods=400)
    close = pd.Series(100 + np.arange(400.0), past)
    fan = pd.DataFrame(
        {"median": 500.0, "lower80": 490.0, "upper80": 511.0, "lower95": 480.0, "upper95": 522.0},
        index=pd.bdate_range(past[-1] + pd.offsets.BDay(), periods=20),
    )
    days = pd.DataFrame({"close": close, "naive": close.shift(), "median": close.shift()}).iloc[-80:]
    days = days.assign(lower80=days["naive"] - 3, upper80=days["naive"] + 3)
    scores = {
        "n": 80, "start": "2021-04-01", "end": "2021-07-01", "rmse": 1.5, "crps": 0.7, "log_score": 1.6,
        "coverage80": 0.79, "coverage95": 0.93, "rmse_beats_naive": True,
        "baselines": {"naive": BASELINE, "har_t": BASELINE | {"crps": 0.6}},
    }  # fmt: skip
    return Study("TEST", "stocks", close.to_frame("Close"), fan, days, scores, "It errs less; its band holds.", ())


def traces(study: Study, name: str) -> list:
    return [trace for trace in figures.forecast_figure(study, "USD").data if trace.name == name]


def test_the_fan_starts_at_the_last_close(study):
    for name in ("80 % band", "95 % band", "Model", "Naive"):
        fan = traces(study, name)[-1]
        assert (fan.x[0], fan.y[0]) == ("2021-07-13", 499.0)
        assert len(fan.x) == 21


def test_every_idea_stands_once_in_the_legend(study):
    listed = [trace for trace in figures.forecast_figure(study, "USD").data if trace.showlegend is not False]
    names = [trace.name for trace in sorted(listed, key=lambda trace: trace.legendrank)]
    assert names == ["Close", "Model", "Naive", "80 % band", "95 % band"]


def test_the_bands_lie_below_the_lines_and_80_upon_95(study):
    names = [trace.name for trace in figures.forecast_figure(study, "USD").data if "edge" not in trace.name]
    assert names[-4:] == ["95 % band", "80 % band", "Naive", "Model"]


def test_the_title_says_the_finding_and_the_axis_the_unit(study):
    figure = figures.forecast_figure(study, "USD")
    assert "TEST on 10 Aug 2021: 490.0 to 511.0 USD" in figure.layout.title.text
    assert figure.layout.yaxis.title.text == "Close (USD)"
    assert figures.forecast_figure(study, "").layout.yaxis.title.text == "Close"


def test_a_title_too_long_for_a_phone_has_a_line_more(study):
    short, long = (figures.forecast_figure(study, unit).layout for unit in ("USD", "roubles"))
    assert "TEST on 10 Aug 2021:<br>490.0 to 511.0 roubles" in long.title.text
    assert long.margin.t - short.margin.t == figures.TITLE_LINE


def test_each_range_button_shows_all_prices_of_its_days(study):
    views = {
        button.label.strip(): button.args[0]
        for button in figures.forecast_figure(study, "").layout.updatemenus[0].buttons
    }
    assert list(views) == ["1m", "6m", "1y", "all"]
    for view in views.values():
        (start, end), (low, high) = view["xaxis.range"], view["yaxis.range"]
        assert end > "2021-08-10"
        assert low < study.history["Close"][start:].min()
        assert high > 522
    assert views["all"]["xaxis.range"][0] == "2020-01-01"


def test_the_figure_opens_on_the_view_of_its_active_button(study):
    figure = figures.forecast_figure(study, "USD")
    menu = figure.layout.updatemenus[0]
    assert list(figure.layout.xaxis.range) == menu.buttons[menu.active].args[0]["xaxis.range"]


def test_nothing_of_the_figure_is_painted_for_one_theme_alone(study):
    figure = figures.forecast_figure(study, "USD")
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_a_series_too_short_for_a_back_test_still_has_its_fan(study):
    short = dataclasses.replace(study, days=None, scores=None, history=study.history[-30:])
    names = [trace.name for trace in figures.forecast_figure(short, "").data]
    assert names.count("80 % band") == 1
    assert "Close" in names
    assert "There are no scores" in panels.score_table(None, "", "")


def test_a_file_s_name_is_shown_as_text(study):
    named = dataclasses.replace(
        study, name="<b>x</b><img src=x onerror=alert(1)>", notices=("<script>",), verdict="<i>"
    )
    assert "<b>x" not in figures.forecast_figure(named, "").layout.title.text.replace("<b>&lt;b&gt;x", "")
    shown = panels.verdict(named, named.name) + html.refusal("<script>no</script>", "<u>")
    assert "<script>" not in shown
    assert "<img" not in shown
    assert "<u>" not in shown
    assert "<i>" not in shown


@pytest.mark.parametrize(
    ("price", "text"),
    [(169.23, "169.2"), (1.08437, "1.084"), (43210.9, "43,211"), (0.00012345, "0.0001234"), (9.9, "9.900")],
)
def test_prices_have_four_significant_digits(price, text):
    assert wording.price_text(price) == text


def test_the_best_of_each_column_is_bold_and_ties_are_shared(study):
    html = panels.score_table(study.scores, "USD", "80 days")
    rows = {row.split('"')[0]: row for row in html.split('<tr class="')[1:]}
    assert "<b>0.600</b>" in rows["har_t"]
    assert "<b>1.500</b>" in rows["model"]
    assert "<b>2.000</b>" not in html
    assert rows["naive"].count("not defined") == 3


def test_no_rmse_is_bold_where_nobody_beats_repeating_yesterday(study):
    html = panels.score_table(study.scores | {"rmse_beats_naive": False}, "USD", "80 days")
    assert "<b>1.500</b>" not in html
    assert "<b>0.600</b>" in html


def test_the_tutorial_s_table_sets_naive_beside_the_seeds():
    summary = {
        "train_rmse": [1.4, 1.6], "test_rmse": [3.0, 5.0], "test_rmse_min": 3.0, "test_rmse_mean": 4.0,
        "test_rmse_max": 5.0, "naive_rmse": 1.6, "leak_free_test_rmse": 6.2,
    }  # fmt: skip
    html = panels.tutorial_table(summary, "USD")
    assert "Its error is 2.5 times that of repeating yesterday" in html
    for figure in ("1.60", "4.00", "3.00 – 5.00", "1.50", "6.20"):
        assert figure in html


def test_losses_are_drawn_by_seed_on_a_log_axis():
    figure = tutorial_panel.loss_figure({(1, ""): [(5, 0.1), (10, 0.01)], (1, "leak-free"): [(5, 0.2)]}, 100)
    assert [trace.name for trace in figure.data] == ["seed 1", "seed 1, leak-free"]
    assert figure.layout.yaxis.type == "log"


def test_a_sentence_names_fields_on_the_page_and_parameters_to_programs():
    sentence = (
        "It may be in KOI8-R or CP866; name its encoding with --encoding, or choose one --ticker of a --data-set."
    )
    assert wording.on_page(sentence) == (
        "It may be in KOI8-R or CP866; name its encoding with “Encoding”, or choose one “Ticker” of a --data-set."
    )
    assert "name its encoding with encoding, or choose one ticker of" in wording.for_programs(sentence)
    assert wording.notes_of(["<b> --column"]) == "<li>&lt;b&gt; “Column”</li>"
