"""The command line of an rnnlab that knows one task more; the task lies beside this file."""

import sys
from pathlib import Path


def run() -> int:
    sys.path.insert(0, str(Path(__file__).parent))
    from rnnlab.tasks.registry import TASKS

    TASKS["backwards"] = "backwards.kind"
    from rnnlab.__main__ import main

    return main()


if __name__ == "__main__":
    sys.exit(run())
