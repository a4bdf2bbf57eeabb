"""The commands on data: what is bundled, cached and fetchable, and data fetch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rnnlab.data.fetch import listing
from rnnlab.data.fetch.listing import bundled_data, known_texts
from rnnlab.service.sharding import make_shards
from rnnlab.terminal.commands import Answer, add_command, picked
from rnnlab.terminal.streams import aside, show

NAMES = ("data",)


def add_commands(commands: Any, given: Sequence[str] = ()) -> None:
    """Add `data` and `data fetch`."""
    data = add_command(commands, "data", "list the data that is bundled, cached or can be fetched", _data)
    asks = data.add_subparsers(metavar="fetch|shards")
    fetch = add_command(asks, "fetch", "fetch a text", _fetch)
    listed = "a name that `rnnlab data` lists, such as doyle, or owner/dataset on the Hugging Face Hub"
    fetch.add_argument("name", metavar="NAME", help=listed)
    fetch.add_argument("--column", help="column of the text, for a dataset or tables")
    fetch.add_argument("--split", help="split of a dataset (default train, or the only one)")
    fetch.add_argument("--revision", help="revision of a dataset: a branch, a tag or a commit (default main)")
    fetch.add_argument("--first-mb", type=float, help="read at most this many MB of a dataset (default: all)")
    fetch.add_argument("--seconds", type=float, default=120, help="time limit of the download in seconds (default 120)")

    shards = add_command(asks, "shards", "cut a text larger than memory into shards, to train a writer on", _shards)
    sources = "text files, folders of them, or one owner/dataset"
    shards.add_argument("sources", metavar="TXT|DIR|DATASET", nargs="+", help=sources)
    shards.add_argument("--out", required=True, metavar="DIR", help="the folder to create")
    shards.add_argument("--name", help="name of the text (default: the first file's name)")
    shards.add_argument(
        "--millions", type=float, default=8.0, help="approximate size of a shard in millions of characters (default 8)"
    )
    shards.add_argument("--column", help="column of the text, for a dataset or tables")
    shards.add_argument("--split", help="split of a dataset (default train, or the only one)")
    shards.add_argument("--revision", help="revision of a dataset: a branch, a tag or a commit (default main)")
    shards.add_argument("--seconds", type=float, help="time limit of a dataset's download in seconds (default 3600)")
    shards.add_argument("--encoding", help="encoding of the files, such as KOI8-R (default UTF-8)")


def _data(asked: argparse.Namespace) -> Answer:
    tables, texts = bundled_data(), known_texts()
    if not asked.json:
        show("\n".join(_lines(tables, texts)))
    return {"data": tables, "texts": texts}


def _fetch(asked: argparse.Namespace) -> Answer:
    how = picked(asked, ("column", "split", "revision", "seconds", "first_mb"))
    answer = listing.fetch(asked.name, progress=aside, **how)
    if not asked.json:
        size = f"{answer['characters']:,} characters, " if answer["characters"] else ""
        show(f"{answer['name']}: {size}{answer['licence']}; use it as --data {answer['name']}")
    return answer


def _shards(asked: argparse.Namespace) -> Answer:
    how = picked(asked, ("name", "millions", "column", "split", "revision", "seconds", "encoding"))
    answer = make_shards(asked.sources, asked.out, progress=aside, **how)
    if not asked.json:
        shards = "1 shard" if answer["shards"] == 1 else f"{answer['shards']:,} shards"
        told = f"{answer['characters']:,} characters, {answer['alphabet']:,} distinct, in {shards}"
        show("\n".join([f"{answer['name']}: {told}; use it as --data {asked.out}", *answer["notices"]]))
    return answer


def _lines(tables: Sequence[dict[str, Any]], texts: Sequence[dict[str, Any]]) -> list[str]:
    """What is bundled, cached and fetchable."""
    prices = [
        f"{one['name']:<22} {one['state']:<9} {one['rows']:>9,} rows        {one['start']} – {one['end']}  "
        f"{one['bytes'] / 1e6:5.2f} MB  {one['licence']:<8} {one['title']} ({one['source']})"
        for one in tables
    ]
    return [
        *prices,
        "A ticker's name, pool (29 stocks) or bundled (all that suit training) can be given to --data of a training.",
        *map(_written, texts),
        "Fetch a text with: python -m rnnlab data fetch NAME (owner/dataset for one of the Hugging Face Hub); then its"
        " name can be given to --data of a training.",
    ]


def _written(text: dict[str, Any]) -> str:
    """A text's line: its size, author, title and source; the source of a dataset says all there is to say."""
    size = "unknown" if text["characters"] is None else f"{text['characters']:,}"
    whose = text["source"] if "commit" in text else f"{text['author']}, {text['title']} ({text['source']})"
    return f"{text['name']:<22} {text['state']:<9} {size:>9} characters  {whose}"
