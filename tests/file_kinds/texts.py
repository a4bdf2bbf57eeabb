"""The kinds of text files; one row each."""

from file_kinds import FileKind

PAGE = "Éva walked to the café, as every morning.\nIt was shut; “again,” she said – naïvely.\n" * 1500

TEXTS: list[FileKind] = [
    FileKind("UTF-8", PAGE.encode(), "read", name="page.txt"),
    FileKind("UTF-16 with its mark", PAGE.encode("utf-16"), "told", "The text was read as UTF-16.", name="page.txt"),
    FileKind("a PDF document", b"%PDF-1.7\n", "refused", "seems to be a PDF document", name="page.txt"),
]
