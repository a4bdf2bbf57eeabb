"""Push a checkpoint to your account on the Hugging Face Hub, and load it by name and commit as anyone can.

Sign in first (`hf auth login`, or the variable HF_TOKEN), then:
python -m examples.share_checkpoint WRITER owner/name
"""

import argparse
import json
import subprocess
import sys

import rnnlab


def main() -> None:
    """Print the commit that was pushed, and the folder that it was pulled into."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", help="a checkpoint")
    parser.add_argument("repo", help="owner/name; created if it does not exist")
    args = parser.parse_args()
    push = [sys.executable, "-m", "rnnlab", "push", args.folder, args.repo, "--json"]
    answer = subprocess.run(push, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
    commit = json.loads(answer)["url"].rsplit("/", 1)[1]
    model = rnnlab.load(f"{args.repo}@{commit}")
    print(f"pushed  {args.repo}@{commit}")
    print(f"pulled  a checkpoint of the task {model.task} into {model.folder}")


if __name__ == "__main__":
    main()
