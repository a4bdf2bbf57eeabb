"""What a writer's record holds, field by field; its vocabulary is described by rnnlab.data.text.codec_fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnnlab.data.kinds import DIGEST, Kind, listed, maybe, number, record, ruled, settings, text, whole
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint.record_fields import LINE, METRICS, ORIGIN
from rnnlab.train.progress import TrainConfig

MOST_NATS = 100.0  # a character; a uniform guess among all characters there are has 14
SCORES = ("nats_per_char_windows", "ngram_nats_per_char")  # which a training that has ended tells together

_NATS = number(0, MOST_NATS)
_SAMPLE = record({"temperature": number(0), "seed": whole(), "text": text()})
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


def _scored_whole(metrics: Mapping[str, Any]) -> bool:
    return len(set(SCORES) & set(metrics)) != 1


FIELDS: dict[str, Kind] = {
    "train": record({}, settings(TrainConfig, TextConfig)),
    "metrics": ruled(
        record({}, METRICS | _SCORED), f"an object with both of {' and '.join(SCORES)} or neither", _scored_whole
    ),
    "provenance": record({"data": listed(_TEXT, 1)}, {"from": _FROM} | ORIGIN),
}
