"""The page's own HTML: verdict, scores, the tutorial's figures; escapes all that a visitor can name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from rnnlab.summary import THIS_MODEL, Table
from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.widgets import html

# Row of the table, its name and its plain gloss, in this order.
ROWS = {
    "model": (THIS_MODEL, "The checkpoint's forecasts, made each day from the days before it."),
    "har_t": ("HAR", "Volatility regressed on squared moves of the last day, week and month; Student-t tails."),
    "lhar_t": ("LHAR", "HAR with leverage: also from the falls of the last day, week and month; Student-t tails."),
    "carr_t": ("CARR", "A GARCH on the daily range, with leverage; Student-t tails."),
    "ewma_t": ("EWMA", "Volatility averaged over past moves, the newest weighted most; Student-t tails."),
    "constant_t": ("Constant", "The same spread every day, fitted to the days before the test."),
    "naive": ("Naive", "Tomorrow's close is today's; has no spread."),
    "drift": ("Drift", "Today's close plus the average daily move of the past; has no spread."),
}
SWATCH = {"model": "model", "naive": "baseline"}
NO_SCORES = "There are no scores, as a back-test needs a longer file."
LEGEND = "Bold: the best of each column. ↓: lower is better. A band's coverage should equal its level."


@dataclass(frozen=True)
class Column:
    """A column of the score table: what is best of it ("low", or the share that is right), and its format."""

    key: str
    head: str
    unit: str
    gloss: str
    best: str
    form: str

    def text(self, value: float | None) -> str:
        """A score as written."""
        return "–" if value is None else format(value, self.form).replace("%", "\N{NO-BREAK SPACE}%")


def score_columns(unit: str, decimals: int | None = None) -> tuple[Column, ...]:
    """The columns for prices in this unit ("" if unknown), with so many decimals if they are a file's."""
    price, covered = f".{max(3, 1 + (decimals or 0))}f", "Share of days on which the close was inside the {0} % band."
    crps = "Distance between the forecast distribution and the outcome. Lower is better."
    log_score = "Minus the log density of the forecast at the outcome. Lower is better."
    rmse = "Root mean square error of the median price. Lower is better."
    bands = ((percent, f"{covered.format(percent)} {percent} % is ideal.") for percent in (80, 95))
    return (
        Column("crps", "CRPS", "% ↓", crps, "low", ".3f"),
        Column("log_score", "Log score", "nats ↓", log_score, "low", ".3f"),
        Column("rmse", "RMSE", f"{unit} ↓".strip(), rmse, "low", price),
        *(Column(f"coverage{n}", f"{n} % band", "coverage", gloss, f"0.{n}", ".1%") for n, gloss in bands),
    )


def verdict(study: Study, title: str, link: str = "") -> str:
    """The headline: whose forecast it is, and the sentence on how good it was, its first clause set in bold.

    Args:
        study: the forecast.
        title: what stands above the sentence.
        link: the query that reproduces the forecast, to be copied; "" if there is none.
    """
    return (
        f'<section class="verdict" aria-live="polite" data-link="{escape(link)}"><p class="eyebrow">{escape(title)}</p>'
        f"{html.headline(study.verdict)}{html.notes(filter(None, (study.source, *study.notices)))}</section>"
    )


def score_table(scores: dict[str, Any] | None, unit: str, span: str) -> str:
    """The model's scores beside those of its baselines, the best of each column in bold.

    Args:
        scores: the JSON of a back-test, or None where the file is too short for one.
        unit: of the prices, "" if unknown.
        span: the test days in words.
    """
    if scores is None:
        return html.empty(NO_SCORES)
    rows = {"model": scores} | {name: scores["baselines"][name] for name in ROWS if name in scores["baselines"]}
    columns = score_columns(unit, scores.get("decimals"))
    best = {column.key: _best(column, rows) for column in columns}
    if not scores["rmse_beats_naive"]:
        best["rmse"] = ()  # nobody beats repeating yesterday, so nobody is shown as the best
    heads = (f"{_glossed(one.head, one.gloss)}<small>{escape(one.unit)}</small>" for one in columns)
    body = (
        (
            name,
            f'<i class="swatch {SWATCH.get(name, "")}"></i>{_glossed(*ROWS[name])}',
            (_cell(column, values.get(column.key), name in best[column.key]) for column in columns),
        )
        for name, values in rows.items()
    )
    glossary = _glossary([*((one.head, one.gloss) for one in columns), *(ROWS[name] for name in rows)])
    foot = f'<p class="caption">{LEGEND}</p>{glossary}'
    return html.scores("", html.grid(heads, body), title="Compared with the baselines", caption=span, foot=foot)


def tutorial_table(summary: Mapping[str, Any], unit: str) -> str:
    """What the tutorial's model scored beside repeating yesterday's close."""
    tested, mean, naive = summary["test_rmse"], summary["test_rmse_mean"], summary["naive_rmse"]
    seeds = f"mean of {len(tested)} seed{'s' if len(tested) > 1 else ''}"
    spread = f"{summary['test_rmse_min']:.2f} – {summary['test_rmse_max']:.2f}"
    rows = [
        ("Naive: tomorrow is today\nneeds no training", f"{naive:.2f}"),
        (f"The tutorial's model\non the test days, {seeds}", f"{mean:.2f}"),
        ("Its best and worst seed\nthe same code, another random start", spread),
        (f"On its training days\n{seeds}", f"{sum(summary['train_rmse']) / len(tested):.2f}"),
        ("Without the leak\nscaled by training prices only", f"{summary['leak_free_test_rmse']:.2f}"),
    ]
    if len(tested) == 1:
        del rows[2]
    finding = f"Its error is {mean / naive:.1f} times that" if mean > naive else "Its error is no larger than that"
    table = html.table_of(Table("", ("", f"RMSE\n{unit} ↓"), tuple(rows)), ("baseline", "model", *[""] * 3))
    return html.scores("tutorial", table, title=f"{finding} of repeating yesterday's close")


def _glossed(word: str, gloss: str) -> str:
    return f'<abbr title="{escape(gloss)}">{escape(word)}</abbr>'


def _glossary(words: Iterable[tuple[str, str]]) -> str:
    """What the heads of columns and rows mean, folded: a hover's gloss is out of reach of fingers and keyboards."""
    listed = "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(meaning)}</dd></div>" for word, meaning in words)
    return f"<details><summary>What these words mean</summary><dl>{listed}</dl></details>"


def _cell(column: Column, value: float | None, best: bool) -> str:
    if value is None:
        return '<td class="none"><span aria-label="not defined">–</span></td>'
    return f"<td>{html.cell(column.text(value), bold=best)}</td>"


def _best(column: Column, rows: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The rows that are best as written: figures that look the same are equally good."""
    known = {name: values[column.key] for name, values in rows.items() if values.get(column.key) is not None}
    if column.best == "low":
        marks = {name: float(format(value, column.form)) for name, value in known.items()}
    else:
        marks = {name: abs(round(value, 3) - float(column.best)) for name, value in known.items()}
    return [name for name, mark in marks.items() if mark <= min(marks.values()) + 1e-9]
