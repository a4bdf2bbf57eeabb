"""Made-up price tables for tests: a random walk whose volatility comes and goes, with everything a real file has."""

import numpy as np
import pandas as pd


def market(days: int = 400, seed: int = 1, start: str = "2010-01-04", columns: str = "OHLCV") -> pd.DataFrame:
    """A table of business days with the columns that are named by their first letters."""
    random = np.random.default_rng(seed)
    volatility = np.exp(0.3 * np.sin(np.arange(days) / 40) + 0.2 * random.normal(size=days)) / 100
    returns = volatility * random.standard_t(5, days)
    close = 50 * np.exp(np.cumsum(returns))
    opened = np.concatenate([[50.0], close[:-1]]) * np.exp(volatility / 3 * random.normal(size=days))
    spread = np.exp(np.abs(volatility * random.normal(size=(2, days))) / 2)
    table = {
        "Open": opened,
        "High": np.maximum(opened, close) * spread[0],
        "Low": np.minimum(opened, close) / spread[1],
        "Close": close,
        "Volume": np.round(1e6 * np.exp(random.normal(size=days) / 3)),
    }
    index = pd.bdate_range(start, periods=days, name="Date")
    return pd.DataFrame({name: values for name, values in table.items() if name[0] in columns}, index=index)
