"""What somebody asks to be trained on prices, made into a training of its recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rnnlab import options
from rnnlab.data.prices.series import Prices, need_rows
from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.nn.model import ModelConfig
from rnnlab.options import Option
from rnnlab.runtime.resuming import FILLED, command_as_begun, settings_as_begun
from rnnlab.tasks.forecast.data import PriceReading, open_many, open_market, series_record
from rnnlab.tasks.forecast.learn import density, tutorial
from rnnlab.tasks.forecast.learn.density import DensityConfig
from rnnlab.tasks.forecast.learn.density_training import DensityTraining, Span
from rnnlab.tasks.forecast.learn.fine_tuning import Base, open_base
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.tasks.forecast.learn.tutorial_training import TutorialTraining
from rnnlab.tasks.forecast.learn.unseen import Unseen
from rnnlab.tasks.kind import Request, Training
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

# A recipe's own settings, and its defaults of the shared ones.
SETTINGS: dict[str, tuple[ModelConfig, TrainConfig, DensityConfig | TutorialConfig]] = {
    "density": (density.MODEL, density.TRAIN, DensityConfig()),
    "tutorial": (tutorial.MODEL, tutorial.TRAIN, TutorialConfig()),
}
RECIPES = tuple(SETTINGS)
MOST_SEEDS = 100
MOST_AVERAGED = 10
LEAST_DAYS = 250  # of a visitor's series; fewer leave too little to train and to score on
SHAPE = (*FILLED, "embedding", "tied", "skip")  # the task fills these; nobody sets them


@dataclass(frozen=True)
class PriceSource:
    """The series of a training, and those that it is scored on, never trained on.

    market: the index that stands beside each of them, if one was given.
    """

    prices: tuple[Prices, ...]
    unseen: tuple[Prices, ...] = ()
    market: Prices | None = None

    @property
    def name(self) -> str:
        """Of the first series."""
        return self.prices[0].name

    @property
    def size(self) -> int:
        """Days of all series together."""
        return sum(len(one.table) for one in self.prices)

    @property
    def sentences(self) -> Sequence[str]:
        """Which days of each series there are."""
        return [
            f"{one.name}: {len(one.table):,} days, {one.table.index[0]:%Y-%m-%d} to {one.table.index[-1]:%Y-%m-%d}, "
            f"with {', '.join(one.table.columns)}; the last fifth is held out."
            for one in self.prices
        ]

    @property
    def notices(self) -> Sequence[str]:
        """On what was mended in the series or looks odd."""
        several = len(self.prices) > 1
        return [f"{one.name}: {words}" if several else words for one in self.prices for words in one.notices]


def settings(recipe: str) -> list[Option]:
    """Every setting of a recipe that a person may choose, with the recipe's defaults."""
    return [known for part in SETTINGS[recipe] for known in options.describe(part) if known.name not in SHAPE]


def read(request: Request) -> PriceSource:
    """Open the series that a training names: bundled tickers, groups of them ("pool", "bundled") or price files.

    Raises:
        DataError: one cannot be used as it is.
    """
    data, reading = (request.data, request.arguments.get("unseen", ())), PriceReading.of(request.arguments)
    market = request.arguments.get("market") or ""
    prices, unseen = (tuple(open_many(names, reading, market)) for names in data)
    return PriceSource(prices, unseen, open_market(market) if market else None)


def check_one(source: PriceSource) -> None:
    """Raise DataError unless a visitor brings one series, long enough to be trained on alone."""
    if len(source.prices) > 1:
        raise DataError(f"{len(source.prices)} series were given, but one is trained on at a time here; give one.")
    need_rows(source.prices[0], LEAST_DAYS, "a training on it alone")


def prepare(source: PriceSource, request: Request) -> Training:
    """Settle a training on prices.

    The request's arguments are, besides those of PriceReading: recipe ("density" or "tutorial"); seeds (how many, each
    for itself or, of the density recipe, as one network that gives their mean); until (the last training day, as
    2015-08-12; the first four fifths of all days if absent); scored (whether to back-test on the days after); unseen
    (series to score, never trained on), garch (whether GARCH(1,1) and GJR-GARCH are fitted to those) and market (an
    index beside each series).

    Raises:
        RnnlabError: something cannot be used as it is.
    """
    arguments = request.arguments
    recipe, seeds, until = arguments.get("recipe", "density"), arguments.get("seeds", 1), arguments.get("until")
    given, command = dict(request.settings), request.command
    _check(recipe, given, seeds, until, request)
    if request.begun is not None:
        command = command_as_begun(request.begun, given, command)
        given, until = _as_begun(request.begun, given, source, until)
    if recipe == "tutorial":
        return _tutorial(source.prices, given, seeds, command)
    base = None if request.base is None else open_base(request.base, given, seeds, request.caller)
    model, train, own = density_settings(given, base, source.size, resumed=request.begun is not None)
    if source.market is not None and not own.wide:
        raise RnnlabError("Only a training with --wide reads an index; add it, or leave out --market.")
    return DensityTraining.of(
        Span.of(source.prices, until, base, scored=arguments.get("scored", True), market=source.market),
        model,
        train,
        own,
        given=frozenset(given),
        seeds=seeds,
        unseen=Unseen.of(source.unseen, source.prices, arguments.get("garch", False)),
        command=command,
        most_bytes=request.most_bytes,
    )


def density_settings(
    given: Mapping[str, Any], base: Base | None, days: int, *, resumed: bool
) -> tuple[ModelConfig, TrainConfig, DensityConfig]:
    """What is given, else what suits so many days, or fine-tuning; of what is resumed everything is given."""
    if base is not None:
        base_model, (base_train, base_own) = base.made.model, base.settings()
    else:
        base_model = density.MODEL
        base_train, base_own = (density.TRAIN, DensityConfig()) if resumed else density.proposed(days)
    return (*_shared(given, base_model, base_train), options.from_mapping(DensityConfig, given, base_own))


def _shared(given: Mapping[str, Any], model: ModelConfig, train: TrainConfig) -> tuple[ModelConfig, TrainConfig]:
    """What is given, else what stands in these; RnnlabError if the network would be too large."""
    chosen = options.from_mapping(ModelConfig, given, model)
    checkpoint.check_size(chosen)
    return chosen, options.from_mapping(TrainConfig, given, train)


def _tutorial(prices: Sequence[Prices], given: Mapping[str, Any], seeds: int, command: str) -> TutorialTraining:
    if len(prices) != 1:
        raise RnnlabError(f"The tutorial's model is trained on one series, not on {len(prices)}; give one --data.")
    own = options.from_mapping(TutorialConfig, given, TutorialConfig())
    return TutorialTraining.of(prices[0], *_shared(given, tutorial.MODEL, tutorial.TRAIN), own, seeds, command)


def _check(recipe: str, given: Mapping[str, Any], seeds: int, until: str | None, request: Request) -> None:
    if recipe not in SETTINGS:
        raise RnnlabError(f"There is no recipe {recipe!r}; choose {' or '.join(SETTINGS)}.")
    known = {one.name for one in settings(recipe)}
    for name in given:
        if name not in known:
            raise RnnlabError(f"The {recipe} recipe has no setting --{name.replace('_', '-')}; leave it out.")
    if not 1 <= seeds <= MOST_SEEDS:
        raise RnnlabError(f"seeds must be between 1 and {MOST_SEEDS}, not {seeds}.")
    if recipe == "tutorial":
        _check_tutorial(until, request)
    elif seeds > MOST_AVERAGED:
        raise RnnlabError(f"At most {MOST_AVERAGED} seeds are averaged, not {seeds}; their mean gets no better.")
    elif seeds > 1 and request.begun is not None:
        raise RnnlabError("Several seeds are trained in one go; leave out --resume and start them again.")


def _check_tutorial(until: str | None, request: Request) -> None:
    if until is not None:
        raise RnnlabError("--until belongs to the density recipe; the tutorial splits its windows by --test.")
    if request.begun is not None:
        raise RnnlabError("The tutorial's training takes seconds and cannot be resumed; start it again.")
    if request.together > 1:
        raise RnnlabError("The tutorial's model is trained in one process, in seconds; start it without torchrun.")
    if request.base or request.arguments.get("unseen"):
        raise RnnlabError("--from and --unseen belong to the density recipe; leave them out.")
    if request.arguments.get("market"):
        raise RnnlabError("--market belongs to the density recipe; leave it out.")


def _as_begun(
    begun: Checkpoint, given: Mapping[str, Any], source: PriceSource, until: str | None
) -> tuple[dict[str, Any], str]:
    """The settings and the last day that a training began with, the settings under those that are given now."""
    if begun.train.get("recipe") != "density":
        raise CheckpointError("The folder of --out holds another kind of training; resume it with its own recipe.")
    origin = begun.provenance
    if origin.get("data") != [series_record(one) for one in source.prices]:
        trained_on = [str(one["name"]) for one in origin["data"]]
        names = ", ".join(trained_on[:5]) + (", …" if len(trained_on) > 5 else "")
        raise RnnlabError(f"This training began with other data ({names}); give the same --data to resume it.")
    if origin.get("market") != (None if source.market is None else series_record(source.market)):
        name = origin["market"]["name"] if "market" in origin else "none"
        raise RnnlabError(f"This training began with another --market ({name}); give the same to resume it.")
    if not isinstance(origin.get("until"), str):
        raise CheckpointError("The folder of --out does not say which day it was trained to; start a new training.")
    if until is not None and until != origin["until"]:
        raise RnnlabError(f"This training began with --until {origin['until']}; leave --until out to resume it.")
    return settings_as_begun(begun, given, SHAPE), origin["until"]
