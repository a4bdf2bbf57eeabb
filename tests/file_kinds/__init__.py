"""Every kind of file that people give, what becomes of it, and docs/files.md, which is made from that."""

from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "files.md"
OUTCOMES = ("read", "mended", "told", "refused")


@dataclass(frozen=True)
class FileKind:
    """One kind of file.

    what: the kind, as a row of docs/files.md says it. content: a file of that kind. outcome: "read": as it is, without
    a word; "mended": something of it was changed, which a notice says; "told": nothing was changed, but a notice says
    what is odd; "refused": an error says why and what to do. words: what the notice or the refusal says, in part; ""
    where it is read. name: what the file is called. options: how it is read, such as ticker.
    """

    what: str
    content: bytes
    outcome: str
    words: str = ""
    name: str = "file.csv"
    options: tuple[tuple[str, str | int], ...] = ()


def kind(
    what: str, content: str | bytes, outcome: str, words: str = "", name: str = "file.csv", **how: str | int
) -> FileKind:
    """A kind of file whose content may be given as text, in UTF-8."""
    raw = content if isinstance(content, bytes) else content.encode()
    return FileKind(what, raw, outcome, words, name, tuple(how.items()))


def table(kinds: list[FileKind]) -> str:
    """The rows of docs/files.md for these kinds."""
    rows = [f"| {kind.what} | {kind.outcome} | {kind.words} |" for kind in kinds]
    return "\n".join(["| file | what becomes of it | what is said |", "|---|---|---|", *rows])


def page() -> str:
    """What docs/files.md holds."""
    from file_kinds.price_days import DAYS_OF_PRICES
    from file_kinds.price_slips import SLIPS
    from file_kinds.prices import PRICES
    from file_kinds.texts import TEXTS

    parts = {
        "Prices": PRICES,
        "Prices: their dates and days": DAYS_OF_PRICES,
        "Prices: slips in them": SLIPS,
        "Texts": TEXTS,
    }
    tables = "\n\n".join(f"## {title}\n\n{table(kinds)}" for title, kinds in parts.items())
    return (
        "# Files that are read\n\n"
        "Every row is a test (`tests/test_file_kinds.py`); `python -m tests.file_kinds` writes this page anew.\n\n"
        f"{tables}\n"
    )
