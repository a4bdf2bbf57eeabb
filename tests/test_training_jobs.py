"""A visitor's training keeps its time limits, whatever it is told."""

import pytest

from rnnlab.runtime import jobs
from rnnlab.runtime.jobs import Job, Pulse


def endless(watch):
    """A training that takes steps until it is stopped."""
    step = 0
    while watch(step, 10**9):
        step += 1
        sum(range(50_000))  # a step takes a moment
        yield step


def test_pauses_have_one_limit_together_however_often_one_resumes(monkeypatch):
    monkeypatch.setattr(jobs, "LONGEST_PAUSE", 1.0)
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    job = Job(endless, 3600.0, lambda: None)
    rests = 0
    for event in job.events():
        job.pause()
        if isinstance(event, Pulse) and event.paused:
            rests += 1
            job.go_on()
    assert job.stopped
    assert rests > 1
    assert job._rested > 1.0
    assert job.most_left < 3600.0


def test_who_waits_is_told_for_how_long_at_most():
    running = jobs.Jobs()
    assert running.most_left == 0.0
    job = Job(endless, 600.0, lambda: None)
    running.add(job)
    events = job.events()
    next(events)
    assert running.most_left == pytest.approx(600 + jobs.LONGEST_PAUSE, abs=60)
    events.close()
