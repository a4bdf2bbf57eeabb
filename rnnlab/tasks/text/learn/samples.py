"""Short texts that show what a writer can do, on its card and while it trains."""

from __future__ import annotations

from typing import Any

from rnnlab.data.text.vocab import Vocabulary
from rnnlab.nn.model import ModelConfig, SequenceModel
from rnnlab.nn.sampling import Sampling
from rnnlab.nn.stepping import Engine, open_engine
from rnnlab.tasks.text.generate import Writing, begin, read_prompt
from rnnlab.tasks.text.pieces import Wish
from rnnlab.tasks.text.writer import Writer
from rnnlab.train.progress import Snapshot

TEMPERATURES = (0.5, 0.8, 1.0)  # of the three samples on a card
ON_CARD, WHILE_TRAINING = 400, 200  # characters


def sample(config: ModelConfig, vocabulary: Vocabulary, snapshot: Snapshot, seed: int) -> str:
    """A sample of a training's newest weights, averaged if it averages them; always with the same seed."""
    model = SequenceModel(config).eval().requires_grad_(False)
    newest = snapshot.group("average") or snapshot.group("weight")
    for weight, value in zip(model.parameters(), newest, strict=True):
        weight.copy_(value)
    return _written(model, open_engine(model), vocabulary, Sampling(), seed, WHILE_TRAINING)


def card_samples(writer: Writer) -> list[dict[str, Any]]:
    """Three samples at named settings, each with its temperature and seed."""
    return [
        {
            "temperature": heat,
            "seed": 1,
            "text": _written(writer.model, writer.engine, writer.vocabulary, Sampling(temperature=heat), 1, ON_CARD),
        }
        for heat in TEMPERATURES
    ]


def _written(
    model: SequenceModel, engine: Engine, vocabulary: Vocabulary, sampling: Sampling, seed: int, length: int
) -> str:
    places = begin(model, read_prompt(vocabulary, ""), [seed])
    writing = Writing(engine, vocabulary, places, sampling, Wish(length))
    return "".join(piece.text for step in writing for piece in step[0])
