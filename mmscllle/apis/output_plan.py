"""Where results are written: the one place that decides it, for photographs and videos alike."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from mmscllle.fileio import IMAGE_SUFFIXES, Photograph, Source, write_photograph

from .enhancement import Enhancement, collect_failure

EXISTING = ('overwrite', 'skip', 'error')


@dataclass(frozen=True)
class Outputs:
    """The files of one input.

    Attributes:
        result: The enhanced photograph or video.
        comparison: Input and result side by side, or None.
        plot: The tone curves, or None.
    """

    result: Path
    comparison: Path | None = None
    plot: Path | None = None

    @property
    def all(self) -> list[Path]:
        """All of them, in the order in which they are written: the result says that all is done."""
        return [path for path in (self.comparison, self.plot, self.result) if path is not None]


class OutputPlan:
    """Gives each input its files below an output folder, and guards what is there.

    Before the work, paths are compared with their links resolved.  When a file takes its place
    (:meth:`put`), the file system is asked once more: it may take two names for one.

    Args:
        out_dir: The folder.
        existing: What to do about files that are there: ``'overwrite'``, ``'skip'`` or
            ``'error'``.
        compare: Whether there are comparisons, in ``out_dir/compare``.
        curves: Whether there are plots, in ``out_dir/curves``.

    Raises:
        ValueError: If ``existing`` is none of these.
    """

    def __init__(
        self,
        out_dir: str | os.PathLike,
        existing: str = 'error',
        compare: bool = False,
        curves: bool = False,
    ) -> None:
        if existing not in EXISTING:
            raise ValueError(f'existing must be one of {", ".join(EXISTING)}, got {existing!r}')
        self.out_dir = Path(out_dir)
        self.existing = existing
        self.compare = compare
        self.curves = curves
        self._lock = Lock()
        self._taken: dict[str, str] = {}
        self._inputs: set[tuple[int, int] | None] = set()
        self._made: set[tuple[int, int] | None] = set()

    def protect(self, sources: Iterable[Source]) -> None:
        """Take note of the files that are read, which no result may replace."""
        for source in sources:
            path = getattr(source.content, 'filename', source.content)
            if isinstance(path, (str, os.PathLike)) and path and '://' not in str(path):
                self._inputs.add(_identity(path))
        self._inputs.discard(None)

    def place(self, source: Source, name: Path | None = None, is_video: bool = False) -> Outputs:
        """Choose the files of an input.

        Args:
            source: The input.
            name: Name of the result, relative to the output folder; None: that of the source,
                with ``.png`` added to a name without the suffix of an image.
            is_video: Whether it is a video, whose comparison is one, too.

        Returns:
            The files.

        Raises:
            ValueError: If one lies outside of the output folder, is that of another input, or an
                input itself.
            FileExistsError: If one is there and ``existing`` is ``'error'``.
        """
        self.protect([source])
        name = Path(os.path.normpath(name or _photograph_name(source)))
        if name.is_absolute() or name.parts[:1] in ((), (os.pardir,)):
            raise ValueError(
                f'the result of {source.name!r} would lie outside of the output '
                f'folder ({str(name)!r}); name the file or its folder'
            )
        picture = name.with_name(f'{name.name}.png')
        outputs = Outputs(
            self.out_dir / name,
            self.out_dir / 'compare' / (name if is_video else picture) if self.compare else None,
            self.out_dir / 'curves' / picture if self.curves else None,
        )
        keys = {os.path.realpath(path): path for path in outputs.all}
        for key, path in keys.items():
            if key in self._taken:
                raise ValueError(
                    f'the results of {self._taken[key]!r} and {source.name!r} would both be '
                    f'written to {str(path)!r}; give their common folder, whose structure is kept, '
                    'or enhance them one after the other into different folders'
                )
            self._check(path)
        self._taken.update(dict.fromkeys(keys, source.name))
        return outputs

    def is_done(self, outputs: Outputs) -> bool:
        """Whether an input is to be skipped: all its files are there and have content."""
        return all(self._is_kept(path) for path in outputs.all)

    def put(self, temporary: Path, path: Path) -> None:
        """Let a finished file take its place; see :func:`atomic_path`.

        With ``'skip'`` a file that is there stays, and the finished one is removed: where the
        comparison of a result is missing, the comparison alone is written.

        Raises:
            ValueError, FileExistsError: If that would cost an input, a result of this run or,
                unasked, another file.
        """
        with self._lock:
            self._check(path)
            if self._is_kept(path):
                temporary.unlink()
                return
            os.replace(temporary, path)
            self._made.add(_identity(path))

    def write(self, item: Enhancement) -> Enhancement:
        """Write what is there of a photograph's results; a failure is kept in it."""
        if item.outputs is None or item.photograph is None:
            return item
        photograph = item.photograph
        if _is_nameless(item.source):
            photograph = replace(photograph, format='PNG')
        contents = ((item.outputs.comparison, item.visualization), (item.outputs.plot, item.curves))
        with collect_failure([item]):
            for path, panel in contents:
                if path is not None and panel is not None:
                    write_photograph(Photograph([panel]), path, self.put)
            write_photograph(photograph, item.outputs.result, self.put)
        return item

    def _is_kept(self, path: Path) -> bool:
        return self.existing == 'skip' and path.is_file() and path.stat().st_size > 0

    def _check(self, path: Path) -> None:
        there = _identity(path)
        if there is None:
            return
        if there in self._inputs:
            raise ValueError(
                f'{str(path)!r} is an input and would be overwritten; choose another output folder'
            )
        if there in self._made:
            raise ValueError(
                f'{str(path)!r} is the result of another input: for the file system '
                'their names are one'
            )
        if self.existing == 'error':
            raise FileExistsError(f'{str(path)!r} exists')


def _identity(path: str | os.PathLike) -> tuple[int, int] | None:
    """Device and number of a file, links followed; None if there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _photograph_name(source: Source) -> Path:
    if _is_nameless(source):
        return source.relative.with_name(f'{source.relative.name}.png')
    return source.relative


def _is_nameless(source: Source) -> bool:
    return source.relative.suffix.lower() not in IMAGE_SUFFIXES
