"""Turns bytes into text: which encoding they are in, and what of them cannot be read; knows no file and no format."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

# Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

# What bytes are taken for when they are nothing else: any bytes at all fit the second.
ONE_BYTE = ("Windows-1252", "Latin-1")


@dataclass(frozen=True)
class Decoded:
    """Text without its byte-order mark, the encoding it was in, and how many broken places were left out of it."""

    text: str
    encoding: str
    broken: int = 0


def decode(content: bytes) -> Decoded | None:
    """Decode UTF-8, UTF-16 and UTF-32 with their mark, UTF-16 without, else Windows-1252 or Latin-1.

    Bytes that are not quite UTF-8 stay UTF-8, less what is broken in them, where most of their characters beyond ASCII
    are whole: such a file was cut or patched, whereas in a Windows-1252 text hardly any two bytes happen to fit.

    Returns:
        None where UTF-16 or UTF-32 is promised by the mark, or by the zeros, but not held.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "UTF-8"))
    if not mark:
        encoding = _by_zeros(content[:2000])
    if encoding != "UTF-8":
        try:
            return Decoded(content.decode(encoding).removeprefix("\ufeff"), encoding[:6])
        except UnicodeDecodeError:
            return None
    try:
        return Decoded(content.decode("utf-8").removeprefix("\ufeff"), "UTF-8")
    except UnicodeDecodeError:
        return _nearly_utf8(content) or _one_byte_each(content)


def _by_zeros(head: bytes) -> str:
    """UTF-16 without a mark has a zero in nearly every second byte, if its script is Latin."""
    if len(head) >= 4 and head[1::2].count(0) > 0.8 * len(head[1::2]):
        return "UTF-16-LE"
    if len(head) >= 4 and head[0::2].count(0) > 0.8 * len(head[0::2]):
        return "UTF-16-BE"
    return "UTF-8"


def _nearly_utf8(content: bytes) -> Decoded | None:
    text = content.decode("utf-8", errors="ignore")
    broken = content.decode("utf-8", errors="replace").count("\ufffd") - text.count("\ufffd")
    # Bytes above 0x7F begin, continue or break a character; the whole characters are those that are left.
    whole = len(text) - len(content.translate(None, delete=bytes(range(128, 256))))
    return Decoded(text.removeprefix("\ufeff"), "UTF-8", broken) if whole > broken else None


def _one_byte_each(content: bytes) -> Decoded:
    try:
        return Decoded(content.decode("cp1252"), ONE_BYTE[0])
    except UnicodeDecodeError:
        return Decoded(content.decode("latin-1"), ONE_BYTE[1])
