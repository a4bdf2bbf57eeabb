"""Questions about a price's distribution as they are written, and their answers as JSON, as columns and in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rnnlab.errors import RnnlabError
from rnnlab.scoring.distribution import MOST_PATHS, need_level, need_share
from rnnlab.tasks.forecast.outlook.distribution import Bound, PriceDistribution, simple_return
from rnnlab.tasks.forecast.outlook.forecast import Forecast

MOST_ASKED = 100  # levels or bounds of a kind
HIGHEST_SEED = 2**63 - 1
FIELDS = ("quantiles", "var", "short", "above", "below", "highest_density", "paths", "seed")


@dataclass(frozen=True)
class Questions:
    """What is asked of a forecast beside its bands.

    quantiles: levels of prices. var: levels of value at risk and expected shortfall. short: of a short position. above,
    below: prices, or returns as "5%". highest_density: probabilities of narrowest bands. paths: how many are drawn,
    from seed.
    """

    quantiles: tuple[float, ...] = ()
    var: tuple[float, ...] = ()
    short: bool = False
    above: tuple[Bound, ...] = ()
    below: tuple[Bound, ...] = ()
    highest_density: tuple[float, ...] = ()
    paths: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be answered, before a model is opened; raises RnnlabError."""
        for level in (*self.quantiles, *self.highest_density):
            need_share(level)
        for level in self.var:
            need_level(level)
        if not 0 <= self.paths <= MOST_PATHS:
            raise RnnlabError(f"{self.paths:,} paths cannot be drawn; ask for at most {MOST_PATHS:,}.")
        if not 0 <= self.seed <= HIGHEST_SEED:
            raise RnnlabError(f"The seed must be between 0 and {HIGHEST_SEED}, not {self.seed}.")

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Questions:
        """Those of FIELDS that are written: levels and bounds apart by commas, as "0.01,0.5" and "180,-5%"."""
        read: dict[str, Callable[[str], tuple[Any, ...]]] = dict.fromkeys(("above", "below"), _bounds)
        read |= dict.fromkeys(("quantiles", "var", "highest_density"), _levels)
        given = {name: asked[name] for name in FIELDS if asked.get(name)}
        values: dict[str, Any] = {name: read[name](value) if name in read else value for name, value in given.items()}
        return cls(**values)

    @property
    def nothing(self) -> bool:
        """Whether nothing is asked."""
        return self == Questions(short=self.short, seed=self.seed)


@dataclass(frozen=True)
class Risk:
    """The answers to what was asked: tables with a row a session and a column a level or bound; volatility in percent.

    narrowest: by probability, the band of highest density. paths: a column a path, None where none were asked.
    """

    asked: Questions
    volatility: pd.DataFrame
    quantiles: pd.DataFrame
    value_at_risk: pd.DataFrame
    expected_shortfall: pd.DataFrame
    above: pd.DataFrame
    below: pd.DataFrame
    narrowest: dict[float, pd.DataFrame]
    paths: pd.DataFrame | None

    @property
    def dates(self) -> pd.DatetimeIndex:
        """The sessions."""
        return pd.DatetimeIndex(self.volatility.index)

    @property
    def position(self) -> str:
        """Whose losses they are: "long" or "short"."""
        return "short" if self.asked.short else "long"

    def summary(self) -> dict[str, Any]:
        """The answers as plain JSON values, null for what is infinite."""
        volatility = self.volatility.to_numpy()
        rows: list[dict[str, Any]] = []
        for number, day in enumerate(self.dates):
            _, daily, annual = map(_finite, volatility[number])
            row: dict[str, Any] = {"date": f"{day:%Y-%m-%d}", "volatility_daily": daily, "volatility_annual": annual}
            for name, (keys, table) in self._tables().items():
                row[name] = dict(zip(map(label, keys), map(_finite, table.iloc[number]), strict=True))
            bands = {label(share): band.iloc[number].to_list() for share, band in self.narrowest.items()}
            rows.append(row | {"highest_density": bands})
        answer: dict[str, Any] = {"position": self.position, "rows": rows}
        return answer if self.paths is None else answer | {"paths": self.paths.to_numpy().T.tolist()}

    def columns(self) -> pd.DataFrame:
        """The answers, paths aside, as one table of named columns, a row a session."""
        called = {"quantiles": "quantile", "value_at_risk": "VaR", "expected_shortfall": "ES"}
        tables = [
            table.set_axis([f"{called.get(name, name)} {label(key)}" for key in keys], axis=1)
            for name, (keys, table) in self._tables().items()
        ]
        for share, band in self.narrowest.items():
            tables.append(band.set_axis([f"densest {label(share)} from", f"densest {label(share)} to"], axis=1))
        return pd.concat([*tables, self.volatility[["daily", "annual"]].add_prefix("volatility ")], axis=1)

    def _tables(self) -> dict[str, tuple[tuple[Bound, ...], pd.DataFrame]]:
        """By name, what a table's columns were asked for, and the table."""
        asked = self.asked
        return {
            "quantiles": (asked.quantiles, self.quantiles),
            "value_at_risk": (asked.var, self.value_at_risk),
            "expected_shortfall": (asked.var, self.expected_shortfall),
            "above": (asked.above, self.above),
            "below": (asked.below, self.below),
        }


def answer(outlook: PriceDistribution, asked: Questions) -> Risk:
    """The answers of a distribution; RnnlabError if a bound is no price."""
    return Risk(
        asked,
        outlook.volatility(),
        outlook.quantile(*asked.quantiles),
        outlook.value_at_risk(*asked.var, short=asked.short),
        outlook.expected_shortfall(*asked.var, short=asked.short),
        outlook.above(*asked.above),
        outlook.below(*asked.below),
        {share: outlook.highest_density(share) for share in asked.highest_density},
        outlook.paths(asked.paths, asked.seed) if asked.paths else None,
    )


def answered_by(made: Forecast, asked: Questions) -> Risk | None:
    """The answers of a forecast, None if nothing is asked; RnnlabError as of `answer`."""
    return None if asked.nothing else answer(made.outlook, asked)


def with_risk(made: Forecast, risk: Risk | None) -> dict[str, Any]:
    """A forecast as plain JSON values, with what was asked of it under `risk`."""
    return made.summary() | ({} if risk is None else {"risk": risk.summary()})


def label(asked: Bound) -> str:
    """A level or a bound as the key of an answer: 0.99, 180, 5%."""
    return asked if isinstance(asked, str) else f"{asked:.12g}"


def _levels(written: str) -> tuple[float, ...]:
    return tuple(_number(one, "level", "0.99") for one in _apart(written))


def _bounds(written: str) -> tuple[Bound, ...]:
    return tuple(read_bound(one) for one in _apart(written))


def read_bound(written: str) -> Bound:
    """A price written as 180, or a return written as 5%; RnnlabError for another text."""
    if "%" not in written:
        return _number(written, "price", "180")
    return f"{simple_return(written):.12g}%"


def _apart(written: str) -> list[str]:
    parts = [part.strip() for part in written.split(",")]
    if len(parts) > MOST_ASKED:
        raise RnnlabError(f"{len(parts)} values are more than {MOST_ASKED}; ask for fewer at a time.")
    return list(dict.fromkeys(parts))


def _number(written: str, what: str, usual: str) -> float:
    with suppress(ValueError):
        value = float(written)
        if math.isfinite(value):
            return value
    raise RnnlabError(f"{written[:40]!r} is no {what}; write several apart by commas, as {usual},…")


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
