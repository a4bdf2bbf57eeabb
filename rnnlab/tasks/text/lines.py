"""Answers on texts as lines for a terminal; knows what the keys mean and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rnnlab.tasks.forecast.lines import table
from rnnlab.tasks.text.use import Draft

PROTOCOLS = ("nats_per_char_windows", "nats_per_char_streamed")


def text_training_lines(answer: dict[str, Any]) -> list[str]:
    """What a finished training of a writer amounts to."""
    head = (
        f"Trained {answer['parameters']:,} parameters in {answer['seconds']:.0f} s, best at step "
        f"{answer['best_step']}; saved in {answer['folder']}."
    )
    return [head, *_before_lines(answer), *evaluation_lines(answer)]


def _before_lines(answer: dict[str, Any]) -> list[str]:
    """Of a writer that went on from another: that one's scores on the same characters."""
    if "before" not in answer:
        return []
    scores = [f"{answer['before'][name]:.4f} → {answer[name]:.4f}" for name in PROTOCOLS]
    began = answer["from"]["name"]
    return [f"{began} before and after learning on, nats a character: windows {scores[0]}, streamed {scores[1]}"]


def evaluation_lines(answer: dict[str, Any]) -> list[str]:
    """A writer's scores beside the 5-gram's."""
    windows, streamed = answer["nats_per_char_windows"], answer["nats_per_char_streamed"]
    rows = [["this model", f"{windows:.4f}", f"{streamed:.4f}", f"{answer['bits_per_char']:.4f}"]]
    if "nats_per_char_int8" in answer:
        int8 = answer["nats_per_char_int8"]
        change = f"  ({100 * (int8 / windows - 1):+.2f} %)"
        rows.append([f"with int8 weights{change}", f"{int8:.4f}", "–", f"{int8 / math.log(2):.4f}"])
    ngram = answer["ngram_nats_per_char"]
    rows.append(["character 5-gram (Witten–Bell)", "–", f"{ngram:.4f}", f"{ngram / math.log(2):.4f}"])
    if "ngram_characters" in answer:
        rows[-1][0] += f", counted on {answer['ngram_characters']:,} characters"
    head = f"{answer['characters']:,} held-out characters, nats a character: 256-character windows, streamed; bits"
    return [head, *table(["", "windows", "streamed", "bits"], rows), *answer["notices"]]


def writing_lines(draft: Draft) -> list[str]:
    """How a text was written: its seed, its speed, and what was changed in the prompt."""
    how = f"seed {draft.seeds[0]}, {draft.characters:,} characters at {draft.chars_per_second:,.0f} a second"
    return [*draft.notices, f"{how} on {draft.device}"]


def data_lines(tables: Sequence[dict[str, Any]], texts: Sequence[dict[str, Any]]) -> list[str]:
    """What is bundled, cached and fetchable."""
    prices = [
        f"{one['name']:<22} {one['state']:<9} {one['rows']:>9,} rows        {one['start']} – {one['end']}  "
        f"{one['bytes'] / 1e6:5.2f} MB  {one['licence']:<8} {one['title']} ({one['source']})"
        for one in tables
    ]
    written = [
        f"{one['name']:<22} {one['state']:<9} {_size(one['characters']):>9} characters  {_whose(one)}" for one in texts
    ]
    return [
        *prices,
        "A ticker's name, pool (29 stocks) or bundled (all that suit training) can be given to train forecast --data.",
        *written,
        "Fetch a text with: python -m rnnlab data fetch NAME (owner/dataset for one of the Hugging Face Hub); then its"
        " name can be given to train text --data.",
    ]


def _whose(text: dict[str, Any]) -> str:
    """Author, title and source; the source of a dataset says all there is to say."""
    return text["source"] if "commit" in text else f"{text['author']}, {text['title']} ({text['source']})"


def _size(characters: int | None) -> str:
    return "unknown" if characters is None else f"{characters:,}"
