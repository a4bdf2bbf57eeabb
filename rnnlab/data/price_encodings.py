"""The encoding of a price file: the one in which its headings are words; knows no number and no date."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from rnnlab.data.encodings import ONE_BYTE, decode
from rnnlab.data.files import as_subject
from rnnlab.data.price_words import columns_of
from rnnlab.errors import DataError

# Encodings that are no Unicode, by the name that people know. Few of their letters stand in a price file, too few to
# count, but the headings do, and they are words in one of them.
_LEGACY = {
    "cp932": "Shift-JIS",
    "gb18030": "GB18030",
    "cp949": "EUC-KR",
    "big5": "Big5",
    "euc_jp": "EUC-JP",
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
    "cp866": "CP866",
    "cp1250": "Windows-1250",
    "cp1254": "Windows-1254",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp874": "Windows-874",
    "cp1258": "Windows-1258",
}
# Names of codecs in which no file is written, and of which one takes quadratic time.
_NO_FILES = frozenset(("punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape"))
_HEAD = 20_000
_SEPARATORS = re.compile(r"[,;\t|\n\r]")


@dataclass(frozen=True)
class DecodedPrices:
    """A file's text, a notice if it is in none of Unicode's encodings, and the encoding if it is only a guess."""

    text: str
    notices: tuple[str, ...] = ()
    guessed: str = ""


def decode_prices(content: bytes, label: str, encoding: str | None = None) -> DecodedPrices | None:
    """Decode a price file; None for bytes that are no text.

    Args:
        content: the file.
        label: what messages call it.
        encoding: its name, as of Python's codecs; None to find it.

    Raises:
        DataError: there is no encoding of that name, or the file is not in it.
    """
    if encoding is not None:
        return DecodedPrices(_decode_as(content, label, encoding))
    decoded = decode(content)
    if decoded is None:
        return None
    if decoded.broken:
        places = "1 broken character was" if decoded.broken == 1 else f"{decoded.broken:,} broken characters were"
        return DecodedPrices(decoded.text, (f"The file was read as UTF-8; {places} left out.",))
    if decoded.encoding not in ONE_BYTE:
        return DecodedPrices(decoded.text)
    found = max(_LEGACY, key=lambda name: _known_words(content, name))
    if _known_words(content, found) > _known_words(content, "cp1252"):
        return DecodedPrices(_decode_as(content, label, found), (f"The file was read as {_LEGACY[found]}.",))
    return DecodedPrices(decoded.text, (f"The file was read as {decoded.encoding}.",), decoded.encoding)


def _decode_as(content: bytes, label: str, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding.strip()).name
        if name in _NO_FILES:
            raise LookupError(name)
        return content.decode(name).removeprefix("\ufeff")
    except LookupError as error:
        raise DataError(
            f"There is no encoding {encoding[:40]!r}; write it as utf-8, cp1252, shift_jis or gb18030, for example."
        ) from error
    except ValueError as error:
        raise DataError(
            f"{as_subject(label)} is not written in {encoding[:40]}; leave the encoding out, or name another."
        ) from error


def _known_words(content: bytes, encoding: str) -> int:
    """How many fields of a price file the words of a file's beginning name, beside plain ASCII ones."""
    head = content[:_HEAD]
    whole = len(head) if len(head) == len(content) else max(head.rfind(b"\n"), head.rfind(b"\r"), 0)
    try:
        text = head[:whole].decode(encoding)
    except UnicodeDecodeError:
        return -1
    words = [word.strip(" \"'<>") for word in _SEPARATORS.split(text) if not word.isascii()]
    return len(columns_of(words[:1000]))
