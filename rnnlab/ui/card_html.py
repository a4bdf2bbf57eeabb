"""A model card's Markdown -> HTML that fetches nothing: a stranger wrote it, and a reader's browser shows it."""

from __future__ import annotations

from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# All that a card may become. Whatever else Markdown knows, pictures and HTML above all, stays as it is written.
ALLOWED = (
    "autolink",
    "backticks",
    "blockquote",
    "code",
    "emphasis",
    "entity",
    "escape",
    "fence",
    "heading",
    "hr",
    "lheading",
    "link",
    "list",
    "newline",
    "reference",
    "table",
    "balance_pairs",
    "fragments_join",
)


def card_html(markdown: str) -> str:
    """Render a card; code stays code, whatever language it names, and links lead out in a window of their own."""
    return f'<article class="prose">{_RENDERER.render(markdown)}</article>'


def _code(renderer: RendererHTML, tokens: list[Token], number: int, options: OptionsDict, env: EnvType) -> str:
    return f"<pre><code>{escape(tokens[number].content)}</code></pre>\n"


def _link(renderer: RendererHTML, tokens: list[Token], number: int, options: OptionsDict, env: EnvType) -> str:
    tokens[number].attrs |= {"target": "_blank", "rel": "noopener nofollow ugc"}
    return str(renderer.renderToken(tokens, number, options, env))


_RENDERER = MarkdownIt("zero", {"maxNesting": 40}).enable(list(ALLOWED))
_RENDERER.add_render_rule("fence", _code)
_RENDERER.add_render_rule("link_open", _link)
