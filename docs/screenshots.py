"""Photographs the page: `python docs/screenshots.py FOLDER [STATE …]` at 1280 and 390 px, in light and in dark."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import app  # sets the environment before anything heavy is imported

from playwright.sync_api import Page, sync_playwright  # isort: skip

CHROMIUM = "/usr/bin/chromium"
WIDTHS = {1280: 900, 390: 844}
THEMES = ("light", "dark")
SETTLED = 1_200  # milliseconds; never idle by itself, for the page holds a connection that tells it is open
PATIENCE = 60_000  # milliseconds; the tutorial's model trains for about 12 s


def prices(folder: Path, *, broken: bool = False) -> Path:
    """Write a visitor's CSV: real prices under another name, or closes that are no numbers."""
    lines = (Path(app.__file__).parent / "data" / "prices" / "MSFT.csv").read_text().splitlines()
    kept = [",".join(line.split(",")[:6]) for line in lines[-900:]]
    file = folder / ("broken.csv" if broken else "my prices.csv")
    rows = ["2017-01-03,n/a,n/a,n/a,twelve,5"] * 70 if broken else kept
    file.write_text("\n".join(["Date,Open,High,Low,Close,Volume", *rows]) + "\n")
    return file


def opening(page: Page, folder: Path) -> None:
    """The page as it comes."""


def settings(page: Page, folder: Path) -> None:
    """The settings unfolded, and what the words mean."""
    page.get_by_role("button", name="Settings:").click()
    page.get_by_text("What these words mean").click()


def closely(page: Page, folder: Path) -> None:
    """How far the forecast can be trusted, at five days, its bands calibrated."""
    page.get_by_role("button", name="Settings:").click()
    page.get_by_label("Calibrated day by day").check()
    page.get_by_label("Back-test", exact=True).click()
    page.get_by_role("option", name="5 days ahead").click()
    page.locator(".scores", has_text="forecasts 5 days ahead").wait_for(timeout=PATIENCE)


def several(page: Page, folder: Path) -> None:
    """Several series in one table."""
    page.get_by_role("button", name="Several series at once").click()
    page.locator("#forecast-several").click()
    page.locator("#several table").wait_for(timeout=PATIENCE)


def taught(page: Page, folder: Path) -> None:
    """A checkpoint taught a visitor's series, used, and compared with the one that it came from."""
    uploaded(page, folder)
    page.get_by_role("button", name="Fine-tune it on this series").click()
    page.locator("#teach").click()
    page.locator("#taught table").wait_for(timeout=PATIENCE)
    page.locator("#use-taught").click()
    page.locator(".verdict", has_text="taught-my-prices").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Compare two checkpoints").click()
    page.locator("#compare").click()
    page.locator("#comparison table").wait_for(timeout=PATIENCE)


def uploaded(page: Page, folder: Path) -> None:
    """A CSV given."""
    page.locator("#file input[type=file]").set_input_files(prices(folder))
    page.locator(".verdict", has_text="your file").wait_for(timeout=PATIENCE)


def refused(page: Page, folder: Path) -> None:
    """A CSV that cannot be used."""
    page.locator("#file input[type=file]").set_input_files(prices(folder, broken=True))
    page.locator(".refusal").wait_for(timeout=PATIENCE)


def training(page: Page, folder: Path) -> None:
    """The tutorial's model while it trains."""
    page.get_by_role("button", name="The tutorial's model").click()
    page.get_by_role("button", name="Train it").click()
    page.locator(".status", has_text="epoch 6").wait_for(timeout=PATIENCE)


def trained(page: Page, folder: Path) -> None:
    """The tutorial's model when it is done."""
    page.get_by_role("button", name="The tutorial's model").click()
    page.get_by_role("button", name="Train it").click()
    page.locator("#tutorial-scores table").wait_for(timeout=PATIENCE)


def write(page: Page, folder: Path) -> None:
    """The tab Write as it comes."""
    page.get_by_role("tab", name="Write").click()
    page.locator(".written").wait_for(timeout=PATIENCE)


def surprise(page: Page, folder: Path) -> None:
    """A text in the colours of the model's surprise."""
    write(page, folder)
    page.get_by_label("Show the model's surprise").check()
    page.locator(".written span").nth(70).hover(timeout=PATIENCE)


def three(page: Page, folder: Path) -> None:
    """Three texts at once, and all settings unfolded."""
    write(page, folder)
    page.get_by_label("Three at once").check()
    page.get_by_role("button", name="More settings").click()
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".sheet").nth(2).wait_for(timeout=PATIENCE)


def forking(page: Page, folder: Path) -> None:
    """The alternatives of a character, of which a click branches the text."""
    write(page, folder)
    page.get_by_label("Show the model's surprise").check()
    page.locator(".written span[data-at='70']").click(timeout=PATIENCE)
    page.locator(".fork").wait_for(timeout=PATIENCE)


def blended(page: Page, folder: Path) -> None:
    """Two voices in one text."""
    write(page, folder)
    page.get_by_role("button", name="Blend with another voice").click()
    page.get_by_label("Second voice").fill("shakespeare")
    page.get_by_label("Second voice").press("Enter")
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".facts", has_text="Only characters that both voices know").wait_for(timeout=PATIENCE)
    page.locator("#write:not([disabled])").wait_for(timeout=PATIENCE)


def adapting(page: Page, folder: Path) -> None:
    """A text given to adapt the voice to, and the work on it begun."""
    write(page, folder)
    page.get_by_role("button", name="Adapt to a text").click()
    lines = (f"On night {n} the lantern in the north window burned, and no boat came in.\n" for n in range(14))
    page.locator("#adapt-text textarea").fill("".join(lines))
    page.locator("#adapt").click()
    page.locator("#adapted .status", has_text="%").wait_for(timeout=PATIENCE)


def adapted(page: Page, folder: Path) -> None:
    """A text by an adapted copy of the voice."""
    adapting(page, folder)
    page.locator("#reset-voice").wait_for(timeout=3 * PATIENCE)
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator("#facts", has_text="An adapted copy").wait_for(timeout=PATIENCE)
    page.locator("#write:not([disabled])").wait_for(timeout=PATIENCE)


def unwritten(page: Page, folder: Path) -> None:
    """A seed that is no number."""
    write(page, folder)
    page.get_by_role("button", name="More settings").click()
    page.get_by_label("Seed").fill("lucky")
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator(".refusal").wait_for(timeout=PATIENCE)


def train(page: Page, folder: Path) -> None:
    """The tab Train as it comes."""
    page.get_by_role("tab", name="Train", exact=True).click()
    page.locator("#train").wait_for(timeout=PATIENCE)


def learning(page: Page, folder: Path) -> None:
    """A text that is being learnt."""
    train(page, folder)
    page.get_by_label("Write in a style").check()
    words = "It was the best of nights, and nobody slept; the wind rose, and the lamp went out.\n"
    (folder / "tale.txt").write_text("".join(f"{n % 97} {words[n % 40 :]}" for n in range(2500)))
    page.locator("#train-file input[type=file]").set_input_files(folder / "tale.txt")
    page.locator("#plan h2").wait_for(timeout=PATIENCE)
    page.locator("#train").click()
    page.locator("#live .written").wait_for(timeout=PATIENCE)
    page.wait_for_timeout(12_000)


def learnt(page: Page, folder: Path) -> None:
    """Prices that have been learnt."""
    train(page, folder)
    page.locator("#train").click()
    page.locator("#use-trained").wait_for(timeout=PATIENCE)


def checkpoints(page: Page, folder: Path) -> None:
    """The tab Checkpoints as it comes."""
    page.get_by_role("tab", name="Checkpoints").click()
    page.locator("#chosen table").first.wait_for(timeout=PATIENCE)


def card(page: Page, folder: Path) -> None:
    """A forecaster's card unfolded, and what it takes to push it."""
    checkpoints(page, folder)
    page.get_by_label("stocks — bundled").check()
    page.locator("#chosen", has_text="Daily prices").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Push it to your account").click()
    page.get_by_role("button", name="The whole model card").click()


def brought(page: Page, folder: Path) -> None:
    """A zip that holds no checkpoint."""
    checkpoints(page, folder)
    (folder / "holiday.zip").write_bytes(b"no zip")
    page.locator("#bring input[type=file]").set_input_files(folder / "holiday.zip")
    page.locator("#note .refusal").wait_for(timeout=PATIENCE)


STATES: dict[str, Callable[[Page, Path], None]] = {
    state.__name__: state
    for state in (
        opening,
        settings,
        closely,
        several,
        taught,
        uploaded,
        refused,
        training,
        trained,
        write,
        surprise,
        three,
        forking,
        blended,
        adapting,
        adapted,
        unwritten,
        train,
        learning,
        learnt,
        checkpoints,
        card,
        brought,
    )
}


def photograph(folder: Path, states: list[str]) -> None:
    """Write FOLDER/STATE-WIDTH-THEME.png of each state, whole pages."""
    folder.mkdir(parents=True, exist_ok=True)
    address = app.launch(app.demo, wait=False)
    with sync_playwright() as player, tempfile.TemporaryDirectory() as scratch:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for width, height in WIDTHS.items():
            for theme in THEMES:
                for state in states:
                    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
                    page.goto(f"{address}?__theme={theme}")
                    page.locator(".js-plotly-plot .plot-container").first.wait_for(timeout=PATIENCE)
                    STATES[state](page, Path(scratch))
                    page.wait_for_timeout(SETTLED)
                    page.screenshot(path=folder / f"{state}-{width}-{theme}.png", full_page=True)
                    page.close()
        browser.close()
    app.demo.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]), sys.argv[2:] or list(STATES))
    os._exit(0)
