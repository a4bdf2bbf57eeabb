"""Price files written in the many ways in which people have them, for tests of the price reader."""

import io
import zipfile
from collections.abc import Callable

import pandas as pd
from walks import FIELDS

LETTERS = {field[0]: field for field in ["Date", *FIELDS]}
# One table's headings, in the order of the letters DOHLCV.
HEADINGS = {
    "Portuguese (1)": "Data,Abertura,Máxima,Mínima,Último,Volume",
    "Portuguese (2)": "Data,Abertura,Alta,Baixa,Fechamento,Volume",
    "German (1)": "Datum,Eröffnung,Hoch,Tief,Schlusskurs,Volumen",
    "German (2)": "Datum,Erster,Tageshoch,Tagestief,Letzter,Umsatz (Stück)",
    "French (1)": "Date,Ouv.,Plus Haut,Plus Bas,Dernier,Vol.",
    "French (2)": "date,ouv,haut,bas,clot,vol",
    "Spanish": "Fecha,Apertura,Máximo,Mínimo,Cierre,Volumen",
    "Italian": "Data,Prezzo Apertura,Prezzo Massimo,Prezzo Minimo,Prezzo Chiusura,Volume",
    "Dutch": "Datum,Open,Hoog,Laag,Slot,Volume",
    "Polish": "Data,Otwarcie,Najwyższy,Najniższy,Zamknięcie,Wolumen",
    "Polish without accents": "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen",
    "Russian": "Дата,Откр.,Макс.,Мин.,Цена,Объём",
    "Turkish": "Tarih,Açılış,Yüksek,Düşük,Şimdi,Hac.",
    "Japanese": "日付,始値,高値,安値,終値,出来高(株)",
    "Chinese (simplified)": "日期,开盘,最高,最低,收盘,成交量",
    "Chinese (traditional)": "日期,開盤價,最高價,最低價,收盤價,成交股數",
    "Korean": "날짜,시가,고가,저가,종가,거래량",
    "Swedish": "Datum,Öppningskurs,Högstakurs,Lägstakurs,Stängningskurs,Volym",
    "Danish": "Dato,Åben,Høj,Lav,Seneste,Vol.",
    "Finnish": "Päivämäärä,Avaus,Ylin,Alin,Viimeisin,Vaihto",
    "Czech": "Datum,Otevírací,Nejvyšší,Nejnižší,Zavírací,Objem",
    "Hungarian": "Dátum,Nyitó,Maxim,Minim,Záró,Forgalom",
    "Greek": "Ημερομηνία,Άνοιγμα,Υψηλό,Χαμηλό,Κλείσιμο,Όγκος",
    "Hebrew": "תאריך,פתיחה,גבוה,נמוך,שער,נפח",
    "Arabic": "التاريخ,الفتح,أعلى,أدنى,الإغلاق,الحجم",
    "Thai": "วันที่,เปิด,สูงสุด,ต่ำสุด,ล่าสุด,ปริมาณ",
    "Vietnamese": "Ngày,Mở,Cao,Thấp,Lần cuối,KL",
    "Indonesian": "Tanggal,Pembukaan,Tertinggi,Terendah,Terakhir,Vol.",
}
PROGRAMS = [
    "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
    "time,open,high,low,close,tick_volume",
    "TRADEDATE,OPEN,HIGH,LOW,CLOSE,VOLUME",
    "t,o,h,l,c,v",
    "1. timestamp,1. open,2. high,3. low,4. close,5. volume",
    "openTime,openPrice,highPrice,lowPrice,lastPrice,tradeVolume",
    "Date,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME",
    "Exchange Date,Open (USD),High (USD),Low (USD),Close (USD),Volume (USD)",
]
# Headings in an encoding, and how it is named.
ENCODED = [
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
]


def headed(table: pd.DataFrame, headings: str, order: str, separator: str = ",", form: str = "%Y-%m-%d") -> str:
    """A file under these headings; order has a letter a column, of LETTERS, or 1 for another number."""
    rows = [headings]
    for day, row in table.iterrows():
        cells = {"Date": day.strftime(form)} | {field: str(value) for field, value in row.items()}
        rows.append(separator.join(cells.get(LETTERS.get(one, ""), "1") for one in order))
    return "\n".join(rows) + "\n"


def lines(table: pd.DataFrame, separator: str, day: Callable[[pd.Timestamp], str], number: Callable[[float], str]):
    for date, row in table.iterrows():
        yield separator.join([day(date), *map(number, row)])


def plain(table: pd.DataFrame) -> str:
    return "Date,Open,High,Low,Close,Volume\n" + "\n".join(lines(table, ",", "{:%Y-%m-%d}".format, repr))


def german(table: pd.DataFrame) -> str:
    head = "Datum;Erster;Hoch;Tief;Schlusskurs;Volumen\n"
    swap = str.maketrans(",.", ".,")
    return head + "\n".join(lines(table, ";", "{:%d.%m.%Y}".format, lambda x: f"{x:,.2f}".translate(swap)))


def american(table: pd.DataFrame) -> str:
    head = '"Date","Open","High","Low","Close/Last","Volume"\n'
    return head + "\n".join(lines(table[::-1], ",", '"{:%m/%d/%Y}"'.format, '"${:,.2f}"'.format))


def swiss(table: pd.DataFrame) -> str:
    head = "Date\tOpen\tHigh\tLow\tClose\tVolume\n"
    return head + "\n".join(lines(table, "\t", "{:%d %b %Y}".format, lambda x: f"{x:,.2f}".replace(",", "'")))


def indented(table: pd.DataFrame) -> str:
    head = "Symbol: ACME\n\ntimestamp,1. open,2. high,3. low,4. close,5. volume\n"
    return head + "\n".join(lines(table, ",", "{:%Y-%m-%dT00:00:00-05:00}".format, repr))


def counted(table: pd.DataFrame) -> str:
    head = "unix|open|high|low|close|volume\n"
    return head + "\n".join(lines(table, "|", lambda day: str(int(day.timestamp())), repr))


def yfinance(table: pd.DataFrame) -> str:
    head = "Price,Open,High,Low,Close,Volume\nTicker" + ",ACME" * 5 + "\nDate,,,,,\n"
    return head + "\n".join(lines(table, ",", "{:%Y-%m-%d}".format, repr))


def long(table: pd.DataFrame) -> str:
    rows = [line + ",ACME" for line in lines(table, ",", "{:%Y%m%d}".format, repr)]
    others = [line + ",BETA" for line in lines(2 * table, ",", "{:%Y%m%d}".format, repr)]
    return "date,open,high,low,close,volume,Name\n" + "\n".join(others + rows)


DIALECTS = {
    "commas and decimal points": plain,
    "semicolons, decimal commas, points between thousands, day first": german,
    "newest first, quoted, dollar signs, month first": american,
    "tabs, apostrophes between thousands, months by name": swiss,
    "a title above the headings, which are numbered, and times with a zone": indented,
    "vertical bars, dates as seconds since 1970": counted,
    "yfinance: fields, tickers and Date in three lines": yfinance,
}


def packed(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in files.items():
            writing.writestr(name, content)
    return archive.getvalue()


def workbook(sheets: dict[str, pd.DataFrame], **options: int) -> bytes:
    book = io.BytesIO()
    with pd.ExcelWriter(book) as writer:
        for title, table in sheets.items():
            table.to_excel(writer, sheet_name=title, **options)
    return book.getvalue()


def parquet(table: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    table.to_parquet(content)
    return content.getvalue()
