"""Plan which files a command reads and writes, before it begins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from mmscllle.apis.output_plan import OutputPlan, Outputs
from mmscllle.fileio import IMAGE_SUFFIXES, Source, find_sources
from mmscllle.video.files import VIDEO_SUFFIXES, is_video, result_path


@dataclass
class Job:
    """One photograph or video to enhance.

    Attributes:
        source: What is read.
        is_video: Whether it is a video.
        outputs: Where the results go; None if there is nothing to read.
    """

    source: Source
    is_video: bool = False
    outputs: Outputs | None = None


def plan_jobs(inputs: Sequence[str], plan: OutputPlan) -> list[Job]:
    """Find photographs and videos, and where their results go.

    Args:
        inputs: Files, URLs of photographs, folders (with all below) and glob patterns.
        plan: Decides where.

    Returns:
        The jobs; what cannot be found has an ``error`` in its source.

    Raises:
        FileNotFoundError: If there is nothing to enhance.
        ValueError, FileExistsError: If a file would be lost; see :meth:`OutputPlan.place`.
    """
    jobs = [
        Job(source)
        for source in find_sources(inputs, plan.out_dir, suffixes=IMAGE_SUFFIXES + VIDEO_SUFFIXES)
    ]
    for job in jobs:
        source = job.source
        if '://' not in source.name and not os.path.lexists(str(source.content)):
            source.error = source.error or FileNotFoundError(
                f'there is no file or folder {source.name!r}'
            )
    found = [job for job in jobs if job.source.error is None]
    if not found:
        reasons = [str(job.source.error) for job in jobs]
        rest = [f'and {len(reasons) - 3} more'] if len(reasons) > 3 else []
        raise FileNotFoundError(f'nothing to enhance: {"; ".join(reasons[:3] + rest)}')
    plan.protect(job.source for job in found)
    errors: list[ValueError | FileExistsError] = []
    for job in found:
        job.is_video = is_video(job.source.relative)
        name = result_path(job.source.relative) if job.is_video else None
        try:
            job.outputs = plan.place(job.source, name, job.is_video)
        except (ValueError, FileExistsError) as error:
            errors.append(error)
    if errors:
        more = f' (and {len(errors) - 1} more like this)' if len(errors) > 1 else ''
        hint = (
            '; give --overwrite, --skip-existing or another --out-dir'
            if isinstance(errors[0], FileExistsError)
            else ''
        )
        raise type(errors[0])(f'{errors[0]}{more}{hint}')
    return jobs
