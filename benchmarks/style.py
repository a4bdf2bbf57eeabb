"""Whether the style report measures style: six authors told apart, and beside what is not theirs.

python -m benchmarks.style            (docs/experiments.md; fetches packages of PyPI, several minutes)

Of each text, the first 85 % make the author's profile (the last 15 of them as what a training holds out), and the last
15 % are cut into slices that it has not seen.
"""

import argparse
import random
from collections.abc import Mapping

import numpy as np

from benchmarks.authors import six_authors
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.scoring.style.building import build, imitation
from rnnlab.scoring.style.counts import part, scalar
from rnnlab.scoring.style.figures import Ruler
from rnnlab.scoring.style.profile import Profile
from rnnlab.scoring.style.report import StyleReport, report
from rnnlab.scoring.style.rows import LABELS, WITHIN
from rnnlab.scoring.style.words import BLOCK, blocks_of
from rnnlab.terminal.commands import aligned

MOST = 1_500_000  # characters of each
TRAINING, RANGES = 0.765, 0.85  # a tenth held out, as a training does
LENGTHS = (1, 2, 4, 10, 20)  # blocks of 250 words


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=3, help="slices of 5,000 words reported on, an author")
    asked = parser.parse_args()
    texts = {name: text[:MOST] for name, text in six_authors().items()}
    indexes = {name: Fingerprint.of(text[: int(TRAINING * len(text))]) for name, text in texts.items()}
    authors = {name: _profile(name, text, indexes[name]) for name, text in texts.items()}
    slices = {name: list(blocks_of([text[int(RANGES * len(text)) :]])) for name, text in texts.items()}
    for name, one in authors.items():
        print(f"{name}: {one.words:,} words of training, {len(slices[name]) * BLOCK:,} in slices")
    _attribution(authors, slices)
    _readings(authors, indexes, texts, slices, asked.reports)


def _profile(name: str, text: str, index: Fingerprint) -> Profile:
    first, second = int(TRAINING * len(text)), int(RANGES * len(text))
    return build([text[:first]], [text[first:second]], name, index)


def _attribution(authors: Mapping[str, Profile], slices: Mapping[str, list]) -> None:
    """How many slices are given to their author, of each length."""
    rulers = {
        name: Ruler.of(one, [other for other in authors.values() if other is not one]) for name, one in authors.items()
    }
    counts = {
        (name, of): ruler.author.habits.count_all(blocks)
        for name, ruler in rulers.items()
        for of, blocks in slices.items()
    }
    lines = []
    for length in LENGTHS:
        right, total = {"classifier": 0, "delta": 0}, 0
        for of, blocks in slices.items():
            for start in range(0, len(blocks) - length + 1, length):
                some = {name: counts[name, of][start : start + length] for name in rulers}
                likely = max(rulers, key=lambda name: rulers[name].probabilities(part(some[name], "grams")).mean())
                near = min(rulers, key=lambda name: _delta(rulers[name], some[name]))
                right["classifier"] += likely == of
                right["delta"] += near == of
                total += 1
        shares = [f"{100 * one / total:.1f} %" for one in right.values()]
        lines.append([f"{length * BLOCK:,}", str(total), *shares])
    heads = ["words", "slices", "given to their author by the classifier", "by Cosine Delta"]
    print("\n" + "\n".join(aligned(heads, lines)))


def _delta(ruler: Ruler, counts: np.ndarray) -> float:
    whole = counts.sum(axis=0)
    return float(ruler.delta((part(whole, "common") / scalar(whole, "words"))[None].astype(np.float64))[0])


def _readings(
    authors: Mapping[str, Profile],
    indexes: Mapping[str, Fingerprint],
    texts: Mapping[str, str],
    slices: Mapping[str, list],
    most: int,
) -> None:
    """Of texts of each kind, how many are within the author's range, by row."""
    kinds: dict[str, list[StyleReport]] = {}
    whole = {
        name: ["".join(b.text for b in blocks[i : i + 20]) for i in range(0, len(blocks) - 19, 20)]
        for name, blocks in slices.items()
    }
    for name, author in authors.items():
        others = [one for one in authors.values() if one is not author]

        def told(text: str, author: Profile = author, others: list[Profile] = others) -> StyleReport:
            return report(author, [text], others, index=indexes[author.title], generated=False)

        training = texts[name][: int(TRAINING * len(texts[name]))]
        shuffled = whole[name][0].split(" ")
        random.Random(1).shuffle(shuffled)
        kinds.setdefault("own", []).extend(map(told, whole[name][:most]))
        kinds.setdefault("5-gram", []).append(told(imitation(training, 20, seed=7)))
        kinds.setdefault("shuffled", []).append(told(" ".join(shuffled)))
        middle = len(training) // 2
        kinds.setdefault("copied", []).append(told(training[middle : middle + 30_000]))
        kinds.setdefault("others", []).extend(told(whole[other][0]) for other in whole if other != name)
    lines = []
    for row in LABELS:
        cells = []
        for reports in kinds.values():
            found = [one for told in reports for one in told.rows if one.name == row]
            inside = sum(one.reading.startswith(WITHIN) or one.reading == "too short to say" for one in found)
            cells.append(f"{np.mean([one.text.value for one in found]):.3f} ({inside}/{len(found)})" if found else "–")
        lines.append([row, *cells])
    heads = [f"{kind} ({len(reports)})" for kind, reports in kinds.items()]
    print("\nmean (texts within the author's range / texts), 5,000 words each")
    print("\n".join(aligned(["", *heads], lines)))
    caught = {kind: sum("repeats the text" in one.verdict for one in reports) for kind, reports in kinds.items()}
    print(
        "\nflagged as repeating: " + ", ".join(f"{kind} {count}/{len(kinds[kind])}" for kind, count in caught.items())
    )


if __name__ == "__main__":
    main()
