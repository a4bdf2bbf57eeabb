"""Which tests run, and in which order: all of them, what CI runs, or what a minute allows."""

import random

import pytest

# Files by the CPU seconds that they take, the longest first: two workers that begin with them end together. With --fast
# none of them is read.
LONGEST = (
    "test_processes", "test_own_task", "test_own_cell", "test_documents", "test_examples", "test_jobs",
    "test_browser", "test_command_line", "test_text_tuning", "test_visit_training",
    "test_typed_datasets", "test_hub_texts", "test_train_browser", "test_checkpoints_browser", "test_shards",
    "test_text_commands", "test_sharing", "test_gate", "test_text_service", "test_project", "test_page", "test_fuzz",
    "test_forecast_bench", "test_no_telemetry", "test_train_endpoints", "test_spaces",
    "test_round_trips", "test_lending", "test_linear_texts",
    "test_written_everywhere", "test_loop", "test_checkpoints_page", "test_file_kinds", "test_rotten_cache",
    "test_write_page", "test_hub", "test_raw_calls", "test_leaks", "test_price_growth", "test_service",
    "test_damage_everywhere", "test_exchanges", "test_generate", "test_vocab", "test_density", "test_interrupts",
    "test_calibrate", "test_streams", "test_unseen", "test_large_weights", "test_special_files", "test_odd_answers",
    "test_checkpoint", "test_evidence", "test_fine_tuning", "test_stepping", "test_panels", "test_years",
)  # fmt: skip
PLACES = {name: place for place, name in enumerate(LONGEST)}


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
