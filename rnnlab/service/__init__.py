"""All that the page and the command line call: plain values in and out; opens, caches and bounds."""

from rnnlab.service.forecasting import Study, backtest, forecast, study
from rnnlab.service.lines import backtest_lines, forecast_lines, training_lines
from rnnlab.service.listing import bundled_data, bundled_models, tickers
from rnnlab.service.reports import TrainReport, TrainResult
from rnnlab.service.training import RECIPES, settings, train_forecast
from rnnlab.train.devices import DEVICES, quiet_threads

__all__ = [
    "DEVICES",
    "RECIPES",
    "Study",
    "TrainReport",
    "TrainResult",
    "backtest",
    "backtest_lines",
    "bundled_data",
    "bundled_models",
    "forecast",
    "forecast_lines",
    "quiet_threads",
    "settings",
    "study",
    "tickers",
    "train_forecast",
    "training_lines",
]
