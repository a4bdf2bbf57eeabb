"""The command line; its flags come from the options of the settings, its answers from rnnlab.service."""

from __future__ import annotations

import os

# Before torch is imported: waiting threads must not spin on cores that small models share (docs/decisions.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import argparse
import json
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from rnnlab import options, service
from rnnlab.errors import RnnlabError
from rnnlab.service import TrainReport, TrainResult
from rnnlab.version import __version__

Answer = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 2 with one sentence on standard error for anything a person can cause."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = _parser().parse_args(given)
    asked.command = "python -m rnnlab " + shlex.join(given)
    service.quiet_threads()
    try:
        answer = asked.run(asked)
    except RnnlabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _interrupted(asked)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if asked.json:
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
    app = _command(commands, "app", "start the page", _app)
    app.add_argument("--port", type=_port, default=7860, help="port of the page (default 7860)")
    _command(commands, "data", "list the data that is bundled", _data)
    train = commands.add_parser("train", help="train a model").add_subparsers(required=True, metavar="TASK")
    _add_train_forecast(_command(train, "forecast", "train a forecaster of prices", _train_forecast))
    forecast = _command(commands, "forecast", "forecast the next sessions", _forecast)
    _add_model_and_data(forecast)
    forecast.add_argument("--horizon", type=int, default=20, help="sessions to forecast, 1 to 20 (default 20)")
    backtest = _command(commands, "backtest", "walk forward through past days and score the forecasts", _backtest)
    _add_model_and_data(backtest)
    backtest.add_argument("--start", help="first scored day, as 2015-08-13 (default: last fifth, less what was learnt)")
    backtest.add_argument("--horizon", type=int, nargs="+", default=[1], help="days ahead, one or several (default 1)")
    return parser


def _command(commands: Any, name: str, help: str, run: Callable[[argparse.Namespace], Answer]) -> Any:
    parser = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)
    return parser


def _port(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= 65_535:
        raise argparse.ArgumentTypeError(f"{written!r} is no port, which is a number from 1 to 65535")
    return int(written)


def _add_model_and_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a checkpoint: a folder, or a bundled name such as stocks")
    parser.add_argument("--data", required=True, metavar="NAME|CSV", help="a bundled ticker, or a file of prices")
    _add_file_flags(parser)
    parser.add_argument("--device", choices=service.DEVICES, default="auto", help="where to compute (default auto)")


def _add_file_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ticker", help="which ticker, if the file holds several")
    parser.add_argument("--dates", choices=("iso", "us", "day-first"), help="how the file writes its dates")


def _add_train_forecast(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, nargs="+", metavar="NAME|CSV", help="bundled tickers or price files")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the checkpoint")
    parser.add_argument("--recipe", choices=service.RECIPES, default="density", help="what to train (default density)")
    parser.add_argument("--seeds", type=int, default=1, help="seeds to train, of the tutorial's model (default 1)")
    parser.add_argument("--until", help="last day to learn from, as 2015-08-12 (default: the first four fifths)")
    parser.add_argument("--resume", action="store_true", help="go on with the training that DIR holds")
    _add_file_flags(parser)
    seen: set[str] = set()
    for recipe in service.RECIPES:
        group = parser.add_argument_group(f"settings of the {recipe} recipe")
        for known in service.settings(recipe):
            if known.name not in seen:
                options.add_flag(group, known)
            seen.add(known.name)


def _app(asked: argparse.Namespace) -> Answer:
    from rnnlab.ui.app import build, launch  # gradio takes seconds to import and only this command needs it

    launch(build(), asked.port)
    return {}


def _data(asked: argparse.Namespace) -> Answer:
    tables = service.bundled_data()
    if not asked.json:
        for table in tables:
            print(
                f"{table['name']:<10} {table['state']:<8} {table['rows']:>8,} rows  {table['start']} – {table['end']}  "
                f"{table['bytes'] / 1e6:5.2f} MB  {table['licence']:<12} {table['title']} ({table['source']})"
            )
        print("A ticker's name, pool (29 stocks) or bundled (all that suit training) can be given as --data.")
    return {"data": tables}


def _train_forecast(asked: argparse.Namespace) -> Answer:
    names = {known.name for recipe in service.RECIPES for known in service.settings(recipe)}
    settings = {name: value for name, value in vars(asked).items() if name in names}
    training = service.train_forecast(
        asked.data, recipe=asked.recipe, out=asked.out, settings=settings, seeds=asked.seeds, until=asked.until,
        resume=asked.resume, ticker=asked.ticker, dates=asked.dates, command=asked.command,
    )  # fmt: skip
    answer: Answer = {}
    asked.reported = False
    for event in training:
        asked.reported = True
        if isinstance(event, TrainResult):
            answer = event.summary | {"folder": event.folder}
        else:
            print(_report(event), file=sys.stderr, flush=True)
    if not asked.json:
        print("\n".join(service.training_lines(answer)))
    return answer


def _report(event: TrainReport) -> str:
    who = f"seed {event.seed} {event.variant}".strip()
    scores = "  ".join(f"{name} {value:.4f}" for name, value in event.scores.items())
    text = (
        f"{who}: step {event.step}/{event.steps}  epoch {event.epoch:.1f}  training loss {event.loss:.5f}  {scores}  "
        f"gradient {event.gradient_norm:.3f}  rate {event.rate:.1e}  {event.per_second:,.0f} rows/s  "
        f"{event.seconds_left:.0f} s left"
    )
    return f"{text}\n{event.message}" if event.message else text


def _forecast(asked: argparse.Namespace) -> Answer:
    answer = service.forecast(
        asked.model, asked.data, horizon=asked.horizon, ticker=asked.ticker, dates=asked.dates, device=asked.device
    )
    if not asked.json:
        print("\n".join(service.forecast_lines(answer)))
    return answer


def _backtest(asked: argparse.Namespace) -> Answer:
    answer = service.backtest(
        asked.model, asked.data, start=asked.start, horizons=tuple(asked.horizon), ticker=asked.ticker,
        dates=asked.dates, device=asked.device,
    )  # fmt: skip
    if not asked.json:
        print("\n".join(service.backtest_lines(answer)))
    return answer


def _interrupted(asked: argparse.Namespace) -> int:
    recipe = getattr(asked, "recipe", None)
    if recipe == "density":
        again = asked.command if asked.resume else f"{asked.command} --resume"
        saved = f"What was reached at the last report is saved; to go on: {again}"
        print(saved if asked.reported else "Stopped before the first report; nothing was saved.", file=sys.stderr)
    elif recipe == "tutorial":
        print("Stopped; the tutorial's training keeps nothing to resume from.", file=sys.stderr)
    return 130


if __name__ == "__main__":
    sys.exit(main())
