"""What a forecaster's record holds, field by field, of either recipe; independent of any file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rnnlab.data import kinds
from rnnlab.data.kinds import DAY, DIGEST, FLAG, SHARE, Kind, listed, maybe, named, number, record, ruled, whole
from rnnlab.tasks.forecast.learn.density import CODEC, LONGEST_HORIZON, MODEL, WIDE_CODEC, DensityConfig
from rnnlab.tasks.forecast.learn.tutorial import TutorialConfig
from rnnlab.train.checkpoint.record_fields import LINE, METRICS, ORIGIN
from rnnlab.train.progress import TrainConfig

_SCORE, _CHANCE, _ERROR, _COUNT = maybe(number()), maybe(SHARE), number(0), whole()

# One series scored, of which `backtests` tells all, and `unseen` the first line and log_score.
_COVERAGE = {"coverage80": SHARE, "coverage95": SHARE}
_SHARES = dict.fromkeys(("coverage80", "coverage95", "dm_p"), _CHANCE)
_BASELINE = record({"crps": _ERROR}, {"rmse": _ERROR, "log_score": _SCORE} | _SHARES)
_BOUNDED = record(dict.fromkeys(("share", "low", "high"), SHARE))
_HELD = ruled(_BOUNDED, "a share between its bounds", lambda held: held["low"] <= held["share"] <= held["high"])
_WIDTHS = {"width": _ERROR, "width_calibrated": _ERROR}
_BAND = record({"raw": _HELD, "calibrated": _HELD} | _WIDTHS, {"independence_p": _CHANCE})
_RECORD = record({"bands": record({"80": _BAND, "95": _BAND}), "histogram": listed(_COUNT)})
_ERRORS = dict.fromkeys(("rmse", "mae", "mase", "width80"), _ERROR)
_DIRECTIONS = dict.fromkeys(("direction", "direction_base_rate"), _CHANCE)
_JUDGED = {"log_score": _SCORE, "rmse_beats_naive": FLAG, "record": maybe(_RECORD)}
_TESTED = record(
    {"name": LINE, "n": whole(1), "start": DAY, "end": DAY, "crps": _ERROR, "baselines": named(_BASELINE)} | _COVERAGE,
    {"horizon": whole(1, LONGEST_HORIZON)} | _ERRORS | _DIRECTIONS | _JUDGED,
)
_TEST = ruled(_TESTED, "days that start before they end", lambda test: test["start"] <= test["end"])

# Several series together.
_YEAR = Kind("a year", lambda name: re.fullmatch(r"\d{4}", name, re.ASCII) is not None)
_OF_YEAR = Kind(
    "an object",
    lambda value: isinstance(value, dict) and {"series", "model"} <= set(value),
    lambda value: ((name, one, whole(1) if name == "series" else _ERROR) for name, one in value.items()),
)
_SPREADS = ("sd80", "sd95", "calibrated80", "calibrated95", "calibrated_sd80", "calibrated_sd95")
_MEAN = record({"crps": _ERROR} | _COVERAGE, {"log_score": _SCORE} | dict.fromkeys(_SPREADS, _CHANCE))
_TESTS = {"log_score": _SCORE, "panel_statistic": _SCORE, "panel_p": _CHANCE}
_AGAINST = record({"crps": _ERROR, "wins": _COUNT}, {"wins_sure": _COUNT, "losses_sure": _COUNT} | _TESTS)
_TOGETHER = record({"series": listed(_TEST, 1), "mean": _MEAN, "against": named(_AGAINST)})
_HORIZON = kinds.choice(str(days) for days in range(1, LONGEST_HORIZON + 1))
_UNSEEN = record({"horizons": named(_TOGETHER, _HORIZON)})
_BEFORE = record({"crps": _ERROR}, {"log_score": _SCORE, "coverage80": _CHANCE, "dm_p": _CHANCE})
_MEASURED = {"backtests": listed(_TEST), "years": named(_OF_YEAR, _YEAR), "unseen": _UNSEEN, "before": named(_BEFORE)}

# The tutorial's: errors of the price, by seed and over all seeds.
_TAUGHT = {
    "recipe": kinds.choice(["tutorial"]),
    "name": LINE,
    "seeds": listed(_COUNT),
    **dict.fromkeys(("train_windows", "test_windows"), whole(1)),
    **dict.fromkeys(("train_rmse", "test_rmse", "leak_free_test_rmse_each"), listed(_ERROR)),
    **dict.fromkeys(("test_rmse_min", "test_rmse_mean", "test_rmse_max", "naive_rmse", "naive_train_rmse"), _ERROR),
    "leak_free_test_rmse": _ERROR,
}


_DAYS = {"rows": whole(1), "end": DAY, "closes_sha256": DIGEST, "source": LINE, "sha256": DIGEST}
_SERIES = ruled(
    record({"name": LINE, "start": DAY}, _DAYS),
    "a series that starts before it ends",
    lambda series: series["start"] <= series.get("end", series["start"]),
)
_CODECS = [kinds.exactly(codec, "") for codec in (CODEC, WIDE_CODEC)]
_FROM = record({"name": LINE, "until": DAY, "data": listed(LINE)})
_PROVENANCE = ruled(
    record({"until": DAY, "data": listed(_SERIES, 1)}, {"from": _FROM, "market": _SERIES} | ORIGIN),
    "a last day on which a series had begun",
    lambda provenance: any(series["start"] <= provenance["until"] for series in provenance["data"]),
)


def _train(recipe: str, own: type[Any]) -> Kind:
    return record({}, {"recipe": kinds.choice([recipe]), "seeds": whole(1)} | kinds.settings(TrainConfig, own))


_SCALE = ruled(_ERROR, "a number above 0", lambda scale: scale > 0)
_DOF = ruled(number(1), "a number above 1", lambda dof: dof > 1)
_RESIDUAL = record({"scale": _SCALE, "dof": _DOF}, others=False)
_SCALING = {"lookback": whole(3, 500), "low": _ERROR, "high": _ERROR, "leak": FLAG, "residual": _RESIDUAL}
_TUTORIAL_CODEC = ruled(
    record({"recipe": kinds.choice(["tutorial"])} | _SCALING, others=False),
    "a least close above 0 and below the greatest",
    lambda codec: 0 < codec["low"] < codec["high"],
)


@dataclass(frozen=True)
class Fields:
    """What the parts of a recipe's record hold, and how many outputs its network has."""

    codec: Kind
    train: Kind
    metrics: Kind
    outputs: int
    provenance: Kind = _PROVENANCE


FIELDS: dict[str, Fields] = {
    "density": Fields(
        codec=Kind("the features and horizons of this version", lambda codec: any(one.fits(codec) for one in _CODECS)),
        train=_train("density", DensityConfig),
        metrics=record({}, METRICS | _MEASURED),
        outputs=MODEL.outputs,
    ),
    "tutorial": Fields(
        codec=_TUTORIAL_CODEC,
        train=_train("tutorial", TutorialConfig),
        metrics=record({}, METRICS | _TAUGHT),
        outputs=1,
    ),
}
