"""The page's own HTML: verdict, refusal, scores, the tutorial's figures; escapes all that a visitor can name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from rnnlab.tasks.forecast.forecast_report import Study
from rnnlab.widgets.html import empty, headline
from rnnlab.widgets.wording import notes_of

# Row of the table, its name and its plain gloss, in this order.
ROWS = {
    "model": ("This model", "the checkpoint's forecasts, made each day from the days before it"),
    "har_t": ("HAR", "spread from the mean squared moves of the last day, week and month; bell with heavy tails"),
    "ewma_t": ("EWMA", "spread from past moves, the newest weighing most; bell with heavy tails"),
    "constant_t": ("Constant", "the same spread every day, learnt from the days before the test"),
    "naive": ("Naive", "tomorrow's close is today's; it knows no spread"),
    "drift": ("Drift", "today's close plus the average daily move of the past; it knows no spread"),
}
SWATCH = {"model": "model", "naive": "baseline"}


@dataclass(frozen=True)
class Column:
    """A column of the score table: what is best of it, and how it is written."""

    key: str
    head: str
    unit: str
    gloss: str
    best: str  # "low", "high", or the share that a band should hold
    form: str


def score_columns(unit: str, decimals: int | None = None) -> tuple[Column, ...]:
    """The columns for prices in this unit ("" if unknown), with so many decimals if they are a file's."""
    price = f".{max(3, 1 + (decimals or 0))}f"
    return (
        Column(
            "crps",
            "CRPS",
            "% ↓",
            "How far the whole forecast, its spread included, lay from what came. Less is better.",
            "low",
            ".3f",
        ),
        Column(
            "log_score",
            "Log score",
            "nats ↓",
            "How surprised the forecast was by what came: minus its log density. Less is better.",
            "low",
            ".3f",
        ),
        Column(
            "rmse",
            "RMSE",
            f"{unit} ↓".strip(),
            "Typical error of the central price; large errors weigh most. Less is better.",
            "low",
            price,
        ),
        Column(
            "coverage80",
            "80 % band",
            "held",
            "Share of days on which the close fell inside the 80 % band. 80 % is right.",
            "0.80",
            ".1%",
        ),
        Column(
            "coverage95",
            "95 % band",
            "held",
            "Share of days on which the close fell inside the 95 % band. 95 % is right.",
            "0.95",
            ".1%",
        ),
    )


def verdict(study: Study, title: str, link: str = "") -> str:
    """The headline: whose forecast it is, and the sentence on how good it was, its first clause set in bold.

    Args:
        study: the forecast.
        title: what stands above the sentence.
        link: the query that makes the forecast again, for whoever copies it; "" if there is none.
    """
    notes = notes_of(study.notices)
    return (
        f'<section class="verdict" aria-live="polite" data-link="{escape(link)}"><p class="eyebrow">{escape(title)}</p>'
        + headline(study.verdict)
        + (f'<ul class="notes">{notes}</ul>' if notes else "")
        + "</section>"
    )


def score_table(scores: dict[str, Any] | None, unit: str, span: str) -> str:
    """The model's scores beside those of its baselines, the best of each column in bold.

    Args:
        scores: the JSON of a back-test, or None where the file is too short for one.
        unit: of the prices, "" if unknown.
        span: the test days in words.
    """
    if scores is None:
        return empty("No back-test, so no scores: a longer file would have both.")
    rows = {"model": scores} | {name: scores["baselines"][name] for name in ROWS if name in scores["baselines"]}
    columns = score_columns(unit, scores.get("decimals"))
    best = {column.key: _best(column, rows) for column in columns}
    if not scores["rmse_beats_naive"]:
        best["rmse"] = ()  # nobody beats repeating yesterday, so nobody is shown as the best
    head = "".join(
        f'<th scope="col"><abbr title="{escape(column.gloss)}">{column.head}</abbr>'
        f"<small>{escape(column.unit)}</small></th>"
        for column in columns
    )
    body = "".join(
        f'<tr class="{name}"><th scope="row"><i class="swatch {SWATCH.get(name, "")}"></i>'
        f'<abbr title="{escape(ROWS[name][1])}">{ROWS[name][0]}</abbr></th>'
        + "".join(_cell(column, values.get(column.key), name in best[column.key]) for column in columns)
        + "</tr>"
        for name, values in rows.items()
    )
    return (
        f'<section class="scores"><h3>Beside the baselines</h3><p class="caption">{escape(span)}</p>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Scores"><table><thead><tr><td></td>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
        f'<p class="caption">Bold is the best of a column: ↓ less is better; a band should hold as often as it says.'
        f"</p>{_glossary(columns, rows)}</section>"
    )


def tutorial_table(summary: dict[str, Any], unit: str) -> str:
    """What the tutorial's model scored beside repeating yesterday's close."""
    tested: Sequence[float] = summary["test_rmse"]
    seeds = f"{len(tested)} seed{'s' if len(tested) > 1 else ''}"
    rows = [
        ("naive", "Naive: tomorrow is today", "needs no training", f"{summary['naive_rmse']:.2f}"),
        ("model", "The tutorial's model", "on the test days, mean of " + seeds, f"{summary['test_rmse_mean']:.2f}"),
        ("", "On its own training days", "mean of " + seeds, f"{sum(summary['train_rmse']) / len(tested):.2f}"),
        ("", "Without its leak", "scaled by training prices alone", f"{summary['leak_free_test_rmse']:.2f}"),
    ]
    if len(tested) > 1:
        spread = f"{summary['test_rmse_min']:.2f} – {summary['test_rmse_max']:.2f}"
        rows.insert(2, ("", "Its luckiest and unluckiest seed", "the same code, another random start", spread))
    body = "".join(
        f'<tr class="{kind}"><th scope="row"><i class="swatch {SWATCH.get(kind, "")}"></i><span>{escape(name)}'
        f"<small>{escape(gloss)}</small></span></th><td>{value}</td></tr>"
        for kind, name, gloss, value in rows
    )
    return (
        f'<section class="scores tutorial"><h3>{escape(_tutorial_finding(summary))}</h3><table><thead><tr><td></td>'
        f'<th scope="col">RMSE<small>{escape(unit)} ↓</small></th></tr></thead><tbody>{body}</tbody></table></section>'
    )


def _glossary(columns: Iterable[Column], rows: Iterable[str]) -> str:
    """What the heads of columns and rows mean, folded: a hover's gloss is out of reach of fingers and keyboards."""
    words = [(column.head, column.gloss) for column in columns]
    words += [(ROWS[name][0], ROWS[name][1][0].upper() + ROWS[name][1][1:] + ".") for name in rows]
    listed = "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(meaning)}</dd></div>" for word, meaning in words)
    return f"<details><summary>What these words mean</summary><dl>{listed}</dl></details>"


def _tutorial_finding(summary: dict[str, Any]) -> str:
    mean, naive = summary["test_rmse_mean"], summary["naive_rmse"]
    if mean > naive:
        return f"Its error is {mean / naive:.1f} times that of repeating yesterday's close"
    return "Its error is no larger than that of repeating yesterday's close"


def _cell(column: Column, value: float | None, best: bool) -> str:
    if value is None:
        return '<td class="none"><span aria-label="not defined">–</span></td>'
    text = format(value, column.form).replace("%", "\N{NO-BREAK SPACE}%")
    return f"<td><b>{text}</b></td>" if best else f"<td>{text}</td>"


def _best(column: Column, rows: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The rows that are best as written: figures that look the same are equally good."""
    known = {name: values[column.key] for name, values in rows.items() if values.get(column.key) is not None}
    if not known:
        return ()
    if column.best == "low":
        marks = {name: float(format(value, column.form)) for name, value in known.items()}
    else:
        marks = {name: abs(round(value, 3) - float(column.best)) for name, value in known.items()}
    least = min(marks.values())
    return [name for name, mark in marks.items() if mark <= least + 1e-9]
