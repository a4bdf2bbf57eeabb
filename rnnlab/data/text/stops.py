"""Stops and banned characters as a person writes them: escapes, and the characters that a model knows; knows no ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rnnlab.data.text.prompts import adapt, same_sign, unknown_signs

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


def unescaped(text: str) -> str:
    r"""Read \n as a line break, \t as a tab and \\ as one backslash; any other backslash stands for itself."""
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPES[found.group()], text)


def escaped(text: str) -> str:
    """Write a text on one line, so that `unescaped` reads it again."""
    return "".join(next((sign for sign, one in _ESCAPES.items() if one == mark), mark) for mark in text)


def read_lines(text: str) -> tuple[str, ...]:
    """The stops of a field, one a line, escapes read; empty lines are none."""
    return tuple(unescaped(line) for line in text.splitlines() if line)


def adapt_stops(known: Collection[str], stops: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write stops, none of them empty, with known characters, as a prompt's: curly quotes as straight ones, é as e, …

    Returns the stops that can appear, and a sentence on each that was changed or can never appear.
    """
    readable, notices = [], []
    for stop in stops:
        text, changed = adapt(known, stop)
        # Of blanks alone the nearest form would be another blank: a tab's a space, which ends any text at once.
        if unknown_signs(known, stop) or (changed and stop.isspace()):
            notices.append(f"The stop {_shown(stop)} can never appear, as this model does not know all of it.")
            continue
        if changed:
            notices.append(f"The stop {_shown(stop)} was read as {_shown(text)}, in characters that this model knows.")
        readable.append(text)
    return tuple(readable), tuple(notices)


def adapt_banned(known: Collection[str], banned: str) -> tuple[str, tuple[str, ...]]:
    """Ban the known shape of a sign as well: ’ bans ' where only that is known.

    A letter bans no other letter, and a sign none that the model uses for something else: what the model does not know
    it never writes. Returns the characters to ban, and a sentence on each sign that bans another.
    """
    notices, signs = [], list(dict.fromkeys(banned))
    for sign in signs:
        other = "" if sign in known else same_sign(known, sign)
        if other and other not in signs:
            signs.append(other)
            notices.append(f"{sign} is unknown to this model, so {other} is never written in its place.")
    return "".join(signs), tuple(notices)


def _shown(stop: str) -> str:
    return f"“{escaped(stop)}”"
