"""Debian's Chromium for the tests that look at the page, and why they are skipped where it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
PATIENCE = 90_000  # milliseconds that anything is waited for, on a machine that has other things to do
CHROMIUM = Path("/usr/bin/chromium")
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed at /usr/bin/chromium"),
]


@contextmanager
def running_browser(patience: int = PATIENCE) -> Iterator[Any]:
    """A browser whose one context serves all visits, so that the page's scripts are fetched once."""
    sync_api.expect.set_options(timeout=patience)
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(patience)
        yield context
        browser.close()
