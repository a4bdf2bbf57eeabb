"""Continue a prompt in Shakespeare's style, at three temperatures.

python -m examples.write_text "ROMEO:" --length 200
"""

import argparse

import rnnlab


def main() -> None:
    """Print a text for each temperature; the same seed gives the same text again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("prompt", help="what the text begins with")
    parser.add_argument("--length", type=int, default=200, help="characters to generate")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    writer = rnnlab.load("shakespeare")
    for temperature in (0.4, 0.7, 1.0):
        text = writer.write(args.prompt, length=args.length, temperature=temperature, seed=args.seed)
        print(f"--- temperature {temperature}\n{text}\n")


if __name__ == "__main__":
    main()
