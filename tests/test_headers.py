"""A distributor's header and licence are taken off, and nothing that may be the author's."""

import pytest

from rnnlab.data.text.corpus import read_corpus

BODY = "The lamp went out.\n\nNobody on the stair spoke of it.\n"
LICENCE = "Some lines of a licence that mention Project Gutenberg.\n" * 20


def text_of(content: str) -> str:
    return read_corpus(content.encode()).documents[0]


def notices_of(content: str) -> str:
    return " ".join(read_corpus(content.encode()).notices)


@pytest.mark.parametrize(
    "opening",
    [
        "*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP ***",
        "***START OF THE PROJECT GUTENBERG EBOOK THE LAMP***",
        "*** START OF THIS PROJECT GUTENBERG EBOOK THE LAMP, OR\nWHAT WAS SEEN OF IT ON\nTHE STAIR ***",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*",
        "*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*Ver.02/11/02*END*",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN*END*\n\nMore.\n\n*** START OF THE PROJECT GUTENBERG EBOOK X***",
        "*** START OF THE PROJECT GUTENBERG EBOOK THE LAMP ***\n\nProduced by two\nvolunteers\n",
        "",
    ],
)
@pytest.mark.parametrize(
    "closing",
    [
        "*** END OF THE PROJECT GUTENBERG EBOOK THE LAMP ***",
        "End of the Project Gutenberg EBook of The Lamp\n\n*** END OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***",
        "End of Project Gutenberg's The Lamp",
        "",
    ],
)
def test_a_distributors_header_and_licence_are_left_out(opening, closing):
    above = LICENCE + opening + "\n\n" if opening else ""
    below = "\n\n" + closing + "\n" + LICENCE if closing else ""
    content = (above + BODY + below).replace("\n", "\r\n")
    assert text_of(content) == BODY
    lines = content.count("\n") - BODY.count("\n")
    told = f"The header and licence of Project Gutenberg ({lines} lines) were left out."
    assert (told in notices_of(content)) == (lines > 0)


def test_several_books_in_one_file_lose_what_lies_between_them():
    marks = ("*** START OF THE PROJECT GUTENBERG EBOOK A ***\n", "*** END OF THE PROJECT GUTENBERG EBOOK A ***\n")
    book = LICENCE + marks[0] + BODY + marks[1] + LICENCE
    small_print = "*END THE SMALL PRINT! FOR PUBLIC DOMAIN EBOOKS*\n"
    assert text_of(book + small_print + book + small_print) == BODY + "\n" + BODY


def test_what_may_be_the_authors_is_kept_though_a_mark_stands_beside_it():
    novel = BODY * 1000
    for content in (
        novel + "*** START OF THE PROJECT GUTENBERG EBOOK A ***\n" + BODY,
        BODY + "*** END OF THE PROJECT GUTENBERG EBOOK A ***\n" + novel,
        novel + "He read of the end of the Project Gutenberg licence.\n",
    ):
        assert text_of(content) == content


def test_a_header_that_no_mark_ends_is_kept_and_told_of():
    content = "The Project Gutenberg EBook of The Lamp\n\n" + BODY
    assert text_of(content) == content
    assert "header was kept, as no mark says where it ends" in notices_of(content)


def test_a_line_of_megabytes_that_names_the_distributor_takes_no_time():
    assert len(text_of("Gutenberg " * 300_000)) == 3_000_000
