"""The task "text": writing in the style of the author of a text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from rnnlab.data.fetch import hub_datasets
from rnnlab.data.fetch.listing import known_texts
from rnnlab.options import Option
from rnnlab.runtime.callers import Caller
from rnnlab.tasks.kind import Evaluation, TaskKind
from rnnlab.tasks.text.api import TextModel
from rnnlab.tasks.text.judge.evaluating import evaluate as evaluated
from rnnlab.tasks.text.learn.source import TextSource, read, settings
from rnnlab.tasks.text.learn.training import prepare
from rnnlab.tasks.text.summary import score_table, summary
from rnnlab.tasks.text.writer import check_record, open_writer


def setting_groups() -> dict[str, list[Option]]:
    """The settings; sizes, dropout and epochs follow from the text's size unless they are given."""
    return {"settings": settings()}


def evaluate(model: str, data: Sequence[str], arguments: Mapping[str, Any], caller: Caller, device: str) -> Evaluation:
    """Score a writer on the held-out end of a text; RnnlabError if something cannot be used as it is."""
    found = evaluated(model, data, caller=caller, device=device, **arguments)
    return Evaluation(found, [score_table(found)], found["notices"])


def bundled() -> list[str]:
    """The fetched texts; in a Space no datasets: what another visitor fetched is not told."""
    shared = bool(os.environ.get("SPACE_ID"))
    fetched = [one for one in known_texts() if one["state"] == "cached"]
    return [str(one["name"]) for one in fetched if not (shared and "commit" in one)]


def fetch(name: str) -> list[str]:
    """The command that fetches a text of the catalog, or a dataset as it was fetched here, on another machine."""
    words = ["data", "fetch", name]
    dataset = hub_datasets.fetched_dataset(name)
    if dataset is not None:
        words += ["--revision", dataset.commit, "--split", dataset.split, "--column", dataset.column]
    return words


FORM = ("encoding", "column", "documents", "marker", "shuffle", "rare")  # what the page offers on how a text is read

KIND = TaskKind(
    name="text",
    title="Write in a style",
    verb="writes",
    help="train a writer on an author's text",
    use='write {model} --prompt "..."',
    shape="many-to-many",
    data="a fetched text or dataset, a text file, several files or a folder of them (one text), or a folder of shards",
    counted="tokens",
    loss="Loss, nats per symbol",
    unit="characters",
    most=3_000_000,
    settings=setting_groups,
    read=read,
    prepare=prepare,
    check=check_record,
    usable=open_writer,
    summary=summary,
    tables=lambda result: [score_table(result)],
    load=TextModel.of,
    evaluate=evaluate,
    form=lambda: [known for known in settings() if known.name in FORM],
    doubts=TextSource.on_alphabet,
    reading=("fold_case", "documents", "marker", "encoding", "column", "shuffle", "validation"),
    bundled=bundled,
    fetch=fetch,
    arguments=("teacher",),
    verbs=("write", "report", "export"),
    commands="rnnlab.tasks.text.commands",
    tab="Write",
    page="rnnlab.tasks.text.page.tab",
)
