"""A stranger's card on the page: text, tables, code and links, and nothing that a browser would fetch or run."""

import re

import pytest

from rnnlab.service.summary import readable
from rnnlab.ui.card_html import card_html

TRICKS = [
    "![p](http://evil.example/p.png)",
    "!![p](http://evil.example/p.png)",
    "!!![p][r]\n\n[r]: http://evil.example/p.png",
    "[![p](http://evil.example/p.png)](http://evil.example)",
    "<img src=http://evil.example/p.png>",
    "&#33;[p](http://evil.example/p.png)",
    "\\![p](http://evil.example)",
    "<svg onload=alert(1)>",
    "<style>@import 'x'",
    "[a](javascript:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:x)",
    "```mermaid\ngraph TD; A[\"<img src='http://evil.example/p.png'>\"]\n```",
    "~~~~ Mermaid x\ngraph\n~~~~",
    "> ```mermaid\n> graph\n> ```",
    "1. ~~~mermaid\n   graph\n   ~~~",
    "```html\n<script>alert(1)</script>\n```",
    "> " * 5000 + "x",
    "[" * 5000,
    "`" * 5000,
]
TAGS = {"article", "p", "a", "code", "pre", "blockquote", "ol", "ul", "li", "h1", "em", "strong", "br"}


@pytest.mark.parametrize("card", TRICKS, ids=range(len(TRICKS)))
def test_nothing_is_fetched_and_nothing_runs(card):
    for shown in (card_html(card), card_html(readable(card))):
        assert set(re.findall(r"<([a-z0-9]+)", shown)) <= TAGS
        assert not re.search(r'href="(?!https?:)', shown)
        assert "language-" not in shown


@pytest.mark.parametrize("card", TRICKS, ids=range(len(TRICKS)))
def test_the_markdown_that_programs_get_has_no_pictures_either(card):
    assert not re.search(r"!\[", readable(card))
    assert not re.search(r"(?im)^[\s>\d.]*(`{3,}|~{3,})\s*mermaid", readable(card))


def test_what_a_card_is_made_of_stays():
    shown = card_html(
        "# Title\n\n| a | b |\n|---|---|\n| 1 | `x` |\n\n```python\nprint('<')\n```\n\n[Hub](https://hf.co)"
    )
    assert "<h1>Title</h1>" in shown
    assert "<td><code>x</code></td>" in shown
    assert "<pre><code>print(&#x27;&lt;&#x27;)" in shown
    assert '<a href="https://hf.co" target="_blank" rel="noopener nofollow ugc">Hub</a>' in shown
