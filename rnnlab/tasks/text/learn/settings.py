"""What a training on a text lets one choose beside the model and the loop, and what the text's size suggests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnnlab import options
from rnnlab.data.text.corpus import proposed_settings, proposed_training
from rnnlab.data.text.documents import RULES
from rnnlab.nn.model import ModelConfig
from rnnlab.options import option
from rnnlab.train.progress import TrainConfig

LEVELS = ("char", "subword", "word")


@dataclass(frozen=True)
class TextConfig:
    """How a text is read, cut and encoded."""

    level: str = option("char", "what is predicted, characters, subwords or words", choices=LEVELS)
    window: int = option(64, "steps that gradients reach back", 2, 4096)
    forget: int = option(20, "windows after which, on average, the carried state is reset", 1)
    epochs: int = option(20, "passes over the training text", 1, 10_000)
    validation: float = option(0.1, "fraction of the text, its end, that is held out", 0.01, 0.5)
    calibration: float = option(
        0.02, "fraction of the training part, its beginning, used for calibration only; 0 for none", 0.0, 0.2
    )
    rare: int = option(1, "characters that occur less often are merged into one unknown symbol", 1, 1000)
    words: int = option(8000, "distinct words and characters at most (level word)", 100, 65_536)
    subwords: int = option(1024, "distinct subwords and characters at most (level subword)", 512, 4096)
    fold_case: bool = option(False, "convert the text to lower case")
    documents: str = option("whole", "what separates the text's documents", choices=RULES)
    marker: str = option("", "the line between two documents, if a marker separates them")
    shuffle: int = option(
        0, "seed to shuffle the documents before the end is held out; 0 keeps their order", 0, 2**31 - 1, bare=1
    )
    column: str = option("", "of a table (CSV, JSON, Parquet): the column of texts; each cell is a document")
    encoding: str = option("", "encoding of the text, such as KOI8-R; detected if empty")

    def __post_init__(self) -> None:
        options.check(self)


@dataclass(frozen=True)
class TeacherConfig:
    """How much the teachers of a training count."""

    teacher_weight: float = option(0.5, "share of the loss that is towards the teachers' distribution", 0.0, 1.0)
    teacher_temperature: float = option(1.0, "softens the teachers' distribution, and the model's beside it", 0.1, 20.0)
    teacher_text: float = option(
        0.0,
        "length of the text that the teachers write for it, as a multiple of the training text; 0 for none",
        0.0,
        100.0,
    )

    def __post_init__(self) -> None:
        options.check(self)


MODEL = ModelConfig(
    cell="lstm",
    hidden=512,
    layers=2,
    input_dropout=0.05,
    between_dropout=0.3,
    output_dropout=0.35,
    recurrent_dropout=0.2,
    inputs=0,
    vocabulary=1,
    embedding=128,
    outputs=1,
)
TRAIN = TrainConfig(batch=32, lr=2e-3, warmup=0.02, weight_decay=0.01, clip=1.0, ema=0.999, seed=1)


def proposed(characters: int, given: dict[str, Any]) -> tuple[ModelConfig, TrainConfig, TextConfig]:
    """Settings for a text of so many characters, those that are given before those that its size suggests."""
    wanted = proposed_settings(characters) | proposed_training(characters) | given
    return (
        options.from_mapping(ModelConfig, wanted, MODEL),
        options.from_mapping(TrainConfig, wanted, TRAIN),
        options.from_mapping(TextConfig, wanted),
    )
