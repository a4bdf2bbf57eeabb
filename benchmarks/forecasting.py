"""CPU seconds to train the density recipe for an epoch, to forecast, and to back-test, on the bundled prices.

python -m benchmarks.forecasting
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import time
from collections.abc import Callable

from rnnlab.runtime.opening import locate
from rnnlab.runtime.training import train as training
from rnnlab.tasks.forecast.data import open_prices
from rnnlab.tasks.forecast.judge import scoring
from rnnlab.tasks.forecast.kind import KIND as FORECAST
from rnnlab.tasks.forecast.recipes import open_forecasting
from rnnlab.tasks.kind import Request
from rnnlab.train.devices import quiet_threads


def cpu_seconds(name: str, work: Callable[[], object], repeats: int = 5) -> None:
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    print(f"{name:<58} {sorted(taken)[repeats // 2]:7.3f} CPU seconds (median of {repeats})")


def main() -> None:
    quiet_threads()
    forecaster = open_forecasting(locate("stocks"))[1]
    apple = open_prices("AAPL").table
    cpu_seconds("densities of 3,019 days, 20 horizons", lambda: forecaster.densities(apple))
    cpu_seconds("a back-test with five baselines (AAPL, 601 days)", lambda: backtest())
    cpu_seconds("an epoch of training on AAPL", lambda: train(["AAPL"]), repeats=3)
    cpu_seconds("an epoch of training on all 31 stocks", lambda: train(["bundled"]), repeats=3)


def backtest() -> object:
    return scoring.backtest("stocks", "AAPL", start="2015-08-13")


def train(data: list[str]) -> object:
    return list(training(FORECAST, Request.of(data, {"epochs": 1}, arguments={"until": "2015-08-12"})))


if __name__ == "__main__":
    main()
