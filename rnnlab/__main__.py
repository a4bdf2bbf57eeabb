"""The command line; its own commands, and those that each task brings."""

from __future__ import annotations

import os
import signal

if __name__ == "__main__":
    # ^C while torch is being imported, which takes seconds: nothing has begun yet.
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))

# Before torch is imported: waiting threads must not spin on cores that small models share (docs/decisions.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from typing import NoReturn

from rnnlab.commands import bench, data, evaluate, remote, sharing, train
from rnnlab.errors import RnnlabError
from rnnlab.tasks.registry import kinds
from rnnlab.terminal.commands import Answer, add_command, without_overwrite
from rnnlab.terminal.interrupts import STOPPED, Interrupts
from rnnlab.terminal.streams import OutputLost, aside, prepare, show
from rnnlab.train.devices import quiet_threads
from rnnlab.train.processes import is_first, launcher
from rnnlab.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with one sentence on standard error for anything a person can cause."""
    prepare()
    try:
        asked = _asked(list(sys.argv[1:] if arguments is None else arguments))
        return _run(asked)
    except KeyboardInterrupt:
        return STOPPED
    except OutputLost as lost:
        if lost.unread:  # the reader of our output left, as `head` does
            return 0
        aside(str(lost))
        return 2


def _asked(given: list[str]) -> argparse.Namespace:
    """What is asked for; SystemExit where that is wrong, or help was."""
    try:
        asked = _parser(given).parse_args(given)
    except SystemExit:
        show("", end="")  # help may lie in front of it
        raise
    asked.command = f"{launcher()} -m rnnlab {shlex.join(without_overwrite(given))}"
    return asked


def _run(asked: argparse.Namespace) -> int:
    quiet_threads()
    try:
        answer = asked.run(asked)
    except RnnlabError as error:
        if is_first():
            aside(str(error))
        return 2
    except KeyboardInterrupt:
        _tell_stopped(asked)
        return STOPPED
    if asked.json and is_first():
        show(json.dumps(answer, allow_nan=False))  # in ASCII, which every terminal can show
    else:
        show("", end="")
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, as all others are; argparse leaves no other place to say so."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and exit with 2."""
        self.exit(2, f"{message[0].upper()}{message[1:]}; see {self.prog} --help.\n")


def _parser(given: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of what is given; of all commands where that names none."""
    parser = _Parser(prog="rnnlab", description="Recurrent networks, trained, used and judged honestly.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    app = add_command(commands, "app", "start the page", _app)
    app.add_argument("--port", type=_port, default=7860, help="port of the page (default 7860)")
    parts = {name: part for part in (data, train, evaluate, sharing, remote, bench) for name in part.NAMES}
    if given and given[0] in parts:
        wanted = {parts[given[0]]}
    else:
        owners = [kind for kind in kinds() if kind.commands]
        named = [kind for kind in owners if given and given[0] in kind.verbs]
        wanted = set() if named else set(parts.values())
        for kind in named or owners:
            kind.part(kind.commands).add_commands(commands)
    for part in dict.fromkeys(parts.values()):
        if part in wanted:
            part.add_commands(commands, given)
    return parser


def _port(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= 65_535:
        raise argparse.ArgumentTypeError(f"{written!r} is no port, which is a number from 1 to 65535")
    return int(written)


def _app(asked: argparse.Namespace) -> Answer:
    from rnnlab.ui.app import build, launch  # gradio takes seconds to import and only this command needs it

    launch(build(), asked.port)
    return {}


def _tell_stopped(asked: argparse.Namespace) -> None:
    """What an interrupted training has kept, and how to resume it."""
    resumable = getattr(asked, "resumable", None) if is_first() else None
    if resumable is None:
        return
    if not resumable:
        aside("Stopped; this training keeps nothing to resume from.")
    elif asked.resume or getattr(asked, "reported", False):
        again = asked.command if asked.resume else f"{asked.command} --resume"
        aside(f"What was reached at the last report is saved; to resume: {again}")
    else:
        aside("Stopped before the first report; nothing was saved.")


if __name__ == "__main__":
    interrupts = Interrupts()
    interrupts.listen()
    ended = main()
    interrupts.end()
    if ended == STOPPED:
        os._exit(STOPPED)  # nothing that still runs beside, such as a download, is waited for
    sys.exit(ended)
