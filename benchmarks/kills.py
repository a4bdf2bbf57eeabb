"""A training that is killed again and again ends with the very weights of one that was not.

python -m benchmarks.kills [KILLS]
"""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rnnlab.train.checkpoint.checkpoint import where

KILLS = 20
SEED = 1
TRAININGS = {
    "text": ["text", "--hidden", "48", "--layers", "1", "--epochs", "30", "--report-every", "10"],
    "forecast": ["forecast", "--epochs", "400", "--report-every", "10", "--until", "2015-08-12"],
}


def main(kills: int) -> None:
    """Train each task once in peace and once killed so many times at random moments, and compare the weights."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as place:
        text = Path(place) / "text.txt"
        text.write_text("".join(f"{n % 89} men went, {n * n % 97} came home; {n % 13} sang.\n" for n in range(1500)))
        for task, arguments in TRAININGS.items():
            data = str(text) if task == "text" else "AAPL"
            command = [sys.executable, "-m", "rnnlab", "train", *arguments, "--data", data, "--out"]
            peace, war = Path(place) / f"{task}-peace", Path(place) / f"{task}-war"
            began = time.monotonic()
            subprocess.run([*command, str(peace)], check=True, capture_output=True)
            took = time.monotonic() - began
            done = _killed([*command, str(war)], war, kills, took, chance)
            same = _digest(peace) == _digest(war)
            print(
                f"{task}: {took:.0f} s in peace, killed {done} times, weights {'the same' if same else 'DIFFER'}",
                flush=True,
            )


def _killed(command: list[str], folder: Path, kills: int, took: float, chance: random.Random) -> int:
    """Run to the end, killed at random moments, resumed after each; gives how often it was killed."""
    done = 0
    while True:
        resume = ["--resume"] if (where(folder) / "resume").is_dir() else []
        process = subprocess.Popen([*command, *resume], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # Some seconds to start, then a fair chance of one report or more before the next end.
            process.wait(chance.uniform(0, 2 * took / kills) + 3 if done < kills else None)
            return done
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
