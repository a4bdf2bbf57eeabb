"""Headings of the world's exchanges, brokers and price pages, and that what is not used is named."""

import pandas as pd
import pytest
from walks import told, walk

from rnnlab.data.prices import Prices, read_prices
from rnnlab.errors import DataError

TABLE = walk(260)
FIELDS = {"D": "Date", "O": "Open", "H": "High", "L": "Low", "C": "Close", "V": "Volume"}


def file(headings: str, order: str, separator: str = ",", form: str = "%Y-%m-%d", table: pd.DataFrame = TABLE) -> str:
    """A file under these headings; order has a letter a column, of FIELDS, or 1 for another number."""
    rows = [headings]
    for day, row in table.iterrows():
        cells = {"Date": day.strftime(form)} | {field: str(value) for field, value in row.items()}
        rows.append(separator.join(cells.get(FIELDS.get(one, ""), "1") for one in order))
    return "\n".join(rows) + "\n"


def read(text: str, encoding: str = "utf-8", **options: str) -> Prices:
    return read_prices(text.encode(encoding), name="acme.csv", **options)


@pytest.mark.parametrize(
    "headings",
    [
        "Data,Abertura,Máxima,Mínima,Último,Volume",
        "Data,Abertura,Alta,Baixa,Fechamento,Volume",
        "Datum,Eröffnung,Hoch,Tief,Schlusskurs,Volumen",
        "Datum,Erster,Tageshoch,Tagestief,Letzter,Umsatz (Stück)",
        "Date,Ouv.,Plus Haut,Plus Bas,Dernier,Vol.",
        "date,ouv,haut,bas,clot,vol",
        "Fecha,Apertura,Máximo,Mínimo,Cierre,Volumen",
        "Data,Prezzo Apertura,Prezzo Massimo,Prezzo Minimo,Prezzo Chiusura,Volume",
        "Datum,Open,Hoog,Laag,Slot,Volume",
        "Data,Otwarcie,Najwyższy,Najniższy,Zamknięcie,Wolumen",
        "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen",
        "Дата,Откр.,Макс.,Мин.,Цена,Объём",
        "Tarih,Açılış,Yüksek,Düşük,Şimdi,Hac.",
        "日付,始値,高値,安値,終値,出来高(株)",
        "日期,开盘,最高,最低,收盘,成交量",
        "日期,開盤價,最高價,最低價,收盤價,成交股數",
        "날짜,시가,고가,저가,종가,거래량",
        "Datum,Öppningskurs,Högstakurs,Lägstakurs,Stängningskurs,Volym",
        "Dato,Åben,Høj,Lav,Seneste,Vol.",
        "Päivämäärä,Avaus,Ylin,Alin,Viimeisin,Vaihto",
        "Datum,Otevírací,Nejvyšší,Nejnižší,Zavírací,Objem",
        "Dátum,Nyitó,Maxim,Minim,Záró,Forgalom",
        "Ημερομηνία,Άνοιγμα,Υψηλό,Χαμηλό,Κλείσιμο,Όγκος",
        "תאריך,פתיחה,גבוה,נמוך,שער,נפח",
        "التاريخ,الفتح,أعلى,أدنى,الإغلاق,الحجم",
        "วันที่,เปิด,สูงสุด,ต่ำสุด,ล่าสุด,ปริมาณ",
        "Ngày,Mở,Cao,Thấp,Lần cuối,KL",
        "Tanggal,Pembukaan,Tertinggi,Terendah,Terakhir,Vol.",
        "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        "time,open,high,low,close,tick_volume",
        "TRADEDATE,OPEN,HIGH,LOW,CLOSE,VOLUME",
        "t,o,h,l,c,v",
        "1. timestamp,1. open,2. high,3. low,4. close,5. volume",
        "openTime,openPrice,highPrice,lowPrice,lastPrice,tradeVolume",
        "Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME",
        "Exchange Date,Open (USD),High (USD),Low (USD),Close (USD),Volume (USD)",
    ],
)
def test_headings_of_the_world_are_known(headings):
    prices = read(file(headings, "DOHLCV"))
    assert prices.table.equals(TABLE)
    assert prices.notices == ()


@pytest.mark.parametrize(
    ("headings", "order", "unused"),
    [
        ("Date,Price,Open,High,Low,Vol.,Change %", "DCOHLV1", "Change %"),
        ("BOARDID;TRADEDATE;VALUE;OPEN;LOW;HIGH;WAPRICE;CLOSE;VOLUME", "1D1OLH1CV", "BOARDID, VALUE, WAPRICE"),
        ("time\topen\thigh\tlow\tclose\ttick_volume\tspread\treal_volume", "DOHLCV11", "spread, real_volume"),
        ("Date,Sentiment,Open,High,Low,Close,Volume,RSI_14", "D1OHLCV1", "Sentiment, RSI_14"),
        ("date,open,high,low,close,volume,dividend_amount", "DOHLCV1", "dividend_amount"),
        ("日期,开盘,收盘,最高,最低,成交量,换手率", "DOCHLV1", "换手率"),
    ],
)
def test_columns_that_are_not_used_are_named(headings, order, unused):
    separator = next(mark for mark in "\t;," if mark in headings)
    prices = read(file(headings, order, separator))
    assert prices.table.equals(TABLE)
    assert prices.notices == (f"Columns that are not used: {unused}.",)


def test_a_count_of_trades_stands_in_for_a_volume_that_is_always_zero():
    text = file("<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>", "DOHLCV1", "\t").replace("\t1\n", "\t0\n")
    prices = read(text)
    assert prices.table.equals(TABLE)
    assert told(prices, "taken from the column '<TICKVOL>', as '<VOL>' is always zero")
    assert told(prices, "Columns that are not used: <VOL>.")


@pytest.mark.parametrize(
    ("suffixes", "volume"), [("K", 1e3), ("M", 1e6), ("Mio.", 1e6), ("млн", 1e6), ("М", 1e6), ("万", 1e4), ("億", 1e8)]
)
def test_volumes_with_a_magnitude_are_read(suffixes, volume):
    rows = "".join(
        f"{day:%Y-%m-%d};{close};{1 + n % 7}{suffixes}\n" for n, (day, close) in enumerate(TABLE["Close"].items())
    )
    assert read("Date;Close;Volume\n" + rows).table["Volume"].iloc[1] == 2 * volume


# Encodings.


@pytest.mark.parametrize(
    ("headings", "encoding", "shown"),
    [
        ("日付,始値,高値,安値,終値,出来高", "cp932", "Shift-JIS"),
        ("日付,始値,高値,安値,終値,出来高", "euc_jp", "EUC-JP"),
        ("日期,开盘价,最高价,最低价,收盘价,成交量", "gb18030", "GB18030"),
        ("日期,開盤價,最高價,最低價,收盤價,成交量", "big5", "Big5"),
        ("날짜,시가,고가,저가,종가,거래량", "cp949", "EUC-KR"),
        ("Дата,Открытие,Максимум,Минимум,Закрытие,Объём", "cp1251", "Windows-1251"),
        ("Дата,Открытие,Максимум,Минимум,Закрытие,Объём", "koi8_r", "KOI8-R"),
        ("Datum,Eröffnung,Höchst,Tief,Schluss,Stück", "cp1252", "Windows-1252"),
        ("Data,Otwarcie,Najwyższy,Najniższy,Zamknięcie,Wolumen", "cp1250", "Windows-1250"),
        ("Ημερομηνία,Άνοιγμα,Υψηλό,Χαμηλό,Κλείσιμο,Όγκος", "cp1253", "Windows-1253"),
    ],
)
def test_the_encoding_is_the_one_in_which_the_headings_are_words(headings, encoding, shown):
    found = read(file(headings, "DOHLCV"), encoding)
    named = read_prices(file(headings, "DOHLCV").encode(encoding), name="acme.csv", encoding=shown)
    assert found.table.equals(TABLE)
    assert found.notices == (f"The file was read as {shown}.",)
    assert named.table.equals(TABLE)
    assert named.notices == ()


def test_an_encoding_that_the_headings_are_not_in_or_that_there_is_not_is_refused():
    content = file("日付,始値,高値,安値,終値,出来高", "DOHLCV").encode("cp932")
    with pytest.raises(DataError, match="The file's headings are no UTF-8; name another encoding, or none"):
        read_prices(content, encoding="utf-8")
    with pytest.raises(DataError, match="There is no encoding 'klingon'; name one such as"):
        read_prices(content, encoding="klingon")


def test_headings_in_letters_that_nobody_knows_are_refused_with_the_encoding_that_was_guessed():
    with pytest.raises(
        DataError, match=r"no date and no close column as Windows-1252, .* name its encoding, as shift_jis"
    ):
        read("zeug\u00e4,unk\u00f6\n" + "a,b\n" * 70, "cp1252")
