"""The words by which price files in the world's languages call their columns; independent of any file.

Collected from the downloads of exchanges, brokers and price pages: Investing.com and Yahoo in their languages, Stooq,
Moscow, Taipei, MetaTrader, FRED, CoinGecko, Binance, Refinitiv, Barchart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Row = Sequence[str]  # the cells of a line

PRICE_FIELDS = ("Open", "High", "Low", "Close", "Adj Close")
NUMBER_FIELDS = (*PRICE_FIELDS, "Volume")

# Where a file has two of a field's words, the earlier wins. Accents, case, blanks and marks do not matter.
_WORDS = {
    "Date": """
        date, datetime, date time, trade date, trading date, trading day, timestamp, dt, day, time, unix,
        unix timestamp, datum, fecha, data, observation date, snapped at, open time, price date, quote date,
        nav date, valuation date, as of date, as of, effective date, exchange date, business date, session,
        session date, time period, local time, gmt time, utc time, datestamp, jour, séance, giorno, dia, día, dato,
        päivämäärä, pvm, tarih, zeit, handelstag, kursdatum, data pregão, dátum, nap, dată, дата, дата торгов, день,
        date utc, window start, ημερομηνία, תאריך, التاريخ, วันที่, วันเดือนปี, तारीख, ngày, tanggal, 日付, 日付け, 年月日,
        日期, 交易日期, 交易日, 时间, 時間, 날짜, 일자, 일시, 기준일""",
    "Open": """
        open, open price, opening price, opening, eröffnung, erster, apertura, ouverture, eröffn, eroeffnung,
        eröffnungskurs, eroeffnungskurs, anfangskurs, eröffnungspreis, trade open, ouv, cours d'ouverture,
        premier cours, prix d'ouverture, precio apertura, precio de apertura, prezzo apertura, prezzo di apertura,
        abertura, preço de abertura, openingskoers, opening koers, otwarcie, kurs otwarcia, откр, открытие,
        цена открытия, відкриття, відкр, öppning, öppningskurs, öppen, åben, åbning, åbningskurs, åpning,
        åpningskurs, avaus, avauskurssi, otevření, otvírací, otevírací, otevírací cena, nyitó, nyitóár, deschidere,
        açılış, açılış fiyatı, άνοιγμα, שער פתיחה, פתיחה, الفتح, افتتاح, الافتتاح, खुला, px open, เปิด, ราคาเปิด,
        mở, mở cửa, giá mở cửa, pembukaan, buka, 始値, 開盤, 開盤價, 开盘, 开盘价, 今开, 開市, 開市價, 시가""",
    "High": """
        high, high price, highest, day high, max, hoch, höchst, máximo, plus haut, haut, hi, maximum, trade high,
        hoechst, höchstkurs, hoechstkurs, tageshoch, höchster, + haut, cours le plus haut, máx, precio máximo,
        massimo, prezzo massimo, máxima, preço máximo, alta, hoog, hoogste, hoogste koers, najwyższy, maks,
        maksimum, kurs maksymalny, макс, максимум, макс цена, максимальная цена, высокая, högst, högsta, högstakurs,
        høj, højeste, høy, høyest, ylin, nejvyšší, maxim, legmagasabb, yüksek, en yüksek, υψηλό, μέγιστο, גבוה,
        שער גבוה, أعلى, الأعلى, مرتفع, สูงสุด, สูง, उच्च, px high, cao, cao nhất, giá cao nhất, tertinggi, 高値, 最高,
        最高價, 最高价, 高, 고가""",
    "Low": """
        low, low price, lowest, day low, min, tief, tiefst, mínimo, plus bas, bas, lo, minimum, trade low,
        tiefstkurs, tagestief, tiefster, niedrigst, + bas, cours le plus bas, mín, precio mínimo, minimo,
        prezzo minimo, mínima, preço mínimo, baixa, laag, laagste, laagste koers, najniższy, kurs minimalny, мин,
        минимум, мин цена, минимальная цена, низкая, lägst, lägsta, lägstakurs, lav, laveste, lavest, alin,
        nejnižší, minim, legalacsonyabb, düşük, en düşük, χαμηλό, ελάχιστο, נמוך, שער נמוך, أدنى, الأدنى, منخفض,
        ต่ำสุด, ต่ำ, निम्न, px low, thấp, thấp nhất, giá thấp nhất, terendah, 安値, 最低, 最低價, 最低价, 低, 저가""",
    "Close": """
        close, close price, closing price, prices, closing, close last, last, last price, px last, price, schlusskurs,
        schluss, zuletzt, cierre, último, clôture, dernier, trade close, last close, last trade, trade price,
        settle, settlement price, settle price, nav, nav per share, nav per unit, net asset value,
        net asset value per share, spot price, letzter, letzter kurs, schlußkurs, schlusspreis, rücknahmepreis,
        anteilwert, clot, cours de clôture, dernier cours, valeur liquidative, vl, precio de cierre, precio cierre,
        último precio, valor liquidativo, chiusura, prezzo di chiusura, prezzo chiusura, ultimo prezzo,
        prezzo ufficiale, ult, fechamento, preço de fechamento, fecho, valor da cota, slot, slotkoers, laatste,
        laatste koers, zamknięcie, kurs zamknięcia, ostatnio, закр, закрытие, цена закрытия, последняя,
        последняя цена, закриття, остання, stängning, stängningskurs, slutkurs, senast, senaste, seneste, lukkekurs,
        luk, slutt, sluttkurs, siste, päätös, päätöskurssi, viimeisin, závěr, zavírací cena, zavírací, poslední,
        záró, záróár, utolsó, închidere, ultima, kapanış, kapanış fiyatı, şimdi, κλείσιμο, τελευταία, τιμή,
        שער נעילה, נעילה, שער, الإغلاق, الأخير, मूल्य, अंतिम, ปิด, ราคาปิด, ล่าสุด, đóng, đóng cửa, giá đóng cửa,
        lần cuối, penutupan, terakhir, tutup, 終値, 收盤, 收盤價, 收盘, 收盘价, 收市, 收市價, 종가, 終値 円, kurs,
        koers, kurz, kurssi, cours, prix, precio, prezzo, preço, цена, ціна, fiyat, cena, preis, pris, cijena, ár,
        giá, harga, 価格, 价格, 價格, 가격, 基準価額, 单位净值, 净值, 最新, 现价, 현재가, 기준가""",
    "Adj Close": """
        adj close, adjclose, adjusted close, adj close price, adjusted closing price, adjusted close price,
        close adj, bereinigter schlusskurs, adj schluss, adj schlusskurs, clôture ajustée, cours ajusté,
        cierre ajustado, chiusura rettificata, chiusura aggiustata, fechamento ajustado, скорр закрытие,
        скорректированное закрытие, düzeltilmiş kapanış, 調整後終値, 修正終値, 调整后收盘价, 調整收盤價, 수정종가,
        수정주가""",
    "Volume": """
        volume, vol, share volume, total volume, total volumes, shares traded, stück, stuecke, stücke, trading volume,
        trade volume, day volume, volume traded, number of shares, no of shares, ttl trd qnty, total traded quantity,
        volumen, umsatz stück, tick volume, tickvol, tick vol, real volume, ticks, vol acc, volume shares,
        volume titres, titoli, quantità, quantidade, negocios, hac, hacim, işlem hacmi, wol, wolumen, объем, объём,
        обьем, обсяг, volym, volum, vaihto, objem, forgalom, mennyiség, volum tranzacționat, όγκος, נפח, מחזור,
        الحجم, حجم, ปริมาณ, वॉल्यूम, px volume, kl, khối lượng, volume perdagangan, 出来高, 売買高, 成交量, 成交股數,
        交易量, 總成交量, 거래량""",
    "Ticker": "ticker, symbol, stock symbol, ticker symbol, act symbol, name, stock, company",
    "Clock": "time",
}
# Words that name a ticker in some files and a flag or a class in others: heard where one day has several rows.
_PERHAPS_TICKER = """
    code, secid, shortname, ts code, stock code, isin, instrument, security, asset, tic, ric, coin, pair, currency pair,
    wkn, valor, тикер, 代码, 代碼, 股票代码, 股票代碼, 证券代码, 證券代號, 証券代號, 名称, 股票名称, コード, 銘柄コード,
    銘柄, 종목코드, 종목명, 종목"""
# One letter is a ticker as well (C, T, V, O), so letters count only where all four of a bar's stand.
_LETTERS = {"t": "Date", "d": "Date", "o": "Open", "h": "High", "l": "Low", "c": "Close", "v": "Volume"}
# "Umsatz (Stück)" counts shares and "Umsatz (€)" euros; without its brackets a heading may be either.
_WITH_BRACKETS = frozenset(("umsatzstuck",))
_LONGEST_HEADING = 200
_UNIT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|^\s*\d+\.\s")


def plain_word(heading: str) -> str:
    """Write a heading in lower case without accents, units, marks and numbering: "4. Máxima (USD)*" -> "maxima"."""
    return _plain(_UNIT.sub(" ", _UNIT.sub(" ", heading[:_LONGEST_HEADING])))


@lru_cache(maxsize=20_000)
def _plain(heading: str) -> str:
    word = unicodedata.normalize("NFKC", heading)
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word).casefold().replace("ı", "i")
    word = "".join(mark for mark in unicodedata.normalize("NFKD", word) if unicodedata.category(mark) != "Mn")
    return re.sub(r"[\W_]+", " ", word).strip()


def _key(heading: str) -> str:
    """How a heading is looked up; with what stands in brackets where that makes it another word."""
    whole = _plain(heading[:_LONGEST_HEADING]).replace(" ", "")
    return whole if whole in _WITH_BRACKETS else plain_word(heading).replace(" ", "")


def _keys(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_key(word) for word in words.split(",")))


SYNONYMS = {field: _keys(words) for field, words in _WORDS.items()}
TICKER_WORDS = frozenset(_keys(_PERHAPS_TICKER))
_FIELD_OF = {word: field for field, words in reversed(SYNONYMS.items()) if field != "Clock" for word in words}


def fields_of(row: Sequence[str]) -> list[str | None]:
    """Give the field that each heading of a line means, such as "Close" for "Close/Last", or None."""
    keys = [_key(heading) for heading in row]
    letters = _LETTERS if set("ohlc") <= set(keys) else {}
    return [_FIELD_OF.get(key) or letters.get(key) for key in keys]


def field_of(heading: str) -> str | None:
    """Give the field that one heading means, or None."""
    return fields_of([heading])[0]


def columns_of(row: Sequence[str]) -> dict[str, list[int]]:
    """Give, for each field that a line of headings names, its columns: the one by the best word first.

    Columns by the same word stand side by side in one list, so that whoever chooses can see that there are two.
    """
    keys = [_key(heading) for heading in row]
    letters = {field: (letter,) for letter, field in _LETTERS.items()} if set("ohlc") <= set(keys) else {}
    if "t" in keys and letters:
        letters["Date"] = ("t",)
    found = {}
    for field, words in SYNONYMS.items():
        where = [number for word in (*words, *letters.get(field, ())) for number, key in enumerate(keys) if key == word]
        if where:
            found[field] = where
    return found


_BETWEEN = re.compile(r"[\s._:|/()\[\]-]+")
_LONGEST, _MOST_PARTS = 80, 8

Pair = tuple[str, str]


def ticker_pairs(row: Row, columns: Sequence[int]) -> dict[str, dict[str, int]] | None:
    """The column of each field of each ticker, if the headings of these columns of numbers are all such pairs.

    Returns ticker -> field -> column, of the tickers with a Close or an Adj Close; None if there is none, or a heading
    is no pair. In all headings the ticker stands before the field, or in all of them after it.
    """
    for split in (_ticker_first, _field_first):
        found: dict[str, dict[str, int]] = {}
        pairs = [split(row[column][:_LONGEST].strip()) if column < len(row) else None for column in columns]
        for column, pair in zip(columns, pairs, strict=True):
            if pair is not None:
                found.setdefault(pair[0], {}).setdefault(pair[1], column)
        priced = {name: known for name, known in found.items() if {"Close", "Adj Close"} & known.keys()}
        if priced and None not in pairs:
            return priced
    return None


def _ticker_first(heading: str) -> Pair | None:
    for place in _places(heading):
        field = field_of(heading[place.end() :].rstrip(")] "))
        if field in NUMBER_FIELDS:
            return heading[: place.start()], str(field)
    return None


def _field_first(heading: str) -> Pair | None:
    for place in reversed(_places(heading)):
        field = field_of(heading[: place.start()])
        if field in NUMBER_FIELDS:
            return heading[place.end() :].rstrip(")] "), str(field)
    return None


def _places(heading: str) -> list[re.Match[str]]:
    """Where a heading may be cut in two."""
    found = [place for place in _BETWEEN.finditer(heading) if place.start() > 0 and place.end() < len(heading)]
    return found[:_MOST_PARTS]
