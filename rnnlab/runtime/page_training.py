"""A visitor's own training: what was read, what is proposed and how long it takes; then the training itself."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rnnlab import options
from rnnlab.data.prices.sources.sources import source_of
from rnnlab.errors import DataError, RnnlabError
from rnnlab.options import Value
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import STRANGER, Caller
from rnnlab.runtime.jobs import JOBS, Job, Pulse
from rnnlab.runtime.opening import is_file, locate
from rnnlab.runtime.resuming import begun_training
from rnnlab.runtime.run_log import TrainReport, TrainResult
from rnnlab.runtime.training import train
from rnnlab.runtime.uploads import Visit, end_visit, new_visit, visit_folder
from rnnlab.tasks.kind import Request, Source, TaskKind, Training
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.loop import Watch
from rnnlab.train.probing import probe
from rnnlab.train.progress import TrainConfig

MINUTES = "RNNLAB_TRAIN_MINUTES"  # wall time of a visitor's training; a Space's owner or a person at home may set it
USUAL_MINUTES = {"space": 30.0, "own": 240.0}  # on a Space, which many share, and on a machine of one's own
MOST_IN_A_STEP = 100_000  # positions in a batch, of a training that a visitor brings; ours have some thousands
SHOWN = ("cell", "hidden", "layers", "epochs", "lr")  # settings that the page offers
BETWEEN_REPORTS = 2.0  # seconds, at least
LEAST_REPORTS = 8
MOST_BYTES = 100_000_000  # of data that were read and encoded, whoever asked for them
SMALL = 1000  # bytes of a plan, about
BYTES_A_UNIT = 12  # of a character or a day: as it was read, and as it was encoded
Given = Mapping[str, Any] | None


@dataclass(frozen=True)
class Asked:
    """What a visitor would train.

    settings: by name, those that are settled; the data's size suggests the others. arguments: what the task takes
    beside them. begun: a stopped training to resume, as `bring_training` names it. base: a checkpoint to fine-tune.
    """

    kind: TaskKind
    data: tuple[str, ...]
    settings: Mapping[str, Any]
    arguments: Mapping[str, Any]
    begun: str | None = None
    base: str | None = None
    caller: Caller = STRANGER

    @classmethod
    def of(
        cls, kind: TaskKind, data: str | Sequence[str], settings: Given = None, arguments: Given = None, **others: Any
    ) -> Asked:
        """The same without the settings and arguments that are None."""
        request = Request.of(data, settings, arguments=arguments or {})
        return cls(kind, request.data, request.settings, request.arguments, **others)

    def request(self) -> Request:
        """What the training run is asked."""
        began = None if self.begun is None else _begun(self.kind, self.begun)
        most = self.caller.most_training_bytes
        return Request(self.data, self.settings, self.arguments, self.base, began, self.caller, most_bytes=most)

    def read_by(self) -> tuple[Any, ...]:
        """What tells one reading from another: the data as they are now, and how they are read."""
        files = [_stamp(name) for name in self.data]
        how = {name: value for name, value in self.settings.items() if name in self.kind.reading}
        base = None if self.base is None else locate(self.base, caller=self.caller).pinned(self.base)
        return self.kind.name, tuple(files), _frozen(self.arguments), _frozen(how), base, self.begun, self.caller.token


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


_SOURCES: ByteLru[Source] = ByteLru(MOST_BYTES)
_TRAININGS: ByteLru[Training] = ByteLru(MOST_BYTES)
_PLANS: ByteLru[Plan] = ByteLru(MOST_BYTES)


def most_seconds() -> float:
    """The wall time that a visitor's training may take."""
    usual = USUAL_MINUTES["space" if os.environ.get("SPACE_ID") else "own"]
    try:
        return 60 * float(os.environ.get(MINUTES, usual))
    except ValueError:
        return 60 * usual


def plan(asked: Asked) -> Plan:
    """Read the data, propose settings and estimate the time, by a half-second probe; what was read stays for `begin`.

    Raises:
        RnnlabError: the data cannot be used, are more than a visit allows, or a setting is none.
    """
    by, request = asked.read_by(), asked.request()
    source = _source(asked, by, request)
    asked.kind.fits(source)
    training = _training(asked, by, request)
    key = by, _frozen(asked.settings)
    found = _PLANS.get(key, lambda: _planned(asked, source, training, request), lambda made: SMALL)
    # Whoever trains with what was proposed trains what was prepared here.
    proposed = by, _frozen({**found.settings, **asked.settings})
    _TRAININGS.get(proposed, lambda: training, _size_of(source))
    _PLANS.get(proposed, lambda: found, lambda made: SMALL)
    return found


def begin(asked: Asked, *, report_every: int | None = None) -> tuple[str, Iterator[TrainReport | Pulse | Trained]]:
    """Train for a visitor, who alone can open the result, for about two hours.

    Args:
        asked: as of `plan`; a stopped training that is resumed stays as it is.
        report_every: steps between two reports, as a plan says.

    Returns:
        The key to stop or pause it by, and what happens: reports, signs of life, the end; closing it ends it.
    """
    old = None if asked.begun is None else visit_folder(asked.begun)
    by, request = asked.read_by(), asked.request()
    word = "trained" if asked.base is None else "taught"
    visit = new_visit(f"{word}-{Path(asked.data[0]).stem}", asked.caller.client)
    if old is not None:
        shutil.copytree(old, visit.folder)

    def training(watch: Watch) -> Iterator[TrainReport | TrainResult]:
        own: dict[str, Any] = {"prepared": _training(asked, by, request), "report_every": report_every}
        return train(asked.kind, request, out=visit.folder, resume=old is not None, watch=watch, **own)

    job = Job(training, most_seconds(), lambda: end_visit(visit))
    key = JOBS.add(job)
    return key, _happening(key, job, visit)


def steer(key: str, wish: str) -> None:
    """Stop, pause or resume a training; RnnlabError if it has ended. wish: "stop", "pause" or "resume"."""
    job = JOBS[key]
    {"stop": job.stop, "pause": job.pause, "resume": job.go_on}[wish]()


def _source(asked: Asked, by: tuple[Any, ...], request: Request) -> Source:
    """The data, read once for all that a visitor asks of them."""

    def read() -> Source:
        source: Source = asked.kind.read(request)
        if source.size > asked.kind.most:
            most = f"the {asked.kind.most:,} that can be trained on here"
            raise DataError(f"{source.size:,} {asked.kind.unit} are more than {most}; give fewer.")
        return source

    return _SOURCES.get(by, read, lambda source: BYTES_A_UNIT * source.size)


def _training(asked: Asked, by: tuple[Any, ...], request: Request) -> Training:
    """The training, encoded once for the same settings."""
    source = _source(asked, by, request)
    key = by, _frozen(asked.settings)
    return _TRAININGS.get(key, lambda: asked.kind.prepare(source, request), _size_of(source))


def _planned(asked: Asked, source: Source, training: Training, request: Request) -> Plan:
    """Reports come every two seconds or so, and take a fifth of the time at most."""
    [round] = training.rounds
    left = None if request.begun is None else request.begun.resume
    name, loss = training.baseline()
    done = 0 if left is None else left.numbers["step"]
    pace, steps = probe(round.task, round.model, round.train), max(1, round.train.steps - done)
    every = int(max(BETWEEN_REPORTS, 4 * pace.report) / max(pace.step, 1e-6) + 0.5)
    every = max(1, min(every, steps // LEAST_REPORTS))
    seconds = pace.seconds(steps, steps // every + 2)
    shown = {setting: training.settings[setting] for setting in SHOWN if setting in training.settings}
    read, notices = tuple(source.sentences), (*training.notices, *asked.kind.doubts(source))
    return Plan(asked.kind.name, read, notices, shown, seconds, steps, every, loss, name, most_seconds())


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


def _begun(kind: TaskKind, begun: str) -> Checkpoint:
    """A stopped training that was brought; RnnlabError if it is of another task or its steps are too large."""
    began = begun_training(visit_folder(begun), kind)
    run = options.from_mapping(TrainConfig, began.train)
    window = began.train.get("window", 1)
    if not isinstance(window, int) or run.batch * window > MOST_IN_A_STEP:
        raise RnnlabError(f"Its steps are larger than the {MOST_IN_A_STEP:,} positions that are trained at once here.")
    return dataclasses.replace(began, weights={})


def _stamp(name: str) -> tuple[Any, ...]:
    """What tells a file from what it was before; a name alone where it is neither a file nor fetched anew each day."""
    if not is_file(name):
        return (name, date.today()) if source_of(name) else (name,)
    found = Path(name).stat()
    return name, found.st_size, found.st_mtime_ns


def _frozen(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((name, tuple(value) if isinstance(value, list) else value) for name, value in values.items()))


def _size_of(source: Source) -> Any:
    return lambda made: BYTES_A_UNIT * source.size
