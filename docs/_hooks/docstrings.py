"""Docstrings are written for ``help()``; the site needs their few roles and tables in Markdown."""

from __future__ import annotations

import re
import textwrap

import griffe

MATH_BLOCK = re.compile(r'^([ ]*)\.\. math::((?: .*)?(?:\n(?:[ ]*\n)*\1[ ]+\S.*)*)', re.MULTILINE)
MATH_ROLE = re.compile(r':math:`([^`]+)`')
OTHER_ROLE = re.compile(r':(?:class|func|meth|data|mod|attr|exc):`~?([^`]+)`')
# Google's style has Examples alone, with or without a second one.
EXAMPLE = re.compile(r'^([ ]*)Example:$', re.MULTILINE)
TABLE = re.compile(r'^([ ]*)=+ +=+\n(?:.*\n)*?\1=+ +=+ *$', re.MULTILINE)


class MarkdownDocstrings(griffe.Extension):
    """Rewrites each docstring when it is read."""

    def on_instance(self, *, obj: griffe.Object, **_: object) -> None:
        """Rewrite the docstring of a module, class, function or attribute."""
        if obj.docstring:
            obj.docstring.value = to_markdown(obj.docstring.value)


def to_markdown(text: str) -> str:
    """Turn the roles, formulas and tables of reStructuredText into Markdown.

    >>> to_markdown('See :class:`Grid`, with :math:`x`.')
    'See `Grid`, with $x$.'
    """
    text = MATH_BLOCK.sub(_display, text)
    text = MATH_ROLE.sub(r'$\1$', text)
    text = OTHER_ROLE.sub(r'`\1`', text)
    text = EXAMPLE.sub(r'\1Examples:', text)
    return TABLE.sub(_as_code, text)


def _display(match: re.Match) -> str:
    indent, formula = match[1], ' '.join(match[2].split())
    return f'{indent}$$\n{indent}{formula}\n{indent}$$'


def _as_code(match: re.Match) -> str:
    indent = match[1]
    rows = textwrap.dedent(match[0])
    return textwrap.indent(f'```text\n{rows}\n```', indent)
