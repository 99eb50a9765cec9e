"""Where results are written."""
from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from mmscllle.fileio import IMAGE_SUFFIXES, Photograph, Source, write_photograph

from .enhancement import Enhancement, collect_failure

EXISTING = ('overwrite', 'skip', 'error')


class OutputPlan:
    """Gives each result its file below an output folder, no two the same, and writes them.

    Args:
        out_dir: The folder; empty: nothing is written.
        existing: What to do about a file that is there: ``'overwrite'``, ``'skip'`` or
            ``'error'``.
        compare: Also write the panels.

    Raises:
        ValueError: If ``existing`` is none of these.
    """

    def __init__(self, out_dir: str | os.PathLike, existing: str, compare: bool) -> None:
        if existing not in EXISTING:
            raise ValueError(f'existing must be one of {", ".join(EXISTING)}, got {existing!r}')
        self.out_dir = Path(out_dir) if out_dir else None
        self.existing = existing
        self.compare = compare
        self.taken: dict[Path, str] = {}

    def place(self, source: Source) -> Enhancement:
        """Begin an enhancement: its file, or why there is none.

        The file has the source's name, and its format; a name without the suffix of an image gets
        ``.png``, and the file is one.
        """
        item = Enhancement(source, error=source.error)
        if self.out_dir is None or item.error is not None:
            return item
        path = self.out_dir / source.relative
        item.out_file = path.with_name(f'{path.name}.png') if _is_nameless(source) else path
        with collect_failure([item]):
            self._check(source, item.out_file)
            item.skipped = self.existing == 'skip' and item.out_file.exists()
        return item

    def _check(self, source: Source, path: Path) -> None:
        if path in self.taken:
            raise ValueError(f'the result of {source.name!r} would overwrite {str(path)!r}, that '
                             f'of {self.taken[path]!r}')
        self.taken[path] = source.name
        if not path.exists():
            return
        if isinstance(source.content, str) and os.path.exists(source.content) \
                and path.samefile(source.content):
            raise ValueError(f'{source.name!r} would be overwritten by its own result; choose '
                             'another output folder')
        if self.existing == 'error':
            raise FileExistsError(f'{str(path)!r} exists')

    def write(self, item: Enhancement) -> Enhancement:
        """Write what is there of a result; a failure is kept in it."""
        if item.out_file is None or item.photograph is None:
            return item
        photograph = item.photograph
        if _is_nameless(item.source):
            photograph = replace(photograph, format='PNG')
        with collect_failure([item]):
            write_photograph(photograph, item.out_file)
            if self.compare:
                self._write_panel(item, 'compare', item.visualization)
            if item.curves is not None:
                self._write_panel(item, 'curves', item.curves)
        return item

    def _write_panel(self, item: Enhancement, kind: str, panel: np.ndarray) -> None:
        relative = item.out_file.relative_to(self.out_dir)
        path = self.out_dir / kind / relative.with_name(f'{relative.name}.png')
        write_photograph(Photograph([panel]), path)


def _is_nameless(source: Source) -> bool:
    return source.relative.suffix.lower() not in IMAGE_SUFFIXES
