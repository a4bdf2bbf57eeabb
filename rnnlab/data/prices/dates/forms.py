"""The forms in which price files write a date; settles nothing."""

from __future__ import annotations

import re
import unicodedata

LONGEST_DATE = 80

_LETTERS = r"[^\W\d_]"
_WEEKDAY = rf"(?:(?:mon|tue|wed|thu|fri|sat|sun){_LETTERS}{{0,10}}\.?,?\s+|{_LETTERS}{{2,12}}\.?,\s*)?"
# A bar's date is the date on its exchange's clock, so the time zone is read over and never applied.
_CLOCK = (
    r"(?:[T\s,]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:\s*[ap]\.?m\.?)?)"
    r"\s*(?P<zone>Z|[A-Z]{2,5}|(?:GMT|UTC)?[+-][0-9]{1,2}:?(?:[0-9]{2})?)?(?:\s*\([^()]*\))?)?"
)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ISO = _form(rf"(?P<y>[0-9]{{4}})(?P<s>[-/.])\s?(?P<m>[0-9]{{1,2}})(?P=s)\s?(?P<d>[0-9]{{1,2}})\.?{_CLOCK}")
_TWO, _YEAR = "[0-9]{1,2}", "[0-9]{4}|[0-9]{2}"
NUMERIC = _form(rf"(?P<a>{_TWO})(?P<s>[-/.])\s?(?P<b>{_TWO})(?P=s)\s?(?P<c>{_YEAR})\.?{_CLOCK}")
COMPACT = _form(r"(?P<y>(?:1[89]|2[012])[0-9][0-9])(?P<m>[0-9][0-9])(?P<d>[0-9][0-9])(?:\.0)?")
UNIX = _form(r"(?P<n>-?(?:[0-9]{9,10}|[0-9]{12,13}|[0-9]{15,16}|[0-9]{18,19}))(?:\.[0-9]{1,9})?")
# Taiwan counts years from 1911, spreadsheets count days from the end of 1899.
MINGUO = _form(rf"(?P<y>1[0-9]{{2}})(?P<s>[-/.])(?P<m>[0-9]{{1,2}})(?P=s)(?P<d>[0-9]{{1,2}}){_CLOCK}")
SERIAL = _form(r"(?P<n>[2-6][0-9]{4})(?:\.0+)?")
_NAMED = tuple(
    _form(_WEEKDAY + order + _CLOCK)
    for order in (
        rf"(?P<m>{_LETTERS}{{3,12}})\.?[\s-]+(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[\s-]+(?P<y>[0-9]{{4}}|[0-9]{{2}})",
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|\.|º)?[\s/-]*(?:de\s+)?(?P<m>{_LETTERS}{{3,12}})\.?,?[\s/-]*"
        r"(?:de\s+)?(?P<y>[0-9]{4}|[0-9]{2})(?:\s*(?:г|y)\.?)?",
        rf"(?P<y>[0-9]{{4}})[\s/-]+(?P<m>{_LETTERS}{{3,12}})\.?[\s/-]+(?P<d>[0-9]{{1,2}})",
    )
)
# 2023年5月31日 and 2023년 5월 31일, whose marks stand decomposed once accents are off.
_SIGNS = _form(
    r"(?P<y>[0-9]{4})\s*(?:年|\u1102\u1167\u11ab)\s*(?P<m>[0-9]{1,2})\s*(?:月|\u110b\u116f\u11af)\s*"
    rf"(?P<d>[0-9]{{1,2}})\s*(?:日|\u110b\u1175\u11af)?(?:\s*\([^()]*\))?{_CLOCK}"
)
FORMS = (ISO, NUMERIC, COMPACT, UNIX, *_NAMED, _SIGNS, MINGUO, SERIAL)


def read_form(form: re.Pattern[str], written: str) -> re.Match[str] | None:
    """Match a cell with a form as a whole, its accents and full-width digits aside; None if it is another."""
    if len(written) > LONGEST_DATE:
        return None
    if not written.isascii():
        signs = unicodedata.normalize("NFKD", written)
        bare = "".join(sign for sign in signs if unicodedata.category(sign) not in ("Mn", "Cf"))
        written = re.sub(r"\s+", " ", bare).strip()
    return form.fullmatch(written)


def is_date(written: str) -> bool:
    """Whether a cell is written like a date, be there such a day or not; a bare number of days since 1899 is none."""
    return any(read_form(form, written) for form in FORMS if form is not SERIAL)
