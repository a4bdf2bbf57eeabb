"""Where the recordings, the fixtures and the project lie."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORDED, FIXTURES = HERE / "recorded", HERE / "fixtures"
PRICES, STORY = FIXTURES / "prices.csv", FIXTURES / "story.txt"
MODELS = ROOT / "data" / "checkpoints"
