"""A checkpoint that says words backwards, for a program."""

from dataclasses import dataclass

import torch

from backwards.learn import LETTERS, TURN
from rnnlab.errors import CheckpointError, RnnlabError
from rnnlab.nn.model import SequenceModel
from rnnlab.runtime.opening import Located, open_located
from rnnlab.train.checkpoint.checkpoint import Checkpoint, build_model


@dataclass(frozen=True)
class Reverser:
    name: str
    task: str
    model: SequenceModel
    card: str

    @classmethod
    def of(cls, name: str, found: Located) -> "Reverser":
        made = open_located(found)
        return cls(name, made.task, usable(made), made.card)

    def reverse(self, word: str) -> str:
        if not word or set(word) - set(LETTERS):
            raise RnnlabError(f"{word[:40]!r} is no word of small letters.")
        ids, said = torch.tensor([[*map(LETTERS.index, word), TURN]]), []
        with torch.no_grad():
            output, state = self.model(ids)
            for _ in word:
                said.append(int(output[0, -1, :TURN].argmax()))
                output, state = self.model(torch.tensor([said[-1:]]), state)
        return "".join(LETTERS[letter] for letter in said)


def check(made: Checkpoint) -> None:
    if made.codec != {"letters": LETTERS} or made.model.outputs != TURN + 1 or made.model.vocabulary != TURN + 1:
        raise CheckpointError("This checkpoint knows other letters; train it again.")


def usable(made: Checkpoint) -> SequenceModel:
    check(made)
    return build_model(made)
