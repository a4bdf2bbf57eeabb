"""onnxruntime-web for the tests that write in JavaScript; they are skipped where it was not installed."""

from pathlib import Path

import pytest

MISSING_RUNTIME = "onnxruntime-web is not in node_modules (npm install --no-save onnxruntime-web@1.30.0)"
PACKAGES = Path(__file__).parents[1] / "node_modules"


def install_runtime(folder: Path) -> None:
    """Let an exported folder have it, as `npm install` would."""
    if not (PACKAGES / "onnxruntime-web").is_dir():
        pytest.skip(MISSING_RUNTIME)
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(PACKAGES)
