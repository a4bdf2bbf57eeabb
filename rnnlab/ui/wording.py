"""Prices and days in words, alike in figures and tables."""

from __future__ import annotations

import math
from datetime import date


def price_text(price: float, decimals: int | None = None) -> str:
    """A price with its file's decimals; else with four significant digits, and with all digits before the point."""
    if decimals is not None:
        return f"{price:,.{decimals}f}"
    digits = 3 - math.floor(math.log10(abs(price))) if price else 2
    return f"{price:,.{min(max(digits, 0), 8)}f}"


def day_text(day: date) -> str:
    """A day as 29 Dec 2017."""
    return f"{day.day} {day:%b %Y}"
