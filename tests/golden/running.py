"""Run commands inside this process, by the same function that the installed command starts."""

import io
import json
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from rnnlab.__main__ import main

ROOT = Path(__file__).parents[2]


def run(*arguments: str, at: Path = ROOT, code: int = 0) -> str:
    """What a command writes to standard output, started in the folder `at`; AssertionError if it ends otherwise."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(at), redirect_stdout(out), redirect_stderr(err):
        try:
            ended = main([str(argument) for argument in arguments])
        except SystemExit as left:  # help
            ended = left.code
    assert ended == code, f"{arguments} ended with {ended}: {err.getvalue()}"
    return out.getvalue()


def answer(*arguments: str, at: Path = ROOT) -> dict:
    """The JSON object that a command prints as its last line."""
    return json.loads(run(*arguments, "--json", at=at).splitlines()[-1])


def help_of(*command: str) -> str:
    """Its help, as wide as it gets: an option's line is never broken in its middle."""
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "400"
    try:
        return run(*command, "--help")
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
