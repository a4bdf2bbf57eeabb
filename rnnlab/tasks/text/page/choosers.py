"""What a visitor of the tab Write sets, laid out; connects nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from rnnlab.errors import RnnlabError
from rnnlab.runtime.callers import STRANGER
from rnnlab.runtime.opening import is_hub_name
from rnnlab.tasks.text import writer
from rnnlab.tasks.text.manner import PRESETS, SHARE, sampling_settings
from rnnlab.tasks.text.page.request import (
    HOTTEST,
    LENGTH,
    LONGEST,
    SHORTEST,
    STRONGEST,
    USUAL_SAMPLING,
    first_sampling,
    rule_names,
)
from rnnlab.tasks.text.writer import Voice

HEAT = "0 tends to loop; the higher, the more misspelt words"


@dataclass(frozen=True)
class Choosers:
    """What a visitor sets."""

    voice: gr.Dropdown
    prompt: gr.Textbox
    examples: gr.Dataset
    preset: gr.Radio
    temperature: gr.Slider
    length: gr.Slider
    three: gr.Checkbox
    seed: gr.Textbox
    stop_at: gr.Textbox
    banned: gr.Textbox
    light: gr.Checkbox
    rules: list[Any]
    keep_stop: gr.Checkbox
    finish: gr.Checkbox
    original: gr.Checkbox
    blend: gr.Dropdown
    share: gr.Slider
    contrast: gr.Slider

    @property
    def min_p(self) -> gr.Number:
        """Of the sampling chain's settings the one that a preset sets."""
        field: gr.Number = self.rules[rule_names().index("min_p")]
        return field

    def listed(self) -> list[Any]:
        """The choosers in the order of `AskedText.of`'s values."""
        return [
            self.voice,
            self.prompt,
            self.temperature,
            self.length,
            self.three,
            self.seed,
            self.stop_at,
            self.banned,
            self.light,
            *self.rules,
            self.keep_stop,
            self.finish,
            self.original,
            self.blend,
            self.share,
            self.contrast,
        ]


def lay_choosers(voices: Sequence[str]) -> tuple[dict[str, Any], list[gr.Button]]:
    """Lay out what stands above the text, the first voice's first prompt filled in.

    Returns:
        By the names of Choosers; and the buttons Write, Stop and Continue.
    """
    first = writer.voice(voices[0], caller=STRANGER)
    with gr.Row(elem_classes="choosers"):
        voice = gr.Dropdown(
            list(voices),
            value=voices[0],
            label="Voice",
            allow_custom_value=True,
            min_width=240,
            info="A writer trained on that text, or owner/name on the Hub",
        )
        preset = gr.Radio(
            list(PRESETS),
            value="balanced" if "balanced" in first.presets else None,
            label="Preset",
            info="Temperature and min-p that suit this voice",
            visible=bool(first.presets),
            min_width=240,
            elem_id="preset",
        )
        heat = first_sampling(first)["temperature"]
        temperature = gr.Slider(0.0, HOTTEST, heat, step=0.05, label="Temperature", info=HEAT, min_width=300)
    prompt = gr.Textbox(
        first.opening,
        label="Prompt",
        lines=2,
        max_lines=8,
        elem_id="prompt",
        info="The text continues from this. Optional",
    )
    examples = gr.Dataset(
        components=[prompt],
        samples=[[one] for one in first.openings],
        label="Begin with",
        type="values",
        elem_classes="openings",
    )
    with gr.Row(elem_classes="actions"):
        buttons = [
            gr.Button("Write", variant="primary", scale=0, min_width=170, elem_id="write"),
            gr.Button("Stop", interactive=False, scale=0, min_width=110, elem_id="stop"),
            gr.Button("Continue", scale=0, min_width=130, elem_id="continue"),
        ]
        three = gr.Checkbox(False, label="Three at once", container=False, min_width=130)
        original = gr.Checkbox(False, label="Don't copy", container=False, min_width=110, elem_id="original")
    named = {"voice": voice, "prompt": prompt, "examples": examples, "preset": preset, "temperature": temperature}
    return named | {"three": three, "original": original}, buttons


def lay_folds(voices: Sequence[str]) -> dict[str, Any]:
    """Lay out, folded, what most people leave alone; by the names of Choosers."""
    return _more_settings(writer.voice(voices[0], caller=STRANGER)) | _second_voice(voices)


def _second_voice(voices: Sequence[str]) -> dict[str, Any]:
    """Whether and how another voice counts, folded; by the names of Choosers."""
    with gr.Accordion("Blend with another voice", open=False, elem_classes="settings", elem_id="blending"), gr.Row():
        blend = gr.Dropdown(
            [("none", ""), *((name, name) for name in voices)],
            value="",
            label="Second voice",
            allow_custom_value=True,
            min_width=220,
            info="It reads the same text, and its predictions count at every step",
        )
        share = gr.Slider(0.0, 1.0, SHARE, step=0.05, label="Share", min_width=240, info="Of the second voice")
        contrast = gr.Slider(
            0.0,
            STRONGEST,
            0.0,
            step=0.05,
            label="Contrast",
            min_width=240,
            info="Above 0: away from the second voice, in place of the share",
        )
    return {"blend": blend, "share": share, "contrast": contrast}


def _more_settings(first: Voice) -> dict[str, Any]:
    """What most visitors leave alone, folded; by the names of Choosers."""
    with gr.Accordion("More settings: length, seed, stops, sampling", open=False, elem_classes="settings"):
        with gr.Row():
            length = gr.Slider(SHORTEST, LONGEST, LENGTH, step=100, label="Length", info="Characters to write")
            seed = gr.Textbox(
                label="Seed",
                placeholder="new each time",
                max_lines=1,
                min_width=150,
                elem_id="seed",
                info="The same seed and settings give the same text; −1 draws a seed",
            )
            stop_at = gr.Textbox(
                label="Stop at",
                placeholder="\\n\\n",
                lines=2,
                max_lines=4,
                min_width=150,
                elem_id="stop-at",
                info="The text ends before a stop. One stop per line; \\n is a line break, \\t a tab",
            )
            banned = gr.Textbox(
                label="Never write", max_lines=1, min_width=150, info="Characters never generated; \\n is a line break"
            )
            light = gr.Checkbox(
                False, label="8-bit weights", min_width=150, info="Faster on a CPU, slightly less exact"
            )
        with gr.Row():
            keep_stop = gr.Checkbox(False, label="Keep the stop", min_width=150, info="The text includes the stop")
            finish = gr.Checkbox(
                True, label="Finish the sentence", min_width=150, info="Beyond the length, up to 500 characters"
            )
        with gr.Row():
            own = first_sampling(first)
            rules = [_rule(known, own) for known in sampling_settings() if known.name != "temperature"]
    return {
        "length": length,
        "seed": seed,
        "stop_at": stop_at,
        "banned": banned,
        "light": light,
        "rules": rules,
        "keep_stop": keep_stop,
        "finish": finish,
    }


def _rule(known: Any, own: Mapping[str, float]) -> gr.Number:
    """A number for one of the sampling chain's settings, its gloss the option's own words."""
    return gr.Number(
        own.get(known.name, known.default),
        label=known.name.replace("_", " ").capitalize(),
        info=known.help[0].upper() + known.help[1:],
        minimum=known.low,
        maximum=known.high,
        step=1 if known.kind is int else 0.01,
        precision=0 if known.kind is int else None,
        min_width=200,
    )


def voice_here(name: str) -> Voice | None:
    """A voice that can be asked at once; None of one of the Hub, and where there is none, as its text will tell."""
    if not is_hub_name(name or ""):
        with suppress(RnnlabError):
            return writer.voice(name, caller=STRANGER)
    return None


def preset_and_sampling(voice: Voice | None, preset: str | None) -> tuple[Any, Any, Any]:
    """What the presets, the temperature and the min-p become with a voice: a chosen preset stays, as measured for it.

    Without a voice's presets they are hidden; what was measured for another voice then gives way to the defaults, and
    what was set by hand stays.
    """
    known = voice.presets if voice else {}
    kept = preset if preset in known else None
    chooser = gr.Radio(visible=bool(known), value=kept)
    if not preset:
        return chooser, gr.skip(), gr.skip()
    own = known[kept] if kept else USUAL_SAMPLING
    return chooser, own["temperature"], own["min_p"]


def sampling_of(voice: str, preset: str | None) -> tuple[Any, Any]:
    """The temperature and the min-p of a preset that is chosen."""
    return preset_and_sampling(voice_here(voice), preset)[1:]
