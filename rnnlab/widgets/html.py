"""The HTML that every part of the page uses: refusal, notice, status; escapes all that a visitor can name."""

from __future__ import annotations

from html import escape

from rnnlab.widgets.wording import on_page


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
        f'<div class="status" role="status"><span>{escape(words)}</span>'
        f'<div class="bar{"" if busy else " done"}"><i style="width:{width}%"></i></div></div>'
    )
