"""The page in Debian's Chromium, as a visitor sees it."""

import re
from pathlib import Path
from urllib.parse import urlparse

import pytest
from browsing import MARKS, running_browser, sync_api

from rnnlab.service.summary import bundled_models
from rnnlab.tasks.registry import kind_named
from rnnlab.tasks.text.page.request import best_first
from rnnlab.tasks.text.writer import voice
from rnnlab.ui import app

pytestmark = MARKS
FIRST = best_first(bundled_models(kind_named("text")))[0]
MSFT = Path(__file__).parents[1] / "data" / "prices" / "MSFT.csv"
SENTENCES = re.compile(r"\b[6-9]\d\d characters")  # 600, and to the end of a sentence
LOOPBACK = {"127.0.0.1", "localhost", None}  # None: data: and blob: addresses


@pytest.fixture(scope="module")
def address():
    demo = app.build()
    yield app.launch(demo, wait=False)
    demo.close()


@pytest.fixture(scope="module")
def browser():
    with running_browser() as context:
        yield context


@pytest.fixture
def page(browser, address, request):
    """A visit; fails at its end if anything was asked of another machine."""
    width, theme = getattr(request, "param", (1280, "light"))
    page = browser.new_page()
    page.set_viewport_size({"width": width, "height": 850})
    outside = []
    page.on("request", lambda sent: None if host(sent.url) in LOOPBACK else outside.append(sent.url))
    page.goto(f"{address}?__theme={theme}")
    figure(page).wait_for()
    yield page
    page.close()
    assert outside == []


def host(address):
    return urlparse(address).hostname


def figure(page):
    return page.locator(".figure .js-plotly-plot")


def title(page):
    return figure(page).locator(".gtitle")


def choose(page, ticker):
    page.get_by_label("Series").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(ticker)
    page.keyboard.press("Enter")


def drop(page, file, text):
    file.write_text(text)
    page.locator("#file input[type=file]").set_input_files(file)


def test_the_page_opens_with_a_figure_a_verdict_and_scores_and_its_buttons_set_both_axes(page):
    assert figure(page).evaluate("plot => plot.data.length") >= 4
    sync_api.expect(title(page)).to_contain_text("AAPL on")
    sync_api.expect(page.locator(".verdict")).to_contain_text("repeating the last known close")
    sync_api.expect(page.locator(".scores table").first).to_contain_text("Naive")
    sync_api.expect(page.get_by_text("No investment advice").first).to_be_visible()
    low = "plot => plot.layout.yaxis.range[0]"
    before = figure(page).evaluate(low)
    figure(page).locator(".updatemenu-button", has_text="all").click()
    assert figure(page).evaluate("plot => plot.layout.xaxis.range[0]") == "2006-01-03"
    assert figure(page).evaluate(low) < before


def test_a_file_is_answered_and_a_broken_one_gets_its_sentence(page, tmp_path):
    rows = [",".join(line.split(",")[:6]) for line in MSFT.read_text().splitlines()[-600:]]
    drop(page, tmp_path / "mine.csv", "\n".join(["Date,Open,High,Low,Close,Volume", *rows]))
    sync_api.expect(title(page)).to_contain_text("mine on")
    sync_api.expect(page.locator(".verdict")).to_contain_text("your file")
    page.get_by_role("button", name="Clear").click()
    sync_api.expect(title(page)).to_contain_text("AAPL on")
    drop(page, tmp_path / "broken.csv", "Date,Close\n" + "2017-01-03,twelve\n" * 70)
    alert = page.get_by_role("alert")
    sync_api.expect(alert).to_contain_text("broken.csv has the close 'twelve'")
    assert str(tmp_path) not in alert.inner_text()
    sync_api.expect(title(page)).to_contain_text("AAPL on")


def test_a_ticker_is_chosen_by_keyboard_and_its_forecast_downloaded(page):
    choose(page, "MSFT")
    sync_api.expect(title(page)).to_contain_text("MSFT on")
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename == "forecast-MSFT.csv"
    assert download.value.path().read_text().startswith("date,median,lower80,upper80,lower95,upper95\n")


def test_what_could_happen_is_answered_for_the_level_the_price_and_the_series(page):
    page.get_by_role("button", name="What could happen").click()
    said = page.locator("#chances h3")
    sync_api.expect(said).to_contain_text("AAPL on 30 Jan 2018: a long position loses at most")
    page.get_by_label("Price or return").fill("180")
    page.keyboard.press("Enter")
    sync_api.expect(said).to_contain_text("the close is above 180 USD with a probability of")
    page.locator("#chances-level input[type=number]").fill("99")
    page.keyboard.press("Tab")
    sync_api.expect(said).to_contain_text("with a probability of 99")
    choose(page, "MSFT")
    sync_api.expect(said).to_contain_text("MSFT on")


@pytest.mark.parametrize("page", [(390, "light"), (390, "dark")], indirect=True)
def test_the_page_fits_its_width_and_reads_in_its_theme(page):
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    ink = page.evaluate("getComputedStyle(document.querySelector('.verdict strong')).color")
    drawn = title(page).evaluate("text => getComputedStyle(text).fill")
    assert ink == drawn


def test_the_tutorial_s_model_is_trained_live_beside_other_visitors_and_stopped(page, browser, address):
    page.get_by_role("button", name="The tutorial's model").click()
    page.get_by_role("button", name="Train it").click()
    sync_api.expect(page.locator(".status")).to_contain_text("epoch")
    curve = page.locator("#curve .js-plotly-plot")
    sync_api.expect(curve.locator(".scatterlayer .trace")).to_have_count(1)
    other = browser.new_page()
    other.goto(address)
    figure(other).wait_for()
    choose(other, "QQQ")
    sync_api.expect(title(other)).to_contain_text("QQQ on")
    sync_api.expect(other.locator(".verdict")).to_contain_text("QQQ")
    other.close()
    sync_api.expect(title(page)).to_contain_text("AAPL on")
    sync_api.expect(page.get_by_role("button", name="Train it")).to_be_enabled()
    page.get_by_role("button", name="Train it").click()
    page.get_by_role("button", name="Stop").click()
    sync_api.expect(page.locator(".status")).to_contain_text("Stopped")
    sync_api.expect(page.get_by_role("button", name="Train it")).to_be_enabled()


def written(page):
    return page.locator(".written").first


def length(page):
    return len(written(page).inner_text())


def ask_for(page, length):
    """Set how many characters to write; what is typed as the settings unfold, Gradio sets back, so until it stays."""
    field = page.get_by_label("number input for Length")
    for _ in range(200):
        field.fill(length)
        field.press("Tab")
        page.wait_for_timeout(500)
        if field.input_value() == length:
            return
    raise AssertionError(f"the length goes back to {field.input_value()}")


def wait_until_longer(page, than):
    """Wait until the text has more characters; where it never has, tell what the page says instead."""
    for _ in range(3600):
        if length(page) > than:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"still {length(page)} characters: {page.locator('.facts').all_inner_texts()}")


@pytest.fixture
def writer(page):
    """A visit of the tab Write."""
    page.get_by_role("tab", name="Write").click()
    written(page).wait_for()
    return page


def test_the_tab_write_opens_with_a_text_and_a_verdict(writer):
    assert length(writer) > 300
    sync_api.expect(writer.locator(".verdict:visible")).to_contain_text("per character on held-out pages")


def test_a_voice_that_is_chosen_brings_its_own_prompts_and_writes(writer):
    writer.get_by_label("Voice").click()
    writer.get_by_role("option", name="doyle").click()
    sync_api.expect(writer.locator("#voice .eyebrow")).to_contain_text("Conan Doyle")
    sync_api.expect(writer.locator(".openings")).to_contain_text(voice("doyle").openings[1][:12])
    sync_api.expect(writer.locator(".facts")).to_contain_text(SENTENCES)


def test_a_preset_that_is_chosen_stays_with_another_voice_as_measured_for_it(writer):
    heat = writer.get_by_role("slider", name="Temperature")
    writer.get_by_role("button", name="More settings").click()
    min_p = writer.get_by_label("Min p")
    sync_api.expect(writer.get_by_role("radio", name="balanced")).to_be_checked()
    sync_api.expect(heat).to_have_value(f"{voice(FIRST).presets['balanced']['temperature']:g}")
    writer.get_by_role("radio", name="daring").check()
    sync_api.expect(heat).to_have_value(f"{voice(FIRST).presets['daring']['temperature']:g}")
    writer.get_by_label("Voice").click()
    writer.get_by_role("option", name="tolstoy").click()
    sync_api.expect(heat).to_have_value(f"{voice('tolstoy').presets['daring']['temperature']:g}")
    sync_api.expect(writer.get_by_role("radio", name="daring")).to_be_checked()
    sync_api.expect(min_p).to_have_value(f"{voice('tolstoy').presets['daring']['min_p']:g}")
    min_p.fill("0.2")
    sync_api.expect(writer.get_by_role("radio", name="daring")).not_to_be_checked()
    writer.get_by_role("radio", name="faithful").check()
    sync_api.expect(min_p).to_have_value(f"{voice('tolstoy').presets['faithful']['min_p']:g}")


def test_a_voice_that_is_not_there_gets_its_sentence(writer):
    writer.get_by_label("Voice").fill("nobody")
    writer.get_by_label("Voice").press("Enter")
    sync_api.expect(writer.get_by_role("alert")).to_contain_text("There is no bundled checkpoint 'nobody'")


def test_a_text_is_seen_to_grow_and_stop_stops_it(writer):
    writer.get_by_role("button", name="More settings").click()
    writer.get_by_label("Finish the sentence").uncheck()
    ask_for(writer, "20000")
    writer.get_by_role("button", name="Write", exact=True).click()
    sync_api.expect(writer.locator(".written .caret")).to_be_visible()
    wait_until_longer(writer, than=900)
    early = length(writer)
    wait_until_longer(writer, than=early)
    writer.get_by_role("button", name="Stop", exact=True).click()
    sync_api.expect(writer.locator(".facts")).to_contain_text("Stopped")
    stopped = length(writer)
    assert early < stopped < 20_000
    sync_api.expect(writer.get_by_role("button", name="Write", exact=True)).to_be_enabled()
    assert length(writer) == stopped
    sync_api.expect(writer.locator(".facts")).to_contain_text("Stopped")
    ask_for(writer, "100")
    writer.get_by_role("button", name="Continue").click()
    sync_api.expect(writer.locator(".facts")).to_contain_text("100 characters")
    assert length(writer) > stopped


def test_a_prompt_that_is_chosen_meanwhile_ends_the_text_before_it(writer):
    writer.get_by_role("button", name="More settings").click()
    writer.get_by_label("Finish the sentence").uncheck()
    ask_for(writer, "20000")
    writer.get_by_role("button", name="Write", exact=True).click()
    wait_until_longer(writer, than=900)
    ask_for(writer, "100")
    chosen = writer.locator(".openings button").nth(1)
    chosen.click()
    sync_api.expect(writer.locator(".facts")).to_contain_text("100 characters")
    sync_api.expect(writer.locator(".written .caret")).to_have_count(0)
    sync_api.expect(writer.get_by_role("button", name="Write", exact=True)).to_be_enabled()
    sync_api.expect(writer.locator(".facts")).to_contain_text("100 characters")
    sync_api.expect(written(writer).locator("b")).to_have_text(chosen.inner_text())


def test_a_prompt_is_one_click_and_its_seed_can_be_kept(writer):
    chosen = writer.locator(".openings button").last
    chosen.click()
    sync_api.expect(written(writer).locator("b")).to_have_text(chosen.inner_text())
    sync_api.expect(writer.locator(".facts")).to_contain_text("seed")
    sync_api.expect(writer.locator(".written .caret")).to_have_count(0)
    text = written(writer).inner_text()
    writer.get_by_role("button", name="Keep this seed").click()
    writer.get_by_role("button", name="More settings").click()
    sync_api.expect(writer.get_by_label("Seed")).not_to_have_value("")
    writer.get_by_role("button", name="Write", exact=True).click()
    sync_api.expect(writer.locator(".written .caret")).to_have_count(0)
    sync_api.expect(written(writer)).to_have_text(text)


def test_surprise_colours_the_characters_and_a_hover_lists_the_likeliest(writer):
    writer.get_by_label("Show the model's surprise").check()
    character = writer.locator(".written span", has_text=re.compile("[a-z]")).nth(40)  # a line break is not seen
    character.wait_for()
    writer.get_by_label("Show the model's surprise").uncheck()
    sync_api.expect(writer.locator(".written span")).to_have_count(0)
    writer.get_by_role("button", name="Write", exact=True).click()
    writer.get_by_label("Show the model's surprise").check()  # while it is being written
    sync_api.expect(writer.locator(".written .caret")).to_have_count(0)
    character.wait_for()
    sync_api.expect(
        writer.get_by_role("button", name="Write", exact=True)
    ).to_be_enabled()  # the finished text is shown
    character.hover()
    tip = character.evaluate("one => getComputedStyle(one, '::after').content")
    assert "most likely here:" in tip
    assert tip.count("%") >= 5


def test_what_is_written_stays_text_in_the_browser(writer):
    writer.get_by_label("Prompt").fill("<img src=x onerror=document.title='broken'> ${1+1}")
    writer.get_by_role("button", name="Write", exact=True).click()
    sync_api.expect(written(writer).locator("b")).to_contain_text("img src")
    assert writer.locator(".written img").count() == 0
    assert writer.title() == "rnnlab"


@pytest.mark.parametrize("page", [(390, "light"), (390, "dark")], indirect=True)
def test_the_tab_write_fits_its_width_with_three_texts(writer):
    writer.get_by_label("Three at once").check()
    writer.get_by_role("button", name="Write", exact=True).click()
    sync_api.expect(writer.locator(".sheet")).to_have_count(3)
    assert writer.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_checkpoint_is_taught_a_visitor_s_file_used_and_compared(page, tmp_path):
    rows = MSFT.read_text().splitlines()
    drop(page, tmp_path / "mine.csv", "\n".join([rows[0], *rows[-700:]]))
    page.locator(".verdict", has_text="mine").wait_for()
    page.get_by_role("button", name="Fine-tune it on this series").click()
    page.locator("#teach").click()
    page.locator("#taught table").wait_for()
    page.locator("#use-taught").click()
    sync_api.expect(page.locator("#verdict")).to_contain_text("checkpoint taught-mine")
    page.get_by_role("button", name="Compare two checkpoints").click()
    page.locator("#compare").click()
    sync_api.expect(page.locator("#comparison thead")).to_contain_text("taught-mine")
    sync_api.expect(page.locator("#comparison thead")).to_contain_text("stocks")


def test_the_back_test_s_horizon_and_bands_are_chosen_and_several_series_forecast(page):
    page.get_by_role("button", name="Settings:").click()
    page.get_by_label("Calibrated day by day").check()
    sync_api.expect(page.locator("#verdict")).to_contain_text("80 % band, calibrated day by day, covered")
    page.get_by_label("Back-test", exact=True).click()
    page.get_by_role("option", name="20 days ahead").click()
    sync_api.expect(page.locator("#scores")).to_contain_text("forecasts 20 days ahead")
    sync_api.expect(page.locator("#scores")).to_contain_text("Worst days")
    page.get_by_role("button", name="Several series at once").click()
    page.locator("#forecast-several").click()
    sync_api.expect(page.locator("#several tbody tr")).to_have_count(3)
