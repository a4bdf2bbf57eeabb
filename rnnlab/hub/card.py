"""A checkpoint's model card: its summary as Markdown, with the Hub's front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from rnnlab.summary import THIS_MODEL, Code, Section, Summary, Table
from rnnlab.train.checkpoint.checkpoint import CURVE, Checkpoint
from rnnlab.train.checkpoint.curves import finding, read_curve

LICENSE = "mit"
MADE = "How it was made"  # the section that the curve is drawn in


def card(checkpoint: Checkpoint, summary: Summary) -> str:
    """Write a checkpoint's model card from its own record."""
    parts = [f"---\n{_front_matter(summary)}\n---", f"# {summary.heading}"]
    for section in summary.sections:
        parts += [f"## {section.heading}"] if section.heading else []
        parts += [*(_curve(checkpoint) if section.heading == MADE else []), *_blocks(section)]
    return "\n\n".join(parts) + "\n"


def _front_matter(summary: Summary) -> str:
    results = []
    for one in summary.results:
        data = {"type": one.dataset, "name": one.dataset_name, "config": one.config, "split": one.split}
        measured = {"type": one.metric, "name": one.name, "value": round(one.value, 5)}
        told: dict[str, Any] = {f"dataset_{part}": value for part, value in data.items()}
        told |= {f"metric_{part}": value for part, value in measured.items()}
        results.append(EvalResult(task_type=summary.pipeline or "", **told))
    known = {"language": summary.language, "pipeline_tag": summary.pipeline, "model_name": summary.model_name}
    about: dict[str, Any] = known | {"license": LICENSE, "library_name": "rnnlab", "tags": ["rnnlab", *summary.tags]}
    return str(ModelCardData(eval_results=results or None, **about).to_yaml())


def _curve(checkpoint: Checkpoint) -> list[str]:
    """The training's curve as the picture that lies beside the card, if there is one to draw."""
    found = read_curve(checkpoint.metrics.get("curve"))
    return [f"![{finding(found)}]({CURVE})"] if found else []


def _blocks(section: Section) -> list[str]:
    blocks: list[str] = []
    for block in section.blocks:
        if isinstance(block, Table):
            blocks += [block.caption] if block.caption else []
            blocks.append(_table(block))
        else:
            blocks.append(_fenced(block) if isinstance(block, Code) else block)
    return blocks


def _fenced(code: Code) -> str:
    """Text in a fence longer than any run of backticks in it: what a person or a model wrote is untrusted."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code.text)), default=0))
    return f"{fence}{code.language}\n{code.text}\n{fence}"


def _table(table: Table) -> str:
    """A Markdown table, the model's own column or row in bold; bars and line breaks in cells are escaped."""
    own = table.head.index(THIS_MODEL) if THIS_MODEL in table.head else -1
    lines = [_bold(table.head, own), ["---"] * len(table.head)]
    lines += [_bold(row, own, all=row[0].startswith(THIS_MODEL)) for row in table.rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _bold(cells: Iterable[str], own: int, *, all: bool = False) -> list[str]:
    return [f"**{cell}**" if cell and (all or place == own) else cell for place, cell in enumerate(cells)]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "\\n")
