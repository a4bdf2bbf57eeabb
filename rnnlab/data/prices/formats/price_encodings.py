"""The encoding of a price file: the one in which its headings are words; independent of any number or date."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rnnlab.data.encodings import SHOWN, WESTERN, Decoded, codec_named, decode, encoding_notices
from rnnlab.data.prices.words import columns_of
from rnnlab.errors import DataError

# Too few letters stand in a price file for a guess by their frequencies, but those of its headings are words in one of
# these encodings, and hardly in two.
_LEGACY = (
    *("cp1252", "cp932", "gb18030", "cp949", "big5hkscs", "euc_jp", "cp1251", "koi8_r", "cp866", "cp1250", "cp1254"),
    *("cp1253", "cp1255", "cp1256", "cp874", "cp1258", "cp1257", "cp852"),
)
_HEAD = 20_000
_SEPARATORS = re.compile(r"[,;\t|\n\r]")


@dataclass(frozen=True)
class DecodedPrices:
    """A file's text, notices if it is in none of Unicode's encodings, and the encoding if it is only a guess."""

    text: str
    notices: tuple[str, ...] = ()
    guessed: str = ""


def decode_prices(content: bytes, encoding: str | None = None) -> DecodedPrices | None:
    """Decode a price file in an encoding, as `encodings.decode` takes it; None for bytes that are no text.

    Raises DataError if there is no encoding of that name, or the file is not in it.
    """
    decoded = decode(content, encoding)
    if decoded is None:
        return None
    if encoding is not None:
        return _as_named(content, decoded)
    if decoded.encoding.startswith(("UTF", "ISO-2022")):
        notices = () if decoded.encoding.startswith("UTF-16") else encoding_notices(decoded, "file", named=False)
        return DecodedPrices(decoded.text, notices)
    found = max(_LEGACY, key=lambda codec: _known_words(content, codec))
    if _known_words(content, found) > 0:
        return DecodedPrices(content.decode(found, errors="replace"), (f"The file was read as {SHOWN[found]}.",))
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return DecodedPrices(text, (f"The file is not UTF-8 and was read as {WESTERN}.",), WESTERN)


def _as_named(content: bytes, decoded: Decoded) -> DecodedPrices:
    """The text of a file whose encoding somebody named, if it fits the headings."""
    if not decoded.broken:
        return DecodedPrices(decoded.text)
    codec = codec_named(decoded.encoding)
    if "\ufffd" in content[:_HEAD].decode(codec, errors="replace")[:-1]:
        raise DataError(f"The file's headings are no {decoded.encoding}; name another encoding, or none.")
    return DecodedPrices(decoded.text, (f"{decoded.broken:,} bytes that are no {decoded.encoding} were left out.",))


def _known_words(content: bytes, codec: str) -> int:
    """How many fields of a price file the words of a file's beginning name, beside plain ASCII ones."""
    head = content[:_HEAD]
    whole = len(head) if len(head) == len(content) else max(head.rfind(b"\n"), head.rfind(b"\r"), 0)
    try:
        text = head[:whole].decode(codec)
    except UnicodeDecodeError:
        return -1
    words = [word.strip(" \"'<>") for word in _SEPARATORS.split(text) if not word.isascii()]
    return len(columns_of(words[:1000]))
