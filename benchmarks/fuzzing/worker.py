"""A process that is given cases one by one, so that one which hangs can be ended; and who runs it.

Asked on standard input and answering on standard output, a line of JSON each.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rnnlab.train.devices import quiet_threads

ROOT = Path(__file__).parents[2]
READY = 120.0  # seconds for torch to be imported, on a busy machine
LIMIT = 5.0  # seconds of a case, those aside in which other processes had the processor
LOOK = 0.5  # seconds between two looks at how long a case has taken
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


class Worker:
    """One process after the other; a case that takes too long ends its process, and is tried once more by the next."""

    def __init__(self, folder: Path) -> None:
        """Have it run in a folder of its own, in which nothing else lies."""
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def ask(self, **case: str) -> dict[str, Any] | None:
        """What came of a case; None if it took too long twice, as a busy machine may make any case slow once."""
        for _ in range(2):
            process = self._process or self._start()
            told = self._answer(process, json.dumps(case), LIMIT)
            if told is None and process.poll() is not None:
                self.close()
                return {"open": {"escaped": f"the process ended with {process.returncode}"}}
            if told is not None:
                return json.loads(told)
            self.close()
        return None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | QUIET | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "benchmarks.fuzzing.worker"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, cwd=self._folder, env=environment, text=True, **pipes)
        assert self._answer(self._process, "", READY) == "ready\n", "the worker did not start"
        return self._process

    def _answer(self, process: subprocess.Popen[str], asked: str, seconds: float) -> str | None:
        assert process.stdin is not None
        assert process.stdout is not None
        if asked:
            process.stdin.write(asked + "\n")
            process.stdin.flush()
        began, waited = time.monotonic(), _waited(process.pid)
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while time.monotonic() - began - (_waited(process.pid) - waited) < seconds:
                if ready.select(LOOK):
                    return process.stdout.readline() or None
        return None


def _waited(process: int) -> float:
    """Seconds that a process has waited for a processor so far; 0 where the system does not tell (Linux does)."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def main() -> None:
    """Answer cases until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    from benchmarks.fuzzing.using import use

    quiet_threads()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        began = time.monotonic()
        told = use(**json.loads(line))
        print(json.dumps(told | {"seconds": time.monotonic() - began}), file=answers, flush=True)


if __name__ == "__main__":
    main()
