"""Forecast the closes of a price file of your own, with the bands of the bundled model.

python -m examples.forecast_csv prices.csv --horizon 5
"""

import argparse

import rnnlab


def main() -> None:
    """Print one line per session: the median, and the 80 % band around it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("prices", help="a file with a date and a close per day")
    parser.add_argument("--horizon", type=int, default=5, help="sessions ahead, 1 to 20")
    args = parser.parse_args()
    table = rnnlab.load("stocks").forecast(args.prices, horizon=args.horizon)
    for date, day in table.iterrows():
        print(f"{date:%Y-%m-%d}  {day['median']:.2f}  {day['lower80']:.2f} to {day['upper80']:.2f}")


if __name__ == "__main__":
    main()
