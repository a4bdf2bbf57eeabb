"""The headline of the tab Write: whose style, and how well it is predicted."""

from __future__ import annotations

from html import escape

from rnnlab.tasks.text.writer import Voice
from rnnlab.widgets.html import headline


def voice_verdict(voice: Voice) -> str:
    """Whose voice it is, what the network is, and how well it predicts its author."""
    return (
        f'<section class="verdict voice" aria-live="polite"><p class="eyebrow">{escape(voice.title)} · '
        f"{escape(voice.size)}</p>{headline(voice.verdict)}</section>"
    )
