"""Trainings from Python, as tests start them: a request in keywords, run by the one training run or for a visitor."""

from rnnlab.runtime import page_training
from rnnlab.runtime.page_training import Asked
from rnnlab.runtime.training import train
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.kind import Request
from rnnlab.tasks.registry import kind_named
from rnnlab.tasks.text.kind import KIND as TEXT

RUN = ("out", "resume", "overwrite", "watch", "processes", "settled")
SHARED = ("base", "caller", "command", "most_bytes")
VISIT = ("begun", "base", "caller")


def train_forecast(data, *, settings=None, **others):
    """Train a forecaster; others are those of the run, of the request, and the task's arguments."""
    return _train(FORECAST, data, settings, others)


def train_text(data, *, settings=None, **others):
    """Train a writer."""
    return _train(TEXT, data, settings, others)


def plan(task, data, settings=None, **others):
    """The plan of a visitor's training; others are those of rnnlab.runtime.page_training.Asked, and arguments."""
    return page_training.plan(_asked(task, data, settings, others))


def train_visit(task, data, settings=None, **others):
    """Train for a visitor: the key to steer it by, and what happens."""
    return page_training.begin(_asked(task, data, settings, others))


def _asked(task, data, settings, others):
    visit = {name: others.pop(name) for name in VISIT if name in others}
    return Asked.of(kind_named(task), data, settings, others, **visit)


def _train(kind, data, settings, others):
    tell = others.pop("tell", None)
    run = {name: others.pop(name) for name in RUN if name in others}
    if tell is not None:
        run["settled"] = lambda training: [tell(words) for words in training.warnings]
    shared = {name: others.pop(name) for name in SHARED if name in others}
    return train(kind, Request.of(data, settings, arguments=others, **shared), **run)
