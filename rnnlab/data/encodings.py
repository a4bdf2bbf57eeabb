"""Turns bytes into text: which encoding they are in, and what of them cannot be read."""

from __future__ import annotations

import codecs
import difflib
import re
from contextlib import suppress
from dataclasses import dataclass

from rnnlab.data.detection import Guess, guess, guess_of_others, wide_encoding
from rnnlab.data.text.cleaning import SIGNS, how_many, listed, was
from rnnlab.errors import DataError

# Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = {
    "utf-8": (codecs.BOM_UTF8,),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}

# Python's names and the usual ones. A name that stands for several is the one that knows the most characters.
SHOWN = {"utf_8": "UTF-8", "utf_16": "UTF-16", "utf_32": "UTF-32", "koi8_r": "KOI8-R", "koi8_u": "KOI8-U"}
SHOWN |= {f"cp{number}": f"Windows-{number}" for number in (*range(1250, 1259), 874)}
SHOWN |= {f"cp{number}": f"CP{number}" for number in (437, 737, 775, 850, 852, 857, 862, 866)}
SHOWN |= {f"iso8859_{part}": f"ISO-8859-{part}" for part in (2, 5, 6, 7, 13)}
SHOWN |= {f"mac_{name.lower()}": f"Mac-{name}" for name in ("Roman", "Latin2", "Greek", "Turkish", "Cyrillic")}
SHOWN |= {"gb18030": "GB18030", "big5hkscs": "Big5", "cp932": "Shift-JIS", "cp949": "EUC-KR"}
SHOWN |= {"euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP"}
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949"}
_NO_TEXT = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem", "utf-7")
WESTERN = SHOWN["cp1252"]

_C1 = re.compile("[\x80-\x84\x86-\x9f]")  # but for the line end \x85
_MOST_BROKEN = 0.01  # of the characters
# From here on letters of Latin-1 beyond ASCII are too many, and so surely another script, for any language.
_FEWEST_FOREIGN, _FOREIGN = 200, 0.4
# Bytes of Windows-1252 that were taken for characters, back to what Latin-1 calls them.
_SIGNS_TO_BYTES = {ord(sign): byte for byte, sign in SIGNS.items()}
_STRAY = re.compile("[\udc80-\udcff]+")  # bytes amid UTF-8, as Python's surrogateescape writes them


@dataclass(frozen=True)
class Decoded:
    """Text without its byte-order mark, and how it was read.

    encoding: as people write it. broken: places that were left out as no characters. patched: of a UTF-8 text, places
    that were read as Windows-1252. twice: whether it had been encoded twice over. rivals: encodings that are nearly as
    likely and would give another text. fits: whether the text is in one of the languages that the encoding is used for.
    named: whether a person named the encoding. misread: of a text in Unicode, the encoding that its letters had before
    a program took them for Latin-1 or Windows-1252.
    """

    text: str
    encoding: str
    broken: int = 0
    patched: int = 0
    twice: bool = False
    rivals: tuple[str, ...] = ()
    fits: bool = True
    named: bool = False
    misread: str = ""


def decode(content: bytes, encoding: str | None = None) -> Decoded | None:
    """Decode bytes in the encoding that is named, or else in the one that they are most likely in.

    Marks are believed, UTF-16 and UTF-32 are found without one, and what is valid UTF-8 is UTF-8. Bytes that are not
    quite UTF-8 stay so where most of their characters beyond ASCII are whole: single letters that an old editor put in
    are read as Windows-1252, what is cut is left out. All else is read as `detection.guess` says, Windows-1252 where
    nothing fits.

    Args:
        content: a whole file, or enough of it.
        encoding: such as "Windows-1250", "KOI8-R" or a name that Python knows; None to find out.

    Returns None where UTF-16 or UTF-32 is promised by a mark but not held.

    Raises:
        DataError: there is no such encoding, or the bytes are not in it.
    """
    if encoding is not None:
        return _as_named(content, encoding)
    mark = next((name for name, marks in _MARKS.items() if content.startswith(marks)), None)
    if mark not in (None, "utf-8"):
        return _strictly(content, str(mark))
    wide = None if mark else wide_encoding(content)
    if wide and (found := _strictly(content[: len(content) // 2 * 2], wide)):
        return found
    if b"\x1b$" in content and content.isascii() and (found := _strictly(content, "iso2022_jp")):
        return found
    try:
        return _once(content.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError:
        return _nearly_utf8(content) or _guessed(content)


def codec_named(encoding: str) -> str:
    """Python's name of an encoding; DataError if there is none of that name, or it is none of texts."""
    usual = {shown.casefold(): name for name, shown in SHOWN.items()}
    asked = encoding.strip().casefold()
    try:
        known = usual.get(asked) or codecs.lookup(asked).name
        info = codecs.lookup(known)
    except (LookupError, ValueError) as error:
        near = difflib.get_close_matches(asked, usual, 1, 0.5)
        hint = f"did you mean {SHOWN[usual[near[0]]]}?" if near else "name one such as Windows-1250, KOI8-R or GB18030."
        raise DataError(f"There is no encoding {encoding!r:.40}; {hint}") from error
    if not info._is_text_encoding or info.name in _NO_TEXT:
        raise DataError(f"{encoding!r:.40} is no encoding of text; name one such as Windows-1250, KOI8-R or GB18030.")
    return _WIDER.get(known.replace("-", "_"), known)


def encoding_notices(decoded: Decoded, what: str = "text", *, named: bool = True) -> tuple[str, ...]:
    """Sentences on how a text, called `what`, was read; none for plain UTF-8.

    named: whether the person can name its encoding with --encoding.
    """
    found = []
    if decoded.encoding.startswith(("UTF-16", "UTF-32")) or (decoded.named and decoded.encoding != "UTF-8"):
        found.append(f"The {what} was read as {decoded.encoding}.")
    elif decoded.encoding != "UTF-8":
        other = f", but may be {listed(decoded.rivals, 'or')}" if decoded.rivals else ""
        remedy = "save it as UTF-8 if letters look wrong" + ", or name its encoding with --encoding" * named
        found.append(f"The {what} is not UTF-8 and was read as {decoded.encoding}{other}; {remedy}.")
    if decoded.twice:
        found.append(f"The {what} had been encoded in UTF-8 twice over and was decoded twice.")
    if decoded.misread:
        found.append(f"The {what} had been saved with {decoded.misread} taken for {WESTERN} and was decoded again.")
    for count, rest in ((decoded.patched, f"read as {WESTERN}"), (decoded.broken, "left out")):
        if count:
            places = how_many(count, "place")
            found.append(f"{places} where the {what} is not valid {decoded.encoding} {was(count)} {rest}.")
    return tuple(found)


def refuse_unsure(decoded: Decoded, subject: str, content: bytes) -> None:
    """Raise DataError where another encoding than the text was read in is nearly as likely, or none is likely.

    What was read as Windows-1252 passes: its notice says what else it may be.
    """
    if decoded.rivals and decoded.encoding != WESTERN:
        names = listed((decoded.encoding, *decoded.rivals), "or")
        raise DataError(f"{subject} may be in {names}; name its encoding with --encoding, or save it as UTF-8.")
    if decoded.fits:
        return
    beyond = len(content.translate(None, delete=bytes(range(128))))
    # Languages of Western Europe have at most one letter in four beyond ASCII; what has more is another script.
    if beyond > 0.4 * len(content) or decoded.broken > 1 + len(decoded.text) * _MOST_BROKEN:
        other = guess_of_others(content)
        hint = f"name it with --encoding (it may be {_shown(other)})" if other else "name it with --encoding"
        raise DataError(f"{subject} is in an encoding that is not known here; save it as UTF-8, or {hint}.")


def _as_named(content: bytes, encoding: str) -> Decoded:
    codec = codec_named(encoding)
    wide = codec.replace("-", "_").startswith(("utf_16", "utf_32"))
    if wide and b"\0" not in content and _strictly(content, "utf-8"):
        raise DataError(f"The file is not in {_shown(codec)}, of whose bytes some are zero; leave --encoding out.")
    text, broken = _leniently(content, codec)
    controls = 0 if codec.startswith("utf") else len(_C1.findall(text))
    if broken > len(text) * _MOST_BROKEN or controls:
        remedy = "name another, or leave --encoding out."
        raise DataError(f"{broken + controls:,} places of the file are no characters in {_shown(codec)}; {remedy}")
    return Decoded(text.removeprefix("\ufeff"), _shown(codec), broken, named=True)


def _strictly(content: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(content.decode(codec).removeprefix("\ufeff"), _shown(codec))
    except UnicodeDecodeError:
        return None


def _leniently(content: bytes, codec: str) -> tuple[str, int]:
    """The text, and how many places were left out of it."""
    try:
        return content.decode(codec), 0
    except UnicodeDecodeError:
        text = content.decode(codec, errors="replace")
        return text.replace("\ufffd", ""), text.count("\ufffd")


def _once(text: str) -> Decoded:
    """A text of UTF-8, decoded once more if all of it had been read as Windows-1252 and saved as UTF-8 again."""
    if re.search("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]", text):
        with suppress(UnicodeError):
            inner = text.translate(_SIGNS_TO_BYTES).encode("latin-1").decode("utf-8")
            if len(text) - len(inner) > 2:
                return Decoded(inner.removeprefix("\ufeff"), "UTF-8", twice=True)
    return _read_again(Decoded(text, "UTF-8"))


def _read_again(found: Decoded) -> Decoded:
    """A text of UTF-8 whose bytes a program had taken for Latin-1 or Windows-1252, with the letters that they were.

    Such a program leaves letters as control characters, or makes letters of the West of all of another script.
    """
    if found.text.isascii():
        return found
    beyond = len(re.findall("[\u00a0-\u00ff]", found.text))
    is_foreign = beyond >= _FEWEST_FOREIGN and beyond > _FOREIGN * len(found.text)
    if not is_foreign and not _C1.search(found.text):
        return found
    with suppress(UnicodeEncodeError):
        inner = _guessed(found.text.translate(_SIGNS_TO_BYTES).encode("latin-1"))
        if inner.fits and inner.encoding != WESTERN and not (inner.broken or inner.rivals):
            return Decoded(inner.text, "UTF-8", misread=inner.encoding)
    return found


def _nearly_utf8(content: bytes) -> Decoded | None:
    text = content.decode("utf-8", errors="ignore")
    broken = content.decode("utf-8", errors="replace").count("\ufffd") - text.count("\ufffd")
    # Bytes above 0x7F begin, continue or break a character; the whole characters are those that are left.
    whole = len(text) - len(content.translate(None, delete=bytes(range(128, 256))))
    if whole <= broken:
        return None
    escaped = content.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    patches = [_patch(run) for run in _STRAY.finditer(escaped)]
    following = iter(patches)
    patched = sum(map(bool, patches))
    mended = _STRAY.sub(lambda run: next(following), escaped)
    return Decoded(mended, "UTF-8", broken=len(patches) - patched, patched=patched)


def _patch(run: re.Match[str]) -> str:
    """The letters of Windows-1252 that bytes amid UTF-8 are, or nothing where they are what is left of a character."""
    content = run.group().encode("utf-8", errors="surrogateescape")
    before, after = run.string[run.start() - 1 : run.start()], run.string[run.end() : run.end() + 1]
    if not after or (len(content) > 1 and all(0x80 <= one < 0xC0 for one in content)):
        return ""
    try:
        letters = content.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "" if before.islower() and letters[0].isupper() else letters


def _guessed(content: bytes) -> Decoded:
    found = guess(content)
    for codec in dict.fromkeys((found.encoding, *found.rivals, "cp1252")):
        text, broken = _leniently(content, codec)
        if broken <= len(text) * _MOST_BROKEN and (codec == "cp1252" or not _C1.search(text)):
            break
    found = found if codec == found.encoding else Guess(codec, (), False)
    rivals = tuple(map(_shown, found.rivals))
    return Decoded(text, _shown(codec), broken, rivals=rivals, fits=found.fits)


def _shown(codec: str) -> str:
    name = codec.replace("-", "_")
    return SHOWN.get(name[:6] if name.startswith("utf_") else name, codec.upper().replace("_", "-"))
