"""Record the contract anew: `python -m tests.golden.record [NAME ...]`; to be run by the code that defines it."""

import json
import sys
from pathlib import Path

from . import flags

HERE = Path(__file__).parent
RECORDERS = {"flags": flags.record}


def load(name: str) -> dict:
    """What was recorded."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def record(name: str) -> None:
    """Record one part again."""
    text = json.dumps(RECORDERS[name](), indent=1, ensure_ascii=False, sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for each in sys.argv[1:] or RECORDERS:
        record(each)
