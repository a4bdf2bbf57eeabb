"""A setting described once: its flag, its slider's bounds and its row on a model card."""

from __future__ import annotations

import argparse
import dataclasses
import typing
from collections.abc import Collection, Mapping
from typing import Any, TypeVar, cast

from rnnlab.errors import RnnlabError

Value = bool | int | float | str
Settings = TypeVar("Settings")


@dataclasses.dataclass(frozen=True)
class Option:
    """One setting of a settings class: what a flag, a slider and a card need to know of it."""

    name: str
    kind: type
    default: Value
    help: str
    low: float | None
    high: float | None
    choices: Collection[str]
    bare: Value | None = None

    @property
    def flag(self) -> str:
        """The command-line flag, `--weight-decay` for `weight_decay`."""
        return "--" + self.name.replace("_", "-")

    def check(self, value: object) -> None:
        """Raise RnnlabError unless value is of this option's kind and within its bounds."""
        accepted = (float, int) if self.kind is float else self.kind
        if isinstance(value, bool) != (self.kind is bool) or not isinstance(value, accepted):
            raise RnnlabError(f"{self.name} must be {_a(self.kind)}, not {value!r:.60}.")
        if self.choices and value not in self.choices:
            raise RnnlabError(f"{self.name} must be one of {', '.join(self.choices)}, not {value!r:.60}.")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return
        if (self.low is not None and not value >= self.low) or (self.high is not None and not value <= self.high):
            raise RnnlabError(f"{self.name} must be between {self.low:g} and {self.high:g}, not {value!r:.60}.")


def option(
    default: Value,
    help: str,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: Collection[str] = (),
    bare: Value | None = None,
) -> Any:
    """Describe a setting as a dataclass field: its default, what it does, and its least and greatest value.

    Args:
        default: a bool, int, float or str; the field's annotation must name the same type.
        help: half a sentence in the field's own words; it becomes the flag's help and the slider's gloss.
        low, high: inclusive bounds of a number.
        choices: the values that a str may take; those of a registry are what it holds whenever they are asked for.
        bare: the value of a flag that is given without one; None if it must have one.
    """
    return dataclasses.field(
        default=default, metadata={"help": help, "low": low, "high": high, "choices": choices, "bare": bare}
    )


def describe(settings: type[Any] | object) -> list[Option]:
    """List the options of a settings class in their order; of an instance, with its values as the defaults."""
    kinds = typing.get_type_hints(settings if isinstance(settings, type) else type(settings))
    defaults = {} if isinstance(settings, type) else vars(settings)
    return [
        Option(
            name=field.name,
            kind=kinds[field.name],
            default=cast(Value, defaults.get(field.name, field.default)),
            **field.metadata,
        )
        for field in dataclasses.fields(settings)  # type: ignore[arg-type]
        if field.metadata
    ]


def check(settings: object) -> None:
    """Raise RnnlabError if any option of this settings instance has a wrong kind or lies outside its bounds."""
    for known in describe(settings):
        known.check(getattr(settings, known.name))


def add_flag(parser: argparse._ActionsContainer, known: Option) -> None:
    """Give a parser the flag of one option; left out it is None, so that a caller can tell it was not given."""
    text = known.help if known.default == "" else f"{known.help} (default {known.default})"
    if known.kind is bool:
        parser.add_argument(known.flag, action=argparse.BooleanOptionalAction, default=None, help=text)
    elif known.bare is not None:
        parser.add_argument(known.flag, type=known.kind, nargs="?", const=known.bare, default=None, help=text)
    else:
        parser.add_argument(known.flag, type=known.kind, choices=known.choices or None, default=None, help=text)


def from_mapping(settings: type[Settings], values: Mapping[str, Any], base: Settings | None = None) -> Settings:
    """Build settings from the values that are given and not None; the rest comes from `base` or the defaults.

    Names that are no option of the class are passed over, so that one set of flags can feed several classes.

    Raises:
        RnnlabError: a value has the wrong kind or lies outside its bounds.
    """
    known = {one.name: one for one in describe(settings)}
    given = {name: value for name, value in values.items() if name in known and value is not None}
    for name, value in given.items():
        if known[name].kind is float and isinstance(value, int) and not isinstance(value, bool):
            given[name] = float(value)
    start = base if base is not None else settings()
    return dataclasses.replace(start, **given)  # type: ignore[type-var]


def rows(settings: object) -> list[tuple[str, Value, str]]:
    """List name, value and meaning of every option, as a model card shows them."""
    return [(known.name, getattr(settings, known.name), known.help) for known in describe(settings)]


def _a(kind: type) -> str:
    return {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}[kind]
