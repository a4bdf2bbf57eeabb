"""The bundled voices: their figures beside the baselines, and ten texts of each that nobody has chosen.

    python -m benchmarks.voices > docs/voices.md
    python -m benchmarks.voices --read tinyshakespeare --before shakespeare-more 0.045146
    python -m benchmarks.voices --read doyle --before tolstoy 0.117925

With --read and --before it prints what the text that a voice had read before, its end held out, tells of the last tenth
of the text that came then: the 5-gram with and without its counts, and how many of the tenth's lines stand in it.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import argparse
import re
from typing import Any

import rnnlab
from rnnlab.data.text.documents import split_at
from rnnlab.tasks.text.data import open_text
from rnnlab.tasks.text.judge.score import ngram_score
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.devices import quiet_threads

VOICES = ("shakespeare", "tolstoy", "kjv", "doyle")
SEEDS = range(1, 11)
FEWEST = 30  # characters of a line that is looked for
HEAD = """# The bundled voices

`python -m benchmarks.voices > docs/voices.md` writes this page: the figures of each voice's card, and ten texts of
each at temperature 0.8, which `write` takes unless told otherwise, seeds 1 to 10. No text was chosen or left out.
`python -m rnnlab write VOICE --seed N` writes each again; on another processor a close choice may fall otherwise. The
page writes at a voice's own *balanced* temperature.

Nats per character are streamed, on pages that the voice was not trained on; lower is better. The same pages chose
which step's weights were kept. The 5-gram has counted the text that the voice was trained on last, not what a voice
that began with the weights of another had read before; [experiments.md](experiments.md), "Shakespeare's other works
first", has it with that. Who *taught* a voice was trained on the same text, and wrote more for it
([writing.md](writing.md)). *Known words* is the share of words that occur in the author's training pages, in 5,000
words by the voice and in as many of the author's own: the mean of pages from ten parts of the text, each beside the
nine others. *Copied* is the share of runs of 20 characters that stand in the training text, in what the voice writes,
in the held-out pages, and in those ten parts. [writing.md](writing.md) explains the rows.
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
    names = ["voice", "began with", "taught by", "trained on", "held out", "nats", "5-gram", "below it"]
    names += ["known words", "(the author)", "copied", "(held-out pages)", "(ten parts)"]
    lines = [names, ["---"] * len(names), *map(_figures, VOICES)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(voice: str) -> list[str]:
    made = checkpoint.load(rnnlab.load(voice).folder)
    figures, [text] = made.metrics, made.provenance["data"]
    nats, ngram = figures["nats_per_char_streamed"], figures["ngram_nats_per_char"]
    rows: dict[str, Any] = figures["style"]["rows"]
    known, copied = rows["spelling"], rows["copied_20"]
    held_out = figures["originality"]["held_out"]["shares"]["20"]
    shares = [known["value"], known["held_out"], copied["value"], held_out, copied["held_out"]]
    learnt = text["characters"] - figures["characters"]
    sizes = [f"{size:,}" for size in (learnt, figures["characters"])]
    base = f"`{made.provenance['from']['name']}`" if "from" in made.provenance else "–"
    teachers = ", ".join(f"`{one['name']}`" for one in made.provenance.get("teachers", [])) or "–"
    below = f"{100 * (1 - nats / ngram):.1f} %"
    percents = [f"{100 * one:.1f} %" for one in shares]
    return [f"`{voice}`", base, teachers, *sizes, f"{nats:.4f}", f"{ngram:.4f}", below, *percents]


def read_before(text: str, before: str, share: float) -> list[str]:
    """Lines on what one text, a share of it at its end held out, tells of the last tenth of another."""
    learnt, held_out = split_at(open_text(text, TextConfig()).documents, 0.9)
    first, _ = split_at(open_text(before, TextConfig()).documents, 1 - share)
    alone, both = (ngram_score(some, held_out)["ngram_nats_per_char"] for some in (learnt, [*first, *learnt]))
    lines = [_letters(line) for one in held_out for line in one.splitlines() if len(line) >= FEWEST]
    known = _letters("\n".join(first))
    found = [line for line in lines if line in known]
    told = [f"5-gram of {text}: {alone:.4f} nats per character; with {before}: {both:.4f}"]
    return [
        *told,
        f"of {len(lines):,} lines of {FEWEST} characters or more, {len(found):,} stand in {before}",
        *found[:5],
    ]


def _letters(text: str) -> str:
    """A text's letters in lower case, one blank for whatever else stands between them."""
    return re.sub("[^a-z]+", " ", text.lower()).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voices", description=__doc__.split("\n")[0])
    parser.add_argument("--read", help="the text that a voice was trained on last")
    parser.add_argument("--before", nargs=2, metavar=("TEXT", "SHARE"), help="what it had read before, and held out")
    asked = parser.parse_args()
    if bool(asked.read) != bool(asked.before):
        parser.error("--read and --before go together")
    if asked.read:
        print(*read_before(asked.read, asked.before[0], float(asked.before[1])), sep="\n")
    else:
        main()
