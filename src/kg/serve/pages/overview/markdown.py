"""Texts of a project in Markdown become HTML: tables and links, but no HTML of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|#")


def as_html(text: str, *, link: Callable[[str], str], region: str) -> Markup:
    """Return a text as HTML; `link` makes what a link to a page of this site leads to.

    HTML in the text is shown as text, images are left out. A title on top is left out too, and
    other headings begin with the second level, for a page has a title of its own. Tables stand
    in a region of the name `region`, which can be scrolled.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = _untitled(parser.parse(text))
    for token in _all(tokens):
        address = token.attrGet("href")
        if isinstance(address, str) and not _ELSEWHERE.match(address):
            token.attrSet("href", link(address))
    parser.add_render_rule("table_open", _table_open(region))
    parser.add_render_rule("table_close", _table_close)
    return Markup(parser.renderer.render(tokens, parser.options, {}))


def _untitled(tokens: list[Token]) -> list[Token]:
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        tokens = tokens[3:]
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    return tokens


def _all(tokens: Sequence[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *(token.children or ()))]


def _table_open(region: str) -> Callable[..., str]:
    label = Markup.escape(region)

    def render(*_: Any) -> str:
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>\n'

    return render


def _table_close(*_: Any) -> str:
    return "</table></div>\n"
