"""The bundled voices: their figures beside the baselines, and ten texts of each that nobody has chosen.

python -m benchmarks.voices > docs/voices.md
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

from typing import Any

import rnnlab
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.devices import quiet_threads

VOICES = ("shakespeare", "tolstoy", "kjv", "doyle")
SEEDS = range(1, 11)
HEAD = """# The bundled voices

`python -m benchmarks.voices > docs/voices.md` writes this page: the figures of each voice's card, and ten texts of
each, default settings, seeds 1 to 10. No text was chosen or left out. `python -m rnnlab write VOICE --seed N` writes
each again; on another processor a close choice may fall otherwise.

Nats per character are streamed, on pages that the voice was not trained on; lower is better. The same pages chose
which step's weights were kept, and `shakespeare` is the best of three seeds. *Known words* is the share of words that
occur in the author's training pages: in what the voice writes, and in as many of the author's own held-out pages.
*Copied* is the share of runs of 20 characters that stand in the training text, in what the voice writes and in held-out
pages. [writing.md](writing.md) explains the rows.
"""


def main() -> None:
    """Print the page."""
    quiet_threads()
    print(HEAD)
    print(table())
    for voice in VOICES:
        writer = rnnlab.load(voice)
        print(f"\n## {voice}\n\n{checkpoint.load(writer.folder).provenance['data'][0]['title']}.")
        for seed in SEEDS:
            text = writer.write(seed=seed).strip("\n")
            print(f"\nSeed {seed}:\n\n```\n{text}\n```")


def table() -> str:
    """The figures that the cards hold, in Markdown."""
    names = [
        "voice",
        "trained on",
        "held out",
        "nats",
        "5-gram",
        "below it",
        "known words",
        "author",
        "copied",
        "author",
    ]
    lines = [names, ["---"] * len(names), *map(_figures, VOICES)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(voice: str) -> list[str]:
    made = checkpoint.load(rnnlab.load(voice).folder)
    figures, [text] = made.metrics, made.provenance["data"]
    nats, ngram = figures["nats_per_char_streamed"], figures["ngram_nats_per_char"]
    rows: dict[str, Any] = figures["style"]["rows"]
    shares = [f"{100 * rows[row][key]:.1f} %" for row in ("spelling", "copied_20") for key in ("value", "held_out")]
    learnt = text["characters"] - figures["characters"]
    sizes = [f"{size:,}" for size in (learnt, figures["characters"])]
    return [f"`{voice}`", *sizes, f"{nats:.4f}", f"{ngram:.4f}", f"{100 * (1 - nats / ngram):.1f} %", *shares]


if __name__ == "__main__":
    main()
