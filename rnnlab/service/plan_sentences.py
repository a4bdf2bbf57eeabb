"""What was read for a visitor's training, in sentences; trains nothing."""

from __future__ import annotations

from rnnlab.data.code_points import count_characters
from rnnlab.data.prices.series import Prices
from rnnlab.data.text.corpus import Corpus

MANY, SELDOM = 150, 10  # different characters in a text, and times that one occurs


def of_text(corpus: Corpus) -> tuple[str, ...]:
    """How much of a text there is, in a sentence."""
    several = f" in {len(corpus.documents):,} documents" if len(corpus.documents) > 1 else ""
    letters = f"{len(corpus.alphabet)} different ones"
    return (f"{corpus.name}: {corpus.characters:,} characters{several}, {letters}; the last tenth is held out.",)


def on_alphabet(corpus: Corpus) -> tuple[str, ...]:
    """A sentence on a text with too many characters that occur too seldom to be learnt."""
    counts = count_characters(corpus.documents)
    seldom = int(((counts > 0) & (counts < SELDOM)).sum())
    if len(corpus.alphabet) < MANY or seldom < len(corpus.alphabet) / 4:
        return ()
    return (
        f"{seldom:,} of its {len(corpus.alphabet):,} different characters occur fewer than {SELDOM} times, too seldom "
        f"to be learnt: leave out what is not the author's, or make them one (--rare {SELDOM} on the command line).",
    )


def of_prices(prices: Prices) -> tuple[str, ...]:
    """Which days of a series there are, in a sentence."""
    days, columns = prices.table.index, ", ".join(prices.table.columns)
    return (
        f"{prices.name}: {len(days):,} days, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}, with {columns}; "
        f"the last fifth is held out.",
    )
