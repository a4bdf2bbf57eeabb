"""What users and programs rely on is as it was recorded before the house was rearranged (issue 14).

The rule of every comparison: everything recorded is still there, with the same type and default; more may be added.
The recordings in tests/golden are not edited. The tests reach the project only through what cannot move: commands,
the page and its API, `rnnlab.load`, and files.
"""

from golden import flags
from golden.record import load


def test_every_recorded_command_still_has_its_flags_with_their_defaults():
    assert flags.missing(load("flags"), flags.record()) == []
