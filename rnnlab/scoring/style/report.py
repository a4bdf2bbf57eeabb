"""The style report: each figure of a text beside the author's held-out pages and a 5-gram, at the same length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlab.errors import DataError
from rnnlab.scoring.originality.copying import Index
from rnnlab.scoring.style.counts import Ints, part
from rnnlab.scoring.style.figures import Ruler
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.ranges import DRAWS, LARGEST, author_ranges, runs
from rnnlab.scoring.style.rows import COPYING, EARLIER, FLAIR, LABELS, Row, Spread, apart, read
from rnnlab.scoring.style.verdict import verdict
from rnnlab.scoring.style.words import BLOCK, blocks_of, count_words
from rnnlab.summary import THIS_MODEL, Table

NONE_HERE = "these texts have none of what it counts"
TRIED = (1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40)  # blocks, to find the length from which on a figure tells anything
MOST_BLOCKS = 400
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StyleReport:
    """How near a text is to an author.

    title: whose style. words: of the text that were counted. others: the authors that it was told apart from. rows: in
    their order. left_out: rows that do not apply, with the reason. notices: on the data.
    """

    title: str
    words: int
    others: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: Mapping[str, str]
    generated: bool = True
    notices: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Two sentences made from the figures."""
        return verdict(self.words, self.rows, self.others)

    @property
    def notes(self) -> list[str]:
        """Sentences on the data, and on rows that do not apply."""
        titles = {name: label.words for name, label in LABELS.items()}
        return [*self.notices] + [
            f"Left out: {titles.get(name, name)}, as {why}." for name, why in self.left_out.items()
        ]

    def json(self) -> dict[str, Any]:
        """As JSON: rows by name, verdict, words, others, left_out."""
        return {
            "title": self.title,
            "words": self.words,
            "rows": {row.name: row.json() for row in self.rows},
            "left_out": dict(self.left_out),
            "others": list(self.others),
            "verdict": self.verdict,
            "notices": list(self.notices),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> StyleReport:
        """Open what `json` gave, rows of names that are not known left out; KeyError or TypeError if it is damaged."""
        rows = tuple(Row.from_json(name, row) for name, row in value["rows"].items() if name in LABELS)
        return cls(value["title"], value["words"], tuple(value["others"]), rows, dict(value["left_out"]))

    def table(self) -> Table:
        """In words."""
        text = THIS_MODEL if self.generated else "This text"
        lines = [(f"{row.label.group}: {row.label.words}", *row.cells(), row.reading) for row in self.rows]
        against = f", told apart from {'; '.join(self.others)}" if self.others else ""
        caption = (
            f"{self.words:,} words beside as many of the author's held-out pages and of a character 5-gram{against}; "
            "in brackets, of the author where the next page of that length lies with 95 % probability, of the others "
            "where 95 % of draws lie."
        )
        head = ("", text, "author, held out", "5-gram", "reading")
        return Table(caption, head, tuple(lines))


def report(
    author: Profile,
    texts: Sequence[str],
    others: Sequence[Profile] = (),
    *,
    index: Index | None = None,
    generated: bool = True,
    seed: int = 1,
) -> StyleReport:
    """Compare texts, taken together, with an author.

    Args:
        author: whose style it should be.
        texts: what was written.
        others: further authors, from whom the author is told apart.
        index: of the training part, to find what is copied from it; None if there is none.
        generated: whether a model wrote them.
        seed: of the draws.

    Raises:
        DataError: they have fewer words than a block.
    """
    blocks = list(blocks_of(texts))[:MOST_BLOCKS]
    if not blocks:
        few = sum(map(count_words, texts))
        raise DataError(f"{few} words are too few for a report on style; write at least {BLOCK}.")
    ruler = Ruler.of(author, [one for one in others if one.title != author.title])
    counts, number = author.habits.count_all(blocks, index), len(blocks)
    random = np.random.default_rng(seed)
    text = _text(ruler, counts, random)
    scattered = {size: _scattered(ruler, size, random) for size in sorted({number, *TRIED})}
    rows, left_out = [], {}
    for name, label in LABELS.items():
        held_out, ngram, rival = scattered[number][name]
        if held_out is not None and np.isnan(held_out.value):
            left_out[name] = EARLIER if name in author.uncounted else label.absent
            continue
        if np.isnan(text[name].value):
            left_out[name] = label.absent if name in (*FLAIR, *COPYING) else NONE_HERE
            continue
        telling = (size for size, found in scattered.items() if apart(found[name][0], found[name][2]))
        enough = next((size * BLOCK for size in telling), None)
        reading = read(name, text[name].value, held_out, rival, enough)
        rows.append(Row(name, text[name], held_out, ngram, reading, enough))
    if not author.habits.cased:
        left_out["capitals"] = "the author's text has no capitals, so sentences need only a stop"
    names = tuple(one.title for one in ruler.others)
    return StyleReport(author.title, number * BLOCK, names, tuple(rows), left_out, generated)


def _text(ruler: Ruler, counts: Ints, random: np.random.Generator) -> dict[str, Spread]:
    """The text's own figures, with the bounds of bootstrap draws of its blocks (Efron 1979), centred on the figures.

    A distance of distributions grows with every draw that leaves blocks out, which says nothing of the text.
    """
    whole = ruler.measure(counts, np.ones((1, len(counts)), np.int64))
    drawn = ruler.measure(counts, _draws(len(counts), len(counts), random))
    found = {}
    for name, value in whole.items():
        bounds = _bounds(drawn[name]) if len(counts) > 1 else None
        off = float(np.nanmean(drawn[name]) - value[0]) if bounds else 0.0
        most = LARGEST.get(name, 1.0)
        found[name] = Spread(float(value[0]), *(min(max(bound - off, 0.0), most) for bound in bounds or ()))
    return found


def _scattered(
    ruler: Ruler, size: int, random: np.random.Generator
) -> dict[str, tuple[Spread | None, Spread | None, Spread | None]]:
    """Each figure of left-out pages, of the 5-gram's and of the rival's, over draws of so many blocks."""
    author = ruler.author
    held_out = author_ranges(ruler, size, random)
    ngram = (
        {}
        if not len(author.ngram)
        else {
            name: Spread(_mean(values), *(_bounds(values) or ()))
            for name, values in ruler.measure(author.ngram, _draws(len(author.ngram), size, random)).items()
        }
    )
    rivals = ngram | _of_others(ruler, size, random)
    return {name: (held_out.get(name), ngram.get(name), rivals.get(name)) for name in LABELS}


def _of_others(ruler: Ruler, size: int, random: np.random.Generator) -> dict[str, Spread]:
    """Delta and attribution of the nearest other author: of delta at any length, as its slices are not at hand."""
    if not ruler.others:
        return {}
    delta, given = min(map(ruler.delta_of, ruler.others)), []
    for one in ruler.others:
        if len(one.held_out):
            given.append(runs(one, size, random) @ ruler.probabilities(part(one.held_out, "grams")) / size)
    nearest = max(given, key=_mean, default=np.ones(1))
    return {"delta": Spread(delta), "attribution": Spread(_mean(nearest), *(_bounds(nearest) or ()))}


def _draws(blocks: int, size: int, random: np.random.Generator) -> Ints:
    """(DRAWS, blocks) how often each block is drawn, `size` times in all, with replacement."""
    return random.multinomial(size, np.full(blocks, 1 / blocks), DRAWS)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _bounds(values: Floats) -> tuple[float, float] | None:
    finite = values[np.isfinite(values)]
    return (float(np.quantile(finite, 0.025)), float(np.quantile(finite, 0.975))) if len(finite) else None
