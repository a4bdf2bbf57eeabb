"""The page as a process of its own beside a Hub on loopback, in Chromium: from a search to a push, and links."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from browsing import MARKS, running_browser, sync_api
from hub.secrets import ANNA, BORIS, told
from hub.serving import running_hub

from rnnlab.service.sharing import push
from rnnlab.tasks.text.use import write

pytestmark = MARKS
ROOT = Path(__file__).parents[1]
# What Gradio's sign-in, which is only played off a Space, gives a visitor; this Hub knows it as Boris's.
PLAYED = "mock-oauth-token-for-local-dev"


@pytest.fixture(scope="module")
def hub():
    with running_hub() as hub:
        hub.store.users |= {ANNA: "anna", BORIS: "boris", PLAYED: "boris"}
        yield hub


@pytest.fixture(scope="module")
def address(hub, tmp_path_factory):
    """The page's own process, at Boris's machine; it says no traceback, and neither says nor writes a token."""
    place = tmp_path_factory.mktemp("page")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "HF_ENDPOINT": hub.address, "HF_TOKEN": BORIS, "HF_HOME": str(place / "hf"), "GRADIO_SERVER_PORT": str(port),
        "RNNLAB_SIGN_IN": "1", "RNNLAB_CACHE": str(place / "cache"), "GRADIO_TEMP_DIR": str(place / "files"),
    }  # fmt: skip
    with (place / "said.txt").open("w") as said:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=said, stderr=said)
        try:
            yield _answering(f"http://127.0.0.1:{port}", process)
        finally:
            process.kill()
            process.wait()
    words = (place / "said.txt").read_text()
    assert "Traceback" not in words
    assert told([words], [place], hub) == []


def _answering(address: str, process) -> str:
    for _ in range(1500):
        assert process.poll() is None, "the page has ended"
        try:
            httpx.get(address, timeout=5)
            return address
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the page does not answer")


@pytest.fixture(scope="module")
def browser():
    with running_browser() as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context


@pytest.fixture
def page(browser, hub):
    """A visit; neither what the page holds nor what it was sent names a token."""
    page = browser.new_page()
    answers = []
    page.on("response", lambda answer: answers.append(answer) if "/gradio_api/" in answer.url else None)
    yield page
    shown = [page.content(), *(answer.url for answer in answers)]
    assert told(shown, [], hub) == []
    assert not any(PLAYED in one for one in shown)
    page.close()


@pytest.fixture(scope="module")
def pushed(hub):
    """Anna's voice on the Hub; its commit."""
    environment = pytest.MonkeyPatch()
    environment.setenv("HF_ENDPOINT", hub.address)
    url = push(ROOT / "data" / "checkpoints" / "shakespeare", "anna/voice", token=ANNA)["url"]
    environment.undo()
    return url.rsplit("/", 1)[1]


def opened(page, address):
    page.goto(address)
    page.get_by_role("tab", name="Checkpoints").click()
    page.locator("#chosen table").first.wait_for()


def clipboard(page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


def test_a_checkpoint_is_found_opened_in_write_and_pushed_to_who_signs_in(page, address, hub, pushed):
    opened(page, address)
    page.get_by_label("Search the Hub").fill("voice")
    page.locator("#search").click()
    page.get_by_label("anna/voice — on the Hub").check()
    sync_api.expect(page.locator("#chosen .eyebrow")).to_contain_text("anna/voice@")
    page.locator("#open").click()
    sync_api.expect(page.locator("#voice .eyebrow")).to_contain_text("William Shakespeare")
    sync_api.expect(page.locator(".facts")).to_contain_text(re.compile(r"\b[6-9]\d\d characters"))
    page.get_by_role("tab", name="Checkpoints").click()
    page.get_by_role("button", name="Push it to your account").click()
    page.get_by_role("button", name="Sign in with Hugging Face").click()
    page.wait_for_url(re.compile(r"\?tab=checkpoints&model=anna%2Fvoice&revision="))
    sync_api.expect(page.locator("#chosen .eyebrow")).to_contain_text("anna/voice@")
    page.get_by_role("button", name="Push it to your account").click()
    sync_api.expect(page.get_by_role("button", name="Logout (boris)")).to_be_visible()
    page.get_by_label("Name on the Hub").focus()
    sync_api.expect(page.get_by_label("Name on the Hub")).to_have_value("boris/voice")
    page.locator("#push").click()
    link = page.locator("#pushed a")
    sync_api.expect(link).to_have_attribute("href", re.compile(f"^{hub.address}/boris/voice/commit/[0-9a-f]{{40}}$"))
    assert ("model", "boris/voice") in hub.store.repos


def test_a_link_is_copied_and_writes_the_same_text_in_another_visit(page, browser, address):
    page.goto(f"{address}?tab=write&prompt=JULIET%3A&seed=7&length=150&model=shakespeare")
    sync_api.expect(page.locator(".facts")).to_contain_text("150 characters")
    sync_api.expect(page.locator(".facts")).to_contain_text("seed 7")
    text = page.locator(".written").inner_text()
    assert text == write("shakespeare", "JULIET:", length=150, seed=7, temperature=0.8)["text"]
    page.locator("#copy-link").click()
    sync_api.expect(page.locator("#copy-link")).to_have_attribute("data-said", "Copied")
    other = browser.new_page()
    other.goto(clipboard(page))
    sync_api.expect(other.locator(".facts")).to_contain_text("seed 7")
    sync_api.expect(other.locator(".written")).to_have_text(text)
    other.close()


def test_a_page_that_is_opened_without_a_link_begins_no_text(page, address):
    page.goto(address)
    page.locator(".figure .js-plotly-plot").wait_for()
    page.get_by_role("tab", name="Write").click()
    page.get_by_role("tab", name="Checkpoints").click()
    page.locator("#chosen table").first.wait_for()  # the page has answered something else since
    page.get_by_role("tab", name="Write").click()
    sync_api.expect(page.locator(".facts")).to_have_text(re.compile(r"seed 1( ·|$)"))


def test_a_link_to_a_voice_of_the_hub_waits_to_be_wanted(page, address, pushed):
    page.goto(f"{address}?tab=write&model=anna/voice&revision={pushed}&prompt=HAMLET%3A&seed=3")
    sync_api.expect(page.locator("#voice")).to_contain_text("press Write to fetch it and write")
    page.locator("#write").click()
    sync_api.expect(page.locator("#voice .eyebrow")).to_contain_text("William Shakespeare")
    sync_api.expect(page.locator(".facts")).to_contain_text("seed 3")


def test_a_link_to_a_forecast_fills_the_form_and_forecasts(page, address):
    page.goto(f"{address}?tab=forecast&data=MSFT&model=stocks&horizon=5")
    sync_api.expect(page.locator(".figure .gtitle")).to_contain_text("MSFT on")
    page.locator("#copy-forecast-link").click()
    assert "data=MSFT&horizon=5" in clipboard(page)


def test_a_checkpoint_is_downloaded_and_brought_again(page, address, tmp_path):
    opened(page, address)
    page.get_by_label("stocks — bundled").check()
    sync_api.expect(page.locator("#chosen h3")).to_contain_text("Daily prices")
    with page.expect_download() as download:
        page.locator("#zip").click()
    download.value.save_as(tmp_path / "my stocks.zip")
    page.locator("#bring input[type=file]").set_input_files(tmp_path / "my stocks.zip")
    sync_api.expect(page.locator("#note")).to_contain_text("Only you can open it")
    sync_api.expect(page.get_by_label("my-stocks — yours, in this visit")).to_be_checked()
    page.locator("#open").click()
    sync_api.expect(page.locator("#verdict .eyebrow")).to_contain_text("checkpoint my-stocks")
    wide = "plot => plot.getBoundingClientRect().width > 900 && plot._fullLayout.width > 900"
    page.wait_for_function(f"() => ({wide})(document.querySelector('.figure .js-plotly-plot'))")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_tab_fits_its_width(page, address, width):
    page.set_viewport_size({"width": width, "height": 850})
    opened(page, address)
    page.get_by_role("button", name="The whole model card").click()
    page.get_by_role("heading", name="Scores").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
