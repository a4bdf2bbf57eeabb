"""The bundled voices: their figures beside the baselines, and ten texts of each that nobody has chosen.

    python -m benchmarks.voices > docs/voices.md
    python -m benchmarks.voices --read tinyshakespeare --before shakespeare-more 0.045146
    python -m benchmarks.voices --read doyle --before tolstoy 0.117925
    python -m benchmarks.voices --read tinyshakespeare --names shakespeare

With --read and --before it prints what the text that a voice had read before, its end held out, tells of the last tenth
of the text that came then: the 5-gram with and without its counts, and how many of the tenth's lines stand in it.
With --read and --names it prints what a voice and that tenth copy of the rest of a play, with and without the names of
speakers.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import argparse
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import rnnlab
from rnnlab.data.text.documents import split_at
from rnnlab.nn.sampling import Sampling
from rnnlab.scoring.originality.copying import copied_lengths
from rnnlab.scoring.originality.fingerprint import SHORT, Fingerprint
from rnnlab.tasks.text import writer
from rnnlab.tasks.text.data import open_text
from rnnlab.tasks.text.judge.score import ngram_score
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.train.checkpoint import checkpoint
from rnnlab.train.devices import quiet_threads

VOICES = ("shakespeare", "tolstoy", "kjv", "doyle")
SEEDS = range(1, 11)
OTHER_SEED = 101  # of the first text at a setting
MANY_SEEDS, LENGTH = range(1, 41), 1600  # texts, and characters of each, in which copied runs are counted
FEWEST = 30  # characters of a line that is looked for
HEAD = """# The bundled voices

`python -m benchmarks.voices > docs/voices.md` writes this page: the figures of each voice's card, and ten texts of
each at temperature 0.8, which `write` takes unless told otherwise, seeds 1 to 10. No text was chosen or left out.
`python -m rnnlab write VOICE --seed N` writes each again; on another processor a close choice may fall otherwise. The
page opens with a voice's own *balanced* preset, below.

Nats per character are streamed, on pages that the voice was not trained on; lower is better. The same pages chose which
step's weights were kept. The 5-gram has counted the text that the voice was trained on last, not what a voice that
began with the weights of another had read before; [experiments.md](experiments.md), "Shakespeare's other works first",
has it with that. All but `doyle` were trained in two rounds. Who *taught* a voice was trained on the same text,
and wrote more for it ([writing.md](writing.md)). *Known words* is the share of words that occur in the author's
training pages, in 5,000 words by the voice and in as many of the author's own: the mean of pages from ten parts of the
text, each beside the nine others. *Copied* is the share of runs of 20 characters that stand in the training text, in
what the voice writes, in the held-out pages, and in those ten parts, names of speakers apart. [writing.md](writing.md)
explains the rows.
"""
BALANCED = """
At each voice's *balanced* setting, with which the page opens, from other texts than those that chose it (seeds from 101
on):
"""
HOT = {"temperature": 1.8, "min_p": 0.05}  # found with seeds from 2001 on (docs/experiments.md)
BOTH = """
What each voice writes where it is to spell at least 97 % of its words as its author does and to copy no more than the
held-out pages, again from other texts: `shakespeare` and `tolstoy` by default, `doyle` at its *faithful* setting, `kjv`
so hot that it wanders from verse to verse ([experiments.md](experiments.md), "Spelling and copying at once"):
"""


def main() -> None:
    """Print the page."""
    quiet_threads()
    print(HEAD)
    print(table())
    print(BALANCED)
    print(settings_table({voice: writer.voice(voice).presets["balanced"] for voice in VOICES}))
    print(BOTH)
    usual = {"temperature": Sampling().temperature, "min_p": Sampling().min_p}
    faithful = writer.voice("doyle").presets["faithful"]
    print(settings_table({"shakespeare": usual, "tolstoy": usual, "kjv": HOT, "doyle": faithful}))
    for voice in VOICES:
        model = rnnlab.load(voice)
        print(f"\n## {voice}\n\n{checkpoint.load(model.folder).provenance['data'][0]['title']}.")
        for seed in SEEDS:
            text = model.write(seed=seed).strip("\n")
            print(f"\nSeed {seed}:\n\n```\n{text}\n```")


def table() -> str:
    """The figures that the cards hold, in Markdown."""
    names = ["voice", "began with", "taught by", "trained on", "held out", "nats", "5-gram", "below it"]
    names += ["known words", "(the author)", "copied", "(held-out pages)", "(ten parts)"]
    lines = [names, ["---"] * len(names), *map(_figures, VOICES)]
    return _markdown(lines)


def settings_table(settings: Mapping[str, Mapping[str, float]]) -> str:
    """What voices write at a temperature and a min-p each, in Markdown."""
    names = ["voice", "temperature", "min-p", "Cosine Delta", "known words", "(the author)"]
    names += ["copied", "(held-out pages)", "(ten parts)"]
    lines = [names, ["---"] * len(names)]
    for voice, setting in settings.items():
        rows = {row.name: row for row in rnnlab.load(voice).report(seed=OTHER_SEED, **setting).rows}
        known, copied = rows["spelling"], rows["copied_20"]
        assert known.held_out is not None, "the bundled voices have pages by their author"
        assert copied.held_out is not None, "and fingerprints"
        held_out = _copied(checkpoint.load(rnnlab.load(voice).folder).metrics, "held_out")
        shares = [known.text.value, known.held_out.value, copied.text.value, held_out, copied.held_out.value]
        figures = [f"{setting['temperature']:g}", f"{setting['min_p']:g}", f"{rows['delta'].text.value:.3f}"]
        lines.append([f"`{voice}`", *figures, *(f"{100 * one:.1f} %" for one in shares)])
    return _markdown(lines)


def _copied(figures: Mapping[str, Any], side: str) -> float:
    """The share of runs of 20 characters that stand in the training text, in what is "written" or "held_out"."""
    return float(figures["originality"][side]["shares"]["20"])


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figures(voice: str) -> list[str]:
    made = checkpoint.load(rnnlab.load(voice).folder)
    figures, [text] = made.metrics, made.provenance["data"]
    nats, ngram = figures["nats_per_char_streamed"], figures["ngram_nats_per_char"]
    rows: dict[str, Any] = figures["style"]["rows"]
    known, copied = rows["spelling"], rows["copied_20"]
    shares = [known["value"], known["held_out"], _copied(figures, "written"), _copied(figures, "held_out")]
    shares.append(copied["held_out"])
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


def names_copied(text: str, voice: str) -> list[str]:
    """Lines on how much of what is copied of a play, by a voice and by the last tenth, names a speaker."""
    _, held_out = split_at(open_text(text, TextConfig()).documents, 0.9)
    model = rnnlab.load(voice)
    index = checkpoint.load(model.folder).fingerprint
    assert index is not None, "the bundled voices have one"
    written = [model.write(length=LENGTH, seed=seed) for seed in MANY_SEEDS]
    preset = [model.write(length=LENGTH, seed=seed, preset="balanced") for seed in MANY_SEEDS]
    texts = {"held-out pages": held_out, "temperature 0.8": written, "balanced": preset}
    shares = {name: copied_shares(some, index) for name, some in texts.items()}
    return [
        f"{name}: {100 * every:.2f} %, apart from names {100 * rest:.2f} %" for name, (every, rest) in shares.items()
    ]


def copied_shares(texts: Sequence[str], index: Fingerprint) -> tuple[float, float]:
    """Of runs of 20 characters the share that is copied: of all, and apart from names of speakers."""
    every = np.concatenate([index.longest_spans(text)[SHORT - 1 :] for text in texts])
    rest = np.concatenate([copied_lengths(index, text)[SHORT - 1 :] for text in texts])
    return float((every >= SHORT).mean()), float((rest >= SHORT).mean())


def _letters(text: str) -> str:
    """A text's letters in lower case, one blank for whatever else stands between them."""
    return re.sub("[^a-z]+", " ", text.lower()).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voices", description=__doc__.split("\n")[0])
    parser.add_argument("--read", help="the text that a voice was trained on last")
    beside = parser.add_mutually_exclusive_group()
    beside.add_argument("--before", nargs=2, metavar=("TEXT", "SHARE"), help="what it had read before, and held out")
    beside.add_argument("--names", metavar="VOICE", help="a voice that was trained on it")
    asked = parser.parse_args()
    if bool(asked.read) != bool(asked.before or asked.names):
        parser.error("--read goes with --before or --names")
    if asked.names:
        print(*names_copied(asked.read, asked.names), sep="\n")
    elif asked.read:
        print(*read_before(asked.read, asked.before[0], float(asked.before[1])), sep="\n")
    else:
        main()
