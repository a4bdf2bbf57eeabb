"""From a step's logits to the next ids, by one chain of pure parts; knows neither models nor what an id stands for.

The chain, in this order, each part seeing what the one before has left:

1. repetition penalty: it looks at the sign of a logit and must see the model's own.
2. banned ids, repeated n-grams: what may not be said at all goes before anything is measured in shares of what may.
3. typical: it compares with the entropy of the whole allowed distribution, so no tail may be cut before.
4. top-k, then top-p, then min-p: the cheap cut first. Shares are of what is left; min-p, a ratio, is the same anywhere.
5. temperature: last, so that which ids are eligible depends on the model's belief and not on how daring the choice is;
   however hot, an id that was cut stays cut.

Ids that are as good as the last one kept are kept with it: no result hangs on how a sort orders equals.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rnnlab import options
from rnnlab.errors import RnnlabError
from rnnlab.options import option

REMOVED = -math.inf
# Logits over less than this are beyond what float32 tells apart; such a temperature takes the most likely.
COLDEST = 1e-6
# Probabilities of 65,536 ids, summed in float64, come nearer to 1 than this: a number drawn lies below their sum.
NEARLY_ONE = 1 - 1e-10
# At V 8,000 the 256 best ids take 40 µs and mostly hold the mass, 2,048 take 100; sorting all takes 530.
FEW, SOME = 256, 2048


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; every part but the temperature is off by default."""

    temperature: float = option(0.8, "randomness; 0 always picks the most likely token", 0.0, 5.0)
    top_k: int = option(0, "sample from this many of the most likely tokens; 0 for all", 0, 65_536)
    top_p: float = option(1.0, "sample from the most likely tokens up to this cumulative probability; 1 for all", 0, 1)
    min_p: float = option(0.0, "drop tokens below this fraction of the highest probability; 0 drops none", 0, 1)
    typical: float = option(1.0, "keep the most typical tokens up to this cumulative probability; 1 for all", 0, 1)
    repetition_penalty: float = option(1.0, "penalty on recently used tokens; 1 for none", 1, 10)
    repetition_window: int = option(64, "number of recent tokens that the penalty covers", 1, 4096)
    no_repeat_ngram: int = option(0, "never repeat a sequence of this many tokens; 0 allows all", 0, 256)

    def __post_init__(self) -> None:
        options.check(self)


class History:
    """What one text has said so far, as far as the rules on repetition need it.

    `append` and both questions cost O(repetition_window + no_repeat_ngram), whatever the length of the text; nothing
    is kept for a rule that is off.
    """

    def __init__(self, settings: Sampling, ids: Iterable[int] = ()) -> None:
        self._window: deque[int] | None = deque() if settings.repetition_penalty != 1 else None
        self._window_length = settings.repetition_window
        self._in_window: Counter[int] = Counter()
        self._lead_length = settings.no_repeat_ngram - 1
        self._lead: deque[int] | None = deque(maxlen=self._lead_length) if settings.no_repeat_ngram else None
        self._followers: dict[tuple[int, ...], list[int]] = {}
        for one in ids:
            self.append(one)

    def append(self, id: int) -> None:
        """Add the id that was said last."""
        if self._window is not None:
            self._window.append(id)
            self._in_window[id] += 1
            if len(self._window) > self._window_length:
                oldest = self._window.popleft()
                self._in_window[oldest] -= 1
                if not self._in_window[oldest]:
                    del self._in_window[oldest]
        if self._lead is not None:
            if len(self._lead) == self._lead_length:
                known = self._followers.setdefault(tuple(self._lead), [])
                if id not in known:
                    known.append(id)
            self._lead.append(id)

    def lately(self) -> list[int]:
        """The distinct ids among the last `repetition_window` ones."""
        return list(self._in_window)

    def completing(self) -> list[int]:
        """The ids that would now complete an n-gram the text already has."""
        return [] if self._lead is None else self._followers.get(tuple(self._lead), [])


def histories(rows: Iterable[Iterable[int]] | Tensor, settings: Sampling) -> list[History]:
    """Make the history of every row of a (B, N) tensor of ids or of a list of id sequences, prompts for instance."""
    return [History(settings, row) for row in (rows.tolist() if isinstance(rows, Tensor) else rows)]


def generators(seed: int, rows: int) -> list[torch.Generator]:
    """Make one generator a row, seeded seed, seed + 1, …: row n alone is what the seed `seed + n` gives by itself."""
    return [torch.Generator().manual_seed(seed + row) for row in range(rows)]


def penalize(logits: Tensor, lately: Sequence[Sequence[int]], penalty: float) -> Tensor:
    """Divide positive and multiply negative logits of the ids each row said lately: (B, V) -> (B, V).

    Keskar et al. (2019), CTRL, arXiv 1909.05858, section 4.1, with the correction for negative logits that is usual
    since. Not indifferent to adding a constant to all logits: give it those of the model.
    """
    if penalty == 1 or not any(lately):
        return logits
    places = _places(lately, logits)
    said = logits.take(places)
    return logits.put(places, torch.where(said > 0, said / penalty, said * penalty))


def ban(logits: Tensor, banned: Sequence[int]) -> Tensor:
    """Remove the same ids from every row: (B, V) -> (B, V). Raises RnnlabError when none would be left."""
    if not banned:
        return logits
    left = logits.index_fill(-1, torch.tensor(banned, device=logits.device), REMOVED)
    if bool((left.amax(-1) == REMOVED).any()):
        raise RnnlabError(f"All {logits.shape[-1]} tokens are banned; leave at least one to choose.")
    return left


def forbid(logits: Tensor, completing: Sequence[Sequence[int]]) -> Tensor:
    """Remove each row's own ids, but leave a row alone that would lose all it has: (B, V) -> (B, V)."""
    if not any(completing):
        return logits
    left = logits.flatten().index_fill(0, _places(completing, logits), REMOVED).view_as(logits)
    return torch.where(left.amax(-1, keepdim=True) == REMOVED, logits, left)


def typical(logits: Tensor, mass: float) -> Tensor:
    """Keep the ids whose surprise is nearest to the entropy until they hold `mass`: (B, V) -> (B, V).

    Meister, Pimentel, Wiher & Cotterell (2022), Locally Typical Sampling, arXiv 2202.00666: the smallest such set
    whose probability is at least `mass`, the crossing id kept. It may leave out the most likely id.
    """
    if mass >= 1:
        return logits
    log_probabilities = torch.log_softmax(logits, -1)
    probabilities = log_probabilities.exp()
    entropy = torch.special.entr(probabilities).sum(-1, keepdim=True)
    distance = (log_probabilities + entropy).abs()
    return logits.masked_fill(distance > _crossing(distance, probabilities, mass, largest=False), REMOVED)


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the k most likely ids and those that are exactly as likely as the k-th: (B, V) -> (B, V); k = 0 is off."""
    if not 0 < k < logits.shape[-1]:
        return logits
    least = torch.topk(logits, k).values[:, -1:]
    return logits.masked_fill(logits < least, REMOVED)


def top_p(logits: Tensor, mass: float) -> Tensor:
    """Keep the most likely ids until they hold `mass`, the crossing id included: (B, V) -> (B, V).

    Holtzman, Buys, Du, Forbes & Choi (2020), arXiv 1904.09751, section 3.1: the smallest set whose probability is at
    least `mass`, and whatever is exactly as likely as its last member.
    """
    if mass >= 1:
        return logits
    least = _crossing(logits, torch.softmax(logits, -1), mass, largest=True)
    return logits.masked_fill(logits < least, REMOVED)


def min_p(logits: Tensor, share: float) -> Tensor:
    """Remove the ids less likely than `share` times the most likely one: (B, V) -> (B, V).

    Nguyen et al. (2024), Min-p Sampling, arXiv 2407.01082.
    """
    if share <= 0:
        return logits
    least = logits.amax(-1, keepdim=True) + math.log(share)
    return logits.masked_fill(logits < least, REMOVED)


def temper(logits: Tensor, temperature: float) -> Tensor:
    """Divide by the temperature, 0 removing all but the most likely id, the lowest of equals: (B, V) -> (B, V)."""
    if temperature < COLDEST:
        best = logits.argmax(-1, keepdim=True)
        return torch.full_like(logits, REMOVED).scatter(-1, best, 0.0)
    return logits if temperature == 1 else logits / temperature


def filtered(logits: Tensor, settings: Sampling, history: Sequence[History] = (), banned: Sequence[int] = ()) -> Tensor:
    """Run the chain but for the temperature: (B, V) float32 logits -> (B, V) log-probabilities, −inf where removed.

    Args:
        logits: (B, V) as the model gave them.
        settings: which parts are on.
        history: one for each row; needed only when a rule on repetition is on.
        banned: ids that no row may choose.

    Raises:
        RnnlabError: a logit that is not finite, or every id banned.
    """
    return torch.log_softmax(_cut(logits, settings, history, banned), -1)


def choose(
    logits: Tensor,
    settings: Sampling,
    generators: Sequence[torch.Generator],
    history: Sequence[History] = (),
    banned: Sequence[int] = (),
) -> Tensor:
    """Choose the next id of every row: (B, V) float32 logits -> (B,) int64 ids on the device of the logits.

    Each row takes exactly one number from its own CPU generator, whatever the settings, so that a row neither feels
    its neighbours nor the device. The histories are read, not written: append what was chosen.

    Raises:
        RnnlabError: a logit that is not finite, or every id banned.
    """
    assert len(generators) == logits.shape[0], "one generator a row"
    logits = temper(_cut(logits, settings, history, banned), settings.temperature)
    # float64: at V 8,000 the rounding of a float32 sum would be as large as a rare token's share.
    reached = torch.softmax(logits, -1, dtype=torch.float64).cumsum(-1)
    drawn = [torch.empty(1, 1, dtype=torch.float64).uniform_(0, NEARLY_ONE, generator=own) for own in generators]
    uniform = drawn[0] if len(drawn) == 1 else torch.cat(drawn)
    # A removed id adds nothing to the sum, so it is never the first place where the sum exceeds the number drawn.
    return torch.searchsorted(reached, uniform.to(logits.device), right=True).squeeze(-1)


def _cut(logits: Tensor, settings: Sampling, history: Sequence[History], banned: Sequence[int]) -> Tensor:
    if not math.isfinite(logits.sum()):
        raise RnnlabError("The model's output is not a finite number; go back to a checkpoint from before it diverged.")
    if settings.repetition_penalty != 1 or settings.no_repeat_ngram:
        assert len(history) == logits.shape[0], "a rule on repetition needs one history a row"
        logits = penalize(logits, [one.lately() for one in history], settings.repetition_penalty)
    logits = ban(logits, banned)
    if settings.no_repeat_ngram:
        logits = forbid(logits, [one.completing() for one in history])
    logits = typical(logits, settings.typical)
    logits = top_k(logits, settings.top_k)
    logits = top_p(logits, settings.top_p)
    return min_p(logits, settings.min_p)


def _crossing(rank: Tensor, probabilities: Tensor, mass: float, largest: bool) -> Tensor:
    """(B, V) ranks and probabilities -> (B, 1) the rank at which `mass` is reached, from the largest or the least."""
    B, V = rank.shape
    held, leading = probabilities, rank
    for width in (FEW, SOME, V):
        leading, ids = torch.topk(rank, min(width, V), largest=largest)
        held = probabilities.gather(-1, ids).cumsum(-1, dtype=torch.float64)
        if width >= V or bool((held[:, -1] >= mass).all()):
            break
    place = torch.searchsorted(held, held.new_full((B, 1), mass))
    # Rounding may leave the sum of all a hair below a mass near 1.
    return leading.gather(-1, place.clamp_(max=leading.shape[-1] - 1))


def _places(ids: Sequence[Sequence[int]], logits: Tensor) -> Tensor:
    """Where each row's own ids lie in the flattened (B, V) logits."""
    V = logits.shape[-1]
    return torch.tensor([row * V + one for row, own in enumerate(ids) for one in own], device=logits.device)
