"""Where a visitor drops a file, told of in the words and the look of the page's other choosers."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

HEIGHT = 42  # pixels, as a dropdown


def drop(title: str, gloss: str, endings: Sequence[str], id: str, *, several: bool = False) -> gr.File:
    """Lay out a place for a file, or for several, under its label.

    Args:
        title, gloss: the label and the half sentence under it.
        endings: of the names of files that are taken; any if there are none.
        id: of the element.
        several: whether more than one may be dropped.
    """
    gr.HTML(f'<div class="label"><b>{title}</b><span>{gloss}</span></div>')
    return gr.File(
        label=title,
        show_label=False,
        file_types=list(endings) or None,
        height=HEIGHT,
        elem_classes="drop",
        elem_id=id,
        file_count="multiple" if several else "single",
    )
