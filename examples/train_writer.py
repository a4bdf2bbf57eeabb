"""Train a writer on a text file, compare it with a 5-gram on the held-out end, and let it write.

python -m examples.train_writer letters.txt WRITER
"""

import argparse
import json
import subprocess
import sys

import rnnlab


def main() -> None:
    """Train with the command, which reports on standard error; then load the checkpoint's folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("text", help="a text file; 5,000 characters or more are enough to beat the 5-gram")
    parser.add_argument("folder", help="a new folder for the checkpoint")
    parser.add_argument("--steps", help="training steps (default: by the text's size)")
    args = parser.parse_args()
    train = [sys.executable, "-m", "rnnlab", "train", "text", "--data", args.text, "--out", args.folder, "--json"]
    train += [] if args.steps is None else ["--steps", args.steps]
    answer = subprocess.run(train, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    scores = json.loads(answer)
    print(f"model   {scores['nats_per_char_streamed']:.3f} nats per character, held-out")
    print(f"5-gram  {scores['ngram_nats_per_char']:.3f}")
    print(rnnlab.load(args.folder).write(length=200, temperature=0.7, seed=1))


if __name__ == "__main__":
    main()
