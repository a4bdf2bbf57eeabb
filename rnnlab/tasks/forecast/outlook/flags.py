"""The flags of `forecast` that ask for more than its bands; their answers as lines, and as files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rnnlab.errors import RnnlabError
from rnnlab.tasks.forecast.outlook.forecast import Forecast
from rnnlab.tasks.forecast.outlook.picture import forecast_svg
from rnnlab.tasks.forecast.outlook.risk import Questions, Risk
from rnnlab.tasks.forecast.tables import price, share
from rnnlab.terminal.commands import add_overwrite, aligned
from rnnlab.terminal.files import check_new, write_whole

PORTFOLIO = (
    "Each row is one series alone; the risk of a portfolio depends on how series move together, which is not "
    "forecast here."
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags of Questions, and --csv and --plot."""
    group = parser.add_argument_group("the whole distribution (docs/forecasting.md)")
    group.add_argument("--quantiles", metavar="LEVELS", help="prices by probability, as 0.01,0.5")
    group.add_argument("--var", metavar="LEVELS", help="value at risk and expected shortfall, as 0.95,0.99")
    group.add_argument("--short", action="store_true", help="losses of a short position (default: of a long one)")
    for side in ("above", "below"):
        group.add_argument(
            f"--{side}", metavar="BOUNDS", help=f"probability of a close {side} a price or return, 180,5%%"
        )
    group.add_argument("--highest-density", metavar="SHARES", help="narrowest bands of prices that hold 0.8,0.95")
    group.add_argument("--paths", type=int, default=0, metavar="N", help="sample paths of the price, at most 10,000")
    group.add_argument("--seed", type=int, default=0, help="of the paths (default 0)")
    group.add_argument("--csv", metavar="FILE", help="write a row a session: bands, what was asked, a column a path")
    group.add_argument("--plot", metavar="FILE.svg", help="draw the forecast, its paths and bounds")
    add_overwrite(group, "the files of --csv and --plot")


def questions(args: argparse.Namespace, *, several: bool) -> Questions:
    """What is asked; RnnlabError if it cannot be answered or a file exists, before anything is computed."""
    asked = Questions.of(vars(args))
    if several and (asked.paths or args.plot):
        raise RnnlabError(
            "--paths and --plot are for one series at a time, as paths of several would not be tied together; give "
            "--data one of them."
        )
    if asked.short and not asked.var:
        raise RnnlabError("--short turns the losses of --var, of which no level is given; add --var 0.99.")
    if args.plot and not args.plot.lower().endswith(".svg"):
        raise RnnlabError(f"--plot draws SVG, not {Path(args.plot).name[:40]!r}; give a name that ends with .svg.")
    for flag, file in (("--csv", args.csv), ("--plot", args.plot)):
        if file:
            check_new(file, flag, overwrite=args.overwrite)
    return asked


def write_files(args: argparse.Namespace, made: Sequence[Forecast], risks: Sequence[Risk | None]) -> None:
    """Write what --csv and --plot name; RnnlabError if that cannot be."""
    if args.csv:
        tables = [_columns(one, risk) for one, risk in zip(made, risks, strict=True)]
        if len(tables) > 1:
            tables = [table.assign(series=one.name) for table, one in zip(tables, made, strict=True)]
            tables = [table[["series", *table.columns[:-1]]] for table in tables]
        write_whole(args.csv, pd.concat(tables).to_csv(index_label="date", float_format="%.8g", date_format="%Y-%m-%d"))
    if args.plot:
        write_whole(args.plot, forecast_svg(made[0], risks[0]))


def risk_lines(made: Forecast, risk: Risk | None) -> list[str]:
    """What was asked of one series, a line a session."""
    if risk is None:
        return []
    rows = [[f"{day:%Y-%m-%d}", *cells] for day, cells in zip(risk.dates, _cells(made, risk), strict=True)]
    lines = ["", *aligned(["date", *risk.columns()], rows), _definition(risk)]
    if risk.paths is not None:
        lines.append(f"{risk.paths.shape[1]:,} paths were drawn; --csv writes them, --json prints them.")
    return lines


def many_risk_lines(made: Sequence[Forecast], risks: Sequence[Risk | None]) -> list[str]:
    """What was asked of several series, on the last session of each, a line a series."""
    known = [(one, risk) for one, risk in zip(made, risks, strict=True) if risk is not None]
    if not known:
        return []
    rows = [[one.name, f"{risk.dates[-1]:%Y-%m-%d}", *_cells(one, risk)[-1]] for one, risk in known]
    first = known[0][1]
    return ["", *aligned(["", "date", *first.columns()], rows), _definition(first), PORTFOLIO]


def _cells(made: Forecast, risk: Risk) -> list[list[str]]:
    """The answers in words, a row a session."""
    columns = risk.columns()
    written = []
    for name, values in columns.items():
        kind = str(name).split()[0]
        if kind in ("above", "below"):
            written.append([share(value) for value in values])
        elif kind in ("VaR", "ES", "volatility"):
            written.append([f"{value:.2f} %" for value in values])
        else:
            written.append([price(value, decimals=made.decimals) for value in values])
    return [list(row) for row in zip(*written, strict=True)]


def _definition(risk: Risk) -> str:
    volatility = "Volatility per session and per year."
    if not risk.asked.var:
        return volatility
    mean = "the loss at the mean log return" if risk.asked.short else "the mean loss"
    return (
        f"VaR and ES are losses of a {risk.position} position from the last close to each session, in percent of that "
        f"close; ES is {mean} beyond VaR. {volatility}"
    )


def _columns(made: Forecast, risk: Risk | None) -> pd.DataFrame:
    tables = [made.outlook.fan()]
    if risk is not None:
        tables.append(risk.columns())
        tables += [] if risk.paths is None else [risk.paths.add_prefix("path ")]
    return pd.concat(tables, axis=1)
