"""What was pulled and what can be, as lines for a terminal; knows what the keys mean and nothing else."""

from __future__ import annotations

from typing import Any

from rnnlab.tasks.forecast.lines import table

MEASURES = 3  # of a card's, shown in a list


def pulled_lines(answer: dict[str, Any]) -> list[str]:
    """Where a checkpoint is, what it says was measured, and how to use it."""
    scores = [f"{name} {value:.4g}" for name, value in answer["metrics"].items()]
    use = {
        "text": f'python -m rnnlab write {answer["repo"]} --prompt "..."',
        "forecast": f"python -m rnnlab forecast {answer['repo']} --data AAPL",
    }
    return [
        f"{answer['repo']} at commit {answer['commit'][:12]}, checked, is in {answer['folder']}",
        *(["its own record: " + ", ".join(scores)] if scores else []),
        f"use it: {use[answer['task']]}",
    ]


def models_lines(answer: dict[str, Any]) -> list[str]:
    """The bundled checkpoints, then those of the Hub with what their cards say of them."""
    bundled = [[one["name"], one["task"], one["cell"], f"{one['parameters']:,}"] for one in answer["bundled"]]
    lines = table(["bundled", "task", "cell", "weights"], bundled)
    if answer["hub"]:
        rows = [
            [one["repo"], one["task"], one["modified"], f"{one['downloads']:,}", _measured(one["metrics"])]
            for one in answer["hub"]
        ]
        lines += ["", *table(["on the Hub", "task", "modified", "downloads", "its card says"], rows)]
    return lines


def _measured(metrics: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in list(metrics.items())[:MEASURES])
