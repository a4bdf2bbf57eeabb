"""Trains writers on cuts of texts with the settings proposed for their size: do they beat the 5-gram, and when?

    python -m benchmarks.proposals FILE … [--sizes 5 15 45 100 200 500] [--at 0] [--seeds 1] [--set hidden=64 …]

A size is in thousands of characters, from character --at of the file on; each cut is a text of its own, its last tenth
held out. One training after the other, on one thread. `--until-passed` ends each as soon as its loss is below the
5-gram's: of a large text that is enough to know.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import ast
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from rnnlab.data.text.corpus import Corpus, read_corpus
from rnnlab.data.text.documents import split_at
from rnnlab.runtime.run_log import TrainResult
from rnnlab.runtime.training import train
from rnnlab.tasks.kind import Request
from rnnlab.tasks.text.judge.score import ngram_score
from rnnlab.tasks.text.kind import KIND as TEXT
from rnnlab.tasks.text.learn.settings import proposed

SHOWN = ("hidden", "layers", "batch", "epochs")
HEAD = "text, size, seed, settings, 5-gram, windows, streamed, CPU seconds, best step, steps, passed at"


@dataclass(frozen=True)
class Cut:
    """A text of so many characters and its 5-gram's nats a character on the last tenth."""

    name: str
    file: Path
    corpus: Corpus
    ngram: float

    @classmethod
    def of(cls, source: Path, size: int, at: int, folder: Path) -> Cut:
        """Cut characters out of a file; fewer if it ends before."""
        text = read_corpus(source).documents[0][at : at + size]
        file = folder / f"{source.stem}-{size}-{at}.txt"
        file.write_text(text, encoding="utf-8")
        corpus = read_corpus(file)
        ngram = ngram_score(*split_at(corpus.documents, 0.9))["ngram_nats_per_char"]
        return cls(source.stem, file, corpus, ngram)


def main(asked: argparse.Namespace) -> None:
    """Train on every cut with every seed, a line each."""
    torch.set_num_threads(1)
    changed = {name: _value(value) for name, _, value in (one.partition("=") for one in asked.set)}
    print(f"{_processor()}, torch {torch.__version__}, one thread\n{HEAD}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in asked.sizes:
            for source in asked.texts:
                cut = Cut.of(Path(source), int(1000 * size), asked.at, Path(folder))
                for seed in asked.seeds:
                    print(_trained(cut, changed | {"seed": seed}, whole=not asked.until_passed), flush=True)


def _trained(cut: Cut, changed: dict[str, Any], *, whole: bool) -> str:
    used, passed, scores, ended = time.process_time(), "never", ["–", "–"], ["–", "–"]
    for event in train(TEXT, Request.of(str(cut.file), changed | {"device": "cpu"})):
        if isinstance(event, TrainResult):
            scores = [f"{event.summary[f'nats_per_char_{name}']:.3f}" for name in ("windows", "streamed")]
            ended = [f"{event.summary[name]:,}" for name in ("best_step", "steps")]
        elif passed == "never" and event.scores["nats_per_char"] < cut.ngram:
            passed = f"step {event.step:,} of {event.steps:,}, {time.process_time() - used:.0f} s"
            if not whole:
                break
    told = [cut.name, f"{cut.corpus.characters:,}", changed["seed"], _settings(cut.corpus.characters, changed)]
    told += [f"{cut.ngram:.3f}", *scores, f"{time.process_time() - used:.0f}", *ended, passed]
    return "  ".join(map(str, told))


def _settings(characters: int, changed: dict[str, Any]) -> str:
    model, train, text = proposed(characters, changed)
    found = vars(model) | vars(train) | vars(text)
    return " ".join(f"{name} {found[name]}" for name in SHOWN)


def _value(written: str) -> Any:
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", metavar="FILE", help="text files")
    parser.add_argument("--sizes", nargs="+", type=float, default=[5, 15, 45, 100, 200, 500])
    parser.add_argument("--at", type=int, default=0, help="the cut's first character")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--until-passed", action="store_true", help="end each training once it beats the 5-gram")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting not as proposed")
    main(parser.parse_args())
