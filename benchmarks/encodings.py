"""How often the encoding of a text is found, by language and size, beside charset-normalizer alone.

    python -m benchmarks.encodings [--sizes 12 40 120 1000]

The same invented story in 31 languages (tests/stories.json), in every encoding that its language has had, cut at many
places; a size is in characters, the largest is the whole story. "right": every letter is as it was. "western": read as
Windows-1252, which is told, with what else it may be; "refused": the encoding is to be named; "wrong": read as another
one without a doubt.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator

import charset_normalizer

from rnnlab.data.encodings import WESTERN, decode, refuse_unsure
from rnnlab.errors import DataError
from tests.languages import PAIRS, story

OUTCOMES = ("right", "western", "refused", "wrong")


def cuts(text: str, size: int) -> Iterator[str]:
    """Parts of a size, half of it apart, that do not begin within a character that is made of two."""
    size = min(size, len(text))
    for start in range(0, len(text) - size + 1, max(5, size // 2)):
        yield text[start : start + size]


def outcome(part: str, content: bytes) -> str:
    """What becomes of one part."""
    found = decode(content)
    assert found is not None
    if found.text == part:
        return "right"
    try:
        refuse_unsure(found, "it", content)
    except DataError:
        return "refused"
    return "western" if found.encoding == WESTERN else "wrong"


def measure(sizes: list[int]) -> None:
    """Print a line for each pair of language and encoding, and one for all of them."""
    total: Counter[tuple[int, str]] = Counter()
    for language, encoding in PAIRS:
        line = f"{language:22} {encoding:12}"
        for size in sizes:
            counts: Counter[str] = Counter()
            for part in cuts(story(language, encoding), size):
                content = part.encode(encoding)
                if content.isascii():
                    continue
                counts[outcome(part, content)] += 1
                best = charset_normalizer.from_bytes(content).best()
                counts["library"] += best is not None and str(best) == part
            total.update({(size, name): count for name, count in counts.items()})
            line += " | " + " ".join(f"{counts[name]:4}" for name in (*OUTCOMES, "library"))
        print(line, flush=True)
    for size in sizes:
        every = sum(total[size, name] for name in OUTCOMES)
        shares = ", ".join(f"{name} {100 * total[size, name] / every:.1f} %" for name in (*OUTCOMES, "library"))
        print(f"{size} characters, {every:,} texts: {shares}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[12, 40, 120, 1000])
    print(f"{'language':22} {'encoding':12} | {' '.join((*OUTCOMES, 'library'))} | …")
    measure(parser.parse_args().sizes)


if __name__ == "__main__":
    main()
