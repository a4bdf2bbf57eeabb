"""The HTML that every part of the page uses: refusal, notice, status, tables; escapes all that a visitor can name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import zip_longest

from rnnlab.summary import THIS_MODEL, Table
from rnnlab.widgets.wording import notes_of, on_page


def headline(sentence: str) -> str:
    """A verdict, its first clause set in bold."""
    first, mark, rest = sentence.partition("; ")
    return f"<h2><strong>{escape(first + mark.rstrip())}</strong> {escape(rest)}</h2>"


def refusal(sentence: str, shown: str) -> str:
    """A sentence that says what cannot be used and what to do; `shown` names what the page still shows."""
    still = f'<p class="still">{escape(shown)}</p>' if shown else ""
    return (
        f'<section class="verdict refusal" role="alert"><p class="eyebrow">This cannot be used yet</p>'
        f"<h2>{escape(on_page(sentence))}</h2>{still}</section>"
    )


def notice(title: str, sentence: str) -> str:
    """A sentence that says what to do next, in the place of a verdict."""
    return (
        f'<section class="verdict notice" role="status"><p class="eyebrow">{escape(title)}</p>'
        f"<h2>{escape(sentence)}</h2></section>"
    )


def empty(sentence: str) -> str:
    """What stands where a result will be."""
    return f'<section class="empty"><p>{escape(sentence)}</p></section>'


def status(words: str, share: float, *, busy: bool = True) -> str:
    """One line on how far a training is, above a thin bar."""
    width = round(100 * min(max(share, 0.0), 1.0))
    return (
        f'<div class="status" role="status"><span>{escape(on_page(words))}</span>'
        f'<div class="bar{"" if busy else " done"}"><i style="width:{width}%"></i></div></div>'
    )


def notes(sentences: Iterable[str]) -> str:
    """Sentences on what was read or made, as a list; "" if there are none."""
    items = notes_of(sentences)
    return f'<ul class="notes">{items}</ul>' if items else ""


def cell(text: str, *, bold: bool = False) -> str:
    """What a cell of a table holds; what follows a line break is set small."""
    first, _, small = map(escape, text.partition("\n"))
    return (f"<b>{first}</b>" if bold else first) + (f" <small>{small}</small>" if small else "")


def grid(heads: Iterable[str], rows: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """A table of HTML: the heads of its columns, if any, and of each row its class, its head and the elements td."""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    body = "".join(f'<tr class="{kind}"><th scope="row">{head}</th>{"".join(td)}</tr>' for kind, head, td in rows)
    top = f"<thead><tr><td></td>{columns}</tr></thead>" if columns else ""
    return f"<table>{top}<tbody>{body}</tbody></table>"


def scores(kind: str, table: str, *, title: str = "", caption: str = "", foot: str = "") -> str:
    """A section around a table that scrolls sideways. title, caption: text; foot: HTML."""
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    said = f'<p class="caption">{escape(caption)}</p>' if caption else ""
    return (
        f'<section class="scores {kind}">{heading}{said}<div class="scroll" tabindex="0" role="region" '
        f'aria-label="Scores">{table}</div>{foot}</section>'
    )


def table_of(table: Table, swatches: Sequence[str] = ()) -> str:
    """A table of texts, this model's column set in bold. swatches: by row, "model", "baseline" or "", its colour."""
    rows = []
    for (first, *rest), kind in zip_longest(table.rows, swatches[: len(table.rows)]):
        head = cell(first) if kind is None else f'<i class="swatch {kind}"></i><span>{cell(first)}</span>'
        columns = zip(rest, table.head[1:], strict=True)
        cells = [f"<td>{cell(text, bold=column == THIS_MODEL)}</td>" for text, column in columns]
        rows.append((kind or "", head, cells))
    return grid(map(cell, table.head[1:]), rows)
