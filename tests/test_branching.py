"""A text is branched at one of its characters: to the same text as with all that as its prompt."""

import math
from urllib.parse import parse_qsl

import pytest
from browsing import MARKS, running_browser, sync_api

from rnnlab.errors import RnnlabError
from rnnlab.tasks.text.branching import Fork, branch
from rnnlab.tasks.text.manner import Combination
from rnnlab.tasks.text.page.fork_menu import fork_of
from rnnlab.tasks.text.page.links import linked_writing, writing_link
from rnnlab.tasks.text.page.manuscript import manuscript
from rnnlab.tasks.text.page.request import AskedText, voices_asked
from rnnlab.tasks.text.use import Manner, carry_on, drafts
from rnnlab.ui import app

HOW = Manner(40, explained=True)


@pytest.fixture(scope="module")
def draft():
    *_, last = drafts("shakespeare", "To be", HOW, seed=3, texts=2)
    return last


def branched(draft, fork, manner=HOW, **given):
    *_, last = branch(draft, fork, manner, **given)
    return last


def test_a_branch_is_the_text_that_its_beginning_writes_as_a_prompt(draft):
    found = branched(draft, Fork(1, 12, 2))
    text, share = draft.pieces[1][12].likeliest[2]
    begun = draft.texts[1][: len("To be") + 12] + text
    *_, expected = drafts("shakespeare", begun, HOW, seed=draft.seeds[1])
    assert found.texts == expected.texts
    assert (found.prompt, found.seeds) == ("To be", (draft.seeds[1],))
    assert found.pieces[0][12].nats == pytest.approx(-math.log(share))
    assert [len(piece.likeliest) for piece in found.pieces[0]] == [5] * 53


def test_a_branch_is_continued_branched_again_and_linked_to(draft):
    found = branched(draft, Fork(0, 5, 1), seed=8)
    again = branched(found, Fork(0, 3, 4))
    assert again.texts[0].startswith(found.texts[0][:8] + found.pieces[0][3].likeliest[4][0])
    *_, longer = carry_on(found, Manner(120, explained=True))
    values = linked_writing(dict(parse_qsl(writing_link(longer).lstrip("?"))), ["shakespeare"])
    *_, linked = AskedText.of(values).drafts()
    assert linked.texts == longer.texts


def test_a_link_keeps_the_second_voice_and_waits_for_one_of_the_hub():
    asked = {"model": "shakespeare", "blend": "doyle", "contrast": "0.5"}
    assert AskedText.of(linked_writing(asked, ["shakespeare", "doyle"])).manner.combination() == Combination(-0.5, 0.1)
    values = linked_writing(asked | {"blend": "owner/name@main"}, ["shakespeare", "doyle"])
    assert voices_asked(values) == ["shakespeare", "owner/name@main"]
    assert voices_asked(linked_writing({}, ["shakespeare"])) == ["shakespeare"]
    with pytest.raises(RnnlabError, match="The link names '/etc/x', which no link can open"):
        linked_writing(asked | {"blend": "/etc/x"}, ["shakespeare"])


def test_a_branch_of_a_blend_is_written_by_both(draft):
    both = Manner(30, blend="doyle", share=0.5, explained=True)
    found = branched(draft, Fork(0, 5, 1), both)
    *_, expected = drafts("shakespeare", found.texts[0][: len("To be") + 6], both, seed=3)
    assert found.texts == expected.texts


@pytest.mark.parametrize("fork", [Fork(2, 0, 0), Fork(0, 40, 0), Fork(0, 0, 5), Fork(-1, 0, 0), Fork(0, -1, 0)])
def test_a_place_that_no_text_has_is_refused(draft, fork):
    with pytest.raises(RnnlabError, match="That character is not in the text that is shown; choose another"):
        branched(draft, fork)


def test_what_a_browser_should_not_send_is_no_place():
    assert fork_of({"row": 0, "at": 3, "choice": 1}) == Fork(0, 3, 1)
    assert fork_of({"row": "0", "at": 3.5}) == fork_of(None) == Fork(-1, -1, -1)


def test_each_character_tells_its_place_after_the_prompt(draft):
    html = manuscript(draft, explained=True)
    assert all(html.count(f'data-at="{place}"') == 2 for place in range(40))
    assert "data-at" not in manuscript(draft)


@pytest.fixture(scope="module")
def writer():
    demo = app.build()
    address = app.launch(demo, wait=False)
    with running_browser() as context:
        page = context.new_page()
        page.goto(f"{address}?__theme=light")
        page.get_by_role("tab", name="Write").click()
        yield page
    demo.close()


@pytest.mark.browser
@pytest.mark.skipif(*MARKS[1].args, reason=MARKS[1].kwargs["reason"])
def test_a_click_on_an_alternative_branches_the_text_there(writer):
    writer.get_by_label("Show the model's surprise").check()
    writer.locator(".written span").nth(40).wait_for()
    sheet = writer.locator(".written")
    before, prompt = sheet.inner_text(), sheet.locator("b").inner_text()
    writer.locator(".written span[data-at='40']").click()
    items = writer.get_by_role("menu", name="Continue with").get_by_role("menuitem")
    sync_api.expect(items).to_have_count(5)
    writer.keyboard.press("ArrowDown")
    sync_api.expect(items.nth(1)).to_be_focused()
    chosen = items.nth(1).inner_text()
    writer.keyboard.press("Enter")
    sync_api.expect(writer.get_by_role("menu")).to_have_count(0)
    sync_api.expect(sheet).not_to_have_text(before)
    fork = writer.locator(".written span[data-at='40']")
    sync_api.expect(writer.locator(".written .caret")).to_have_count(0)
    sync_api.expect(writer.get_by_role("button", name="Write", exact=True)).to_be_enabled()
    after = sheet.inner_text()
    assert after[: len(prompt) + 40] == before[: len(prompt) + 40]
    assert after != before
    assert chosen.startswith({"\n": "line break", " ": "space"}.get(fork.inner_text() or "\n", fork.inner_text()))


@pytest.mark.browser
@pytest.mark.skipif(*MARKS[1].args, reason=MARKS[1].kwargs["reason"])
def test_escape_and_a_click_elsewhere_close_the_menu(writer):
    writer.locator(".written span[data-at='10']").click()
    sync_api.expect(writer.get_by_role("menu")).to_be_visible()
    writer.keyboard.press("Escape")
    sync_api.expect(writer.get_by_role("menu")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.skipif(*MARKS[1].args, reason=MARKS[1].kwargs["reason"])
def test_a_second_voice_is_chosen_in_its_fold_and_kept_in_the_link(writer):
    writer.get_by_role("button", name="Blend with another voice").click()
    writer.get_by_label("Second voice").fill("doyle")
    writer.get_by_label("Second voice").press("Enter")
    writer.get_by_role("button", name="Write", exact=True).click()
    sync_api.expect(writer.locator(".facts")).to_contain_text("Only characters that both voices know are written")
    sync_api.expect(writer.get_by_role("button", name="Write", exact=True)).to_be_enabled()
    assert "blend=doyle&share=0.5" in writer.locator(".facts").get_attribute("data-link")
