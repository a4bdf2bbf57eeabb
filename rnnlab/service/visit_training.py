"""A visitor's own training: what was read, what is proposed and how long it takes; then the training itself."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnlab import options
from rnnlab.data.prices.series import Prices, need_rows
from rnnlab.data.text.corpus import Corpus
from rnnlab.data.text.documents import split_at
from rnnlab.errors import DataError, RnnlabError
from rnnlab.nn.model import ModelConfig
from rnnlab.options import Value
from rnnlab.runtime.callers import STRANGER, Caller
from rnnlab.runtime.jobs import JOBS, Job, Pulse
from rnnlab.runtime.opening import open_prices
from rnnlab.runtime.reports import TrainReport, TrainResult
from rnnlab.runtime.resuming import FILLED, begun_training, settings_as_begun
from rnnlab.runtime.uploads import Visit, end_visit, new_visit, visit_folder
from rnnlab.service.plan_sentences import of_prices, of_text, on_alphabet
from rnnlab.tasks.forecast.learn.density_training import DensityRun
from rnnlab.tasks.forecast.learn.training import density_settings, train_forecast
from rnnlab.tasks.text.judge import protocols
from rnnlab.tasks.text.learn.training import text_run, train_text
from rnnlab.train.loop import Watch
from rnnlab.train.probing import probe
from rnnlab.train.progress import Snapshot, Task, TrainConfig

TASKS = ("forecast", "text")
MINUTES = "RNNLAB_TRAIN_MINUTES"  # wall time of a visitor's training; a Space's owner or a person at home may set it
USUAL_MINUTES = {"space": 30.0, "own": 240.0}  # on a Space, which many share, and on a machine of one's own
MOST_CHARACTERS = 3_000_000
MOST_DAYS = 30_000
MOST_IN_A_STEP = 100_000  # positions in a batch, of a training that a visitor brings; ours have some thousands
LEAST_DAYS = 250  # of a series; fewer leave too few windows to learn from and too few days to judge by
SHOWN = ("cell", "hidden", "layers", "epochs", "lr")  # settings that the page offers
BETWEEN_REPORTS = 2.0  # seconds, at least
LEAST_REPORTS = 8


@dataclass(frozen=True)
class Plan:
    """What a training would be. read: sentences on the data; notices: on what was mended or is worrying.

    settings: the values proposed or given, by name. seconds: how long it would take here, by a probe. steps,
    report_every: how many optimizer steps, and between two reports. baseline: validation loss of the model to beat,
    nats, and baseline_name what it is. most_seconds: the time that a visit may take.
    """

    task: str
    read: tuple[str, ...]
    notices: tuple[str, ...]
    settings: dict[str, Value]
    seconds: float
    steps: int
    report_every: int
    baseline: float
    baseline_name: str
    most_seconds: float


@dataclass(frozen=True)
class Trained:
    """The end of a visitor's training: what to open it by, its figures, and whether it was ended before its time."""

    model: str
    summary: dict[str, Any]
    ended_early: bool


def most_seconds() -> float:
    """The wall time that a visitor's training may take."""
    usual = USUAL_MINUTES["space" if os.environ.get("SPACE_ID") else "own"]
    try:
        return 60 * float(os.environ.get(MINUTES, usual))
    except ValueError:
        return 60 * usual


def plan(
    task: str,
    data: str | Sequence[str],
    settings: Mapping[str, Any] | None = None,
    *,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    begun: str | None = None,
    base: str | None = None,
    caller: Caller = STRANGER,
) -> Plan:
    """Read the data, propose settings and estimate the time, by a half-second probe on this machine.

    Args:
        task: "forecast" or "text".
        data: a bundled ticker or a price file; a fetched text or a text file, or several files, which are one text.
        settings: by name, those that are settled; the data's size suggests the others.
        ticker, dates, encoding: see rnnlab.data.prices.series.read_prices; a text's encoding is one of its settings.
        begun: a stopped training to go on with, as `bring_training` names it; its settings stay.
        base: of a text, a writer to go on from, which `caller` can open.
        caller: who asks.

    Raises:
        RnnlabError: the data cannot be used, is more than a visit allows, or a setting is none.
    """
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    if begun is not None:
        _check_begun(task, begun)
    if task == "text":
        return _plan_text(data, given, begun, base, caller)
    if task == "forecast":
        prices = open_prices(_first_of(data), ticker=ticker, dates=dates, encoding=encoding)
        return _plan_forecast(prices, given, begun, caller)
    raise RnnlabError(f"There is no task {task!r}; choose {' or '.join(TASKS)}.")


def _plan_text(
    data: str | Sequence[str], given: dict[str, Any], begun: str | None, base: str | None, caller: Caller
) -> Plan:
    run, left = text_run(
        data, settings=given, out=begun and visit_folder(begun), resume=begun is not None, base=base, caller=caller
    )  # fmt: skip
    run = dataclasses.replace(run, most_bytes=caller.most_training_bytes)
    corpus = run.corpus
    assert isinstance(corpus, Corpus), "a visitor's file or a fetched text is whole"
    _bound(corpus.characters, MOST_CHARACTERS, "characters")
    rehearsed = run.rehearsed()  # first, for it refuses what is too large
    loss = protocols.ngram_score(*split_at(corpus.documents, 1 - run.text.validation))["ngram_nats_per_char"]
    chosen = vars(run.model) | vars(run.train) | vars(run.text)
    notices = (*run.notices(), *on_alphabet(corpus))
    return _plan("text", of_text(corpus), notices, chosen, rehearsed, loss, "5-gram", left)


def _plan_forecast(prices: Prices, given: dict[str, Any], begun: str | None, caller: Caller) -> Plan:
    _bound(len(prices.table), MOST_DAYS, "days")
    need_rows(prices, LEAST_DAYS, "a training on it alone")
    began = None if begun is None else begun_training(visit_folder(begun))
    if began is not None:
        given = settings_as_begun(began, given, (*FILLED, "embedding", "tied"))
    model, train, own = density_settings(given, None, began is not None, len(prices.table))
    run = DensityRun(
        [prices], model, train, own, frozenset(given), None, None, "", most_bytes=caller.most_training_bytes
    )
    rehearsed = run.rehearsed()
    loss, chosen = rehearsed[0].constant_loss(), vars(model) | vars(train) | vars(own)
    left = None if began is None else began.resume
    notices = (*prices.notices, *run.cautions())
    return _plan("forecast", of_prices(prices), notices, chosen, rehearsed, loss, "EWMA volatility", left)


def _plan(
    task: str,
    read: tuple[str, ...],
    notices: tuple[str, ...],
    chosen: dict[str, Any],
    rehearsed: tuple[Task, ModelConfig, TrainConfig],
    baseline: float,
    name: str,
    left: Snapshot | None,
) -> Plan:
    """The plan of what was rehearsed: reports come every two seconds or so, and take a fifth of the time at most."""
    done = 0 if left is None else left.numbers["step"]
    pace, steps = probe(*rehearsed), max(1, rehearsed[2].steps - done)
    every = round(max(BETWEEN_REPORTS, 4 * pace.report) / max(pace.step, 1e-6))
    every = max(1, min(every, steps // LEAST_REPORTS))
    seconds = pace.seconds(steps, steps // every + 2)
    shown = {setting: chosen[setting] for setting in SHOWN}
    return Plan(task, read, notices, shown, seconds, steps, every, baseline, name, most_seconds())


def train_visit(
    task: str,
    data: str | Sequence[str],
    settings: Mapping[str, Any],
    *,
    base: str | None = None,
    begun: str | None = None,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    caller: Caller = STRANGER,
) -> tuple[str, Iterator[TrainReport | Pulse | Trained]]:
    """Train for a visitor, who alone can open what comes of it, for about two hours.

    Args:
        task, data, ticker, dates, encoding: as of `plan`.
        settings: by name; report_every and the others of a Plan, for example.
        base: a checkpoint to go on from, which `caller` can open; the summary then has `before`, see train_forecast and
            train_text.
        begun: a stopped training to go on with, as of `plan`; it stays as it is.
        caller: who asks.

    Returns:
        The key to stop or pause it by, and what happens: reports, signs of life, the end; closing it ends it.
    """
    if begun is not None:
        _check_begun(task, begun)
    old = None if begun is None else visit_folder(begun)
    visit = new_visit(f"{'trained' if base is None else 'taught'}-{Path(_first_of(data)).stem}", caller.client)
    if old is not None:
        shutil.copytree(old, visit.folder)
    resume = old is not None

    def begin(watch: Watch) -> Iterator[TrainReport | TrainResult]:
        if task == "text":
            return train_text(
                data, out=visit.folder, settings=settings, resume=resume, watch=watch, base=base, caller=caller,
                most_bytes=caller.most_training_bytes,
            )  # fmt: skip
        _bound(
            len(open_prices(_first_of(data), ticker=ticker, dates=dates, encoding=encoding).table), MOST_DAYS, "days"
        )
        return train_forecast(
            [_first_of(data)], out=visit.folder, settings=settings, base=base, ticker=ticker, dates=dates,
            encoding=encoding, caller=caller, resume=resume, watch=watch, most_bytes=caller.most_training_bytes,
        )  # fmt: skip

    job = Job(begin, most_seconds(), lambda: end_visit(visit))
    key = JOBS.add(job)

    return key, _happening(key, job, visit)


def _happening(key: str, job: Job[Any], visit: Visit) -> Iterator[TrainReport | Pulse | Trained]:
    done = False
    try:
        for event in job.events():
            if isinstance(event, TrainResult):
                done = True
                yield Trained(visit.model, event.summary, job.stopped)
            else:
                yield event
    finally:
        JOBS.remove(key)
        if not done:
            end_visit(visit)


def steer(key: str, wish: str) -> None:
    """Stop, pause or go on with a training; RnnlabError if it has ended. wish: "stop", "pause" or "go on"."""
    job = JOBS[key]
    {"stop": job.stop, "pause": job.pause, "go on": job.go_on}[wish]()


def longest_wait() -> float:
    """Seconds for which the training that runs may still have the machine, its pauses included; 0 if none runs."""
    return JOBS.most_left


def stop_trainings() -> None:
    """Stop every visitor's training, as the page ends."""
    JOBS.stop_all()


def _check_begun(task: str, begun: str) -> None:
    """Raise RnnlabError unless a training that was brought is of the task, and its steps are not too large."""
    began = begun_training(visit_folder(begun))
    if began.task != task:
        raise RnnlabError("The training that was stopped is of the other task; choose that one above.")
    run = options.from_mapping(TrainConfig, began.train)
    window = began.train.get("window", 1)
    if not isinstance(window, int) or run.batch * window > MOST_IN_A_STEP:
        raise RnnlabError(f"Its steps are larger than the {MOST_IN_A_STEP:,} positions that are trained at once here.")


def _first_of(data: str | Sequence[str]) -> str:
    """The one series of a forecaster's training, or the first of several files."""
    return data if isinstance(data, str) else data[0]


def _bound(found: int, most: int, unit: str) -> None:
    if found > most:
        raise DataError(f"{found:,} {unit} are more than the {most:,} that can be trained on here; give fewer.")
