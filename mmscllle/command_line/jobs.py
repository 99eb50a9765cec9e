"""Plan which files a command reads and writes, before it begins."""
from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from mmscllle.fileio import IMAGE_SUFFIXES, Source, find_sources
from mmscllle.video.files import VIDEO_SUFFIXES, result_path

# So many files are named in an error.
NAMED = 5


@dataclass
class Job:
    """One photograph or video to enhance.

    Attributes:
        source: What is read.
        is_video: Whether it is a video.
        result: Where the enhanced one goes.
        comparison: Where the comparison goes, or None.
        plot: Where the plot of the tone curves goes, or None.
    """

    source: Source
    is_video: bool
    result: Path
    comparison: Path | None = None
    plot: Path | None = None

    @property
    def outputs(self) -> list[Path]:
        """All files that are written."""
        return [path for path in (self.result, self.comparison, self.plot) if path is not None]


def plan_jobs(inputs: Sequence[str], out_dir: Path, compare: bool, curves: bool) -> list[Job]:
    """Find photographs and videos, and where their results go.

    Args:
        inputs: Files, URLs of photographs, folders (with all below) and glob patterns.
        out_dir: Folder of the results, in which folders and patterns are mirrored.
        compare: Whether there are comparisons, in ``out_dir/compare``.
        curves: Whether there are plots, in ``out_dir/curves``.

    Returns:
        The jobs; what cannot be found has an ``error`` in its source.
    """
    jobs = []
    for source in find_sources(inputs, out_dir, suffixes=IMAGE_SUFFIXES + VIDEO_SUFFIXES):
        if '://' not in source.name and not os.path.lexists(source.content):
            source.error = source.error or FileNotFoundError(
                f'there is no file or folder {source.name!r}')
        if source.error is not None:
            jobs.append(Job(source, False, out_dir))
            continue
        is_video = source.relative.suffix.lower() in VIDEO_SUFFIXES
        relative = source.relative
        if is_video:
            relative = result_path(relative)
        elif relative.suffix.lower() not in IMAGE_SUFFIXES:
            relative = relative.with_name(f'{relative.name}.png')
        picture = relative.with_name(f'{relative.name}.png')
        jobs.append(Job(
            source, is_video, out_dir / relative,
            out_dir / 'compare' / (relative if is_video else picture) if compare else None,
            out_dir / 'curves' / picture if curves else None))
    return jobs


def check_jobs(jobs: Sequence[Job], existing: str) -> None:
    """Check that no file is lost: two results of one name, an input or a file that is there.

    Args:
        jobs: The jobs.
        existing: ``'overwrite'``, ``'skip'`` or ``'error'``: what to do about results that exist.

    Raises:
        ValueError: If two results have one name, or one would overwrite an input.
        FileExistsError: If a result exists and ``existing`` is ``'error'``.
    """
    jobs = [job for job in jobs if job.source.error is None]
    count = Counter(path for job in jobs for path in job.outputs)
    twice = [path for path, times in count.items() if times > 1]
    if twice:
        names = [repr(job.source.name) for job in jobs if twice[0] in job.outputs]
        raise ValueError(f'{" and ".join(names[:NAMED])} would both be written to '
                         f'{str(twice[0])!r}; give their common folder, whose structure is kept, '
                         'or enhance them one after the other into different folders')
    there = [path for path in count if path.exists()]
    inputs = {os.path.realpath(job.source.content) for job in jobs
              if '://' not in job.source.name}
    for path in there:
        if os.path.realpath(path) in inputs:
            raise ValueError(f'--out-dir: {str(path)!r} is an input and would be overwritten; '
                             'choose another folder')
    if existing == 'error' and there:
        names = ', '.join(repr(str(path)) for path in there[:NAMED])
        more = f' and {len(there) - NAMED} more' if len(there) > NAMED else ''
        raise FileExistsError(f'{names}{more} exist; give --overwrite, --skip-existing or another '
                              '--out-dir')
