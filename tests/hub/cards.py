"""What the Hub objects to in a card's front matter, as its documentation of model cards describes it."""

from __future__ import annotations

from typing import Any

import yaml

WORDS = ("license", "library_name", "pipeline_tag")


def objections(content: str) -> list[str]:
    """One sentence a fault; none for a card that the Hub takes."""
    if not content.startswith("---\n"):
        return []
    try:
        said = yaml.safe_load(content[4:].partition("\n---")[0])
    except yaml.YAMLError as error:
        return [f"YAML: {error}"]
    if not isinstance(said, dict):
        return ["the front matter must be an object"]
    found = [f'"{name}" must be a string' for name in WORDS if name in said and not isinstance(said[name], str)]
    tags = said.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        found.append('"tags" must be an array of strings')
    index = said.get("model-index", [])
    if not isinstance(index, list):
        return [*found, '"model-index" must be an array']
    return found + [fault for number, model in enumerate(index) for fault in _model(model, f"model-index[{number}]")]


def _model(model: Any, place: str) -> list[str]:
    if not isinstance(model, dict) or not isinstance(model.get("name"), str):
        return [f'"{place}.name" is required']
    results = model.get("results")
    if not isinstance(results, list):
        return [f'"{place}.results" is required']
    return [fault for number, result in enumerate(results) for fault in _result(result, f"{place}.results[{number}]")]


def _result(result: Any, place: str) -> list[str]:
    """A result names a task, a dataset by type and name, and at least one metric by type and value."""
    found = []
    for part, fields in {"task": ("type",), "dataset": ("type", "name")}.items():
        given = result.get(part) if isinstance(result, dict) else None
        found += [f'"{place}.{part}.{name}" is required' for name in fields if not _is_word(given, name)]
    metrics = result.get("metrics") if isinstance(result, dict) else None
    if not isinstance(metrics, list) or not metrics:
        return [*found, f'"{place}.metrics" is required']
    for number, metric in enumerate(metrics):
        if not _is_word(metric, "type") or metric.get("value") is None:
            found.append(f'"{place}.metrics[{number}]" must have a type and a value')
    return found


def _is_word(given: Any, name: str) -> bool:
    return isinstance(given, dict) and isinstance(given.get(name), str) and bool(given[name])
