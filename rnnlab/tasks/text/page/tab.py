"""The tab Write: its layout and its events; independent of any model."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import is_hub_name, told
from rnnlab.tasks.text import writer
from rnnlab.tasks.text.branching import Fork
from rnnlab.tasks.text.page import adapt_panel, endpoint, report_panel, voice_panel
from rnnlab.tasks.text.page.choosers import (
    Choosers,
    lay_choosers,
    lay_folds,
    preset_and_sampling,
    sampling_of,
    voice_here,
)
from rnnlab.tasks.text.page.fork_menu import CSS, MENU, fork_of
from rnnlab.tasks.text.page.links import linked_writing, writing_link
from rnnlab.tasks.text.page.manuscript import facts, manuscript
from rnnlab.tasks.text.page.request import AskedText, best_first, first_draft, voices_asked
from rnnlab.tasks.text.use import Draft
from rnnlab.widgets import html
from rnnlab.widgets.callers import caller_of
from rnnlab.widgets.copying import COPY_TEXT, copy_link
from rnnlab.widgets.events import PRIVATE, QUIET, chooser_with
from rnnlab.widgets.saving import download, write_text
from rnnlab.widgets.task_tab import Changed

NO_VOICE = "No writer is bundled: train one with “python -m rnnlab train text”, then reload the page."
ID = "write"  # of the tab, and of the events that share its limit
REFUSED = "The page below shows its defaults."
WHAT = "texts"  # what its events are called
AT_ONCE = 20  # texts written at the same time; in float32 they share their steps (rnnlab.nn.stepping.shared_steps)


@dataclass(frozen=True)
class Results:
    """Where the text goes, and the buttons that depend on it."""

    verdict: gr.HTML
    sheet: gr.HTML
    facts: gr.HTML
    draft: gr.State
    write: gr.Button
    stop: gr.Button
    on: gr.Button
    download: gr.DownloadButton
    explained: gr.Checkbox
    again: gr.Button

    def listed(self) -> list[Any]:
        """Those that a text changes."""
        return [self.verdict, self.sheet, self.facts, self.draft, self.write, self.stop, self.on, self.download]

    def named(self, changed: Mapping[str, Any]) -> Changed:
        """What an event changed, by component."""
        return {getattr(self, name): value for name, value in changed.items()}


@dataclass(frozen=True)
class WriteTab:
    """The tab, laid out: what it sets, and the field whose change begins a text."""

    choosers: Choosers
    go: gr.Textbox
    verdict: gr.HTML
    voices: Sequence[str]
    inputs: Sequence[Any] = ()

    @property
    def outputs(self) -> list[Any]:
        """What opening a checkpoint or a link may change."""
        return [*self.choosers.listed(), self.choosers.preset, self.choosers.examples, self.go, self.verdict]

    def open(self, model: str, caller: Caller, values: Sequence[Any]) -> Changed:
        """Choose a voice that is fetched and checked, fill in the first of its prompts, and have it write."""
        found = writer.voice(model, caller=caller)
        one = self.choosers
        preset, temperature, min_p = preset_and_sampling(voice_here(model), values[0])
        chosen = {
            one.voice: chooser_with([(one, one) for one in self.voices], model),
            one.prompt: found.opening,
            one.preset: preset,
            one.temperature: temperature,
            one.min_p: min_p,
        }
        return chosen | {one.examples: _prompts(found.openings), self.go: begin()}

    def open_link(self, token: gr.OAuthToken | None, query: Mapping[str, str]) -> Changed:
        """A bundled voice writes at once; one of the Hub waits for a visitor who wants it fetched."""
        try:
            values = linked_writing(query, self.voices)
        except RnnlabError as error:
            return {self.verdict: html.refusal(str(error), REFUSED)}
        changed = dict(zip(self.choosers.listed(), values, strict=True))
        # The link sets the temperature and the min-p.
        changed[self.choosers.preset] = preset_and_sampling(voice_here(values[0]), None)[0]
        if distant := next(filter(is_hub_name, voices_asked(values)), None):
            words = f"{distant} is on the Hugging Face Hub; press Write to fetch it and write."
            return changed | {self.verdict: html.notice("From a link", words)}
        return changed | {self.go: begin()}


def lay_out(voices: Sequence[str], outside: gr.Column) -> WriteTab | None:
    """Lay the tab out, a text by the first of the voices already in it, and connect its events.

    Args:
        voices: the bundled ones; the one that is furthest below its 5-gram comes first.
        outside: a hidden part of the page outside the tabs, as what lies in one that nobody has looked at yet tells of
            no change.
    """
    if not voices:
        gr.HTML(html.empty(NO_VOICE))
        return None
    with outside:
        go = gr.Textbox(visible="hidden", label="begin")
    voices = best_first(voices)
    first = first_draft(voices[0])
    above, buttons = lay_choosers(voices)
    results = _results(first, buttons)
    choosers = Choosers(**above, **lay_folds(voices))
    copy = adapt_panel.lay_out(choosers.voice, choosers.prompt)
    report_panel.lay_out(results.draft)
    _connect(choosers, copy, results, go)
    return WriteTab(choosers, go, results.verdict, voices, [choosers.preset])


def add_endpoints(voices: Sequence[str]) -> None:
    """Add /write, /adapt, /report and /train_text."""
    endpoint.add_endpoints(voices, AT_ONCE)


def begin() -> str:
    """What to write into the hidden field so that a text begins: what was not there before."""
    return secrets.token_hex(8)


def begin_writing(token: gr.OAuthToken | None, explained: bool, *given: Any) -> Iterator[dict[str, Any]]:
    """Write what is asked, showing it as it grows; or say why that cannot be, the last text staying below."""
    caller = caller_of(token)
    yield from _followed(explained, given, lambda asked: asked.drafts(caller))


def carry_on(token: gr.OAuthToken | None, draft: Draft, explained: bool, *given: Any) -> Iterator[dict[str, Any]]:
    """Continue the texts that are shown, at the settings as they are now."""
    caller = caller_of(token)
    yield from _followed(explained, given, lambda asked: asked.more(draft, caller))


def branch(
    token: gr.OAuthToken | None, forks: Sequence[Fork], draft: Draft, explained: bool, *given: Any
) -> Iterator[dict[str, Any]]:
    """Continue one of the texts that are shown from the last of the forks, at the settings as they are now."""
    caller = caller_of(token)
    yield from _followed(explained, given, lambda asked: asked.branch(draft, forks[-1], caller))


def stopped(draft: Draft, explained: bool) -> dict[str, Any]:
    """What the page shows of a text that was stopped; of one stopped before it began, the finished one before it."""
    shown = _shown(draft, explained, state="" if draft.finished else "Stopped")
    return {name: value for name, value in shown.items() if name != "verdict"}


def _followed(
    explained: bool, given: Sequence[Any], begin: Callable[[AskedText], Iterator[Draft]]
) -> Iterator[dict[str, Any]]:
    """What changes, by the names of Results."""
    if any(map(is_hub_name, voices_asked(given))):  # which may have to be fetched first
        yield {"facts": facts(None, "Opening the voice")} | _buttons(busy=True)
    try:
        for draft in begin(AskedText.of(given)):
            yield _shown(draft, explained)
    except RnnlabError as error:
        words = html.refusal(str(error), "The previous text is still shown below.")
        yield {"verdict": words} | _buttons(busy=False)


def _shown(draft: Draft, explained: bool, state: str = "") -> dict[str, Any]:
    busy = not (draft.finished or state)
    link = "" if busy else writing_link(draft)
    shown: dict[str, Any] = {
        "sheet": manuscript(draft, explained=explained, busy=busy),
        "facts": facts(draft, state, link),
    }
    if draft.voice is not None:
        shown["verdict"] = voice_panel.voice_verdict(draft.voice)
    if not busy:
        shown["download"] = download(write_text(told(draft.model), draft.texts))
    return shown | {"draft": draft} | _buttons(busy)


def _buttons(busy: bool) -> dict[str, Any]:
    idle = gr.Button(interactive=not busy)
    return {"write": idle, "stop": gr.Button(interactive=busy), "on": idle}


def _results(first: Draft, buttons: list[gr.Button]) -> Results:
    verdict = gr.HTML(voice_panel.voice_verdict(first.voice) if first.voice else "", elem_id="voice")
    sheet = gr.HTML(manuscript(first), elem_id="manuscript", js_on_load=MENU, css_template=CSS)
    line = gr.HTML(facts(first, link=writing_link(first)), elem_id="facts")
    with gr.Row(elem_classes="keep"):
        explained = gr.Checkbox(False, label="Show the model's surprise", container=False, min_width=220, scale=0)
        copy = gr.Button("Copy", size="md", scale=0, min_width=90, elem_id="copy")
        saved = gr.DownloadButton(
            "Download (.txt)",
            value=write_text(first.model, first.texts),
            size="md",
            scale=0,
            min_width=150,
            elem_id="download-text",
        )
        link = gr.Button("Copy link", size="md", scale=0, min_width=110, elem_id="copy-link")
        again = gr.Button("Keep this seed", size="md", scale=0, min_width=140, elem_id="again")
    copy.click(None, js=COPY_TEXT, **QUIET)
    link.click(None, js=copy_link("#facts"), **QUIET)
    write, stop, on = buttons
    return Results(verdict, sheet, line, gr.State(first), write, stop, on, saved, explained, again)


def _connect(choosers: Choosers, copy: gr.State, results: Results, go: gr.Textbox) -> None:
    writing: dict[str, Any] = PRIVATE | {
        "outputs": results.listed(),
        "show_progress": "hidden",
        "concurrency_id": ID,
        "concurrency_limit": AT_ONCE,
    }
    asked = [results.explained, *choosers.listed(), copy]
    # Whatever begins a text does so by this number, and first stops what is being written: two would share the sheet.
    number = gr.State(0)

    def begins(token: gr.OAuthToken | None, *values: Any) -> Iterator[Changed]:
        yield from map(results.named, begin_writing(token, *values))

    def continues(token: gr.OAuthToken | None, *values: Any) -> Iterator[Changed]:
        yield from map(results.named, carry_on(token, *values))

    def branches(token: gr.OAuthToken | None, *values: Any) -> Iterator[Changed]:
        yield from map(results.named, branch(token, *values))

    forks = gr.State(())  # all that were chosen, as a state that stays the same begins nothing
    begun = number.change(begins, asked, trigger_mode="multiple", **writing)
    gone_on = results.on.click(continues, [results.draft, *asked], **writing)
    forked = forks.change(branches, [forks, results.draft, *asked], trigger_mode="multiple", **writing)
    cancels = {"cancels": [begun, gone_on, forked]}
    # In the queue, without a limit: Gradio tells of a state's change only there.
    running: dict[str, Any] = PRIVATE | cancels | {"concurrency_limit": None, "show_progress": "hidden"}
    gr.on([results.write.click, choosers.prompt.submit, go.change], _next, number, number, **running)
    choosers.examples.click(_prompt_chosen, [choosers.examples, number], [choosers.prompt, number], **running)
    own = [choosers.preset, choosers.temperature, choosers.min_p, choosers.prompt, choosers.examples]
    choosers.voice.input(_voice_chosen, [choosers.voice, choosers.preset, number], [*own, number], **running)
    results.sheet.select(_fork_chosen, forks, forks, **running)
    # Only once nothing more can come: a draft on its way would otherwise undo what this shows.
    halted = results.stop.click(None, **QUIET | cancels)
    ended = [results.draft, results.explained]
    halted.then(lambda *values: results.named(stopped(*values)), ended, results.listed(), **QUIET)
    # Afterwards too: the box may have been ticked while the text was being written.
    for moment in (results.explained.input, begun.then, gone_on.then, forked.then):
        moment(_explained, [results.draft, results.explained], results.sheet, **QUIET)
    measured = [choosers.temperature, choosers.min_p]
    choosers.preset.input(sampling_of, [choosers.voice, choosers.preset], measured, **QUIET)
    gr.on([choosers.temperature.input, choosers.min_p.input], lambda: None, None, choosers.preset, **QUIET)
    results.again.click(lambda draft: str(draft.seeds[0]), results.draft, choosers.seed, **QUIET)


def _next(number: int) -> int:
    return number + 1


def _fork_chosen(forks: Sequence[Fork], event: gr.EventData) -> tuple[Fork, ...]:
    return (*forks, fork_of(event._data))


def _prompt_chosen(chosen: list[str], number: int) -> tuple[str, int]:
    return chosen[0], _next(number)


def _voice_chosen(voice: str, preset: str | None, number: int) -> tuple[Any, ...]:
    """A voice's own sampling and prompts, one filled in; of one that is not here yet, only that it may begin."""
    found = voice_here(voice)
    prompts = (gr.skip(), gr.skip()) if found is None else (found.opening, _prompts(found.openings))
    return *preset_and_sampling(found, preset), *prompts, _next(number)


def _prompts(openings: Sequence[str]) -> Any:
    return gr.update(samples=[[one] for one in openings])


def _explained(draft: Draft, explained: bool) -> str:
    return manuscript(draft, explained=explained)
