"""The attack in its short form, on a real page: nothing is out of bounds."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import attack


@pytest.mark.long
def test_the_page_survives_the_attack():
    assert attack.attack(short=True).wrong == []
