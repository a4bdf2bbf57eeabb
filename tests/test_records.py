"""What a checkpoint records of the command that made it."""

import pytest

from rnnlab.runtime.provenance import origin


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("/home/joe/x.txt", "x.txt"),
        ("--data=/home/joe/x.txt", "--data=x.txt"),
        ("../joe/x.txt", "x.txt"),
        ("~/x.txt", "x.txt"),
        ("data/x.txt", "data/x.txt"),
        ("caf\udce9.txt", "'caf?.txt'"),
    ],
)
def test_the_recorded_command_shows_no_strangers_folder(word, told):
    asked = "python -m rnnlab train text --out m "
    assert origin(f"{asked}{word}")["command"] == f"{asked}{told}"
