"""Read the fenced blocks of the documentation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / 'docs'
TUTORIALS = sorted((DOCS / 'tutorials').glob('*.md'))
PAGES = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *sorted(DOCS.rglob('*.md'))]
# The first line of a block that the tests do not run; the reason follows.
NOT_RUN = '# Not run by the tests: '

# A comment before a block says what the tests put in place of its numbers:
# `<!-- small: A -> B; C -> D -->`.
BLOCK = re.compile(
    r'(?:<!-- small: (?P<changes>[^\n]+) -->\n)?'
    r'^```(?P<language>bash|python)\n(?P<text>.*?)^```$',
    re.DOTALL | re.MULTILINE,
)
FILE = re.compile(r'# (\w+\.py)\n')
CONTINUES = re.compile(r'<!-- continues: (\S+) -->')


class Block(NamedTuple):
    """A fenced block of bash or Python."""

    language: str
    text: str
    changes: tuple[tuple[str, str], ...]

    @property
    def file(self) -> str | None:
        """The file that it is the content of, named in its first line."""
        match = FILE.match(self.text) if self.language == 'python' else None
        return match and match[1]

    @property
    def is_run(self) -> bool:
        """Whether the tests run it."""
        return not self.text.startswith(NOT_RUN)

    def for_test(self) -> str:
        """The text with the numbers of the test."""
        text = self.text
        for old, new in self.changes:
            assert old in text, f'{old!r} is not in the block that it is to be changed in:\n{text}'
            text = text.replace(old, new)
        return text


def read_blocks(page: Path) -> list[Block]:
    """The blocks of a page, in order."""
    return [
        Block(
            match['language'],
            match['text'],
            tuple(
                tuple(change.split(' -> '))
                for change in (match['changes'] or '').split('; ')
                if change
            ),
        )
        for match in BLOCK.finditer(page.read_text(encoding='utf-8'))
    ]


def read_files(page: Path) -> dict[str, str]:
    """The files that a page, and the pages that it goes on from, are to be written, by name."""
    files: dict[str, str] = {}
    for earlier in CONTINUES.findall(page.read_text(encoding='utf-8')):
        files.update(read_files(page.parent / earlier))
    files.update({block.file: block.for_test() for block in read_blocks(page) if block.file})
    return files
