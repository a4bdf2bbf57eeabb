import dataclasses
import json
from pathlib import Path

import pytest
from markets import market
from trainings import train_forecast

from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.runtime.callers import OWNER, STRANGER
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.scoring.baselines import BASELINES
from rnnlab.tasks.forecast.commands import backtest_lines
from rnnlab.tasks.forecast.forecast_report import study
from rnnlab.tasks.forecast.judge.scoring import backtest, compare
from rnnlab.tasks.forecast.page.forecast_view import answer
from rnnlab.tasks.forecast.page.request import Asked, Source
from rnnlab.tasks.forecast.use import forecast
from rnnlab.train.checkpoint import checkpoint

SETTINGS = {"epochs": 1, "batch": 8, "window": 16, "lead": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A forecaster trained for an epoch on a file, and the file."""
    place = tmp_path_factory.mktemp("service")
    market(400).to_csv(place / "acme.csv")
    out = place / "acme-model"
    *_, result = train_forecast([str(place / "acme.csv")], out=out, settings=SETTINGS, until="2011-02-01")
    assert result.folder == str(out)
    return place


def model(folder) -> str:
    return str(folder / "acme-model")


def test_a_forecast_has_the_keys_that_are_promised(folder):
    answer = forecast(model(folder), folder / "acme.csv", horizon=3).summary()
    assert (answer["name"], answer["last_date"], len(answer["rows"])) == ("acme", "2011-07-15", 3)
    assert answer["rows"][0]["date"] == "2011-07-18"
    assert set(answer["rows"][0]) == {"date", "median", "lower80", "upper80", "lower95", "upper95"}
    json.dumps(answer, allow_nan=False)


def test_a_back_test_over_several_horizons_lists_each(folder):
    answer = backtest(model(folder), folder / "acme.csv", start="2011-02-02", horizons=(1, 5)).json()
    assert answer["horizons"]["1"]["crps"] == answer["crps"]
    assert answer["horizons"]["5"]["crps"] > answer["crps"]
    assert set(answer["baselines"]) == set(BASELINES)


def test_a_back_test_over_days_that_were_learnt_from_says_so(folder):
    fair = backtest(model(folder), folder / "acme.csv", start="2011-02-02").json()
    unfair = backtest(model(folder), folder / "acme.csv", start="2011-02-01").json()
    assert fair["notices"] == []
    assert "trained on days up to 2011-02-01, so its scores on these days are too good" in unfair["notices"][0]
    assert unfair["verdict"].startswith("No test, as the model was trained on days up to 2011-02-01, some of these")
    assert fair["verdict"].startswith("On these ")


def test_neither_the_page_nor_a_comparison_calls_a_test_what_a_model_was_trained_on(folder):
    known, fair = (
        answer(Asked(Source(None, str(folder / "acme.csv")), model(folder), start=f"2011-02-0{day}"), OWNER)
        for day in (1, 2)
    )
    assert "No test, as the model was trained on days up to 2011-02-01" in known.verdict
    assert "by a model that was trained on days up to 2011-02-01: no test." in known.scores
    assert "No test" not in fair.verdict
    assert "no test" not in fair.scores
    compared = compare((model(folder), "stocks"), folder / "acme.csv", start="2011-02-01")
    assert compared.verdict.startswith(f"No test, as {Path(model(folder)).name} was trained on some of these days; ")


def test_unless_told_otherwise_only_days_that_were_not_learnt_from_are_scored(folder):
    assert backtest(model(folder), folder / "acme.csv").json()["start"] == "2011-03-28"  # the last fifth
    assert backtest("stocks", "AAPL").json()["start"] == "2015-08-13"
    assert backtest("stocks", "IBM").notices  # there are no such days


def test_a_study_of_a_short_file_forecasts_and_says_why_there_is_no_back_test(folder):
    market(70).to_csv(folder / "short.csv")
    shown = study(model(folder), folder / "short.csv")
    assert len(shown.fan) == 20
    assert shown.scores is None
    assert "There is no back-test: A back-test needs 62 days before its start" in shown.notices[-1]


def test_too_few_rows_name_how_many_are_needed(folder):
    market(61).to_csv(folder / "tiny.csv")
    with pytest.raises(DataError, match="tiny has 61 rows, but a forecast by acme-model needs at least 62"):
        forecast(model(folder), folder / "tiny.csv")


def test_the_same_seed_trains_the_same_checkpoint_twice(folder, tmp_path):
    list(train_forecast([str(folder / "acme.csv")], out=tmp_path / "x", settings=SETTINGS, until="2011-02-01"))
    one, other = ((place / "model.safetensors").read_bytes() for place in (tmp_path / "x", folder / "acme-model"))
    assert one == other


def test_a_training_that_was_stopped_resumes_to_the_weights_of_one_that_was_not(folder, tmp_path):
    data, settings = [str(folder / "acme.csv")], SETTINGS | {"epochs": 4}
    list(train_forecast(data, out=tmp_path / "whole", settings=settings))
    training = train_forecast(data, out=tmp_path / "stopped", settings=settings)
    assert isinstance(next(training), TrainReport)
    training.close()
    assert (tmp_path / "stopped" / "resume").is_dir()
    *_, result = train_forecast(data, out=tmp_path / "stopped", resume=True)
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("whole", "stopped"))
    assert one == other
    assert isinstance(result, TrainResult)
    assert not (tmp_path / "stopped" / "resume").exists()


def test_a_training_that_stopped_while_it_was_judged_is_finished_by_resuming(folder, tmp_path):
    data = [str(folder / "acme.csv")]
    training = train_forecast(data, out=tmp_path / "m", settings=SETTINGS | {"epochs": 2}, until="2011-02-01")
    next(training), next(training)  # both reports, but not the result
    training.close()
    *_, result = train_forecast(data, out=tmp_path / "m", resume=True)
    assert isinstance(result, TrainResult)
    assert [point["step"] for point in result.summary["curve"]] == [
        result.summary["steps"] // 2,
        result.summary["steps"],
    ]


def test_a_training_that_stopped_early_is_not_gone_on_with(folder, tmp_path):
    data, settings = [str(folder / "acme.csv")], SETTINGS | {"epochs": 50, "patience": 1, "lr": 0.5}
    reports = list(train_forecast(data, out=tmp_path / "whole", settings=settings))[:-1]
    assert reports[-1].message.startswith("Stopped early")
    training = train_forecast(data, out=tmp_path / "m", settings=settings)
    for _ in reports:
        next(training)
    training.close()
    assert [type(event) for event in train_forecast(data, out=tmp_path / "m", resume=True)] == [TrainResult]


@pytest.fixture
def stopped(folder, tmp_path):
    """A training stopped after its first report."""
    data = [str(folder / "acme.csv")]
    training = train_forecast(data, out=tmp_path / "m", settings=SETTINGS | {"epochs": 3}, until="2011-02-01")
    next(training)
    training.close()
    return tmp_path / "m"


def test_resuming_keeps_the_last_day_that_the_training_began_with(folder, stopped):
    data = [str(folder / "acme.csv")]
    with pytest.raises(RnnlabError, match="began with --until 2011-02-01; leave --until out to resume it"):
        list(train_forecast(data, out=stopped, resume=True, until="2011-01-05"))
    *_, result = train_forecast(data, out=stopped, resume=True)
    assert result.summary["until"] == "2011-02-01"


def test_resuming_with_other_data_is_refused(folder, stopped):
    market(400, seed=9).to_csv(folder / "other.csv")
    with pytest.raises(RnnlabError, match="began with other data .acme.; give the same --data to resume it"):
        list(train_forecast([str(folder / "other.csv")], out=stopped, resume=True))


def test_a_finished_training_and_a_damaged_state_are_not_resumed(folder, stopped):
    data = [str(folder / "acme.csv")]
    with pytest.raises(CheckpointError, match="acme-model holds no training state, so its training cannot be resumed"):
        list(train_forecast(data, out=model(folder), resume=True))
    state = json.loads((stopped / "resume" / "state.json").read_text())
    del state["scaler"]
    (stopped / "resume" / "state.json").write_text(json.dumps(state))
    with pytest.raises(RnnlabError, match="The saved training is damaged: scaler of its state.json is missing"):
        list(train_forecast(data, out=stopped, resume=True))


def test_a_file_that_bears_a_bundled_name_is_not_taken_for_it(folder, tmp_path, monkeypatch):
    market(400).to_csv(tmp_path / "AAPL.csv")
    list(train_forecast([str(tmp_path / "AAPL.csv")], out=tmp_path / "m", settings=SETTINGS))
    assert checkpoint.load(tmp_path / "m").provenance["data"][0]["source"] == "a file of the maker's own"
    (tmp_path / "stocks").mkdir()
    monkeypatch.chdir(tmp_path)  # a folder that happens to bear a checkpoint's name hides nothing
    assert forecast("stocks", "AAPL").summary()["last_date"] == "2017-12-29"


def test_series_too_short_to_learn_from_are_named(folder, tmp_path):
    market(60).to_csv(folder / "brief.csv")
    data = [str(folder / "acme.csv"), str(folder / "brief.csv")]
    *_, result = train_forecast(data, settings=SETTINGS)
    assert any(
        "brief has 60 days" in notice and "too few to train on" in notice for notice in result.summary["notices"]
    )


def test_the_last_day_is_one_that_there_is(folder):
    *_, result = train_forecast([str(folder / "acme.csv")], settings=SETTINGS, until="2030-01-01")
    assert result.summary["until"] == "2011-07-15"


def test_a_price_that_stands_still_in_the_test_is_judged_without_a_crash(folder):
    table = market(400)
    table.iloc[300:, :4] = float(table["Close"].iloc[299])
    table.to_csv(folder / "halted.csv")
    answer = backtest(model(folder), folder / "halted.csv", start="2011-03-28").json()
    assert answer["direction"] is None
    assert answer["verdict"]
    assert list(backtest_lines(answer))


def test_days_that_were_learnt_from_are_told_of_at_every_horizon():
    answer = backtest("stocks", "AAPL", start="2015-07-20", horizons=(20,)).json()
    assert "trained on days up to 2015-08-12" in answer["notices"][0]


def test_a_tutorials_model_on_another_series_says_that_its_prices_mean_nothing(folder, tmp_path):
    list(train_forecast([str(folder / "acme.csv")], recipe="tutorial", out=tmp_path / "t", settings={"steps": 2}))
    assert "its forecasts are meaningless for another series" in forecast(str(tmp_path / "t"), "AAPL").notices[-1]


def test_the_tutorials_folder_is_checked_before_training(folder, tmp_path):
    (tmp_path / "diary.txt").write_text("rain")
    with pytest.raises(CheckpointError, match="exists and is no checkpoint"):
        next(train_forecast([str(folder / "acme.csv")], recipe="tutorial", out=tmp_path))


def test_a_checkpoint_in_training_can_be_used_already(folder, tmp_path):
    training = train_forecast([str(folder / "acme.csv")], out=tmp_path / "x", settings=SETTINGS | {"epochs": 3})
    next(training)
    assert forecast(str(tmp_path / "x"), folder / "acme.csv").summary()["rows"]
    training.close()


def test_the_card_tells_scores_command_data_and_limits(folder):
    card = (folder / "acme-model" / "README.md").read_text()
    assert card.startswith("---\n")
    assert "license: mit" in card
    assert "no investment advice" in card
    assert "| acme | 2010-01-04 – 2011-07-15 | 400 |" in card
    assert "More Information Needed" not in card


@pytest.mark.parametrize("leak", [True, False])
def test_the_tutorials_model_can_be_trained_saved_and_used(folder, tmp_path, leak):
    settings = {"steps": 5, "leak": leak}
    *_, result = train_forecast(
        [str(folder / "acme.csv")], recipe="tutorial", out=tmp_path / "t", settings=settings, seeds=2
    )
    summary = result.summary
    assert len(summary["train_rmse"]) == len(summary["test_rmse"]) == 2
    assert summary["test_rmse_min"] <= summary["test_rmse_mean"] <= summary["test_rmse_max"]
    assert summary["naive_rmse"] < summary["test_rmse_min"]
    answer = backtest(str(tmp_path / "t"), folder / "acme.csv", start="2011-05-02").json()
    assert answer["rmse"] > answer["baselines"]["naive"]["rmse"]
    assert any("its scores leak" in notice for notice in answer["notices"]) == leak


def test_cells_can_be_chosen_for_both_recipes(folder, tmp_path):
    for recipe, settings in (("density", SETTINGS), ("tutorial", {"steps": 2})):
        for cell in ("rnn", "lstm"):
            data = [str(folder / "acme.csv")]
            out = tmp_path / recipe / cell
            list(train_forecast(data, recipe=recipe, out=out, settings=settings | {"cell": cell}))
            assert checkpoint.load(out).model.cell == cell
            assert forecast(str(out), folder / "acme.csv").summary()["rows"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"recipe": "magic"}, "There is no recipe 'magic'; choose density or tutorial"),
        ({"settings": {"lookback": 5}}, "The density recipe has no setting --lookback; leave it out"),
        ({"settings": {"hidden": 0}}, "hidden must be between 1 and 4096, not 0"),
        ({"until": "yesterday"}, "--until 'yesterday' is no date; write it as 2015-08-13"),
        ({"until": "1901-01-01"}, "No series has more than 61 days up to"),
        ({"seeds": 11}, "At most 10 seeds are averaged, not 11; their mean gets no better"),
        ({"seeds": 2, "resume": True}, "--resume needs --out"),
        ({"seeds": 0}, "seeds must be between 1 and 100, not 0"),
        ({"resume": True}, "--resume needs --out"),
        ({"recipe": "tutorial", "until": "2011-01-01"}, "--until belongs to the density recipe"),
        ({"recipe": "tutorial", "data": ["AAPL", "MSFT"]}, "is trained on one series, not on 2; give one --data"),
        ({"until": "nat"}, "--until 'nat' is no date"),
        ({"ticker": "MSFT"}, "AAPL is a bundled series, not a file; leave out --ticker, --dates and --encoding"),
        ({"data": ["APPL"]}, "AAPL"),
        ({"data": ["nowhere.csv"]}, "nowhere.csv"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(arguments, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        list(train_forecast(**({"data": ["AAPL"]} | arguments)))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"horizon": 0}, "The horizon must be between 1 and 20 days, not 0"),
        ({"horizon": 21}, "The horizon must be between 1 and 20 days, not 21"),
        ({"start": "soon"}, "The start 'soon' is no date; write it as 2015-08-13"),
        ({"start": "now"}, "The start 'now' is no date"),
        ({"start": "2009-01-01"}, "A back-test needs 62 days before its start; start it at 2010-03-31 or later"),
    ],
)
def test_what_cannot_be_studied_is_refused_in_a_sentence(folder, arguments, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        study(model(folder), folder / "acme.csv", **arguments)


def test_a_visitor_cannot_open_folders_of_the_machine(folder):
    with pytest.raises(CheckpointError, match="There is no bundled checkpoint 'acme-model'"):
        forecast(model(folder), folder / "acme.csv", caller=STRANGER)


def test_a_checkpoint_of_another_task_is_refused(folder, tmp_path):
    other = dataclasses.replace(checkpoint.load(model(folder)), task="text")
    checkpoint.save(other, tmp_path / "text")
    with pytest.raises(CheckpointError, match="was trained for 'text', not for forecasting"):
        forecast(str(tmp_path / "text"), folder / "acme.csv")


@pytest.mark.parametrize("change", [{"recipe": "magic"}, {"features": ["return"]}, {"horizons": [1]}, {"extra": 1}])
def test_a_codec_that_this_version_does_not_read_is_refused(folder, tmp_path, change):
    whole = checkpoint.load(model(folder))
    checkpoint.save(dataclasses.replace(whole, codec=whole.codec | change), tmp_path / "odd")
    with pytest.raises(CheckpointError, match="has settings that this version of rnnlab does not read"):
        forecast(str(tmp_path / "odd"), folder / "acme.csv")


def test_every_bundled_ticker_can_be_opened_and_names_stand_for_groups():
    from rnnlab.tasks.forecast.data import expand, open_many

    assert len(expand(["bundled"])) == 31
    assert expand(["AAPL", "pool", "AAPL"])[0] == "AAPL"
    assert [prices.name for prices in open_many(["aapl", "IBM"])] == ["AAPL", "IBM"]
