"""The model card of a writer, from its own record; knows no page and no command."""

from __future__ import annotations

import math
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from rnnlab.hub.parts import LICENSE, WHERE, curve, fenced, made, on_the_page, table
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint.checkpoint import Checkpoint
from rnnlab.train.progress import TrainConfig

WHAT = (
    "A {layers}-layer {cell} of {hidden} units that writes on from a prompt, {unit} by {unit}, in the style of "
    "{source}. It runs on a plain CPU."
)
INTENDED = (
    "It is meant for play, for learning how recurrent networks imitate a style, and for comparing with others on the "
    "same text; what it writes should be marked as made by a network."
)
LIMITS = (
    "It knows nothing but the text it learnt from: no facts, no meaning, no world. It imitates spelling, rhythm and "
    "layout; what it says is made up, and may repeat the words, the prejudices and now and then a whole phrase of that "
    "text. It is not meant to pass for the author."
)
PROTOCOLS = (
    "How surprised it is by the {characters:,} characters at the text's end, which it never learnt from: nats per "
    "character, lower is better. *Windows* are pieces of 256 characters, each read without a past, as Transformers are "
    "scored; *streamed* is one pass that carries the state."
)


def text_card(checkpoint: Checkpoint) -> str:
    """Write a writer's model card: Markdown with the Hub's front matter."""
    data = checkpoint.provenance["data"][0]
    model, unit = checkpoint.model, {"char": "character", "word": "word"}[checkpoint.train["level"]]
    sizes = {"layers": model.layers, "cell": model.cell.upper(), "hidden": model.hidden}
    parts = [
        f"---\n{_front_matter(checkpoint)}\n---",
        f"# A writer in the style of {data['title']}",
        WHAT.format(**sizes, unit=unit, source=data["title"]),
        *_scores(checkpoint),
        *_samples(checkpoint),
        "## Use",
        INTENDED,
        _use(),
        "## Data",
        _data(checkpoint),
        "## How it was made",
        *curve(checkpoint),
        made(checkpoint, (TrainConfig, TextConfig)),
        "## Limits",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _front_matter(checkpoint: Checkpoint) -> str:
    data, scores = checkpoint.provenance["data"][0], checkpoint.metrics
    names = {
        "nats_per_char_windows": "nats per character, 256-character windows",
        "nats_per_char_streamed": "nats per character, streamed",
        "bits_per_char": "bits per character, 256-character windows",
        "ngram_nats_per_char": "baseline: nats per character of a 5-gram, streamed",
    }
    results = [
        EvalResult(
            task_type="text-generation",
            dataset_type=data["name"],
            dataset_name=data["title"],
            dataset_split="held-out end",
            metric_type=metric,
            metric_name=name,
            metric_value=round(scores[metric], 5),
        )
        for metric, name in names.items()
        if metric in scores
    ]
    card = ModelCardData(
        license=LICENSE,
        library_name="rnnlab",
        language=data.get("language"),
        tags=["rnnlab", "text", f"{checkpoint.train['level']}-rnn", checkpoint.model.cell, "text-generation"],
        pipeline_tag="text-generation",
        eval_results=results or None,
        model_name=f"rnnlab {data['name']}",
    )
    return str(card.to_yaml())


def _scores(checkpoint: Checkpoint) -> list[str]:
    scores = checkpoint.metrics
    if "nats_per_char_windows" not in scores:
        return ["Its training has not ended; it has no final scores."]
    rows = [
        ["**this model**", f"**{scores['nats_per_char_windows']:.4f}**", f"**{scores['nats_per_char_streamed']:.4f}**",
         f"{scores['bits_per_char']:.4f}"],
        ["character 5-gram (Witten–Bell)", "", f"{scores['ngram_nats_per_char']:.4f}",
         f"{scores['ngram_nats_per_char'] / math.log(2):.4f}"],
    ]  # fmt: skip
    if int8 := scores.get("nats_per_char_int8"):
        rows.insert(1, ["the same with int8 weights", f"{int8:.4f}", "", f"{int8 / math.log(2):.4f}"])
    before = scores.get("before")
    if before:
        windows, streamed = before["nats_per_char_windows"], before["nats_per_char_streamed"]
        began = f"`{checkpoint.provenance['from']['name']}`, which it began with"
        rows.append([began, f"{windows:.4f}", f"{streamed:.4f}", f"{windows / math.log(2):.4f}"])
    return [
        "## Scores",
        PROTOCOLS.format(characters=scores["characters"]),
        table(["", "windows", "streamed", "bits per character"], rows),
    ]


def _samples(checkpoint: Checkpoint) -> list[str]:
    samples = checkpoint.metrics.get("samples", [])
    return ["## Samples", *map(_sample, samples)] if samples else []


def _sample(sample: dict[str, Any]) -> str:
    return f"Temperature {sample['temperature']:g}, seed {sample['seed']}:\n\n{fenced(sample['text'], 'text')}"


def _use() -> str:
    return (
        f"{WHERE}\n\n"
        '```\npython -m rnnlab write FOLDER --prompt "..." --length 400 --temperature 0.8 --seed 1\n'
        "python -m rnnlab evaluate FOLDER --data text.txt\n```\n\n"
        '```python\nimport rnnlab\n\nmodel = rnnlab.load("FOLDER")\n'
        'print(model.write("...", length=400, seed=1))\n```\n\n' + on_the_page("Write")
    )


def _data(checkpoint: Checkpoint) -> str:
    rows = [
        [one["title"], f"{one['characters']:,}", str(one["alphabet"]), one["source"], one["sha256"][:12]]
        for one in checkpoint.provenance["data"]
    ]
    scale = checkpoint.metrics.get("output_scale")
    share = f"{100 * checkpoint.train.get('calibration', 0):g}"
    most = " (200,000 characters at most)" if "ngram_characters" in checkpoint.metrics else ""
    calibrated = (
        f"The first {share} %{most} of the rest set how sure it is: logits times {scale:.2f}. " if scale else ""
    )
    began = checkpoint.provenance.get("from")
    on = f"It went on from `{began['name']}`, which had learnt from {began['title']}.\n\n" if began else ""
    return (
        on
        + table(["text", "characters", "distinct", "source and licence", "sha256"], rows)
        + f"\n\nThe last {_held_out(checkpoint)} was held out: scored, never learnt from; it did "
        + "choose which step's weights were kept. "
        + calibrated
        + "The text itself is not in this checkpoint."
    )


def _held_out(checkpoint: Checkpoint) -> str:
    """How much of the text's end; of one in shards, on how much of it the 5-gram was counted, too."""
    counted = checkpoint.metrics.get("ngram_characters")
    if counted is None:
        return f"{100 * checkpoint.train['validation']:g} %"
    return f"{checkpoint.metrics['characters']:,} characters (the 5-gram was counted on the {counted:,} before them)"
