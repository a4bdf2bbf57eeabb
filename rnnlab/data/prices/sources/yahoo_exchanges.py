"""Which calendar of `exchange_calendars` an exchange of Yahoo Finance keeps; independent of any date."""

from __future__ import annotations

# Calendar: Yahoo's codes of the exchanges that keep it. India's two exchanges share their holidays, as do Germany's.
_EXCHANGES = {
    "XNYS": "NMS NGM NCM NYQ ASE PCX BTS PNK OQB OQX OEM NIM NAS NYS SNP DJI WCB CBO CXI",
    "XTSE": "TOR VAN CNQ NEO",
    "BVMF": "SAO",
    "XMEX": "MEX",
    "XBUE": "BUE",
    "XSGO": "SGO",
    "XLON": "LSE IOB FGI AQS",
    "XETR": "GER FRA BER DUS HAM HAN MUN STU",
    "XPAR": "PAR ENX",
    "XAMS": "AMS",
    "XBRU": "BRU",
    "XLIS": "LIS",
    "XMAD": "MCE",
    "XMIL": "MIL",
    "XSWX": "EBS",
    "XWBO": "VIE",
    "XDUB": "ISE",
    "XSTO": "STO",
    "XHEL": "HEL",
    "XCSE": "CPH",
    "XOSL": "OSL",
    "XICE": "ICE",
    "XWAR": "WSE",
    "XPRA": "PRA",
    "XBUD": "BUD",
    "XIST": "IST",
    "XMOS": "MCX",
    "XSAU": "SAU",
    "XJSE": "JNB",
    "XTKS": "JPX OSA FKA SAP",
    "XHKG": "HKG",
    "XSHG": "SHH SHZ",
    "XTAI": "TAI TWO",
    "XKRX": "KSC KOE",
    "XSES": "SES",
    "XBOM": "BSE NSI",
    "XKLS": "KLS",
    "XIDX": "JKT",
    "XBKK": "SET",
    "XPHS": "PHS PHP",
    "XASX": "ASX",
    "XNZE": "NZE",
    "CMES": "CME CBT NYM CMX",
}
_OF = {code: calendar for calendar, codes in _EXCHANGES.items() for code in codes.split()}


def calendar_named(exchange: str, kind: str) -> str | None:
    """The calendar of an exchange by Yahoo's code; by kind, every day for cryptocurrencies and weekdays for currencies.

    None where it is not known here: then the dates tell.
    """
    return {"CRYPTOCURRENCY": "24/7", "CURRENCY": "24/5"}.get(kind) or _OF.get(exchange)
