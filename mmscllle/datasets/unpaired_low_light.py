"""Triplets of unpaired images to learn from."""
from __future__ import annotations

import logging
from typing import Callable, Iterator, Sequence

import numpy as np
import torch
from mmengine.dataset import Compose
from mmengine.logging import print_log
from torch.utils.data import ConcatDataset, Dataset

from mmscllle.registry import DATASETS

from .image_files import find_images
from .seeding import seeded
from .transforms.loading import UNREADABLE

MAX_REPLACEMENTS = 20


@DATASETS.register_module()
class UnpairedLowLightDataset(Dataset):
    """Low-light anchors, each with a positive and a negative drawn at random.

    With :class:`NumberedSampler` a draw depends on the seed and its number alone: it is the same
    for any number of workers and ranks and after a resume, and another one in the next pass.
    With other samplers the global random state decides, as in any mmseg data set.

    Args:
        anchors: Configs of mmseg data sets (images with label maps) or of
            :class:`LowLightImageDataset` (images alone), whose pipelines load, darken and crop
            but do not pack.
        positive_folders: Folders or glob patterns of normal-light images.
        positive_pipeline: Transforms from ``img_path`` to ``img``.
        negative_folders: Folders or glob patterns of over- or under-exposed images, or of normal
            ones that ``negative_pipeline`` exposes wrongly (:class:`SynthesizeExposure`).
        negative_pipeline: Transforms from ``img_path`` to ``img``.
        pipeline: Transforms of ``dict(anchor=…, positive=…, negative=…)``, the three results;
            :class:`PackTripletInputs` ends it.
        test_mode: Raise at an unreadable file. In training it is replaced by another one, logged
            by name and counted.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If there is no anchor, or a folder holds no image.
    """

    def __init__(self,
                 anchors: Sequence[dict],
                 positive_folders: str | Sequence[str],
                 negative_folders: str | Sequence[str],
                 positive_pipeline: Sequence[dict | Callable],
                 negative_pipeline: Sequence[dict | Callable],
                 pipeline: Sequence[dict | Callable],
                 test_mode: bool = False) -> None:
        anchors = [anchors] if isinstance(anchors, dict) else anchors
        if not anchors:
            raise ValueError('anchors names no data set')
        self.anchors = ConcatDataset(
            [self._build(config, f'anchors[{number}]') for number, config in enumerate(anchors)])
        self.positives = find_images(positive_folders, 'positive_folders')
        self.negatives = find_images(negative_folders, 'negative_folders')
        self.positive_pipeline = Compose(positive_pipeline)
        self.negative_pipeline = Compose(negative_pipeline)
        self.pipeline = Compose(pipeline)
        self.test_mode = test_mode
        # Shared with the workers, so that the count is of the whole run.
        self.replaced = torch.zeros(1, dtype=torch.long).share_memory_()

    @staticmethod
    def _build(config: dict, key: str) -> Dataset:
        where = f"{key}, data_root {config.get('data_root')!r}, {config.get('data_prefix')}"
        try:
            return DATASETS.build(config)
        except FileNotFoundError as error:
            raise FileNotFoundError(f'{where}: {error}') from error
        except ValueError as error:
            # MMEngine cannot store an empty list: an array error tells that mmseg found no image.
            empty = 'concatenate' in str(error)
            raise ValueError(f"{where}: {'no image there' if empty else error}") from error

    @property
    def metainfo(self) -> dict:
        """Classes and palette of the first anchors that have them."""
        infos = [dataset.metainfo for dataset in self.anchors.datasets]
        return next((info for info in infos if info.get('classes')), infos[0])

    def __len__(self) -> int:
        """Number of anchors."""
        return len(self.anchors)

    def __iter__(self) -> Iterator[dict]:
        """Draw once for each anchor: numbers themselves have no end."""
        return (self[index] for index in range(len(self)))

    def __getitem__(self, number: int) -> dict:
        """Draw a triplet.

        Args:
            number: An anchor's index, or a draw of :class:`NumberedSampler`.

        Returns:
            What ``pipeline`` makes of it.
        """
        pass_number, index = divmod(int(number), len(self))
        if not pass_number:
            return self._draw(index)
        with seeded(int(number)):
            return self._draw(index)

    def _draw(self, index: int) -> dict:
        return self.pipeline(
            dict(
                anchor=self._readable(self.anchors.__getitem__, index, len(self.anchors),
                                      self._anchor_files),
                positive=self._pick(self.positives, self.positive_pipeline),
                negative=self._pick(self.negatives, self.negative_pipeline)))

    def _pick(self, files: list[str], pipeline: Callable) -> dict:
        return self._readable(lambda i: pipeline(dict(img_path=files[i])),
                              np.random.randint(len(files)), len(files), files.__getitem__)

    def _readable(self, load: Callable[[int], dict], index: int, size: int,
                  name: Callable[[int], str]) -> dict:
        """Load an item; in training, replace one whose file cannot be read."""
        for _ in range(MAX_REPLACEMENTS):
            try:
                return load(index)
            except UNREADABLE as error:
                if self.test_mode:
                    raise OSError(f'cannot read {name(index)}: {error}') from error
                self.replaced += 1
                print_log(f'cannot read {name(index)} ({error}): replaced by another image, '
                          f'replacement {int(self.replaced)} of this run', 'current',
                          logging.WARNING)
                last, cause = index, error
                index = np.random.randint(size)
        raise OSError(f'{MAX_REPLACEMENTS} files in a row cannot be read, '
                      f'the last of them {name(last)}: {cause}') from cause

    def _anchor_files(self, index: int) -> str:
        position = int(np.searchsorted(self.anchors.cumulative_sizes, index, side='right'))
        start = self.anchors.cumulative_sizes[position - 1] if position else 0
        info = self.anchors.datasets[position].get_data_info(index - start)
        return ' with '.join(info[key] for key in ('img_path', 'seg_map_path') if key in info)
