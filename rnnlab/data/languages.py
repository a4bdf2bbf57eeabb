"""The letters of languages and how often each occurs, as far as that tells in which encoding a text was saved.

A language here is a small model of the characters beyond ASCII: its letters follow Zipf's law in the order given, its
signs are those that printers share, and everything else is a surprise. Of two readings of the same bytes the less
surprising one is likelier, by as many nats as it is less surprising.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


def _tables(text: str) -> dict[str, str]:
    """Languages and their letters, out of "English éèï; French éèà"."""
    return dict(one.strip().rsplit(maxsplit=1) for one in text.split(";"))


# Letters beyond ASCII, the most frequent first. "Western" is any language of Western Europe, all letters alike.
LATIN = _tables("""
    English éèïöüñçêàáâôëäíóæœ; French éèàêçôûâîùïëœüæÿ; German üäößé; Spanish óíáéñúü; Portuguese ãçáéêíóõâúôàü;
    Italian èàùòìéîóúá; Swedish äåöéàü; Danish øæåéòôü; Finnish äöåšž; Icelandic íðáéóöæþúý; Dutch ëéïèöüêçóá;
    Catalan àéèóíçòúïüñ; Polish ąęłóżśćńź; Czech íáéěřžýčšůúťďňó; Slovak áíéčýžšúôľťäňďóŕĺ; Hungarian áéóöőíüúű;
    Romanian ăîâşţșț; Croatian čšžćđ; Turkish ıüşğçöİâîû; Lithuanian ėšįžųąčūę; Latvian āīēšūņļģķžč; Estonian äõüöšž;
    Vietnamese \u0301\u0300\u0323đươôâă\u0309ê\u0303áàéèúùíìóòýỳ;
    drawings ─│═║█▄▀░▒▓▌▐┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬■
""")
LATIN["Western"] = "".join(chr(one) for one in range(0xDF, 0x100) if one != 0xF7) + "šžœƒªºµ"
OTHER = _tables("""
    Russian оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё; Ukrainian оанивіертслкдумпязьгйбчхцїжєшюфщґ;
    Belarusian аніеыорсткдлмувзпяьўцчгхбйжшюфэё; Bulgarian аиоетнрсвлкдпмзгбуъчцщжйюшьфх;
    Serbian аоиенрстјувкдплмгзбчшцжхћљњђфџ; Greek αοιετνσηρκπυλμςάίόέγδύθχήώβφωξζψϊΰϋΐ;
    Hebrew ויהלאמתרשבנםדקחפכעגןטסזצךףץ; Arabic اليمنرتبهودعسفكحقشجةصخأىطزذغضثظإآءئؤ;
    Persian اينردهموتبسشكگلفقخحجزپعچصطآغضذثژظئ\u200c;
    Thai าน\u0e48รอกเ\u0e49งมย\u0e31ลวด\u0e34ทส\u0e35ตะปบคหแพจ\u0e38ชขใไ\u0e39โผ\u0e37\u0e47ซ\u0e33ถ\u0e36ฟศ\u0e4cธณฉๆษภ
""")
# Of writing systems with thousands of characters the most frequent ones; the others are a class.
EASTERN = _tables("""
    Chinese
    的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天;
    Chinese, traditional
    的一是不了在人有我他這中大來上個國到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天;
    Japanese のいるにはたをとがしてなれかでもらっすこりんさまきくあけよせうだわちめおみどろえつやひねふほそげごずじび;
    Korean 이다는을의에가고하지로한은기사를도리어서나시자있아일대인그해라정수게보들주여것전만부상면니
""")
_SIGNS = "’“”–—…«»„‘\u00a0°·•§€£©®¿¡²³½¼¾±×÷™†‹›‚¥¢"
_EASTERN_SIGNS = "、。，「」：；？！（）“”《》『』・ー\u3000…—"

_ZIPF = 2.7  # Mandelbrot's constant
_RARE, _FOREIGN, _NONE = 1e-4, 1e-5, 1e-7  # another letter of the script or a sign; of another script; nothing at all
_CAPITAL = 0.1  # a capital that begins a word or follows another one
_OPENING = 0.03  # an apostrophe that begins a word
_MISPLACED = 3e-3  # a capital after a small letter, a sign within a word, two scripts in one
_AGAIN = 0.3  # a letter that follows another one beyond ASCII, in the Latin script
_HOW = {"fine": 1.0, "again": 1.0, "capital": _CAPITAL, "opening": _OPENING, "misplaced": _MISPLACED}


@dataclass(frozen=True)
class Counted:
    """A text's characters beyond ASCII, each with how it stands among its neighbours, and how often."""

    found: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, text: str) -> Counted:
        """Count them."""
        neighbours = zip(" " + text, text, text[1:] + " ", strict=False)
        return cls(Counter((one, _place(before, one, after)) for before, one, after in neighbours if not one.isascii()))

    def __len__(self) -> int:
        return sum(self.found.values())

    def surprise(self, language: str) -> float:
        """How unlikely they are in a language, nats of all of them."""
        return sum(count * _nats(language, one, how) for (one, how), count in self.found.items())


def _place(before: str, one: str, after: str) -> str:
    """How a character stands: "fine", "again", "capital", "opening" or "misplaced"."""
    if not one.isalpha():
        within = before.isalpha() and after.isalpha() and one not in "’·\u00ad" and unicodedata.category(one)[0] != "M"
        if within and min(before, after) < "\u3000":
            return "misplaced"
        return "opening" if one == "’" and after.isalpha() and not before.isalpha() else "fine"
    if (before.islower() and one.isupper()) or (one.islower() and after.isupper()):
        return "misplaced"
    # Between Latin and another alphabet; the scripts of East Asia stand beside anything.
    if "\u0370" <= one < "\u1e00" and any(beside.isascii() and beside.isalpha() for beside in (before, after)):
        return "misplaced"
    if one.isupper():
        return "capital"
    return "again" if before.isalpha() and not before.isascii() else "fine"


@cache
def _shares(language: str) -> dict[str, float]:
    """How often each of a language's letters and signs occurs, as a share of the characters beyond ASCII."""
    letters = (LATIN | OTHER | EASTERN)[language]
    mass = 0.3 if language == "English" else 0.35 if language in EASTERN else 0.75
    shares = dict(zip(_SIGNS, _zipf(len(_SIGNS), 0.05 if language in EASTERN else 1 - mass), strict=True))
    if language in EASTERN:
        shares |= dict.fromkeys(_frequent(language), 0.5 / len(_frequent(language)))
        shares |= dict.fromkeys(_EASTERN_SIGNS, 0.1 / len(_EASTERN_SIGNS))
    equal = [mass / len(letters)] * len(letters)
    return shares | dict(zip(letters, equal if language == "Western" else _zipf(len(letters), mass), strict=True))


def _zipf(count: int, mass: float) -> list[float]:
    """Shares by rank, of so much together."""
    weights = [1 / (rank + _ZIPF) for rank in range(count)]
    return [mass * weight / sum(weights) for weight in weights]


@cache
def _frequent(language: str) -> str:
    """The class of frequent characters, by the level that its standard gives them."""
    codec, lead, trail = {
        "Chinese": ("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF)),
        "Chinese, traditional": ("big5", range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF))),
        "Japanese": ("euc_jp", (0xA4, 0xA5, *range(0xB0, 0xD0)), range(0xA1, 0xFF)),
        "Korean": ("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF)),
    }[language]
    pairs = bytes(byte for first in lead for second in trail for byte in (first, second))
    return pairs.decode(codec, errors="ignore")


def _nats(language: str, one: str, how: str) -> float:
    shares = _shares(language)
    share = shares.get(one) or shares.get(one.lower()) or _other(language, one)
    return -math.log(share * (_AGAIN if how == "again" and language in LATIN else _HOW[how]))


def _other(language: str, one: str) -> float:
    """How likely a character is that is none of the language's own."""
    kind = unicodedata.category(one)
    if kind in ("Cc", "Cn", "Co", "Cs") or one == "\ufffd":
        return _NONE
    name = unicodedata.name(one, "").split(" ")[0]
    own = unicodedata.name((LATIN | OTHER | EASTERN)[language][0], "").split(" ")[0]
    return _RARE if name == own or kind[0] in "SPZ" else _FOREIGN


@cache
def _all_known() -> frozenset[str]:
    letters = {one for language in (*LATIN, *OTHER, *EASTERN) for one in _shares(language)}
    return frozenset(letters | {one.upper() for one in letters})


def is_known(one: str) -> bool:
    """Whether a character is a letter or sign of one of the languages."""
    return one in _all_known()
