"""Any ticker in Debian's Chromium: its prices are fetched when the button is pressed, at a desk and on a phone."""

import pytest
from browsing import MARKS, running_browser
from yahoo_server import chart, reachable_yahoo

from rnnlab.ui import app

pytestmark = MARKS


@pytest.fixture(scope="module")
def yahoo(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, reachable_yahoo(patch, tmp_path_factory.mktemp("yahoo")) as server:
        server.charts["NVDA"] = chart("NVDA", last="2026-11-20")
        yield server


@pytest.fixture(scope="module")
def address(yahoo):
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_prices_are_fetched_when_the_button_is_pressed(yahoo, address, width):
    with running_browser() as context:
        page, before = context.new_page(), len(yahoo.asked)
        page.set_viewport_size({"width": width, "height": 850})
        page.goto(f"{address}?tab=forecast&model=stocks&data=yahoo:NVDA&horizon=7")
        page.get_by_text("The prices of NVDA are on Yahoo Finance; press Get prices to fetch them.").wait_for()
        assert len(yahoo.asked) == before  # neither by the page that opens nor by its link
        page.locator("#get-prices").click()
        page.get_by_text("Prices: Yahoo Finance, NasdaqGS, USD, up to 2026-11-20").wait_for()
        assert page.get_by_label("Series").input_value() == "NVDA (Yahoo)"
        page.get_by_label("Or any ticker").fill("none")
        page.keyboard.press("Enter")
        page.get_by_text("Yahoo Finance has no ticker 'NONE'").wait_for()
        assert page.get_by_label("Series").input_value() == "NVDA (Yahoo)"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_set_afterwards_is_answered_for_the_ticker(yahoo, address):
    with running_browser() as context:
        page = context.new_page()
        page.goto(address)
        page.get_by_label("Or any ticker").fill("nvda")
        page.locator("#get-prices").click()
        page.get_by_text("Prices: Yahoo Finance").wait_for()
        page.get_by_text("Settings: checkpoint, horizon").click()
        page.get_by_text("Calibrated day by day").click()
        page.wait_for_function("document.querySelector('#verdict section').dataset.link.includes('calibrated')")
        assert "data=yahoo%3ANVDA" in page.locator("#verdict section").get_attribute("data-link")
