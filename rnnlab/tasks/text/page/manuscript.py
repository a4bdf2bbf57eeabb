"""A text as the page shows it while it is written; escapes all of it, for what a network writes is untrusted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

from rnnlab.runtime.opening import told
from rnnlab.scoring.originality.marks import copying_words
from rnnlab.tasks.text.manner import Manner
from rnnlab.tasks.text.pieces import Piece
from rnnlab.tasks.text.use import Draft
from rnnlab.widgets.wording import notes_of

# Nats from which a shade begins: a coin's toss is 0.7, one of ten 2.3, one of a hundred 4.6.
SHADES = (0.7, 1.6, 2.3, 3.5, 4.6)
EMPTY = "Enter a prompt, or none, and press Write."
COPIED = '<u class="copied" title="Copied: the author wrote these characters in this order">'
Places = Sequence[tuple[int, int]]
CHOOSE = "Point at a character to see the five most likely there; click it to continue with another of them."
NAMED = {"\n": "line break", " ": "space", "\t": "tab"}


def manuscript(draft: Draft | None, *, explained: bool = False, busy: bool = False) -> str:
    """The texts side by side, each with its prompt set apart; with the model's surprise as shades if explained."""
    if draft is None:
        return f'<section class="manuscript none"><p>{EMPTY}</p></section>'
    several = len(draft.pieces) > 1
    sheets = "".join(
        _sheet(draft.prompt, row, seed, copied, several=several, explained=explained, busy=busy)
        for row, seed, copied in zip(draft.pieces, draft.seeds, _copied(draft), strict=True)
    )
    legend = _legend() if explained else ""
    return f'<section class="manuscript{" several" if several else ""}">{sheets}</section>{legend}'


def facts(draft: Draft | None, state: str = "", link: str = "") -> str:
    """One line under the text: how far, how fast, where, with which seed; and sentences on the prompt.

    Args:
        draft: the text, or None for the state alone.
        state: what is to be known before all that.
        link: the query that reproduces this text, to be copied; "" if there is none.
    """
    if draft is None:
        return f'<div class="facts" role="status"><p>{escape(state)}</p></div>'
    seeds = f"seed {draft.seeds[0]}" if len(draft.seeds) == 1 else f"seeds {draft.seeds[0]} – {draft.seeds[-1]}"
    speed = f"{draft.chars_per_second:,.0f} per second"
    parts = [state, f"{draft.characters:,} characters", speed, draft.device.upper(), seeds]
    parts += [*_second_voice(draft.manner), *copying_words(draft.copied, draft.copying_limit)]
    notes = notes_of(draft.notices)
    line = " · ".join(escape(part) for part in parts if part)
    return (
        f'<div class="facts" role="status" data-link="{escape(link)}"><p>{line}</p>'
        + (f"<ul>{notes}</ul>" if notes else "")
        + "</div>"
    )


def _second_voice(manner: Manner) -> list[str]:
    combination = manner.combination()
    if combination is None:
        return []
    if manner.contrast is not None:
        return [f"away from {told(manner.blend)}, contrast {-combination.share:g}"]
    return [f"blended with {told(manner.blend)}, share {combination.share:g}"]


def _copied(draft: Draft) -> Sequence[Places]:
    """Of each text, the places after the prompt that are copied for longer than the author's held-out pages are."""
    start = len(draft.prompt)
    found = [[(begin - start, end - start) for begin, end in one.places] for one in draft.copied]
    return found or [[]] * len(draft.pieces)


def _sheet(
    prompt: str, pieces: Sequence[Piece], seed: int, copied: Places, *, several: bool, explained: bool, busy: bool
) -> str:
    head = f'<p class="seed">Seed {seed}</p>' if several else ""
    shown = pieces if explained else [Piece("".join(piece.text for piece in pieces))]
    body = "".join(_marked(shown, copied))
    caret = '<i class="caret" aria-hidden="true"></i>' if busy else ""
    return f'<div class="sheet">{head}<div class="written"><b>{escape(prompt)}</b>{body}{caret}</div></div>'


def _marked(pieces: Sequence[Piece], copied: Places) -> Iterator[str]:
    """The pieces as HTML, cut where a copied span begins or ends, and such a span underlined."""
    bounds = deque(place for span in copied for place in span)
    inside, place = False, 0
    for piece in pieces:
        text, at = piece.text, place
        while bounds and bounds[0] < place + len(text):
            cut = bounds.popleft() - place
            yield _piece(replace(piece, text=text[:cut]), at) if cut else ""
            text, place, inside = text[cut:], place + cut, not inside
            yield COPIED if inside else "</u>"
        yield _piece(replace(piece, text=text), at) if text else ""
        place += len(text)
    yield "</u>" if inside else ""


def _piece(piece: Piece, at: int) -> str:
    """at: where it begins, in characters after the prompt."""
    if piece.nats is None:
        return escape(piece.text)
    shade = sum(piece.nats >= least for least in SHADES)
    return f'<span class="s{shade}" data-tip="{escape(_tip(piece))}" data-at="{at}">{escape(piece.text)}</span>'


def _tip(piece: Piece) -> str:
    likeliest = "\n".join(f"{_shown(text)}  {_percent(share)}" for text, share in piece.likeliest)
    return f"{_shown(piece.text)}: surprise {piece.nats:.1f} nats\nmost likely here:\n{likeliest}"


def _shown(text: str) -> str:
    return NAMED.get(text, text.replace("\n", "↵"))


def _percent(share: float) -> str:
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def _legend() -> str:
    shades = "".join(f'<span class="s{number}">&nbsp;</span>' for number in range(len(SHADES) + 1))
    words = "Surprise at each character, from none to a probability of 1 % or less."
    return f'<p class="legend">{shades} {words} {CHOOSE}</p>'
