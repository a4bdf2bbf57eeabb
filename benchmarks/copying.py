"""Copied spans: fingerprint against exact index, the cost of both, and writers that copy with and without leave.

python -m benchmarks.copying --text doyle --writer shakespeare tinyshakespeare --writer build/overtrained sonnets.txt

An over-trained writer is made of a short text, without dropout or averaging and with its last weights kept:
python -m rnnlab train text --data sonnets.txt --out build/overtrained --hidden 256 --layers 1 --embedding 32
    --input-dropout 0 --output-dropout 0 --recurrent-dropout 0 --weight-decay 0 --ema 0 --epochs 100 --batch 4
    --lr 0.004 --report-every 100000 --calibration 0
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import statistics
import time

import numpy as np

from rnnlab.data.text.documents import split_at
from rnnlab.runtime.opening import locate, open_located
from rnnlab.scoring.originality.copying import Copying, baseline, copied_lengths, is_copying, summed
from rnnlab.scoring.originality.exact import ExactIndex
from rnnlab.scoring.originality.fingerprint import Fingerprint
from rnnlab.tasks.text.data import open_text
from rnnlab.tasks.text.learn.settings import TextConfig
from rnnlab.tasks.text.use import MOST_TEXTS, Manner, drafts
from rnnlab.tasks.text.writer import reading
from rnnlab.terminal.commands import aligned
from rnnlab.train.devices import quiet_threads

SPANS, LENGTHS = 100_000, (20, 32, 45)
TEXTS, CHARACTERS = 50, 600


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", help="a text to compare fingerprint and exact index on")
    parser.add_argument("--writer", nargs=2, action="append", default=[], metavar=("MODEL", "DATA"))
    parser.add_argument("--speed", metavar="MODEL", help="a writer whose speed with and without is compared")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    quiet_threads()
    if asked.text:
        agreement(asked.text)
    for model, data in asked.writer:
        copying(model, data)
    if asked.speed:
        speed(asked.speed, asked.rounds)


def agreement(data: str) -> None:
    """Ask both indexes about spans of which half are the text's own and half have one character changed."""
    documents = open_text([data], TextConfig()).documents
    text = split_at(documents, 0.9)[0][0]
    began = time.process_time()
    exact = ExactIndex(text)
    built = time.process_time()
    prints = Fingerprint.of(text)
    ended = time.process_time()
    million = len(text) / 1e6
    print(f"{data}: {len(text):,} characters, {len(prints.bits) / 1e6 / million:.2f} MB a million characters")
    print(f"CPU seconds a million characters: exact {(built - began) / million:.2f}, ", end="")
    print(f"fingerprint {(ended - built) / million:.2f}")
    rows = []
    for length in LENGTHS:
        spans = _spans(text, length, np.random.default_rng(length))
        joined = "".join(span + "\0" for span in spans)
        last = np.arange(1, len(spans) + 1) * (length + 1) - 2
        truly = exact.longest_spans(joined)[last] >= length
        told = prints.longest_spans(joined)[last] >= length
        new = int((~truly).sum())
        alarms = int((told & ~truly).sum())
        counts = [f"{count:,}" for count in (truly.sum(), (truly & ~told).sum(), new, alarms)]
        rows.append([str(length), *counts, f"{alarms / new:.1e}"])
    print("\n".join(aligned(["length", "copied", "missed", "new", "false alarms", "rate"], rows)))


def _spans(text: str, length: int, random: np.random.Generator) -> list[str]:
    """Spans of a text, every other one with a character replaced by another of the text."""
    starts = random.integers(0, len(text) - length, SPANS)
    changed, others = random.integers(0, length, SPANS), random.integers(0, len(text), SPANS)
    spans = [text[start : start + length] for start in starts]
    for number in range(0, SPANS, 2):
        place, one = int(changed[number]), spans[number]
        spans[number] = one[:place] + text[others[number]] + one[place + 1 :]
    return spans


def copying(model: str, data: str) -> None:
    """Measure 50 texts of a writer with leave to copy and without by the exact index of what it was trained on."""
    made = open_located(locate(model))
    how = reading(made)
    training, held_out = split_at(open_text([data], how).documents, 1 - how.validation)
    exact = ExactIndex(training)
    human = baseline(exact, held_out)
    assert human is not None, "there are held-out pages"
    assert made.fingerprint is not None, "the writer has a fingerprint"
    limit = made.fingerprint.limit
    scores = {name: round(made.metrics[name], 3) for name in ("nats_per_char_windows", "ngram_nats_per_char")}
    print(f"{model}: limit {limit}, {scores}, held-out {_told(human.whole)}")
    for original in (False, True):
        texts = _texts(model, Manner(CHARACTERS, original=original))
        found = [copied_lengths(exact, text) for text in texts]
        longest = [int(spans.max()) for spans in found]
        whole = summed(np.concatenate(found))
        words = "without copying" if original else "free"
        print(f"  {words}: {_told(whole)}; flagged {is_copying(whole, human)}; ", end="")
        print(
            f"longest of a typical text {statistics.median(longest):g} (held-out {human.longest(CHARACTERS)}), ", end=""
        )
        print(f"under the limit in {sum(one < limit for one in longest)} of {len(longest)}")


def _texts(model: str, manner: Manner) -> list[str]:
    texts: list[str] = []
    while len(texts) < TEXTS:
        count = min(MOST_TEXTS, TEXTS - len(texts))
        *_, last = drafts(model, "", manner, seed=1 + len(texts), texts=count)
        texts += last.texts
    return texts


def _told(found: Copying) -> str:
    shares = ", ".join(f"{length}: {100 * share:.2f} %" for length, share in found.shares.items())
    middle, high = (f"{value:g}" for value in (found.median or 0, found.p99 or 0))
    return f"longest {found.longest:,}, median {middle}, 99th percentile {high}, shares {shares}"


def speed(model: str, rounds: int) -> None:
    """Compare CPU seconds of writing with and without, in turn, texts of one seed and of several."""
    rows = []
    for texts in (1, MOST_TEXTS):
        pairs = [
            [_seconds(model, original, texts, number) for original in (False, True)] for number in range(rounds + 1)
        ][1:]
        ratios = [with_ / without for without, with_ in pairs]
        shares = [f"{statistics.median(column) * 1e6:,.1f}" for column in zip(*pairs, strict=True)]
        rows.append([str(texts), *shares, f"{statistics.median(ratios):.3f}", f"{min(ratios):.3f}–{max(ratios):.3f}"])
    print("\n".join(aligned(["texts", "free, µs a character", "without copying", "ratio", "range"], rows)))


def _seconds(model: str, original: bool, texts: int, number: int) -> float:
    """CPU seconds a character."""
    manner = Manner(CHARACTERS, original=original)
    began = time.process_time()
    *_, last = drafts(model, "", manner, seed=1 + number, texts=texts)
    return (time.process_time() - began) / last.characters


if __name__ == "__main__":
    main()
