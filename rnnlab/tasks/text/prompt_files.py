"""A prompt, or a page to adapt to, out of a file or from standard input; independent of any model or terminal."""

from __future__ import annotations

from dataclasses import replace

from rnnlab.data.encodings import decode, encoding_notices
from rnnlab.data.files import Wanted, is_binary, label_of, read_content

MOST_PROMPT_BYTES = 1_000_000
WANTED = Wanted(
    file="a plain text file (.txt, UTF-8) with the prompt",
    holding="a text to begin with, or leave it out to begin with nothing",
    smaller="give its last pages alone",
    most_bytes=MOST_PROMPT_BYTES,
    remedies={},
    otherwise="save it as plain text (.txt, UTF-8)",
)
PAGE = replace(
    WANTED,
    file="a plain text file (.txt, UTF-8) to adapt to",
    holding="a text to adapt to",
    smaller="give a part of it",
)


def read_prompt_file(source: str | bytes, encoding: str = "", wanted: Wanted = WANTED) -> tuple[str, tuple[str, ...]]:
    """Read a prompt as it stands, its last line break too; or, where PAGE is wanted, a page to adapt to.

    Args:
        source: a path, or what standard input holds, MOST_PROMPT_BYTES and one more at most.
        encoding: of the text, such as "KOI8-R"; found out if "".
        wanted: WANTED or PAGE.

    Returns:
        The text, and sentences on how it was read.

    Raises:
        DataError: there is no such file, it is no text, empty, over 1 MB or not in the encoding.
    """
    label = "Standard input" if isinstance(source, bytes) else label_of(source, None)
    decoded = decode(read_content(source, label, wanted), encoding or None)
    if decoded is None or "\0" in decoded.text:
        raise is_binary(label, wanted)
    return decoded.text, encoding_notices(decoded, "prompt" if wanted is WANTED else "text")
