"""The kinds of text files; one row each."""

import gzip
import json

from languages import ENCODINGS, STORIES, story

from file_kinds import FileKind, kind
from rnnlab.data.encodings import SHOWN

PAGE = "Éva walked to the café, as every morning.\nIt was shut; “again,” she said – naïvely.\n" * 1500
LINE = "The old king forgot the last train"
BARE = f"{LINE} {{number}} times.\n"
HEADER = "The Project Gutenberg eBook of A Book\n\n*** START OF THE PROJECT GUTENBERG EBOOK A BOOK ***\n"
LICENCE = "\n*** END OF THE PROJECT GUTENBERG EBOOK A BOOK ***\nA licence.\n"
# Read alike in another one that is named instead.
SAME = {("German", "cp437"), ("Hungarian", "iso8859_2"), ("Romanian", "iso8859_2"), ("Greek", "iso8859_7")}
NAMES = [f"{first}{second}{third}" for first in "BDFGKLMNPRST" for second in "aeiou" for third in ("lan", "mir")]


def text(what: str, content: str | bytes, outcome: str, words: str = "", name: str = "page.txt", **how: str):
    """A kind of text file."""
    return kind(what, content, outcome, words, name, **how)


def rows(form: str, count: int = 40) -> str:
    """So many lines of a form."""
    return "".join(
        form.format(number=number, day=number % 28 + 1, minute=number % 60, line=LINE)
        for number in range(10, 10 + count)
    )


def encoded() -> list[FileKind]:
    """A story in each language and each encoding that it has had."""
    found = []
    for language, encodings in ENCODINGS.items():
        for encoding in encodings:
            content = story(language, encoding).encode(encoding)
            shown = SHOWN[{"big5": "big5hkscs"}.get(encoding, encoding)]
            named = "was read as" if (language, encoding) in SAME else f"was read as {shown}"
            ascii_alone = content.isascii() and b"\x1b" not in content
            found.append(text(f"{language} in {shown}", content, *(["read", ""] if ascii_alone else ["told", named])))
    return found


UNICODE = [
    text("UTF-8", PAGE, "read"),
    text("UTF-8 with its mark", PAGE.encode("utf-8-sig"), "read"),
    *(text(f"{language} in UTF-8", STORIES[language], "read") for language in STORIES),
    text("UTF-16 with its mark", PAGE.encode("utf-16"), "told", "The text was read as UTF-16."),
    text("UTF-16 without a mark", PAGE.encode("utf-16-le"), "told", "The text was read as UTF-16"),
    text("UTF-16, the high byte first", PAGE.encode("utf-16-be"), "told", "The text was read as UTF-16"),
    text("Japanese in UTF-16 without a mark", STORIES["Japanese"].encode("utf-16-le"), "told", "read as UTF-16"),
    text("UTF-32", PAGE.encode("utf-32"), "told", "The text was read as UTF-32."),
    text("UTF-16 that its mark promises and that is none", b"\xff\xfea", "refused", "is not text but binary data"),
    text(
        "UTF-8 with letters of Windows-1252 in it",
        "Où vas-tu ? À côté, déjà été.".encode() + b" It\x92s caf\xe9 there.",
        "mended",
        "2 places where the text is not valid UTF-8 were read as Windows-1252.",
    ),
    text(
        "UTF-8 that was cut in the middle of a letter",
        "déjà vu, été".encode()[:-1],
        "mended",
        "1 place where the text is not valid UTF-8 was left out.",
    ),
    text(
        "UTF-8 encoded twice over",
        PAGE.replace("”", "").encode().decode("cp1252").encode(),
        "mended",
        "encoded in UTF-8 twice over and was decoded twice",
    ),
    text(
        "UTF-8 of a text whose encoding was taken for Windows-1252",
        (story("Russian", "koi8_r").encode("koi8_r").decode("latin-1") * 2).encode(),
        "mended",
        "saved with KOI8-R taken for Windows-1252 and was decoded again",
    ),
    text(
        "UTF-8 with signs of Windows-1252 as control characters",
        "It\u0092s \u0093so\u0094, Ω." * 9,
        "mended",
        "27 control characters were read as the letters and signs that they are in Windows-1252.",
    ),
]

NAMED = [
    text(
        "an encoding that --encoding names", "ПОТОМ".encode("koi8_r"), "told", "was read as KOI8-R", encoding="KOI8-R"
    ),
    text("a few letters that may be in several", "bărbat".encode("cp1250"), "told", "Windows-1252, but may be"),
    text(
        "a few letters that are surely in one of several",
        "Это о том".encode("cp1251"),
        "refused",
        "may be in Windows-1251, Mac-Cyrillic or Mac-Greek; name",
    ),
    text(
        "an encoding that is not known",
        STORIES["German"].encode("cp037", "ignore"),
        "refused",
        "is in an encoding that is not known here",
    ),
    text(
        "an encoding that does not fit",
        "“So” – ".encode("cp1252") * 9,
        "refused",
        "are no characters in UTF-8; name another",
        encoding="UTF-8",
    ),
    text("an encoding that does not exist", "so", "refused", "There is no encoding 'klingon'", encoding="klingon"),
]

CHANGED = [
    text("line ends of Windows", "one\r\ntwo\r\n", "read"),
    text("line ends of the old Macintosh", "one\rtwo\r", "read"),
    text(
        "line ends converted twice (CR CR LF)", "one\r\r\ntwo\r\r\n", "mended", "2 line ends with two carriage returns"
    ),
    text("accents as marks of their own", "cafe\u0301 au lait", "read"),
    text(
        "letters struck twice or underlined", "B\bBo_\bld", "mended", "2 letters struck twice or underlined were made"
    ),
    text("colours of a terminal", "\x1b[31mred\x1b[0m", "mended", "2 codes of a terminal, such as a colour, were left"),
    text(
        "stray control characters", "a text\x00 with one" * 9 + "so" * 900, "mended", "9 control characters were left"
    ),
    text(
        "soft hyphens and other invisible marks", "in\u00advis\u200bible", "mended", "2 invisible formatting marks were"
    ),
    text(
        "many combining marks on one letter",
        "so" + "\u0301" * 40,
        "mended",
        "10 combining marks beyond 30 in a row were left",
    ),
    text("a book of Project Gutenberg", HEADER + PAGE + LICENCE, "mended", "licence of Project Gutenberg (6 lines)"),
    text("several of its books in one file", (HEADER + PAGE + LICENCE) * 2, "mended", "header and licence of Project"),
    text(
        "a header of it without a mark", "The Project Gutenberg EBook of A\n\n" + PAGE, "told", "header was kept, as no"
    ),
    text("gzip", gzip.compress(PAGE.encode()), "read", name="page.txt.gz"),
    text("words without blanks between them", "ACGTTTGACA\n" * 90, "read"),
    text("a few pages", LINE, "read"),
]

STRUCTURED = [
    text(
        "CSV", "id,said\n" + rows('{number},"{line}"\n'), "told", "CSV with the columns id and said, whose separators"
    ),
    text("CSV with semicolons", "id;said\n" + rows("{number};{line} {number}\n"), "told", "such as --column said"),
    text("TSV", "id\tsaid\n" + rows("{number}\t{line}\n"), "told", "TSV with the columns id and said"),
    text("CSV without headings", rows('{number},"{line}",{day}\n'), "told", "CSV with the columns 1, 2 and 3"),
    text("CSV of a single column", "said\n" + rows('"{line}"\n'), "told", "CSV with the column said", "page.csv"),
    text(
        "JSON lines", rows('{{"id": {number}, "said": "{line}"}}\n'), "told", "JSON lines with the columns id and said"
    ),
    text("a list of JSON objects", json.dumps([{"said": LINE}] * 9), "told", "JSON with the column said"),
    text("other JSON", json.dumps({"a": {"b": [1, LINE]}}), "told", "JSON, whose names, brackets and escapes"),
    text(
        "SRT subtitles",
        rows("{number}\n00:01:{minute:02},000 --> 00:01:{minute:02},900\n{line}\n\n"),
        "told",
        "SRT subtitles, whose numbers and times would be learnt too",
    ),
    text(
        "WebVTT subtitles",
        "WEBVTT\n\n" + rows("01:{minute:02}.000 --> 01:{minute:02}.900\n{line}\n\n"),
        "told",
        "WebVTT subtitles",
    ),
    text("timed lyrics, other subtitles", rows("[01:{minute:02}.50]{line}\n"), "told", "subtitles or timed lyrics"),
    text("a web page", "<!doctype html><p>" + rows("{line}<br>\n"), "told", "a web page or XML, whose tags"),
    text("XML", '<?xml version="1.0"?>' + rows("<l>{line}</l>\n"), "told", "a web page or XML"),
    text("a page of a wiki", rows("== {number} ==\n[[the king|{line}]]\n"), "told", "a page of a wiki, whose markup"),
    text("TeX", "\\documentclass{book}\n" + rows("\\section{{{number}}} {line}\n"), "told", "TeX, whose commands"),
    text("a log", rows("2021-03-{day:02} 10:{minute:02}:00 INFO {line}\n"), "told", "a log, whose times and numbers"),
    text(
        "Markdown with tables",
        "| a | b |\n|---|---|\n" + rows("| {number} | {line} |\n"),
        "told",
        "Markdown with tables",
    ),
    text("Markdown without", rows("## {number}\n\n{line}\n\n"), "read"),
    text(
        "an exported chat",
        rows("{day}/3/21, 10:{minute:02} - Ann: {line}\n").replace("/3/", "/12/"),
        "told",
        "an exported chat, whose times and names",
    ),
    text(
        "e-mail", rows("From: ann@example.org\nTo: bo@example.org\nSubject: so\n\n{line}\n\n"), "told", "e-mail, whose"
    ),
    text("a play", rows("ANNA: {line} {number} times.\nBORIS: {line}.\n"), "read"),
    text("numbered verses", rows("3:{number} {line}\n"), "read"),
    text("source code", "def f(a, b):\n    return {'x': a[1], 'y': b}\n\n" * 30, "read"),
]

COLUMNS = [
    text(
        "a column of CSV",
        "id,said\n" + rows("{number},{line}\n"),
        "mended",
        "The 40 cells of the column 'said' are a document each; the column id was left out.",
        "page.csv",
        column="said",
    ),
    text(
        "a column of JSON lines",
        rows('{{"said": "{line} {number}"}}\n'),
        "told",
        "The 40 cells of the column 'said'",
        column="said",
    ),
    text(
        "rows with more cells than headings",
        "id,said\n" + rows("{number},{line}\n") + "9,so,no,never\n",
        "mended",
        "1 row of more than 2 cells was left out.",
        column="said",
    ),
    text(
        "a column that is not there",
        "id,said\n" + rows("{number},{line}\n"),
        "refused",
        "no column 'body', only id and",
        column="body",
    ),
    text(
        "a column of something else", '{"n": 1}\n{"n": 2}\n', "refused", "is not all text; choose another", column="n"
    ),
    text("a column of a text", rows(BARE), "refused", "is no table (CSV, JSON or JSON lines)", column="said"),
]

ORDERED = [
    text("a list that is sorted", "\n".join(NAMES), "told", "The 120 lines are sorted, so what is held out"),
    text("the same, a document a line", "\n".join(NAMES), "told", "mix them with --shuffle", documents="line"),
    text(
        "a diary whose lines begin with dates",
        "".join(f"{number % 28 + 1}.{number // 28 + 1}.2021: {LINE}\n" for number in range(80)),
        "told",
        "are in the order of their dates, so the latest are held out",
    ),
    text(
        "an end that is unlike the rest",
        PAGE + rows("{number} {minute} 0.{day}\n", 1500),
        "told",
        "held out, are unlike the rest",
    ),
    text(
        "one document that --shuffle is to mix", PAGE, "refused", "--shuffle mixes documents, but this text", shuffle=1
    ),
]

OTHERS = [
    text("an empty file", b"", "refused", "is empty; give a plain text file with some pages"),
    text("a header and licence without a text", HEADER + LICENCE, "refused", "holds a header and licence but no text"),
    text("one letter over and over", "aaaa\n" * 9, "refused", "consists of a single character, 'a'"),
    text("more than 50 MB", bytes(50_000_001), "refused", "cut it into shards with `python -m rnnlab data shards`"),
    text("more than 50 MB when unpacked", gzip.compress(bytes(50_000_001), 1), "refused", "unpacks to more than 50 MB"),
    text("binary data", bytes(range(256)) * 9, "refused", "is not text but binary data"),
    text("a damaged gzip archive", gzip.compress(PAGE.encode())[:-9], "refused", "a damaged gzip archive"),
    text("a PDF document", b"%PDF-1.7\n", "refused", "seems to be a PDF document"),
    text("a Word document", b"PK\x03\x04" + b"word/document.xml", "refused", "a Word document (.docx); open it where"),
    text(
        "an e-book", b"PK\x03\x04mimetypeapplication/epub+zip", "refused", "convert it to plain text (.txt) with an e-"
    ),
    text("a rich-text document", b"{\\rtf1 so}", "refused", "a rich-text document; open it where it came from"),
    text("a zip archive", b"PK\x03\x04" + b"a.txt", "refused", "unpack it and give the text file inside"),
    text("a Parquet file", b"PAR1", "refused", "name the column that holds the text with --column"),
    text("a Git LFS pointer", b"version https://git-lfs.github.com/spec/v1\n", "refused", "with git lfs pull"),
]

TEXTS: list[FileKind] = [*UNICODE, *encoded(), *NAMED, *CHANGED, *STRUCTURED, *COLUMNS, *ORDERED, *OTHERS]
