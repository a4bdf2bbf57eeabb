"""The page's public endpoint /write; its name, parameters and result keys are stable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr

from rnnlab.data.text.prompts import unescaped
from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.manner import SHARE, Manner, second_voice, with_preset
from rnnlab.tasks.text.page.adapt_endpoint import add_adapt_endpoint
from rnnlab.tasks.text.page.report_endpoint import add_report_endpoint
from rnnlab.tasks.text.page.request import LENGTH, TEMPERATURE, bounded, read_seed
from rnnlab.tasks.text.page.train_endpoint import add_train_endpoint
from rnnlab.tasks.text.use import drafts
from rnnlab.tasks.text.writer import voice
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.wording import answer_for_programs, for_programs


def write(
    token: gr.OAuthToken | None,
    prompt: str,
    model: str,
    length: float = LENGTH,
    temperature: float = TEMPERATURE,
    seed: str = "",
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
    repetition_penalty: float = 1.0,
    stop: str = "",
    stops: list[str] | None = None,
    ban: str = "",
    keep_stop: bool = False,
    finish_sentence: bool = False,
    original: bool = False,
    blend: str = "",
    share: float = SHARE,
    contrast: float = 0.0,
    preset: str = "",
    adapted_copy: str = "",
) -> Iterator[dict[str, Any]]:
    """Write on from a prompt in an author's style; streams the text up to 20 times a second as it grows.

    Args:
        prompt: what the text begins with, may be empty.
        model: the name of a bundled writer, as shakespeare, or owner/name or owner/name@revision of the Hub.
        length: characters to write, 1 … 20,000.
        temperature: 0 always picks the most likely; 1 draws from the model's probabilities.
        seed: a whole number; the same seed and settings give the same text. Empty for a new one, -1 too.
        top_k: choose among this many of the most likely; 0 for all.
        top_p: choose among the most likely that hold this share of the probability; 1 for all.
        min_p: drop what is less likely than this share of the most likely; 0 drops nothing, or leaves a preset's own.
        repetition_penalty: how much to hold back what was used lately; 1 for not at all.
        stop: the text ends before this; empty for nothing. Here and in what follows \\n is a line break, \\t a tab.
        stops: further such texts, a list; the first to appear ends the text.
        ban: characters that are never written.
        keep_stop: end the text after the stop.
        finish_sentence: go on beyond the length to the end of the sentence, 500 characters at most.
        original: never copy the author's text for longer than the author's held-out pages do.
        blend: a second writer, whose predictions are combined with the model's at every step; empty for none.
        share: of the second writer, 0 … 1.
        contrast: above 0, in place of the share, how strongly the text is moved away from the second writer, up to 5.
        preset: faithful, balanced or daring, which set the temperature measured for the model, and its min_p unless
            one above 0 is given; empty for none.
        adapted_copy: what /adapt has returned for this model, so that the adapted copy writes; empty for none.

    Returns:
        {text, seed, characters, chars_per_second, notices, model, device}, each time the whole text so far; of a writer
        with a fingerprint of its text also {longest_copied, copying_limit}; with a second writer also {blend, and
        share or contrast}.
    """
    rules: dict[str, Any] = {"top_k": top_k, "top_p": top_p, "repetition_penalty": repetition_penalty}
    rules |= {"temperature": temperature, "min_p": min_p}
    caller = caller_of(token)
    try:
        if preset:  # beside which a default is as if it was not given
            rules |= {"temperature": None if temperature == TEMPERATURE else temperature, "min_p": min_p or None}
            rules = with_preset(model, voice(model or "", caller=caller).presets, preset, rules)
        manner = Manner(
            bounded(length),
            sampling=rules,
            stops=_stops(stop, stops),
            banned=unescaped(ban or ""),
            keep_stop=bool(keep_stop),
            finish_sentence=bool(finish_sentence),
            original=bool(original),
            **second_voice(blend, share, contrast),
            adapted_copy=adapted_copy or "",
        )
        for draft in drafts(model or "", prompt or "", manner, seed=read_seed(seed), caller=caller):
            yield answer_for_programs(draft.answer())
    except RnnlabError as error:
        raise gr.Error(for_programs(str(error)), print_exception=False) from error


def _stops(stop: str | None, more: object) -> tuple[str, ...]:
    """All stops, their escapes read; RnnlabError if they are no texts."""
    listed = [] if more is None else more
    if not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
        raise RnnlabError(f'The stops {str(more)[:40]!r} are not a list of texts; write them as ["ROMEO:", "\\\\n"].')
    return tuple(unescaped(one) for one in [stop or "", *listed] if one)


def add_endpoints(models: Sequence[str], at_once: int) -> None:
    """Add /write, /adapt, /report and /train_text to the Blocks being built, behind components that nobody sees."""
    with gr.Row(visible=False):
        given = [
            gr.Textbox("", label="prompt"),
            gr.Textbox(models[0] if models else "", label="model"),
            gr.Number(LENGTH, label="length"),
            gr.Number(TEMPERATURE, label="temperature"),
            gr.Textbox("", label="seed"),
            gr.Number(0, label="top_k", precision=0),
            gr.Number(1.0, label="top_p"),
            gr.Number(0.0, label="min_p"),
            gr.Number(1.0, label="repetition_penalty"),
            gr.Textbox("", label="stop"),
            gr.JSON([], label="stops"),
            gr.Textbox("", label="ban"),
            gr.Checkbox(False, label="keep_stop"),
            gr.Checkbox(False, label="finish_sentence"),
            gr.Checkbox(False, label="original"),
            gr.Textbox("", label="blend"),
            gr.Number(SHARE, label="share"),
            gr.Number(0.0, label="contrast"),
            gr.Textbox("", label="preset"),
            gr.Textbox("", label="adapted_copy"),
        ]
        answer = gr.JSON(label="answer")
        call = gr.Button()
    call.click(write, given, answer, api_name="write", concurrency_id="write", concurrency_limit=at_once)
    add_adapt_endpoint(models)
    add_report_endpoint(models)
    add_train_endpoint()
