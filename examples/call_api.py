"""Ask a running page, local or a Space, for a forecast, a back-test and a text.

make run, and in another terminal: python -m examples.call_api
For a Space: python -m examples.call_api --page owner/name
"""

import argparse

from gradio_client import Client


def main() -> None:
    """Print the 80 % band of the next sessions, the CRPS beside HAR's, and a text as it streams."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", default="http://127.0.0.1:7860", help="an address, or a Space's owner/name")
    parser.add_argument("--length", type=int, default=200, help="characters to generate")
    args = parser.parse_args()
    page = Client(args.page, verbose=False)
    for day in page.predict(data="AAPL", horizon=3, api_name="/forecast")["rows"]:
        print(f"{day['date']}  {day['lower80']:.2f} to {day['upper80']:.2f}")
    scores = page.predict(data="AAPL", start="2015-08-13", api_name="/backtest")
    print(f"CRPS {scores['crps']:.3f}, HAR {scores['baselines']['har_t']['crps']:.3f}")
    text = "ROMEO:"
    print(text, end="")
    for answer in page.submit(prompt=text, model="shakespeare", length=args.length, seed="1", api_name="/write"):
        print(answer["text"][len(text) :], end="", flush=True)
        text = answer["text"]
    print()


if __name__ == "__main__":
    main()
