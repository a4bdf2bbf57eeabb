"""A visitor's training: planned, watched, stopped, paused, left; what comes of it is theirs alone."""

import dataclasses
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from authors import story
from markets import market
from reaching import reachable_hub
from trainings import plan, train_text, train_visit

from rnnlab.errors import RnnlabError
from rnnlab.runtime import page_training
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.jobs import Pulse
from rnnlab.runtime.page_training import Asked, Trained, steer
from rnnlab.runtime.run_log import TrainReport
from rnnlab.runtime.uploads import visit_folder
from rnnlab.service.transfer import bring_training, pack
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.forecast.learn import density, features
from rnnlab.tasks.forecast.learn.density import DensityConfig, DensityTask
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.tasks.text.use import write
from rnnlab.train import probing
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.probing import probe
from rnnlab.train.progress import Snapshot
from rnnlab.ui import train_panels, train_sources, train_tab
from rnnlab.ui.advice import advise
from rnnlab.ui.train_form import Entered

TINY = {"hidden": 16, "layers": 1, "embedding": 8, "batch": 4, "window": 25}
SLOW = {"epochs": 3000, "report_every": 20}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A visitor's two files; visits are kept in a place of the test's own."""
    monkeypatch.setenv("RNNLAB_CACHE", str(tmp_path / "cache"))
    market(900, seed=3).to_csv(tmp_path / "mine.csv")
    (tmp_path / "tale.txt").write_text(story())
    return tmp_path


def visits(own) -> list[Path]:
    return list((own / "cache" / "visits").glob("*"))


def reported(events) -> TrainReport:
    return next(event for event in events if isinstance(event, TrainReport))


def test_a_plan_tells_what_was_read_and_times_it(own, monkeypatch):
    monkeypatch.setattr(probing, "time", SimpleNamespace(perf_counter=time.process_time))  # no one else's work counts
    planned = plan("forecast", str(own / "mine.csv"))
    assert planned.read[0].startswith("mine: 900 days, 2010-01-04 to ")
    assert planned.settings == {"cell": "gru", "hidden": 16, "layers": 1, "epochs": 60, "lr": 0.01}
    began = time.process_time()
    _, events = train_visit("forecast", str(own / "mine.csv"), planned.settings)
    list(events)
    took = time.process_time() - began
    assert took / 6 < planned.seconds < 6 * took
    text = plan("text", str(own / "tale.txt"), TINY | {"epochs": 2})
    assert "characters" in text.read[0]
    assert text.settings["epochs"] == 2
    assert text.baseline_name == "5-gram"
    assert text.steps // text.report_every >= 8


def test_a_text_with_too_many_seldom_characters_is_told_of_them(own):
    rare = "".join(map(chr, range(0x4E00, 0x4E00 + 200)))
    (own / "mixed.txt").write_text(story() + rare)
    assert "200 of its " in " ".join(plan("text", str(own / "mixed.txt"), TINY).notices)
    assert "too seldom" not in " ".join(plan("text", str(own / "tale.txt"), TINY).notices)


def test_a_text_s_plan_has_the_5_gram_of_its_evaluation(own):
    planned = plan("text", str(own / "tale.txt"), TINY)
    *_, end = train_visit("text", str(own / "tale.txt"), TINY | {"epochs": 1})[1]
    assert end.summary["ngram_nats_per_char"] == pytest.approx(planned.baseline)


def test_the_volatility_s_loss_is_that_of_fitted_densities_one_by_one():
    task = DensityTask([features.build_panel(market(600, seed=1))], DensityConfig(), 8)
    [stock] = task.stocks
    losses = []
    for column in range(20):
        learnt = stock.training[:, column].astype(float)
        fitted = density.fit_student(learnt[~(learnt != learnt)])
        for value in stock.validation[stock.split :, column]:
            if value == value:
                losses.append(-float(fitted.log_density(value)))
    assert task.constant_loss() == pytest.approx(sum(losses) / len(losses))


def test_a_training_is_watched_to_its_end_and_opened_by_whoever_knows_its_name(own):
    _, events = train_visit("text", str(own / "tale.txt"), TINY | {"epochs": 2, "report_every": 5})
    seen = list(events)
    assert isinstance(seen[-1], Trained)
    assert not seen[-1].ended_early
    assert sum(isinstance(event, TrainReport) for event in seen) >= 2
    assert write(seen[-1].model, length=20, seed=1, caller=STRANGER)["text"]
    assert len(visits(own)) == 1


def test_a_training_that_is_stopped_ends_soon_and_keeps_what_it_had(own):
    key, events = train_visit("text", str(own / "tale.txt"), TINY | SLOW)
    report = reported(events)
    began = time.process_time()
    steer(key, "stop")
    *_, end = events
    assert time.process_time() - began < 5  # seconds of work; scored on what is held out, too
    assert end.ended_early
    assert report.step <= end.summary["steps"] < report.steps
    with pytest.raises(RnnlabError, match=r"^This training has ended; start another\.$"):
        steer(key, "stop")


def test_one_that_is_stopped_before_its_first_report_makes_one(own):
    key, events = train_visit("text", str(own / "tale.txt"), TINY | {"epochs": 3000, "report_every": 100_000})
    while next(events).step == 0:
        pass
    steer(key, "stop")
    *_, end = events
    assert end.ended_early
    assert "loss" in str(end.summary["validation"])


def test_a_paused_one_rests_and_goes_on(own):
    key, events = train_visit("text", str(own / "tale.txt"), TINY | SLOW)
    reported(events)
    steer(key, "pause")
    resting = next(event for event in events if isinstance(event, Pulse) and event.paused)
    later = [event for event in (next(events) for _ in range(4)) if isinstance(event, Pulse)]
    assert {event.step for event in later} == {resting.step}
    steer(key, "resume")
    assert reported(events).step > resting.step
    events.close()


def test_one_that_is_left_ends_and_leaves_nothing(own):
    _, events = train_visit("text", str(own / "tale.txt"), TINY | SLOW)
    reported(events)
    assert len(visits(own)) == 1
    threads = threading.active_count()
    events.close()
    began = time.monotonic()
    while (threading.active_count() >= threads or visits(own)) and time.monotonic() - began < 60:
        time.sleep(0.02)
    assert threading.active_count() < threads
    assert visits(own) == []


def test_one_that_takes_too_long_is_ended_as_if_it_had_been_stopped(own, monkeypatch):
    monkeypatch.setenv(page_training.MINUTES, "0.02")
    *_, end = train_visit("text", str(own / "tale.txt"), TINY | SLOW)[1]
    assert end.ended_early
    monkeypatch.setenv(page_training.MINUTES, "long")
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert page_training.most_seconds() == 4 * 3600
    monkeypatch.setenv("SPACE_ID", "anna/rnnlab")
    assert page_training.most_seconds() == 1800


@pytest.mark.parametrize("settings", [{"hidden": 0}, {"nosuch": 1}])
def test_one_that_cannot_begin_says_why_and_leaves_nothing(own, settings):
    with pytest.raises(RnnlabError):
        list(train_visit("forecast", str(own / "mine.csv"), settings)[1])
    assert visits(own) == []


def test_too_few_days_are_refused_by_name(own):
    market(200).to_csv(own / "few.csv")
    with pytest.raises(RnnlabError, match=r"^few has 200 rows, but a training on it alone needs at least 250;"):
        plan("forecast", str(own / "few.csv"))


def test_more_than_a_visit_allows_is_refused(own):
    few = dataclasses.replace(FORECAST, most=500)
    with pytest.raises(
        RnnlabError, match=r"^900 days are more than the 500 that can be trained on here; give fewer\.$"
    ):
        page_training.plan(Asked.of(few, str(own / "mine.csv")))


def test_a_probe_learns_nothing_and_takes_about_its_time():
    task = DensityTask([features.build_panel(market(600, seed=1))], DensityConfig(), 8)
    began = time.process_time()
    pace = probe(task, density.MODEL, density.TRAIN, 0.2)
    assert 0 < pace.step < 1
    assert pace.seconds(100, 2) == pytest.approx(100 * pace.step + 2 * pace.report)
    assert time.process_time() - began < 10


def told(*losses: tuple[float, float], **rest) -> list[TrainReport]:
    fields = {
        "gradient_norm": 1.0,
        "gradient_norm_max": 2.0,
        "rate": 0.01,
        "per_second": 1.0,
        "seconds_left": 1.0,
    } | rest
    return [
        TrainReport(step=10 * n, steps=1000, epoch=n, loss=train, scores={"loss": held}, **fields)
        for n, (train, held) in enumerate(losses, 1)
    ]


def test_advice_is_given_where_something_goes_wrong_and_not_otherwise():
    well = told(*[(3 - n / 10, 3 - n / 12) for n in range(10)])
    assert advise(well, 2.5, "5-gram") == []
    by_heart = told(*[(3 - n / 10, 2.5 + abs(n - 3) / 10) for n in range(10)])
    assert (
        "Since step 40 the training loss falls but the validation loss does not" in advise(by_heart, 2.9, "5-gram")[0]
    )
    exploded = told(*[(3 - n / 10, 3 - n / 12) for n in range(10)], gradient_norm_max=500.0)
    assert "500 times its usual norm; clipping scaled it down" in advise(exploded, 2.5, "5-gram")[0]
    stuck = told(*[(3.0, 3.0)] * 8)
    assert "stuck above that of the 5-gram" in advise(stuck, 2.5, "5-gram")[0]
    assert advise(told((3, 3), message="It diverged."), 2, "5-gram") == ["It diverged."]


def whole(events) -> dict:
    """All that a training's events changed, each as it was changed last."""
    return {name: value for event in events for name, value in event.items()}


def test_the_tab_fine_tunes_a_writer_and_shows_before_and_after(own):
    entered = Entered("Write in a style", files=(str(own / "tale.txt"),))
    *_, first = train_visit("text", entered.files[0], TINY | {"cell": "gru", "epochs": 2})[1]
    entered = dataclasses.replace(entered, base=first.model)
    shown, settings = train_tab.propose_for(entered)
    assert (settings["cell"], settings["hidden"], settings["layers"]) == ("gru", 16, 1)
    assert "few" in shown
    last = whole(train_tab.train(dataclasses.replace(entered, settings=settings | {"epochs": 3, "lr": 0.004})))
    assert "Done." in last["progress"]
    assert "before fine-tuning" in last["report"]
    refused = train_tab.propose_with(dataclasses.replace(entered, settings=settings, base="stocks"))
    assert "Only a writer can be fine-tuned on a text" in refused


def test_the_tab_shows_a_training_from_start_to_end(own):
    settings = {"cell": "lstm", "hidden": 16, "layers": 1, "epochs": 2, "lr": 0.002}
    entered = Entered("Write in a style", files=(str(own / "tale.txt"),), settings=settings)
    events = list(train_tab.train(entered))
    samples = [event["live"] for event in events if event.get("live")]
    assert all("Sample" in one for one in samples)
    assert len(set(samples)) > 1
    last = events[-1]
    assert "Done." in last["progress"]
    assert "5-gram" in last["report"]
    assert visit_folder(last["trained"]).is_dir()
    assert [last[name].visible for name in ("use", "zipped", "show")] == [True] * 3
    refused = list(train_tab.train(Entered("Forecast prices", "NOPE", settings=settings)))[-1]
    assert "No data is chosen" in refused["progress"]
    planned = plan("forecast", "AAPL")
    assert "Paused at step 5 of 10" in train_panels.status(Pulse(5, 10, True), [], planned)


@pytest.mark.parametrize("task", ["text", "forecast"])
def test_a_stopped_training_is_taken_home_and_gone_on_with(own, task):
    data = str(own / ("tale.txt" if task == "text" else "mine.csv"))
    settings = TINY | {"epochs": 3, "validation": 0.05} if task == "text" else {"epochs": 8}
    uncut = taught(task, data, settings | {"report_every": 5})
    key, events = train_visit(task, data, settings | {"report_every": 5})
    reported(events)
    steer(key, "stop")
    stopped = list(events)[-1]
    assert stopped.ended_early
    pack(stopped.model, own / "taken.zip")
    begun = bring_training(own / "taken.zip")
    planned = plan(task, data, begun=begun)
    assert 0 < planned.steps < uncut.summary["steps"]
    assert planned.settings["epochs"] == settings["epochs"]
    _, events = train_visit(task, data, {}, begun=begun)
    resumed = list(events)[-1]
    assert resumed.summary["steps"] == uncut.summary["steps"]
    first, second = (visit_folder(one.model) / "model.safetensors" for one in (uncut, resumed))
    assert first.read_bytes() == second.read_bytes()
    assert not (visit_folder(resumed.model) / "resume").exists()


def taught(task, data, settings) -> Trained:
    _, events = train_visit(task, data, settings)
    return list(events)[-1]


def test_only_a_stopped_training_can_be_gone_on_with(own):
    finished = taught("text", str(own / "tale.txt"), TINY | {"epochs": 1})
    pack(finished.model, own / "whole.zip")
    before = visits(own)
    with pytest.raises(RnnlabError, match="holds no training state, so its training cannot be resumed"):
        bring_training(own / "whole.zip")
    assert visits(own) == before
    told = train_sources.brought(str(own / "whole.zip"), 3)
    assert "holds no training state" in told[0]


def test_a_stopped_training_of_the_other_task_or_of_huge_steps_is_refused(own):
    key, events = train_visit("text", str(own / "tale.txt"), TINY | {"epochs": 9, "report_every": 5})
    reported(events)
    steer(key, "stop")
    stopped = list(events)[-1].model
    for ask in (plan, train_visit):
        with pytest.raises(RnnlabError, match=r"holds a training of the task 'text'; choose that task to resume it\.$"):
            ask("forecast", str(own / "mine.csv"), begun=stopped)
    folder = visit_folder(stopped)
    made = checkpoint.load(folder, resume=True)
    checkpoint.save(dataclasses.replace(made, train=made.train | {"batch": 60_000}), folder)
    with pytest.raises(RnnlabError, match=r"larger than the 100,000 positions that are trained at once here\.$"):
        plan("text", str(own / "tale.txt"), begun=stopped)


def test_a_state_that_was_tampered_with_is_refused_in_a_sentence(own):
    key, events = train_visit("text", str(own / "tale.txt"), TINY | {"epochs": 9, "report_every": 5})
    reported(events)
    steer(key, "stop")
    folder = visit_folder(list(events)[-1].model)
    made = checkpoint.load(folder, resume=True)
    for name in ("optimizer.0.exp_avg", "optimizer.1.step", "average.1", "state.0.0", "best.0"):
        forged = made.resume.tensors | {name: torch.zeros(3, 2)}
        checkpoint.save(dataclasses.replace(made, resume=Snapshot(forged, made.resume.numbers)), folder)
        with pytest.raises(RnnlabError, match=r"^The saved training is damaged, so it cannot be resumed; start a new"):
            list(train_text(str(own / "tale.txt"), out=folder, resume=True))


def test_a_dataset_of_the_hub_becomes_the_text(monkeypatch, tmp_path):
    with reachable_hub(monkeypatch, tmp_path) as hub:
        hub.store.add("dataset", "someone/tales").commit({"tale.txt": story().encode()})
        title, note, series = train_sources.fetched(" someone/tales ", "", "")
        assert "someone/tales" in note
        assert (title, series.value) == ("Write in a style", "someone/tales")
        shown, _ = train_tab.propose_for(Entered(title, "someone/tales"))
        assert "someone/tales: " in shown
        assert "someone/tales" in TEXT.bundled()
        monkeypatch.setenv("SPACE_ID", "owner/space")
        assert TEXT.bundled() == [], "another visitor of a Space is not told what was fetched"
        assert "is not a dataset" in train_sources.fetched("x", "", "")[1]
        assert "has no public dataset" in train_sources.fetched("someone/none", "", "")[1]
