"""Formulas as MathML, which browsers draw by themselves: a page needs no script of others."""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert

# What the extension arithmatex makes of $…$ and $$…$$.
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.DOTALL)


def on_page_content(content: str, **_: object) -> str:
    """Replace the formulas of a page."""
    return FORMULA.sub(_to_mathml, content)


def _to_mathml(match: re.Match) -> str:
    tag, opening, latex = match.groups()
    display = 'block' if opening == '[' else 'inline'
    return f'<{tag}>{convert(html.unescape(latex).strip(), display=display)}</{tag}>'
