"""Whether the flair follows the slider: two bundled voices blended, and one moved away from the other.

python -m benchmarks.blending            (docs/experiments.md; several minutes)

Each mixture writes texts of 250 words at temperature 0.8; all of a mixture's texts together are held against both
authors' profiles, and their bits per character under each network alone are those of the text's own characters.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rnnlab.data.text.vocab import encode_compactly
from rnnlab.nn.stepping import WEIGHTS
from rnnlab.runtime.opening import open_checkpoint
from rnnlab.scoring.style.report import StyleReport, report
from rnnlab.scoring.style.words import blocks_of
from rnnlab.tasks.text.judge.profiling import Author, author_of
from rnnlab.tasks.text.judge.score import characters_of, windowed_losses
from rnnlab.tasks.text.manner import PLAUSIBLE, Manner
from rnnlab.tasks.text.use import MOST_TEXTS, drafts
from rnnlab.tasks.text.writer import open_writing

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
CONTRASTS = (0.25, 0.5, 1.0)  # of 0, the text is that of the share 0
CHARACTERS = 1_900  # of a text, in which there are 250 words
ROWS = ("spelling", "bigrams", "repetition", "copied_20")


def main() -> None:
    """Print a line for each share, for the cut of the contrasts alone, and for each contrast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=MOST_TEXTS, help="of 250 words, for each mixture")
    parser.add_argument("--first", default="shakespeare", help="the voice that is blended with")
    parser.add_argument("--second", default="doyle", help="this one")
    parser.add_argument("--weights", choices=WEIGHTS, default="fp32", help="int8 takes half the time")
    parser.add_argument("--keep", type=Path, help="a folder for the texts")
    asked = parser.parse_args()
    names = (asked.first, asked.second)
    authors = [author_of(open_checkpoint(name)) for name in names]
    figures = [*(f"Delta to {name}" for name in names), f"probability of {names[0]}", *ROWS]
    print(" | ".join(["", *figures, *(f"bits of {name}" for name in names)]))
    for words, manner in _mixtures(asked.second).items():
        texts = list(_texts(asked.first, replace(manner, weights=asked.weights), asked.texts))
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            (asked.keep / f"{words}.txt").write_text("\n\n---\n\n".join(texts))
        cells = [words, *_flair(authors, texts), *(_bits(name, texts) for name in names)]
        print(" | ".join(cells), flush=True)


def _mixtures(second: str) -> dict[str, Manner]:
    """How to write, by what it is called; the cut alone tells what of a contrast's effect is its cut."""
    shares = {f"share {value:g}": Manner(CHARACTERS, blend=second, share=value) for value in SHARES}
    cut = {f"min-p {PLAUSIBLE:g} alone": Manner(CHARACTERS, sampling={"min_p": PLAUSIBLE})}
    return (
        shares | cut | {f"contrast {value:g}": Manner(CHARACTERS, blend=second, contrast=value) for value in CONTRASTS}
    )


def _texts(model: str, manner: Manner, texts: int) -> Iterator[str]:
    """So many texts of 250 words, with the seeds from 1 on."""
    for first in range(0, texts, MOST_TEXTS):
        *_, last = drafts(model, "", manner, seed=1 + first, texts=min(MOST_TEXTS, texts - first))
        for text in last.texts:
            yield next(block.text for block in blocks_of([text]))


def _flair(authors: list[Author], texts: list[str]) -> list[str]:
    """Delta to both authors, the probability of the first, and what else of the report tells whether it is a text."""
    told = [
        report(one.profile, texts, [other.profile for other in authors if other is not one], index=one.index)
        for one in authors
    ]
    own = [_figure(told[0], name) for name in ROWS]
    return [_figure(told[0], "delta"), _figure(told[1], "delta"), _figure(told[0], "attribution"), *own]


def _figure(told: StyleReport, name: str) -> str:
    row = next((row for row in told.rows if row.name == name), None)
    if row is None:
        return "–"
    low, high = row.text.low, row.text.high
    spread = "" if low is None or high is None else f" ({low:.3f}–{high:.3f})"
    return f"{row.text.value:.3f}{spread}"


def _bits(name: str, texts: list[str]) -> str:
    """Bits a character of the texts under one network alone; what it does not know is left out."""
    writer = open_writing(name)
    known = set(writer.vocabulary.alphabet)
    text = "\n\n".join("".join(one for one in text if one in known) for text in texts)
    ids, lengths = encode_compactly(writer.vocabulary, [text]), characters_of(writer.vocabulary)
    return f"{windowed_losses(writer.model, ids, lengths).sum() / (len(ids) - 1) / math.log(2):.2f}"


if __name__ == "__main__":
    main()
