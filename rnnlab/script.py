"""The installed command `rnnlab`, which is `python -m rnnlab`: ^C is answered before anything slow is imported."""

from __future__ import annotations

import runpy


def main() -> None:
    """Run the command line; SystemExit with its code."""
    runpy.run_module("rnnlab", run_name="__main__", alter_sys=True)
