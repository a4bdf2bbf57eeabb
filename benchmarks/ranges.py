"""How often an author's new pages lie within the range that the style report gives: 95 of 100 should.

python -m benchmarks.ranges           (docs/experiments.md; fetches packages of PyPI, several minutes)

Of each text, 15 % are kept back, once at the beginning, once in the middle, once at the end, and cut into slices; the
rest makes the author's profile. The ranges were designed on six authors; four further texts try them: the next 1.5
million characters of three of these, and Milton.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from benchmarks.authors import milton, six_authors
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.style.building import build
from rnnlab.scoring.style.counts import Ints
from rnnlab.scoring.style.figures import Ruler
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.ranges import author_ranges
from rnnlab.scoring.style.rows import COPYING, LABELS
from rnnlab.scoring.style.words import BLOCK, blocks_of
from rnnlab.terminal.commands import aligned

MOST = 1_500_000  # characters of a text
KEPT_BACK = {"beginning": (0.0, 0.15), "middle": (0.425, 0.575), "end": (0.85, 1.0)}
HELD_OUT = 0.0765  # of a text, what a training would hold out of the rest
LENGTHS = (4, 10, 20)  # blocks of 250 words
Cell = tuple[str, str, int, str]  # group of texts, place, blocks, row
Found = dict[Cell, list[bool]]


def main() -> None:
    """Print two tables for each group of texts."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    six = six_authors()
    further = {f"{name}, further": six[name][MOST : 2 * MOST] for name in ("shakespeare", "tolstoy", "kjv")}
    groups = {"six authors": {name: text[:MOST] for name, text in six.items()}}
    groups["further texts"] = further | {"milton": milton()[:MOST]}
    found: Found = {}
    for group, texts in groups.items():
        for place, kept in KEPT_BACK.items():
            for name, blocks, inside in _inside(texts, kept):
                found.setdefault((group, place, blocks, name), []).extend(inside)
    for group in groups:
        _print(group, found)


def _inside(texts: Mapping[str, str], kept: tuple[float, float]) -> Iterator[tuple[str, int, list[bool]]]:
    """Of each row and length, whether each slice of what was kept back lies within its author's range."""
    made = {name: _measured(name, text, *kept) for name, text in texts.items()}
    for name, (author, counts) in made.items():
        ruler = Ruler.of(author, [other for of, (other, _) in made.items() if of != name])
        for blocks in LENGTHS:
            ranges = author_ranges(ruler, blocks, np.random.default_rng(1))
            for row, values in ruler.measure(counts, _slices(len(counts), blocks)).items():
                if (bounds := ranges.get(row)) and bounds.low is not None and bounds.high is not None:
                    low = 0.0 if row in COPYING else bounds.low - 1e-9
                    told = values[np.isfinite(values)]
                    yield row, blocks, ((low <= told) & (told <= bounds.high + 1e-9)).tolist()


def _measured(name: str, text: str, first: float, last: float) -> tuple[Profile, Ints]:
    """A profile of all but the kept-back part, and that part's counts."""
    begin, end = (int(place * len(text)) for place in (first, last))
    rest: Sequence[str] = [one for one in (text[:begin], text[end:]) if one]
    cut = len(rest[-1]) - int(HELD_OUT * len(text))
    training, held_out = [*rest[:-1], rest[-1][:cut]], [rest[-1][cut:]]
    index = Fingerprint.of(training)
    author = build(training, held_out, name, index)
    return author, author.habits.count_all(list(blocks_of([text[begin:end]])), index)


def _slices(count: int, blocks: int) -> Ints:
    """(N, count) each slice of so many blocks, one after the other."""
    return np.kron(np.eye(count // blocks, dtype=np.int64), np.ones((1, blocks), np.int64)) @ np.eye(
        count // blocks * blocks, count, dtype=np.int64
    )


def _print(group: str, found: Found) -> None:
    def share(*, place: str | None = None, blocks: int, row: str | None = None) -> str:
        inside = [
            one
            for (of, where, size, name), several in found.items()
            for one in several
            if (of, size) == (group, blocks) and place in (None, where) and row in (None, name)
        ]
        return f"{100 * np.mean(inside):.1f} % of {len(inside):,}" if inside else "–"

    heads = [f"{blocks * BLOCK:,} words" for blocks in LENGTHS]
    places = [[place, *(share(place=place, blocks=blocks) for blocks in LENGTHS)] for place in KEPT_BACK]
    places.append(["all", *(share(blocks=blocks) for blocks in LENGTHS)])
    print(f"\n{group}: figures within the author's range")
    print("\n".join(aligned(["kept back", *heads], places)))
    rows = [[row, *(share(row=row, blocks=blocks) for blocks in LENGTHS)] for row in LABELS]
    print("\n" + "\n".join(aligned(["row", *heads], rows)))


if __name__ == "__main__":
    main()
