"""The commands on data: what is bundled, cached and fetchable, and data fetch."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from rnnlab import service
from rnnlab.commands.shared import Answer, add_command


def add_commands(commands: Any) -> None:
    """Add `data` and `data fetch`."""
    data = add_command(commands, "data", "list the data that is bundled, cached or can be fetched", _data)
    fetch = add_command(data.add_subparsers(metavar="fetch"), "fetch", "fetch a text", _fetch)
    fetch.add_argument(
        "name",
        metavar="NAME",
        help="as `rnnlab data` lists it, such as doyle, or owner/dataset of the Hugging Face Hub",
    )
    fetch.add_argument("--column", help="of a dataset: what holds the text (default text, or the only one of texts)")
    fetch.add_argument("--split", help="of a dataset (default train, or the only one)")
    fetch.add_argument("--revision", help="of a dataset: a branch, a tag or a commit (default main)")
    fetch.add_argument("--first-mb", type=float, help="of a dataset: no more than its first so many MB (default: all)")
    fetch.add_argument("--seconds", type=float, default=120, help="time limit of the download (default 120)")


def _data(asked: argparse.Namespace) -> Answer:
    tables, texts = service.bundled_data(), service.known_texts()
    if not asked.json:
        print("\n".join(service.data_lines(tables, texts)))
    return {"data": tables, "texts": texts}


def _fetch(asked: argparse.Namespace) -> Answer:
    answer = service.fetch(
        asked.name, column=asked.column, split=asked.split, revision=asked.revision, seconds=asked.seconds,
        progress=lambda words: print(words, file=sys.stderr, flush=True), first_mb=asked.first_mb,
    )  # fmt: skip
    if not asked.json:
        size = f"{answer['characters']:,} characters, " if answer["characters"] else ""
        print(f"{answer['name']}: {size}{answer['licence']}; use it as train text --data {answer['name']}")
    return answer
