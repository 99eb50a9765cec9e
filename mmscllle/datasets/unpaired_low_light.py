"""Triplets of unpaired images to learn from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from mmengine.dataset import BaseDataset, Compose
from mmengine.logging import print_log
from torch.utils.data import ConcatDataset, Dataset

from mmscllle.registry import DATASETS

from .class_names import find_moved_among
from .companions import check_companions, check_packed
from .image_files import ImageFiles, find_images
from .pipelines import find_datasets
from .seeding import seeded
from .transforms.loading import UNREADABLE

MAX_REPLACEMENTS = 20


def check_classes(datasets: Sequence[BaseDataset]) -> None:
    """Check that a class has the same number in all anchors.

    Raises:
        ValueError: If they differ: one number would stand for two classes.
    """
    moved = find_moved_among([dataset.metainfo.get('classes') or () for dataset in datasets])
    if moved is not None:
        name, numbers = moved
        labels = ' and '.join(f'label {label} in anchors[{i}]' for i, label in numbers.items())
        raise ValueError(
            f'{name!r} is {labels}: one judge cannot know both; number the labels alike'
        )


@DATASETS.register_module()
class UnpairedLowLightDataset(Dataset):
    """Low-light anchors, each with a positive and a negative drawn at random, where any are named.

    With :class:`NumberedSampler` a draw depends on the seed and its number alone: it is the same
    for any number of workers and ranks and after a resume, and another one in the next pass.
    With other samplers the global random state decides, as in any mmseg data set.

    Args:
        anchors: Configs of mmseg data sets (images with label maps), of
            :class:`LowLightImageDataset` (images alone) or of :class:`ExposureStackDataset`,
            whose pipelines load, darken and crop but do not pack.
        pipeline: Transforms of ``dict(anchor=…, positive=…, negative=…)``, the three results;
            :class:`PackTripletInputs` ends it.
        positive_folders: Folders or glob patterns of normal-light images. Without them and
            ``positives`` there are no positives, for an objective none of whose terms takes them.
        positive_pipeline: Transforms from ``img_path`` to ``img``.
        negative_folders: Folders or glob patterns of over- or under-exposed images, or of normal
            ones that ``negative_pipeline`` exposes wrongly (:class:`SynthesizeExposure`).
        negative_pipeline: Transforms from ``img_path`` to ``img``.
        positives: Config of a data set, in place of ``positive_folders`` and their pipeline.
            Where it and the anchors name their scenes (:class:`ExposureStackDataset`), a positive
            is of another scene than its anchor.
        negatives: The same for negatives.
        test_mode: Raise at an unreadable file. In training it is replaced by another one, logged
            by name and counted.

    Raises:
        FileNotFoundError: If a folder does not exist.
        ValueError: If there is no anchor, a folder holds no image, both folders and data set are
            given, an anchor's scene is the only one, anchors have the same
            classes in different orders, an anchor's pipeline moves an image and not its reference,
            or ``pipeline`` packs references or second shots that no anchor has.
    """

    def __init__(
        self,
        anchors: dict | Sequence[dict],
        pipeline: Sequence[dict | Callable],
        positive_folders: str | Sequence[str] | None = None,
        negative_folders: str | Sequence[str] | None = None,
        positive_pipeline: Sequence[dict | Callable] = (),
        negative_pipeline: Sequence[dict | Callable] = (),
        positives: dict | None = None,
        negatives: dict | None = None,
        test_mode: bool = False,
    ) -> None:
        anchors = [anchors] if isinstance(anchors, dict) else anchors
        if not anchors:
            raise ValueError('anchors names no data set')
        self.anchors: ConcatDataset = ConcatDataset(
            [self._build(config, f'anchors[{number}]') for number, config in enumerate(anchors)]
        )
        check_classes(self.anchors.datasets)
        contrasts = dict(
            positive=self._contrast('positive', positives, positive_folders, positive_pipeline),
            negative=self._contrast('negative', negatives, negative_folders, negative_pipeline),
        )
        self.contrasts = {name: images for name, images in contrasts.items() if images is not None}
        self.pipeline = Compose(pipeline)
        parts = dict(
            found
            for number, part in enumerate(self.anchors.datasets)
            for found in find_datasets(part, f'anchors[{number}]')
        )
        for key, part in parts.items():
            check_companions(part, f'{key}.pipeline')
        check_packed(parts, self.pipeline)
        self.test_mode = test_mode
        # Shared with the workers, so that the count is of the whole run.
        self.replaced = torch.zeros(1, dtype=torch.long).share_memory_()

    @classmethod
    def _contrast(
        cls,
        name: str,
        config: dict | None,
        folders: str | Sequence[str] | None,
        pipeline: Sequence[dict | Callable],
    ) -> ContrastImages | None:
        if config is not None and folders is not None:
            raise ValueError(
                f'give either {name}_folders or {name}s, got '
                f'{name}_folders={folders!r}, {name}s={config!r}'
            )
        if folders is None:
            return None if config is None else ContrastImages(cls._build(config, f'{name}s'))
        return ContrastImages(ImageFiles(find_images(folders, f'{name}_folders'), pipeline))

    @staticmethod
    def _build(config: dict, key: str) -> BaseDataset:
        where = f'{key}, data_root {config.get("data_root")!r}, {config.get("data_prefix")}'
        try:
            return DATASETS.build(config)
        except FileNotFoundError as error:
            raise FileNotFoundError(f'{where}: {error}') from error
        except ValueError as error:
            # MMEngine cannot store an empty list: an array error tells that mmseg found no image.
            empty = 'concatenate' in str(error)
            raise ValueError(f'{where}: {"no image there" if empty else error}') from error

    @property
    def metainfo(self) -> dict:
        """Classes and palette of the first anchors that have them."""
        datasets: list[BaseDataset] = self.anchors.datasets
        infos = [dataset.metainfo for dataset in datasets]
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
        anchor = self._readable(self.anchors, np.arange(len(self.anchors)), index)
        scene = anchor.get('scene')
        contrasts = {name: self._pick(images, scene) for name, images in self.contrasts.items()}
        return self.pipeline(dict(anchor=anchor, **contrasts))

    def _pick(self, images: ContrastImages, scene: str | None) -> dict:
        choice = images.of_other_scenes(scene)
        return self._readable(images.dataset, choice, choice[np.random.randint(len(choice))])

    def _readable(self, dataset: Dataset, choice: np.ndarray, index: int) -> dict:
        """Load an item; in training, replace one whose file cannot be read by one of ``choice``."""
        for _ in range(MAX_REPLACEMENTS):
            try:
                return dataset[index]
            except UNREADABLE as error:
                if self.test_mode:
                    raise OSError(f'cannot read {_files(dataset, index)}: {error}') from error
                self.replaced += 1
                print_log(
                    f'cannot read {_files(dataset, index)} ({error}): replaced by another '
                    f'image, replacement {int(self.replaced)} of this run',
                    'current',
                    logging.WARNING,
                )
                last, cause = index, error
                index = choice[np.random.randint(len(choice))]
        raise OSError(
            f'{MAX_REPLACEMENTS} files in a row cannot be read, '
            f'the last of them {_files(dataset, last)}: {cause}'
        ) from cause


class ContrastImages:
    """The images that positives, or negatives, are drawn from.

    Args:
        dataset: Images, with ``scene`` in their information where that is known.
    """

    def __init__(self, dataset: BaseDataset | ImageFiles) -> None:
        self.dataset = dataset
        infos = (dataset.get_data_info(index) for index in range(len(dataset)))
        self.scenes = np.array([info.get('scene') or '' for info in infos])

    def of_other_scenes(self, scene: str | None) -> np.ndarray:
        """Indices of the images that are not known to show this scene.

        Raises:
            ValueError: If all show it.
        """
        found = np.flatnonzero(self.scenes != scene) if scene else np.arange(len(self.scenes))
        if not len(found):
            raise ValueError(
                f'scene {scene!r} is the only one, and anchors need positives and '
                'negatives of another: add scenes'
            )
        return found


def _files(dataset: BaseDataset, index: int) -> str:
    """The files of an item, for messages."""
    if isinstance(dataset, ConcatDataset):
        position = int(np.searchsorted(dataset.cumulative_sizes, index, side='right'))
        start = dataset.cumulative_sizes[position - 1] if position else 0
        dataset, index = dataset.datasets[position], index - start
    info = dataset.get_data_info(index)
    return ' with '.join(info[key] for key in ('img_path', 'seg_map_path') if key in info)
