"""The exported page in Debian's Chromium: it writes without a server of its own, at a desk and on a phone."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browsing import MARKS, running_browser
from commanding import run
from web_runtime import install_runtime

from rnnlab.tasks.text.page.choosers import sampling_of

pytestmark = MARKS


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports") / "voice"
    assert run("export", "doyle", str(folder)).returncode == 0
    return folder


@pytest.fixture(scope="module")
def address(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def opened(address):
    """A page that is opened at a width, in a colour scheme, and all that it asks for."""
    with running_browser() as context:

        def open_page(width, scheme="light"):
            page, asked, errors = context.new_page(), [], []
            page.set_viewport_size({"width": width, "height": 850})
            page.emulate_media(color_scheme=scheme)
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            return page, asked, errors

        yield open_page


def state(page, *words):
    """Wait until the page says so."""
    for word in words:
        page.get_by_role("status").filter(has_text=word).wait_for()


def test_a_page_without_the_runtime_says_how_to_get_it(opened, folder):
    assert not (folder / "node_modules").exists()  # this test is the first
    page, _, errors = opened(390)
    state(page, "ONNX Runtime is not here; run npm install in this folder and reload the page.")
    assert page.get_by_role("button", name="Write").is_disabled()
    assert errors == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_writes_what_the_command_writes_and_asks_nobody_else(opened, folder, address, width, scheme):
    install_runtime(folder)
    page, asked, errors = opened(width, scheme)
    state(page, "Ready.")
    page.get_by_label("Prompt", exact=True).fill("The “café")
    page.get_by_label("Length").fill("200")
    page.get_by_label("Seed").fill("7")
    page.keyboard.press("Enter")
    state(page, "with seed 7", "Characters of the prompt that this voice does not know were replaced or left out.")
    how = ("--prompt", "The “café", "--length", "200", "--seed", "7", "--finish-sentence", "--preset", "balanced")
    assert page.locator("#text").text_content() + "\n" == run("write", "doyle", *how).stdout
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 18, 21)"
    assert dark == (scheme == "dark")
    assert all(url.startswith((address, "data:")) for url in asked)
    assert errors == []


def test_a_text_is_stopped_and_stays(opened, folder):
    install_runtime(folder)
    page, _, errors = opened(390)
    state(page, "Ready.")
    page.get_by_role("button", name="Sherlock Holmes").click()
    page.get_by_role("button", name="faithful").click()
    shown = (page.get_by_role("slider", name="Temperature"), page.get_by_role("spinbutton", name="Min-p"))
    assert tuple(one.input_value() for one in shown) == tuple(f"{one:g}" for one in sampling_of("doyle", "faithful"))
    chosen = page.locator("#presets [aria-pressed=true]")
    assert chosen.all_text_contents() == ["faithful"]
    shown[1].fill("0.2")
    assert chosen.count() == 0
    page.get_by_label("Length").fill("20000")
    page.get_by_role("button", name="Write").click()
    page.wait_for_function("document.querySelector('#text').textContent.length > 60")
    page.keyboard.press("Enter")  # the button Stop has the focus
    state(page, "Stopped after")
    written = page.locator("#text").text_content()
    assert written.startswith("Sherlock Holmes")
    assert 60 < len(written) < 20_000
    assert page.get_by_role("button", name="Write").is_enabled()
    assert errors == []
