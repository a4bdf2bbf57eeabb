"""The tab Train in Debian's Chromium: from a file to a checkpoint that is used, taken home and opened again."""

import re
import zipfile
from pathlib import Path

import pytest
from authors import story
from browsing import MARKS, running_browser, sync_api

import rnnlab
from rnnlab.ui import app

pytestmark = MARKS
MSFT = Path(__file__).parents[1] / "data" / "prices" / "MSFT.csv"
LONG_TEXT = 200_000  # characters


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNNLAB_CACHE", str(tmp_path_factory.mktemp("cache")))
        demo = app.build()
        yield app.launch(demo, wait=False)
        demo.close()


@pytest.fixture(scope="module")
def browser():
    with running_browser() as context:
        yield context


@pytest.fixture
def page(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("tab", name="Train", exact=True).click()
    page.locator("#train").wait_for()
    yield page
    page.close()


def drop(page, file):
    page.locator("#train-file input[type=file]").set_input_files(file)
    sync_api.expect(page.locator("#plan .eyebrow")).to_contain_text(f"{file.stem}: ")


def points(page) -> int:
    """Reports that the curve shows of what is held out."""
    return page.locator("#training-curve .scatterlayer .trace").nth(1).locator(".points path").count()


def settle(page, **settings):
    page.get_by_role("button", name="Settings of the network").click()
    for label, value in settings.items():
        field = page.get_by_label(f"number input for {label}")
        field.fill(str(value))
        field.blur()


def taken_home(page, folder):
    with page.expect_download() as waiting:
        page.locator("#zip-trained").click()
    waiting.value.save_as(folder / "taken.zip")
    with zipfile.ZipFile(folder / "taken.zip") as packed:
        packed.extractall(folder / "home")
    [config] = (folder / "home").rglob("config.json")
    return rnnlab.load(str(config.parent))


def test_a_long_text_is_learnt_until_it_is_stopped_then_written_with_and_taken_home(page, tmp_path):
    page.get_by_label("Write in a style").check()
    words = story()
    (tmp_path / "tale.txt").write_text((words * (LONG_TEXT // len(words) + 1))[:LONG_TEXT])
    drop(page, tmp_path / "tale.txt")
    settle(page, Units=48, Layers=1, Epochs=90)
    page.locator("#train").click()
    sample = page.locator("#live .written")
    first = sample.inner_text()
    page.wait_for_function(
        "() => document.querySelectorAll('#training-curve .scatterlayer .trace')[1]"
        ".querySelectorAll('.points path').length >= 5"
    )
    assert sample.inner_text() != first
    page.locator("#stop-training").click()
    sync_api.expect(page.locator("#training")).to_contain_text("Stopped; the best weights so far were kept.")
    sync_api.expect(page.locator("#report")).to_contain_text("5-gram")
    assert points(page) >= 5
    model = taken_home(page, tmp_path)
    assert len(model.write("The ", length=40, seed=1)) >= 40
    page.locator("#use-trained").click()
    sync_api.expect(page.locator("#voice")).to_contain_text("tale")
    sync_api.expect(page.locator("#facts")).to_contain_text(re.compile(r"seed \d+"))


def test_prices_are_learnt_and_forecast_with_and_pushing_is_a_click_away(page, tmp_path):
    rows = MSFT.read_text().splitlines()
    (tmp_path / "mine.csv").write_text("\n".join([rows[0], *rows[-1500:]]))
    drop(page, tmp_path / "mine.csv")
    page.locator("#train").click()
    sync_api.expect(page.locator("#training")).to_contain_text("Done.")
    assert points(page) >= 5
    sync_api.expect(page.locator("#report")).to_contain_text("CRPS of the daily return in percent")
    model = taken_home(page, tmp_path)
    assert len(model.forecast("AAPL", horizon=3)) == 3
    page.locator("#to-push").click()
    sync_api.expect(page.locator("#chosen")).to_contain_text("trained-mine")
    page.get_by_role("tab", name="Train", exact=True).click()
    page.locator("#use-trained").click()
    sync_api.expect(page.locator("#verdict")).to_contain_text("checkpoint trained-mine")


def test_what_cannot_be_learnt_from_gets_its_sentence_and_the_machine_is_free_again(page, tmp_path):
    (tmp_path / "short.csv").write_text("Date,Close\n2020-01-02,1\n2020-01-03,2\n")
    page.locator("#train-file input[type=file]").set_input_files(tmp_path / "short.csv")
    sync_api.expect(page.locator("#plan .refusal")).to_contain_text("short has 2 rows")
    page.locator("#train").click()
    sync_api.expect(page.locator("#training .refusal")).to_be_visible()
    sync_api.expect(page.locator("#train")).to_be_enabled()


def test_who_comes_second_is_told_to_wait_and_has_their_turn(page, browser, address, tmp_path):
    page.get_by_label("Write in a style").check()
    (tmp_path / "tale.txt").write_text(story() * 5)
    drop(page, tmp_path / "tale.txt")
    settle(page, Units=48, Layers=1, Epochs=90)
    page.locator("#train").click()
    sync_api.expect(page.locator("#training")).to_contain_text("held out")
    second = browser.new_page()
    second.goto(address)
    second.get_by_role("tab", name="Train", exact=True).click()
    sync_api.expect(second.locator("#plan .eyebrow")).to_contain_text("AAPL: ")
    second.locator("#train").click()
    sync_api.expect(second.locator("#training")).to_contain_text("Waiting for the machine")
    page.close()  # which ends the first one's
    sync_api.expect(second.locator("#training")).to_contain_text("Done.")
    second.close()
