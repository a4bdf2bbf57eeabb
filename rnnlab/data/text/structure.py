"""Tells that a text is no prose: a table, subtitles, a web page, a log …; changes nothing.

A text is trained on as it stands, its markup too. What is found here is told, with what would be learnt beside the
words; source code and verse are nobody's slip.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rnnlab.data.tables import JSON, JSON_LINES, LOOKED_AT, Table, begins_as_json, find_table, is_csv

FEWEST_LINES, FEWEST_HEADS = 4, 8
_MOST = 0.8  # share of the lines that must have the form
_HEADS = 0.15  # share of the lines that must begin an entry, of chats whose entries run over lines

_MONTH = r"[A-Z][a-z]{2}"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[AaPp]\.?[Mm]\.?)?"
_DAY = rf"(?:\d{{1,4}}[-/.](?:\d{{1,2}}|{_MONTH})[-/.]\d{{2,4}})"
_STAMP = (  # a clock alone has seconds or brackets, for chapters and verses are numbered 3:16
    rf"(?:\[?{_DAY}(?:[,T ]{{1,2}}{_CLOCK})?Z?\]?|\[{_CLOCK}\]|\d{{1,2}}:\d\d:\d\d(?:[.,]\d+)?"
    rf"|{_MONTH} {{1,2}}\d{{1,2}} {_CLOCK})"
)
_LEVEL = r"\W{0,2}\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b"
_CHAT = re.compile(
    rf"\u200e?(?![A-Z]){_STAMP}[-–: ]{{0,3}}<?[^:<>\n]{{1,40}}[:>](?: |$)"  # WhatsApp, IRC
    rf"|[^\n\[\]]{{1,40}}, \[{_DAY} {_CLOCK}\]$|\[{_DAY} {_CLOCK}\] [^:\n]{{1,40}}$"  # Telegram, Discord
    rf"|{_CLOCK} <[^<>\s]{{1,30}}> \S"
)
_SAID = re.compile(r"<[^<>\s/]{1,30}> \S")
_LEVELLED = re.compile(rf"(?:{_STAMP})?.{{0,60}}?{_LEVEL}")
_LOG = re.compile(rf"{_STAMP}\W|\S+ \S+ \S+ \[\d\d/{_MONTH}/\d{{4}}:|{_LEVEL}[\]: ]")
_CUE = re.compile(r"(?m)^(?:\d+:)?\d\d:\d\d[.,]\d{3} --> ")
_FRAMES = re.compile(r"\{\d+\}\{\d+\}|\[\d\d:\d\d\.\d\d\]|Dialogue: \d")
_PAGE = re.compile(r"\s*<(!doctype|html|\?xml|head|body)\b", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|div|br|span|a|t[drh]|table|li|[uo]l|h[1-6]|img|b|i|em|strong|script|style|font|center|hr|pre|title"
    r"|section|article|page|text|doc)(?:\s[^<>\n]{0,300})?/?>",
    re.IGNORECASE,
)
_WIKI = re.compile(r"\[\[[^\[\]\n]{1,200}\]\]|\{\{[^{}\n]{1,200}|'''[^'\n]{1,100}'''|(?m:^={2,5}[^=\n]{1,100}={2,5}$)")
_TEX = re.compile(r"\\(?:documentclass|usepackage|begin\{|end\{|section|chapter|emph\{|text[a-z]{2}\{|cite\{|ref\{)")
_RULER = re.compile(r"\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?\s*)?")
_MAIL = re.compile(r"(?:From|To|Cc|Subject|Date|Message-ID|Received|Content-Type|MIME-Version|Reply-To): ")


@dataclass(frozen=True)
class Structure:
    """What a text is besides words.

    kind: such as "CSV". what: in words. beside: what would be learnt beside the words, in the plural. remedy: what to
    do about it.
    """

    kind: str
    what: str
    beside: str
    remedy: str

    def notice(self) -> str:
        """One sentence."""
        return f"The text seems to be {self.what}, whose {self.beside} would be learnt too; {self.remedy}."


def structure_of(text: str, name: str = "") -> Structure | None:
    """What a text is besides words, by its beginning; None where it is prose, verse, code or nothing known here.

    name: of its file, whose ending says whether it is a table where a few rows do not.
    """
    head = text[:LOOKED_AT]
    lines = [line for line in head.split("\n") if line.strip()]
    return _marked_up(head, lines) or _tabular(text, name) or _lined(lines)


def _marked_up(head: str, lines: Sequence[str]) -> Structure | None:
    cues = len(_CUE.findall(head))
    if head.startswith("WEBVTT") or cues > max(1, len(lines) / 10):
        kind = "WebVTT" if head.startswith("WEBVTT") else "SRT"
        return Structure(kind, f"{kind} subtitles", "numbers and times", "take them out first")
    if sum(_FRAMES.match(line) is not None for line in lines) > max(FEWEST_LINES, len(lines) / 2):
        return Structure("subtitles", "subtitles or timed lyrics", "times", "take them out first")
    if _PAGE.match(head[:1000]) or len(_TAG.findall(head)) > max(3, len(lines) / 4):
        return Structure("HTML", "a web page or XML", "tags", "save it as plain text")
    if len(_WIKI.findall(head)) > max(5, len(lines) / 4):
        return Structure("wiki", "a page of a wiki", "markup", "export it as plain text")
    if len(_TEX.findall(head)) > max(2, len(lines) / 20):
        return Structure("TeX", "TeX", "commands", "convert it to plain text, unless TeX is what you want")
    return None


def _tabular(text: str, name: str) -> Structure | None:
    table = find_table(text, name)
    if table is not None and _is_meant(table, name):
        beside = "names, quotes and escapes" if table.kind in (JSON, JSON_LINES) else "separators and quotes"
        remedy = "take the words out first"
        if (wordiest := table.wordiest()) is not None:
            flag = wordiest if re.fullmatch(r"[\w.-]+", wordiest) else f"'{wordiest[:40]}'"
            remedy = f"take one, such as --column {flag}"
        return Structure(table.kind, table.described(), beside, remedy)
    if begins_as_json(text):
        return Structure(JSON, JSON, "names, brackets and escapes", "take the words out first")
    return None


def _is_meant(table: Table, name: str) -> bool:
    """Whether rows are surely a table's: their file's ending says so, or there are enough of them, and of cells."""
    if table.kind in (JSON, JSON_LINES) or is_csv(name):
        return True
    # Neither an indent nor the end of a line of code is a cell.
    enough = len(set(map(tuple, table.rows))) >= 2 * FEWEST_LINES and table.is_filled()
    named = table.columns[0] != "1"
    return enough and (table.separator != "," or ((named or len(table.columns) > 2) and table.has_numbers()))


def _lined(lines: Sequence[str]) -> Structure | None:
    """What is told by the form of most lines."""
    if len(lines) < FEWEST_LINES:
        return None

    def share(pattern: re.Pattern[str]) -> float:
        return sum(pattern.match(line) is not None for line in lines) / len(lines)

    log = Structure("log", "a log", "times and numbers", "take them out, unless a log is what you want")
    if any(map(_RULER.fullmatch, lines)) and sum(line.count("|") > 1 for line in lines) > len(lines) / 3:
        return Structure("Markdown tables", "Markdown with tables", "bars and rulers", "take the tables out first")
    if share(_LEVELLED) > _MOST:
        return log
    chat = share(_CHAT)
    if chat > _MOST or share(_SAID) > _MOST or (chat > _HEADS and chat * len(lines) >= FEWEST_HEADS):
        return Structure("chat", "an exported chat", "times and names", "take them out, unless they are what you want")
    if share(_LOG) > _MOST:
        return log
    if share(_MAIL) > 0.3:
        return Structure("e-mail", "e-mail", "headers", "take them out first")
    return None
