"""The command line; its flags come from the options of the settings, its answers from rnnlab.service."""

from __future__ import annotations

import os

# Before torch is imported: waiting threads must not spin on cores that small models share (docs/decisions.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import io
import json
import shlex
import sys
from collections.abc import Sequence
from typing import NoReturn

from rnnlab import service
from rnnlab.commands import bench, data, forecasting, remote, sharing, writing
from rnnlab.commands.shared import Answer, add_command
from rnnlab.errors import RnnlabError
from rnnlab.version import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with one sentence on standard error for anything a person can cause."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _parser().parse_args(given)
    asked.command = f"{service.launcher()} -m rnnlab {shlex.join(given)}"
    service.quiet_threads()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter gets a question mark
    try:
        answer = asked.run(asked)
    except RnnlabError as error:
        if service.is_first():
            print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _interrupted(asked)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if asked.json and service.is_first():
        print(json.dumps(answer, ensure_ascii=False, allow_nan=False))
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, as all others are; argparse leaves no other place to say so."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, and exit with 2."""
        self.exit(2, f"{message[0].upper()}{message[1:]}; see {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="rnnlab", description="Recurrent networks, trained, used and judged honestly.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    app = add_command(commands, "app", "start the page", _app)
    app.add_argument("--port", type=_port, default=7860, help="port of the page (default 7860)")
    data.add_commands(commands)
    trainings = commands.add_parser("train", help="train a model").add_subparsers(required=True, metavar="TASK")
    for task in (forecasting, writing):
        task.add_training(trainings)
        task.add_commands(commands)
    sharing.add_commands(commands)
    remote.add_commands(commands)
    bench.add_commands(commands)
    return parser


def _port(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= 65_535:
        raise argparse.ArgumentTypeError(f"{written!r} is no port, which is a number from 1 to 65535")
    return int(written)


def _app(asked: argparse.Namespace) -> Answer:
    from rnnlab.ui.app import build, launch  # gradio takes seconds to import and only this command needs it

    launch(build(), asked.port)
    return {}


def _interrupted(asked: argparse.Namespace) -> int:
    resumable = getattr(asked, "resumable", None) if service.is_first() else None
    if resumable:
        again = asked.command if asked.resume else f"{asked.command} --resume"
        saved = f"What was reached at the last report is saved; to go on: {again}"
        print(saved if asked.reported else "Stopped before the first report; nothing was saved.", file=sys.stderr)
    elif resumable is False:
        print("Stopped; the tutorial's training keeps nothing to resume from.", file=sys.stderr)
    return 130


if __name__ == "__main__":
    sys.exit(main())
