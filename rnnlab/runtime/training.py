"""The one training run of every task: prepared by its column, started by a command, the page, a Job or torchrun."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from rnnlab.errors import RnnlabError
from rnnlab.runtime.resuming import begun_training, check_reached
from rnnlab.runtime.run_log import RunLog, TrainReport, TrainResult, report, save_with_card
from rnnlab.runtime.zero_gpu import fit_anywhere
from rnnlab.tasks.kind import Request, TaskKind, Training
from rnnlab.train.checkpoint.claims import claimed
from rnnlab.train.loop import Watch
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import Snapshot


def train(
    kind: TaskKind,
    request: Request,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    watch: Watch | None = None,
    processes: Processes = ALONE,
    settled: Callable[[Training], None] | None = None,
    prepared: Training | None = None,
    report_every: int | None = None,
) -> Iterator[TrainReport | TrainResult]:
    """Train; whoever stops asking stops the training.

    Args:
        kind: of the task.
        request: what is trained.
        out: folder for the checkpoint; none is written if None.
        resume: continue the training that `out` holds; settings that are not given are those it began with.
        overwrite: whether a checkpoint or a stopped training that `out` holds may be replaced.
        watch: see rnnlab.train.loop.fit.
        processes: those that train together; only the first of them writes anything and yields.
        settled: is shown the training before its first step, by the first process.
        prepared: the training that was made of this very request before.
        report_every: steps between two reports; the settings' own if None.

    Yields:
        TrainReports, then one TrainResult.

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    if resume and request.base:
        raise RnnlabError("--resume continues what the folder of --out holds; leave out --from.")
    with claimed(out, overwrite=overwrite, resume=resume, processes=processes) as folder:
        request = dataclasses.replace(request, together=processes.count)
        if resume:
            request = dataclasses.replace(request, begun=begun_training(folder, kind))
        training = prepared or kind.prepare(kind.read(request), request)
        if settled is not None and processes.first:
            settled(training)
        left = None if request.begun is None else request.begun.resume
        yield from _run(kind, training, folder, left, watch, processes, report_every)


def _run(
    kind: TaskKind,
    training: Training,
    out: Path | None,
    left: Snapshot | None,
    watch: Watch | None,
    processes: Processes,
    report_every: int | None,
) -> Iterator[TrainReport | TrainResult]:
    """Train every round, reporting and saving as it goes; an interrupted training keeps what it has for resuming."""
    alone, made = len(training.rounds) == 1, []
    for round in training.rounds:
        own = round.train if report_every is None else dataclasses.replace(round.train, report_every=report_every)
        check_reached(left, own)
        model = training.model(round, resumed=left is not None)
        folder = out if alone and processes.first else None
        log = RunLog(kind, model, training.record(round), folder, left, resumable=training.resumable)
        snapshot = left
        for progress in fit_anywhere(model, round.task, own, left, watch, processes):
            snapshot = progress.snapshot
            if processes.first:
                log.report(progress)
                yield report(progress, own.seed, round.variant, training.sample(round, snapshot))
        assert snapshot is not None, "a training has steps, and one that is resumed has a snapshot"
        if processes.first:
            made.append(log.finished(snapshot))
    if processes.first:
        checkpoint = training.finished(made)
        save_with_card(kind, checkpoint, out)
        result = training.result(checkpoint)
        result |= {"notices": [*training.notices, *result.get("advice", [])]}
        yield TrainResult(result, None if out is None else str(out))
