"""A writer that is fine-tuned: what it began with, and its weights for new characters; trains nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnlab import options
from rnnlab.data.text.corpus import Corpus, proposed_settings, proposed_training
from rnnlab.data.text.shards import Shards
from rnnlab.data.text.vocab import Vocabulary, open_vocabulary, widen, widened_ids
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import ModelConfig, new_model
from rnnlab.runtime.callers import Caller
from rnnlab.runtime.opening import locate, open_located
from rnnlab.tasks.text.data import open_learnable
from rnnlab.tasks.text.judge.score import Ids, score
from rnnlab.tasks.text.learn.settings import TRAIN, TextConfig
from rnnlab.tasks.text.writer import open_writer, reading, text_learnt
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model
from rnnlab.train.progress import TrainConfig
from rnnlab.train.weights import cpu_weights

# Half the passes of a training from nothing, at the rate of the largest networks (docs/experiments.md).
RATE, SHARE_OF_EPOCHS, FEWEST_EPOCHS = 2e-3, 0.5, 2
SHAPE = ("cell", "hidden", "layers", "residual", "embedding", "tied")
READ_AS = ("level", "words", "subwords")  # what an id stands for, beside the characters
# Of the same text, no other part is held out.
HELD_OUT_AS = ("fold_case", "documents", "marker", "validation", "calibration", "shuffle", "column")

# What an id means and what is held out cannot change once a training has begun.
SETTLED = (*READ_AS, *HELD_OUT_AS, "rare", "encoding")

# Where each weight has a row for each id; one-hot ids have a column each in the first layer's input weights.
ROWS = {False: ("embed.weight", "head.weight", "head.bias"), True: ("embed.weight", "tied_bias")}
FIRST = "cores.0.kernel.weight_ih_l0"


@dataclass(frozen=True)
class Base:
    """What a training that goes on from a checkpoint began with.

    told: its record, `from` of the provenance. vocabulary: before it was widened. made: the checkpoint; None of a
    training that is resumed. before: its scores, once known.
    """

    told: dict[str, Any]
    vocabulary: Vocabulary
    made: Checkpoint | None
    before: dict[str, float] | None = None

    def opened(self, data: str | Sequence[str], given: Mapping[str, Any]) -> Corpus | Shards:
        """The text to learn on from; the one that was trained on is cut into documents as it was then."""
        assert self.made is not None
        learnt = reading(self.made)
        corpus = open_learnable(data, options.from_mapping(TextConfig, given, TextConfig(fold_case=learnt.fold_case)))
        if corpus.sha256 != self.told["sha256"] or (learnt.documents, learnt.shuffle) == ("whole", 0):
            return corpus
        return open_learnable(data, options.from_mapping(TextConfig, given, learnt))

    def widened(self, alphabet: str, *, boundary: bool, unknown: bool = False) -> Vocabulary:
        """Its vocabulary with the characters of the text."""
        return widen(self.vocabulary, alphabet, boundary=boundary, unknown=unknown)

    def weights(self, vocabulary: Vocabulary, shape: ModelConfig, seed: int) -> dict[str, Any]:
        """Its weights for a widened vocabulary, by name."""
        assert self.made is not None, "a training that is resumed has its own weights"
        known = build_model(self.made).state_dict()
        return widened_weights(known, shape, widened_ids(self.vocabulary, vocabulary), seed)

    def scored(self, begun: Checkpoint, vocabulary: Vocabulary, seed: int, held_out: Ids) -> dict[str, float]:
        """Its nats a character on what is held out, by windows and streamed, before it is fine-tuned."""
        if self.before is not None:
            return self.before
        writer = open_writer(dataclasses.replace(begun, weights=self.weights(vocabulary, begun.model, seed)))
        found = score(writer.model, vocabulary, held_out)
        return {"nats_per_char_windows": found.windows, "nats_per_char_streamed": found.streamed}

    def notices(self, corpus: Corpus | Shards) -> tuple[str, ...]:
        """Sentences on characters that are new to it, and on a text that is not the one it trained on."""
        alphabet = corpus.alphabet if isinstance(corpus, Corpus) else "".join(corpus.counts)
        new = sorted(set(alphabet) - set(self.vocabulary.alphabet))
        told = []
        if new:
            shown = " ".join(repr(one)[1:-1] for one in new[:20]) + (" …" if len(new) > 20 else "")
            words = "1 character is" if len(new) == 1 else f"{len(new):,} characters are"
            told.append(f"{words} new to {self.told['name']} and added to its vocabulary ({shown}).")
        if corpus.sha256 != self.told["sha256"]:
            told.append(
                f"{self.told['name']} was trained on “{self.told['title']}”; where the two texts overlap, "
                f"its score before is too good to be true."
            )
        return tuple(told)


def open_base(model: str, given: Mapping[str, Any], caller: Caller) -> Base:
    """Open the writer that a training goes on from.

    Raises:
        RnnlabError: there is none, it is no writer, or a setting is given that would change its shape.
    """
    found = locate(model, caller=caller)
    made = open_located(found)
    if made.task != "text":
        raise RnnlabError("Only a writer can be fine-tuned on a text; give --from another, as shakespeare.")
    writer = open_writer(made)
    title, sha256 = text_learnt(made)
    shape = dataclasses.asdict(made.model) | dataclasses.asdict(reading(made))
    for name in (*SHAPE, *READ_AS):
        if name in given and given[name] != shape[name]:
            raise RnnlabError(
                f"A checkpoint that is fine-tuned keeps its shape; leave out --{name}, or give {shape[name]}."
            )
    name = found.pinned(model) if found.commit else found.name
    return Base({"name": name, "title": title, "sha256": sha256}, writer.vocabulary, made)


def resumed_base(began: Checkpoint) -> Base | None:
    """The same of a training that is resumed, its record checked; None if it did not begin with a checkpoint.

    Raises:
        CheckpointError: it does not say what that had scored.
    """
    told, before = began.provenance.get("from"), began.metrics.get("before")
    if told is None:
        return None
    if before is None:
        raise CheckpointError(
            "The folder of --out does not say what its training began with scored; start a new training."
        )
    return Base(told, open_vocabulary(began.codec["vocabulary"]), None, before)


def tuned_settings(
    begun: Base, corpus: Corpus | Shards, size: int, given: Mapping[str, Any]
) -> tuple[ModelConfig, TrainConfig, TextConfig]:
    """Settings to learn on with: the checkpoint's shape and dropout, small steps, fewer passes than from nothing.

    Args:
        begun: the checkpoint.
        corpus: the text.
        size: characters to be trained on, the text's and those that teachers write.
        given: settings by name.

    Raises:
        RnnlabError: it trained on this very text, and another part of it would be held out.
    """
    assert begun.made is not None
    learnt, known, batch = reading(begun.made), proposed_settings(size), int(proposed_training(size)["batch"])
    if corpus.sha256 == begun.told["sha256"]:
        _check_held_out(begun, learnt, given)
        own = dataclasses.replace(TextConfig(), **{name: getattr(learnt, name) for name in ("rare", *HELD_OUT_AS)})
    else:
        own = dataclasses.replace(TextConfig(), fold_case=learnt.fold_case)
    epochs = max(FEWEST_EPOCHS, round(SHARE_OF_EPOCHS * known["epochs"]))
    own = dataclasses.replace(own, **{name: getattr(learnt, name) for name in READ_AS})
    own = dataclasses.replace(own, window=learnt.window, epochs=epochs)
    train = dataclasses.replace(TRAIN, lr=RATE, batch=batch)
    return (
        options.from_mapping(ModelConfig, given, begun.made.model),
        options.from_mapping(TrainConfig, given, train),
        options.from_mapping(TextConfig, given, own),
    )


def _check_held_out(begun: Base, learnt: TextConfig, given: Mapping[str, Any]) -> None:
    for name in HELD_OUT_AS:
        if name in given and given[name] != getattr(learnt, name):
            flag = f"--{name.replace('_', '-')}"
            raise RnnlabError(
                f"{begun.told['name']} was trained on this text with another {flag}, so part of what would be held out "
                f"is known to it; leave {flag} out."
            )


def check_settled(began: Checkpoint, given: Mapping[str, Any]) -> None:
    """Raise RnnlabError if a training that is resumed is given another value of what cannot change any more."""
    for name in SETTLED:
        if name in given and given[name] != began.train.get(name, getattr(TextConfig(), name)):
            flag = f"--{name.replace('_', '-')}"
            raise RnnlabError(f"This training began with another {flag}; leave {flag} out to resume it.")


def widened_weights(
    weights: dict[str, Tensor], shape: ModelConfig, ids: NDArray[np.int64], seed: int
) -> dict[str, Tensor]:
    """Weights of a model of `shape` that predicts what the narrower one did, among known ids.

    A new id comes in as a new network would read it, and is predicted as an average id is.

    Args:
        weights: of a model of the same shape but for its ids.
        shape: of the wider model.
        ids: (V,) the new id of each that `weights` know.
        seed: of what is drawn for new ids.
    """
    wide = cpu_weights(new_model(shape, seed))
    place = torch.from_numpy(ids)
    by_id = ROWS[shape.tied] + (() if shape.embedding else (FIRST,))
    for name, old in weights.items():
        if name not in by_id:
            wide[name] = old.float().clone()
            continue
        dimension = 1 if name == FIRST else 0
        if name in ("head.weight", "head.bias", "tied_bias"):
            wide[name] = old.float().mean(0, keepdim=True).expand_as(wide[name]).clone()
        wide[name].index_copy_(dimension, place, old.float())
    return wide
