"""The one sequence model of every task: inputs, stacked cells, a linear head; independent of what it predicts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.nn import cells
from rnnlab.nn.cells import CELLS
from rnnlab.options import option

ModelState = tuple[cells.State, ...]


@dataclass(frozen=True)
class ModelConfig:
    """The shape of a model. The options a person sets come first; the task that uses the model fills the rest."""

    cell: str = option("gru", "kind of recurrent cell", choices=CELLS)
    hidden: int = option(16, "units in each recurrent layer", 1, 4096)
    layers: int = option(1, "stacked recurrent layers", 1, 8)
    residual: bool = option(False, "add each layer's input to its output, from the second layer on")
    input_dropout: float = option(0.0, "dropout on the inputs, or on their embedding", 0.0, 0.9)
    between_dropout: float = option(0.0, "dropout between recurrent layers", 0.0, 0.9)
    output_dropout: float = option(0.0, "dropout on the last layer's outputs", 0.0, 0.9)
    recurrent_dropout: float = option(0.0, "dropout on the recurrent weights (DropConnect)", 0.0, 0.9)
    inputs: int = option(1, "values at each step; 0 when steps are ids", 0, 65_536)
    outputs: int = option(1, "numbers predicted at each step", 1, 65_536)
    vocabulary: int = option(0, "distinct ids; 0 when steps are values", 0, 65_536)
    embedding: int = option(0, "width of an id's embedding; 0 for one-hot ids, or when steps are values", 0, 4096)
    tied: bool = option(False, "use the embedding's weights in the head too, behind a projection to its width")
    skip: bool = option(False, "a linear path from the inputs to the outputs beside the recurrent one")

    def __post_init__(self) -> None:
        options.check(self)
        assert (self.inputs > 0) != (self.vocabulary > 0), "steps are either values or ids"
        assert self.vocabulary > 0 or not self.embedding, "only ids are embedded"
        if self.tied and not (self.embedding and self.vocabulary == self.outputs):
            raise RnnlabError("Only a model that embeds what it predicts can tie its head; leave out --tied.")


class SequenceModel(nn.Module):
    """A stack of recurrent cells between an input and a linear head: (B, T) ids or (B, T, I) values -> (B, T, O).

    Ids are embedded, or given as one-hot vectors where the embedding has no width. A tied head is the embedding's own
    weights behind a projection to its width (Press & Wolf 2017, arXiv 1608.05859; Inan et al. 2017, arXiv 1611.01462).

    All dropout is locked: one mask for all steps of a sequence (Gal & Ghahramani 2016, arXiv 1512.05287). Masks are
    drawn from the model's own generator and not from torch's global one, so that two trainings in one process don't
    disturb each other and a resumed one has the very same masks. Where a batch is divided, `place` says which
    of how many sequences the first given one is, so that each gets the mask that it would have had in the whole batch.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        width = config.inputs or config.embedding or config.vocabulary
        self.embed = _embedding(config.vocabulary, config.embedding) if config.embedding else None
        widths = [width] + [config.hidden] * (config.layers - 1)
        self.cores = nn.ModuleList(CELLS[config.cell](size, config.hidden) for size in widths)
        # Of a tied model the head leads to the embedding's space; what leads on from there is the embedding itself.
        self.head = nn.Linear(config.hidden, config.embedding if config.tied else config.outputs, bias=not config.tied)
        self.tied_bias = nn.Parameter(torch.zeros(config.outputs)) if config.tied else None
        self.skip = nn.Linear(width, config.outputs, bias=False) if config.skip else None
        self.noise: torch.Generator | None = None
        self.place: tuple[int, int] | None = None

    def forward(self, x: Tensor, state: ModelState | None = None) -> tuple[Tensor, ModelState]:
        """Run a sequence from a state.

        Args:
            x: (B, T) ids or (B, T, I) values.
            state: what an earlier call gave back, or None for an empty past.

        Returns:
            (B, T, O) outputs and the state after step T.
        """
        config = self.config
        if config.vocabulary:
            x = self._vectors(x)
        y, after = self._drop(x, config.input_dropout), []
        for layer, core in enumerate(self.cores):
            below = y if layer == 0 else self._drop(y, config.between_dropout)
            y, last = core(below, None if state is None else state[layer], self._recurrent_mask(core))
            after.append(last)
            if config.residual and layer > 0:
                y = y + below
        output = self.head(self._drop(y, config.output_dropout))
        if self.embed is not None and self.tied_bias is not None:
            output = nn.functional.linear(output, self.embed.weight, self.tied_bias)
        if self.skip is not None:
            output = output + self.skip(x)
        return output, tuple(after)

    def seed_noise(self, seed: int) -> None:
        """Give dropout its own generator, on the device where the weights are."""
        self.noise = torch.Generator(device=self.head.weight.device).manual_seed(seed)

    def parameter_count(self) -> int:
        """The number of trainable numbers."""
        return sum(weight.numel() for weight in self.parameters())

    def _vectors(self, ids: Tensor) -> Tensor:
        """(B, T) ids -> (B, T, I)."""
        if self.embed is not None:
            return cast(Tensor, self.embed(ids))
        return nn.functional.one_hot(ids, self.config.vocabulary).to(self.head.weight.dtype)

    def _drop(self, x: Tensor, share: float) -> Tensor:
        """(B, T, H) -> (B, T, H), the same units of a sequence set to zero in all its steps."""
        if not self.training or share == 0:
            return x
        first, sequences = self.place or (0, x.shape[0])
        mask = self._mask((sequences, 1, x.shape[2]), share)[first : first + x.shape[0]]
        return x * mask.to(x.dtype)

    def _recurrent_mask(self, core: nn.Module) -> Tensor | None:
        if not self.training or self.config.recurrent_dropout == 0:
            return None
        return self._mask(cast(cells.Cell, core).recurrent_shape, self.config.recurrent_dropout)

    def _mask(self, shape: Sequence[int], share: float) -> Tensor:
        """Zeros with probability `share`, else 1/(1 − share), so that the mean stays 1."""
        assert self.noise is not None, "seed_noise comes before training with dropout"
        mask = torch.empty(*shape, device=self.head.weight.device)
        return mask.bernoulli_(1 - share, generator=self.noise) / (1 - share)


def weight_count(config: ModelConfig) -> int:
    """How many numbers a model of these sizes is made of; none of them is made."""
    with torch.device("meta"):
        return SequenceModel(config).parameter_count()


def new_model(config: ModelConfig, seed: int) -> SequenceModel:
    """Build a model on the CPU whose every weight is drawn from a generator with this seed.

    With a linear skip, head and skip start at zero: training begins at the task's own constant prediction.
    """
    model = SequenceModel(config)
    generator = torch.Generator().manual_seed(seed)
    for core in model.cores:
        core.start(generator)  # type: ignore[operator]
    with torch.no_grad():
        if model.embed is not None:
            # Tied, the embedding also makes the logits, which must begin small.
            spread = 1 / math.sqrt(config.embedding) if config.tied else 1.0
            nn.init.normal_(model.embed.weight, std=spread, generator=generator)
        bound = 0.0 if config.skip else 1 / math.sqrt(config.hidden)
        for weight in model.head.parameters():
            nn.init.uniform_(weight, -bound, bound, generator=generator)
        if model.skip is not None:
            nn.init.zeros_(model.skip.weight)
    return model.eval()


def _embedding(vocabulary: int, width: int) -> nn.Embedding:
    """An embedding of zeros, for `new_model` or a checkpoint to fill.

    torch's own start would draw normal numbers, on the meta device by a part of torch whose import takes a second.
    """
    made = nn.Embedding.from_pretrained(torch.zeros(vocabulary, width), freeze=False)  # type: ignore[no-untyped-call]
    return cast(nn.Embedding, made)


def detach(state: ModelState) -> ModelState:
    """Cut the states of all layers off from the steps that made them."""
    return tuple(cells.detach(part) for part in state)


def average(models: Sequence[SequenceModel]) -> SequenceModel:
    """Put models side by side: their units do not see each other, and the head takes the mean of what each would say.

    Args:
        models: of one configuration, whose inputs are values and whose head is not tied.

    Returns:
        A model with as many times the units, whose output on any sequence is the mean of theirs.
    """
    config = models[0].config
    assert all(model.config == config for model in models), "models of one shape"
    assert config.inputs, "an embedding has no side by side"
    assert not config.tied, "a tied head has no side by side"
    wide = SequenceModel(dataclasses.replace(config, hidden=len(models) * config.hidden))
    states = [model.state_dict() for model in models]
    merged = {name: _merged(name, [state[name] for state in states], config.hidden) for name in states[0]}
    wide.load_state_dict(merged)
    return wide.eval()


def _merged(name: str, parts: list[Tensor], hidden: int) -> Tensor:
    """A tensor of the wide model: gates hold the models' units one after the other, and layers only see their own."""
    if name == "head.weight":
        return torch.cat(parts, dim=1) / len(parts)
    if not name.startswith("cores."):
        return torch.stack(parts).mean(dim=0)  # the head's bias and the linear path
    gates = [part.reshape(-1, hidden, *part.shape[1:]) for part in parts]
    if parts[0].dim() == 1 or (name.startswith("cores.0.") and "weight_ih" in name):
        return torch.cat(gates, dim=1).flatten(0, 1)
    diagonals = [torch.block_diag(*own) for own in zip(*gates, strict=True)]  # type: ignore[no-untyped-call]
    return torch.stack(diagonals).flatten(0, 1)
