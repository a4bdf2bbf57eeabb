"""The kinds of price files; one row each."""

from file_kinds import FileKind

PRICES: list[FileKind] = [
    FileKind("CSV with a date and a close", b"Date,Close\n2021-01-04,10\n2021-01-05,11\n", "read"),
    FileKind(
        "a close of zero or less",
        b"Date,Close\n2021-01-04,10\n2021-01-05,0\n",
        "refused",
        "has the close '0', but a price must be above zero",
    ),
]
