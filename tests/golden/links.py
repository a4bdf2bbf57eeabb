"""The page's links: which parameters it reads, and which it writes; seen in Debian's Chromium.

A result on the page holds the link that opens it again: somewhere in the page stands an attribute that begins with
"?tab=". What the page is opened by, the result's link must say again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from browsing import running_browser

from .page import Page

PATIENCE = 120_000  # milliseconds, on a machine that has other things to do
REVISION = "the commit that main names"  # which is another one in every Hub
OPENED: dict[str, dict[str, str]] = {
    "a forecast": {
        "tab": "forecast",
        "model": "stocks",
        "data": "MSFT",
        "horizon": "7",
        "start": "2017-06-01",
        "ahead": "5",
        "bands": "calibrated",
    },
    "a text": {
        "tab": "write",
        "model": "shakespeare",
        "prompt": "A & b?\n",
        "seed": "7",
        "length": "150",
        "temperature": "0.5",
        "top_k": "9",
        "top_p": "0.9",
        "min_p": "0.01",
        "typical": "0.95",
        "repetition_penalty": "1.1",
        "repetition_window": "32",
        "no_repeat_ngram": "9",
        "stop": "ROMEO:",
        "never": "z",
        "weights": "int8",
        "keep_stop": "1",
        "finish_sentence": "1",
    },
    "three texts": {
        "tab": "write",
        "model": "doyle",
        "prompt": "",
        "seed": "3",
        "length": "120",
        "texts": "3",
        "stops": "\\n\\n\nWatson",
    },
    "a checkpoint": {"tab": "checkpoints", "model": "anna/voice", "revision": REVISION},
}
LINKS = """() => [...document.querySelectorAll('*')].flatMap(one =>
  [...one.attributes].map(known => known.value).filter(value => value.startsWith('?tab=')))"""


def observe(page: Page) -> dict[str, list[str]]:
    """By what is opened: the parameters of the link that the page then shows for it, which says the same.

    The length alone may differ: it is that of what was written, to the end of its sentence.
    """
    commit = page.hub.store.repos["model", "anna/voice"].sha_of("main")
    with running_browser(PATIENCE) as browser:
        return {name: _written(browser, page.address, query, commit) for name, query in OPENED.items()}


def _written(browser: Any, address: str, query: dict[str, str], commit: str) -> list[str]:
    """The parameters of the link to the result that a link leads to."""
    asked = query | ({"revision": commit} if "revision" in query else {})
    same = {name: value for name, value in asked.items() if name != "length"}.items()
    opened = browser.new_page()
    opened.goto(f"{address}/?{urlencode(asked)}")
    links: list[dict[str, str]] = []
    for _ in range(PATIENCE // 200):
        links = [dict(parse_qsl(link[1:], keep_blank_values=True)) for link in opened.evaluate(LINKS)]
        for link in links:
            if same <= link.items():
                opened.close()
                return list(link)
        opened.wait_for_timeout(200)
    raise AssertionError(f"{asked} was opened, and the page has only {links}")
