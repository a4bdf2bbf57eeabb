"""Commands in the tests' own process, as one of their own would end and tell, but without importing torch anew."""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from rnnlab.__main__ import main


@dataclass(frozen=True)
class Done:
    """What a command printed and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """Run one command to its end."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.getvalue(), err.getvalue())
