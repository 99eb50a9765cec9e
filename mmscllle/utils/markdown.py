"""Tables in Markdown that also read well as plain text."""

from __future__ import annotations

from collections.abc import Sequence


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], text_columns: int) -> str:
    """Write a table.

    Args:
        header: Names of the columns.
        rows: Cells of each row.
        text_columns: How many of the first columns are aligned left; numbers follow, aligned
            right.

    Returns:
        Lines of equal length, without a line break at the end.
    """
    lines = [[cell.replace('|', r'\|') for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [
        [
            cell.ljust(width) if column < text_columns else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        for line in lines
    ]
    rule = [
        ':' + '-' * (width + 1) if column < text_columns else '-' * (width + 1) + ':'
        for column, width in enumerate(widths)
    ]
    text = [f'| {" | ".join(line)} |' for line in padded]
    return '\n'.join([text[0], f'|{"|".join(rule)}|', *text[1:]])
