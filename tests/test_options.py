import argparse
from dataclasses import dataclass

import pytest

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.options import option


@dataclass(frozen=True)
class Tea:
    """A settings class of each kind of option."""

    minutes: float = option(3.5, "minutes to draw", 0.5, 10)
    cups: int = option(2, "cups in the pot", 1, 12)
    milk: bool = option(False, "milk with it")
    leaf: str = option("assam", "which leaf", choices=("assam", "sencha"))

    def __post_init__(self):
        options.check(self)


def flags(*given: str) -> Tea:
    parser = argparse.ArgumentParser()
    for known in options.describe(Tea):
        options.add_flag(parser, known)
    return options.from_mapping(Tea, vars(parser.parse_args(given)))


def test_an_option_becomes_a_flag_of_its_kind():
    assert flags("--minutes", "4", "--cups", "3", "--milk", "--leaf", "sencha") == Tea(4.0, 3, True, "sencha")


def test_absent_flags_leave_the_base_as_it_was():
    base = Tea(leaf="sencha", cups=7)
    assert options.from_mapping(Tea, {"cups": None, "minutes": 2, "sugar": 1}, base) == Tea(2.0, 7, False, "sencha")


def test_an_option_knows_its_bounds_for_a_slider():
    minutes = options.describe(Tea)[0]
    assert (minutes.low, minutes.high, minutes.default, minutes.flag) == (0.5, 10, 3.5, "--minutes")


def test_every_option_is_a_row_of_the_card():
    assert options.rows(Tea())[0] == ("minutes", 3.5, "minutes to draw")
    assert len(options.rows(Tea())) == 4


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"minutes": 11.0}, "minutes must be between 0.5 and 10, not 11.0"),
        ({"minutes": float("nan")}, "minutes must be between 0.5 and 10, not nan"),
        ({"cups": 2.5}, "cups must be a whole number, not 2.5"),
        ({"cups": True}, "cups must be a whole number, not True"),
        ({"milk": 1}, "milk must be true or false, not 1"),
        ({"leaf": "oolong"}, "leaf must be one of assam, sencha, not 'oolong'"),
        ({"leaf": 3}, "leaf must be a word, not 3"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_its_bounds(given, sentence):
    with pytest.raises(RnnlabError, match=sentence):
        Tea(**given)
