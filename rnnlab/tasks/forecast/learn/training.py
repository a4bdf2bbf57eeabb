"""What to train, asked for in names and numbers, made into a run of its recipe; knows no page and no terminal."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rnnlab import options
from rnnlab.data.prices.series import Prices
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import ModelConfig
from rnnlab.options import Option
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import open_many
from rnnlab.runtime.provenance import series_record
from rnnlab.runtime.reports import TrainReport, TrainResult, tell_once
from rnnlab.runtime.resuming import FILLED, begun_training, command_as_begun, settings_as_begun
from rnnlab.tasks.forecast.learn import density, tutorial
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.density_training import DensityRun
from rnnlab.tasks.forecast.learn.fine_tuning import Begun, open_begun
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.tasks.forecast.learn.tutorial_training import TutorialRun
from rnnlab.tasks.forecast.learn.unseen import Unseen
from rnnlab.train.checkpoint import metadata
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.checkpoint.claims import claimed
from rnnlab.train.loop import Watch
from rnnlab.train.processes import ALONE, Processes
from rnnlab.train.progress import TrainConfig

# A recipe's own settings, and its defaults of the shared ones.
SETTINGS: dict[str, tuple[ModelConfig, TrainConfig, DensityConfig | TutorialConfig]] = {
    "density": (density.MODEL, density.TRAIN, DensityConfig()),
    "tutorial": (tutorial.MODEL, tutorial.TRAIN, TutorialConfig()),
}
RECIPES = tuple(SETTINGS)
MOST_SEEDS = 100
MOST_AVERAGED = 10
# The task fills these; nobody sets them.
SHAPE = (*FILLED, "embedding", "tied", "skip")


def train_forecast(
    data: Sequence[str],
    *,
    recipe: str = "density",
    out: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    seeds: int = 1,
    until: str | None = None,
    resume: bool = False,
    ticker: str | None = None,
    dates: str | None = None,
    encoding: str | None = None,
    command: str = "",
    scored: bool = True,
    base: str | None = None,
    unseen: Sequence[str] = (),
    garch: bool = False,
    caller: Caller = OWNER,
    watch: Watch | None = None,
    processes: Processes = ALONE,
    overwrite: bool = False,
    most_bytes: float = math.inf,
    tell: Callable[[str], None] | None = None,
) -> Iterator[TrainReport | TrainResult]:
    """Train a forecaster; whoever stops asking stops the training.

    Args:
        data: bundled tickers, groups of them ("pool", "bundled") or paths of price files.
        recipe: "density" or "tutorial".
        out: folder for the checkpoint; none is written if None.
        settings: by name, of ModelConfig, TrainConfig and the recipe's own; None and absent ones keep their defaults.
        seeds: how many seeds to train, from settings["seed"] on: of the tutorial's model each for itself, of the
            density recipe as one network that says their mean.
        until: last day to learn from, as 2015-08-12; the density recipe's first four fifths of all days if None.
        resume: go on with the training that `out` holds; settings that are not given are those it began with.
        ticker, dates, encoding: see rnnlab.data.prices.series.read_prices.
        command: the command line that asked, for the checkpoint's record.
        scored: whether to back-test the density recipe's model on the days after.
        base: a checkpoint of the density recipe to go on from, whose shape it keeps; it is scored, too.
        unseen: tickers and files to score the density recipe's model on from the day after on, never learnt from.
        garch: whether to fit GARCH(1,1) and GJR-GARCH to those, too.
        caller: who asks for `base`.
        watch: of the density recipe, see rnnlab.train.loop.fit.
        processes: those that train together; only the first of them writes anything and yields.
        overwrite: whether a checkpoint or a stopped training that `out` holds may be replaced.
        most_bytes: of memory that the density recipe's training may take, by an estimate from its sizes.
        tell: is told, before the first step, which series will not be scored; the result's notices tell it too.

    Yields:
        TrainReports, then one TrainResult.

    Raises:
        RnnlabError: anything of the above cannot be used as it is.
    """
    given = {name: value for name, value in (settings or {}).items() if value is not None}
    _check(recipe, given, seeds, until, resume)
    _check_together(recipe, processes, resume, base, unseen)
    snapshot = None
    with claimed(out, overwrite=overwrite, resume=resume, processes=processes) as folder:
        prices = open_many(data, ticker=ticker, dates=dates, encoding=encoding)
        if resume:
            began = begun_training(folder)
            if "from" in began.provenance:
                raise RnnlabError("Learning on from a checkpoint takes seconds and is not resumed; start it again.")
            command = command_as_begun(began, given, command)
            given, until = _as_begun(began, given, prices, until)
            snapshot = began.resume
        if recipe == "tutorial":
            yield from _tutorial_run(prices, given, seeds, folder, command).reports()
            return
        begun = None if base is None else open_begun(base, given, seeds, caller)
        model, train, own = density_settings(given, begun, resume, sum(len(one.table) for one in prices))
        others = Unseen.of(open_many(unseen, ticker=ticker, dates=dates, encoding=encoding), prices, garch)
        run = DensityRun(
            prices, model, train, own, frozenset(given), until, folder, command, seeds, scored, begun, others, watch,
            processes, most_bytes,
        )  # fmt: skip
        tell_once(run.cautions(), tell, processes)
        yield from run.reports(snapshot)


def density_settings(
    given: Mapping[str, Any], begun: Begun | None, resume: bool, days: int
) -> tuple[ModelConfig, TrainConfig, DensityConfig]:
    """What is given, else what suits so many days, or going on; of what is resumed everything is given."""
    if begun is not None:
        base_model, (base_train, base_own) = begun.made.model, begun.settings()
    else:
        base_model = density.MODEL
        base_train, base_own = (density.TRAIN, DensityConfig()) if resume else density.proposed(days)
    model = options.from_mapping(ModelConfig, given, base_model)
    metadata.check_size(model)
    train = options.from_mapping(TrainConfig, given, base_train)
    return model, train, options.from_mapping(DensityConfig, given, base_own)


def _tutorial_run(
    prices: Sequence[Prices], given: Mapping[str, Any], seeds: int, folder: Path | None, command: str
) -> TutorialRun:
    if len(prices) != 1:
        raise RnnlabError(f"The tutorial's model learns from one series, not from {len(prices)}; give one --data.")
    model = options.from_mapping(ModelConfig, given, tutorial.MODEL)
    metadata.check_size(model)
    train = options.from_mapping(TrainConfig, given, tutorial.TRAIN)
    own = options.from_mapping(TutorialConfig, given, TutorialConfig())
    return TutorialRun(prices[0], model, train, own, seeds, folder, command)


def settings(recipe: str) -> list[Option]:
    """Every setting of a recipe that a person may choose, with the recipe's defaults."""
    return [known for part in SETTINGS[recipe] for known in options.describe(part) if known.name not in SHAPE]


def _check(recipe: str, given: Mapping[str, Any], seeds: int, until: str | None, resume: bool) -> None:
    if recipe not in SETTINGS:
        raise RnnlabError(f"There is no recipe {recipe!r}; choose {' or '.join(SETTINGS)}.")
    known = {one.name for one in settings(recipe)}
    for name in given:
        if name not in known:
            raise RnnlabError(f"The {recipe} recipe has no setting --{name.replace('_', '-')}; leave it out.")
    if not 1 <= seeds <= MOST_SEEDS:
        raise RnnlabError(f"seeds must be between 1 and {MOST_SEEDS}, not {seeds}.")
    if recipe == "density" and seeds > MOST_AVERAGED:
        raise RnnlabError(f"At most {MOST_AVERAGED} seeds are averaged, not {seeds}; their mean gets no better.")
    if recipe == "density" and seeds > 1 and resume:
        raise RnnlabError("Several seeds are trained in one go; leave out --resume and start them again.")
    if recipe == "tutorial" and until is not None:
        raise RnnlabError("--until belongs to the density recipe; the tutorial splits its windows by --test.")
    if recipe == "tutorial" and resume:
        raise RnnlabError("The tutorial's training takes seconds and keeps nothing to resume from; start it again.")


def _check_together(recipe: str, processes: Processes, resume: bool, base: str | None, unseen: Sequence[str]) -> None:
    if recipe == "tutorial" and processes.count > 1:
        raise RnnlabError("The tutorial's model is trained in one process, in seconds; start it without torchrun.")
    if recipe == "tutorial" and (base or unseen):
        raise RnnlabError("--from and --unseen belong to the density recipe; leave them out.")
    if resume and base:
        raise RnnlabError("--resume goes on from what the folder of --out holds; leave out --from.")


def _as_begun(
    began: Checkpoint, given: Mapping[str, Any], prices: Sequence[Prices], until: str | None
) -> tuple[dict[str, Any], str]:
    """The settings and the last day that a training began with, the settings under those that are given now."""
    if began.task != "forecast" or began.train.get("recipe") != "density":
        raise CheckpointError("The folder of --out holds another kind of training; resume it with its own recipe.")
    origin = began.provenance
    if origin.get("data") != [series_record(one) for one in prices]:
        learnt = [str(one["name"]) for one in origin["data"]]
        names = ", ".join(learnt[:5]) + (", …" if len(learnt) > 5 else "")
        raise RnnlabError(f"This training began with other data ({names}); give the same --data to resume it.")
    if not isinstance(origin.get("until"), str):
        raise CheckpointError("The folder of --out does not say to which day it learnt; start a new training.")
    if until is not None and until != origin["until"]:
        raise RnnlabError(f"This training began with --until {origin['until']}; leave --until out to resume it.")
    return settings_as_begun(began, given, SHAPE), origin["until"]
