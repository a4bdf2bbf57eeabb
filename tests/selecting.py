"""Which tests run, and in which order: all of them, what CI runs, or what a minute allows."""

import random

import pytest

# Files by the CPU seconds that they take, the longest first: two workers that begin with them end together. With --fast
# none of them is read.
LONGEST = [
    "processes",
    "own_task",
    "own_cell",
    "documents",
    "examples",
    "jobs",
    "browser",
    "command_line",
    "text_tuning",
    "visit_training",
    "yahoo",
    "ticker_browser",
    "typed_datasets",
    "hub_texts",
    "train_browser",
    "checkpoints_browser",
    "shards",
    "text_commands",
    "sharing",
    "gate",
    "text_service",
    "project",
    "page",
    "fuzz",
    "forecast_bench",
    "no_telemetry",
    "price_sources",
    "ticker_page",
    "train_endpoints",
    "spaces",
    "round_trips",
    "lending",
    "linear_texts",
    "written_everywhere",
    "branching",
    "blending",
    "crossing",
    "style_reports",
    "style",
    "loop",
    "checkpoints_page",
    "file_kinds",
    "rotten_cache",
    "write_page",
    "hub",
    "raw_calls",
    "leaks",
    "price_growth",
    "service",
    "damage_everywhere",
    "exchanges",
    "generate",
    "vocab",
    "density",
    "interrupts",
    "calibrate",
    "streams",
    "unseen",
    "large_weights",
    "special_files",
    "odd_answers",
    "checkpoint",
    "evidence",
    "fine_tuning",
    "stepping",
    "panels",
    "years",
    "backtest_results",
    "ledger",
]
PLACES = {f"test_{name}": place for place, name in enumerate(LONGEST)}


def place(item: pytest.Item) -> int:
    """Where the file of a test stands among the longest; the others come after them."""
    return PLACES.get(item.path.stem, len(PLACES))


def unsampled(items: list[pytest.Item]) -> set[pytest.Item]:
    """Of the tests marked `sampled(n)`, all but n of each function, drawn by its name."""
    functions: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            functions.setdefault(item.nodeid.split("[")[0], []).append(item)
    left: set[pytest.Item] = set()
    for name, of_one in functions.items():
        [count] = of_one[0].get_closest_marker("sampled").args
        left |= set(random.Random(name).sample(of_one, max(0, len(of_one) - count)))
    return left


def left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    """What does not run without --all."""
    return unsampled(items) | {item for item in items if item.get_closest_marker("long")}
