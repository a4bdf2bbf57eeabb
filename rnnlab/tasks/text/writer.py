"""A writing checkpoint: its record checked, opened ready to write and kept open; what it tells of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from rnnlab import options
from rnnlab.data.kinds import (
    DIGEST,
    Kind,
    find_fault,
    listed,
    maybe,
    named,
    number,
    record,
    ruled,
    settings,
    text,
    whole,
)
from rnnlab.data.text.vocab import Vocabulary, open_vocabulary
from rnnlab.errors import CheckpointError, DataError, RnnlabError
from rnnlab.nn.model import SequenceModel
from rnnlab.nn.stepping import Engine, open_engine, stepping_seconds
from rnnlab.runtime.byte_lru import ByteLru
from rnnlab.runtime.callers import OWNER, Caller
from rnnlab.runtime.opening import Located, heavy, locate, open_located, stamp
from rnnlab.scoring.originality.written import ORIGINALITY
from rnnlab.tasks.text.learn.settings import TeacherConfig, TextConfig
from rnnlab.tasks.text.manner import PRESETS
from rnnlab.train.checkpoint.checkpoint import CONFIG, Checkpoint, build_model
from rnnlab.train.checkpoint.files import damaged, refuse_fault
from rnnlab.train.checkpoint.record_fields import LINE, METRICS, ORIGIN
from rnnlab.train.devices import choose_device
from rnnlab.train.progress import TrainConfig

MOST_BYTES = 500_000_000  # of writers kept open, whoever asked for them
READ_BY = ("documents", "marker", "fold_case", "validation")  # later settings are absent from earlier checkpoints
OTHER_FINGERPRINT = (
    "The checkpoint's originality.safetensors is of another text than its data; remove the file, or fetch or train the "
    "checkpoint anew."
)
NOT_MEASURED = "How good it is has not been measured, as its training has not ended."
SCORES = ("nats_per_char_windows", "ngram_nats_per_char")  # which a training that has ended tells together

_NATS = number(0, 100)  # a character; a uniform guess among all characters there are has 14
_SAMPLE = record({"temperature": number(0), "seed": whole(), "text": text()})
_SHARE = maybe(number())
_SPREAD = {f"{of}{bound}": _SHARE for of in ("", "held_out_", "ngram_") for bound in ("low", "high")}
_ROW = record(
    {"value": number(), "reading": LINE, "held_out": _SHARE, "ngram": _SHARE, "enough_words": maybe(whole())} | _SPREAD
)
_STYLE = record(
    {
        "title": LINE,
        "words": whole(1),
        "rows": named(_ROW),
        "left_out": named(LINE),
        "others": listed(LINE),
        "verdict": text(2000),
    }
)
_SCORED = {
    "nats_per_char_windows": _NATS,
    "ngram_nats_per_char": _NATS,
    "nats_per_char_streamed": number(0),
    "nats_per_char_int8": number(0),
    "bits_per_char": number(0),
    "characters": whole(1),
    "ngram_characters": whole(),
    "parameters": whole(1),
    "output_scale": number(0),
    "before": record({"nats_per_char_windows": number(0), "nats_per_char_streamed": number(0)}),
    "openings": listed(LINE),
    "samples": listed(_SAMPLE),
    "style": _STYLE,
    "originality": ORIGINALITY,
    "presets": record({name: number(0, 5) for name in PRESETS}),
    "preset_min_p": number(0, 1),
}
_TEXT = record(
    {"title": LINE, "sha256": DIGEST},
    {
        "name": LINE,
        "characters": whole(1),
        "alphabet": whole(1, 0x110000),
        "source": LINE,
        "language": maybe(LINE),
        "shards": whole(1),
    },
)
# The writer that it learnt on from.
_FROM = record({"name": LINE, "title": LINE, "sha256": DIGEST})
# A writer that taught it; weights: their sha256.
_TEACHER = record({"name": LINE, "title": LINE, "sha256": DIGEST, "weights": DIGEST})


def _scored_whole(metrics: Mapping[str, Any]) -> bool:
    return len(set(SCORES) & set(metrics)) != 1


FIELDS: dict[str, Kind] = {
    "train": record({}, settings(TrainConfig, TextConfig, TeacherConfig)),
    "metrics": ruled(
        record({}, METRICS | _SCORED), f"an object with both of {' and '.join(SCORES)} or neither", _scored_whole
    ),
    "provenance": record({"data": listed(_TEXT, 1)}, {"from": _FROM, "teachers": listed(_TEACHER, 1)} | ORIGIN),
}


@dataclass(frozen=True)
class Writer:
    """All that writing needs, shared by whoever writes at a time.

    adapted: of a copy that was adapted to a text, one sentence on whether that has helped.
    """

    checkpoint: Checkpoint
    model: SequenceModel
    vocabulary: Vocabulary
    engine: Engine
    adapted: str = ""


def open_writer(checkpoint: Checkpoint, device: torch.device | str = "cpu", weights: str = "fp32") -> Writer:
    """Make a checkpoint ready to write.

    Args:
        checkpoint: a writer's.
        device: where to compute.
        weights: "fp32" or "int8", see rnnlab.nn.stepping.

    Raises:
        CheckpointError: it was trained for something else, or its vocabulary is damaged or not its model's.
        RnnlabError: the device cannot step on such weights.
    """
    vocabulary = check_record(checkpoint)
    model = build_model(checkpoint).to(device)
    return Writer(checkpoint, model, vocabulary, open_engine(model, weights))


def check_record(checkpoint: Checkpoint) -> Vocabulary:
    """Raise CheckpointError unless a checkpoint's record, the weights aside, is a writer's in every field.

    Returns:
        The vocabulary that it describes.
    """
    if checkpoint.task != "text":
        raise CheckpointError(
            f"This checkpoint was trained for {checkpoint.task!r:.40}, not for writing; open another."
        )
    try:
        vocabulary = open_vocabulary(checkpoint.codec.get("vocabulary", {}))
    except DataError as error:
        raise CheckpointError(str(error)) from error
    if not checkpoint.model.vocabulary == checkpoint.model.outputs == vocabulary.size:
        raise CheckpointError(
            f"The checkpoint's vocabulary has {vocabulary.size:,} ids where its model predicts "
            f"{checkpoint.model.outputs:,}; fetch or train the checkpoint anew."
        )
    if checkpoint.model.skip:
        raise CheckpointError("No writer has a linear path (skip) as this checkpoint does; open another.")
    for part, kind in FIELDS.items():
        refuse_fault(CONFIG, find_fault(getattr(checkpoint, part), kind, part))
    if checkpoint.fingerprint is not None and checkpoint.fingerprint.text != text_learnt(checkpoint)[1]:
        raise CheckpointError(OTHER_FINGERPRINT)
    return vocabulary


_OPEN: ByteLru[Writer] = ByteLru(MOST_BYTES)


def open_writing(model: str, *, caller: Caller = OWNER, device: str = "auto", weights: str = "fp32") -> Writer:
    """Open a writing checkpoint (see `opening.locate`), ready to write on a device; it stays open for a while.

    Raises:
        RnnlabError: there is none of that name, it is damaged or no writer, or the device or weights are not there.
    """
    return open_located_writing(locate(model, caller=caller), device=device, weights=weights)


def open_located_writing(found: Located, *, device: str = "auto", weights: str = "fp32") -> Writer:
    """Open a writing checkpoint that was found; errors as of `open_writing`."""
    key = (*stamp(found.folder), device, weights)

    def opened() -> Writer:
        with heavy(found):
            made = open_located(found)
            return open_writer(made, choose_device(device, stepping_seconds(made.model)), weights)

    return _OPEN.get(key, opened, writer_bytes)


def writer_bytes(writer: Writer) -> int:
    """About what a writer holds: its weights as they were read, in its model, packed, and in the engine's own copies.

    A hundred writers of 0.4 million weights took 16 bytes a weight (`python -m benchmarks.many_models`).
    """
    prints = writer.checkpoint.fingerprint
    return 16 * writer.model.parameter_count() + (0 if prints is None else len(prints.bits))


def text_learnt(checkpoint: Checkpoint) -> tuple[str, str]:
    """Title and sha256 of the text that it trained on."""
    first = checkpoint.provenance["data"][0]
    return first["title"], first["sha256"]


def reading(checkpoint: Checkpoint) -> TextConfig:
    """How its text was read, cut and encoded.

    Raises:
        CheckpointError: a setting is missing or none that a training could have had.
    """
    for name in READ_BY:
        if checkpoint.train.get(name) is None:
            raise damaged(CONFIG, f"{name} of its train is missing or wrong")
    try:
        return options.from_mapping(TextConfig, checkpoint.train)
    except RnnlabError as error:
        raise CheckpointError(f"The checkpoint's settings cannot be those of a training: {error}") from error


def measured(checkpoint: Checkpoint) -> tuple[float, float] | None:
    """Its own and the 5-gram's nats a character on what was held out; None before its training has ended."""
    if SCORES[0] not in checkpoint.metrics:
        return None
    return checkpoint.metrics[SCORES[0]], checkpoint.metrics[SCORES[1]]


def writing_verdict(nats: tuple[float, float] | None) -> str:
    """One sentence on a writer's and the 5-gram's nats a character, as `measured` tells them."""
    if nats is None:
        return NOT_MEASURED
    model, ngram = map(math.exp, nats)
    return f"Perplexity {model:.1f} per character on held-out pages; a 5-gram: {ngram:.1f} (lower is better)."


@dataclass(frozen=True)
class Voice:
    """A writer's own words on itself.

    title: whose style. verdict: one sentence on how well it predicts its author beside the 5-gram. openings: prompts
    that suit it. size: what the network is, in half a line. presets: {temperature, min_p} that suit it, by name;
    none before they are measured.
    """

    name: str
    title: str
    verdict: str
    openings: tuple[str, ...]
    size: str
    presets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def opening(self) -> str:
        """The first of its prompts, "" where it has none."""
        return next(iter(self.openings), "")


def voice(model: str, *, caller: Caller = OWNER) -> Voice:
    """Ask a writing checkpoint about itself; raises RnnlabError as `open_writing` does."""
    return voice_of(open_writing(model, caller=caller), model)


def voice_of(writer: Writer, model: str) -> Voice:
    """What a writer that is open tells of itself; its openings are none before its training has ended."""
    checkpoint, config = writer.checkpoint, writer.checkpoint.model
    return Voice(
        name=model,
        title=text_learnt(checkpoint)[0] + (" (adapted copy)" if writer.adapted else ""),
        verdict=writer.adapted or writing_verdict(measured(checkpoint)),
        openings=tuple(checkpoint.metrics.get("openings", ())),
        size=f"{config.cell.upper()} of {writer.vocabulary.kind}, {config.layers} × {config.hidden} units, "
        f"{writer.model.parameter_count() / 1e6:.1f} million weights",
        presets=_presets(checkpoint.metrics),
    )


def _presets(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    min_p = metrics.get("preset_min_p", 0.0)  # they were measured without before 2026-11-28
    return {name: {"temperature": heat, "min_p": min_p} for name, heat in metrics.get("presets", {}).items()}
