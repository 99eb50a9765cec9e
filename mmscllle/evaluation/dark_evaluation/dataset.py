"""The labelled images that a segmentor is judged on."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
from collections.abc import Mapping, Sequence

from mmengine.config import Config, ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from PIL import Image

from mmscllle.registry import DATASETS

from .folders import folder_dataset
from .inputs import InputError, blame, one_line

PLAIN_PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(type='mmscllle.LoadLabelMap'),
    dict(type='PackSegInputs'),
]


def with_labels(pipeline: Sequence[dict]) -> list[dict]:
    """A pipeline that also loads the labels: ahead of the step that packs, where none does."""
    steps = [dict(step) for step in pipeline]
    kinds = [_name(step.get('type')) for step in steps]
    if not any('Annotation' in kind or 'LabelMap' in kind for kind in kinds):
        steps.insert(len(steps) - 1, dict(type='mmscllle.LoadLabelMap'))
    return steps


def _name(kind: object) -> str:
    """The name of a part, which a config gives as a text or as the class itself."""
    return str(getattr(kind, '__name__', kind))


def reduces_zero_label(config: Mapping, scope: str) -> bool:
    """Whether a data set counts label 0 as none and 1 as the first class, as ADE20K does."""
    kind = config.get('type')
    if 'reduce_zero_label' in config or kind is None:
        return bool(config.get('reduce_zero_label'))
    if isinstance(kind, str):
        with DATASETS.switch_scope_and_registry(scope) as registry:
            kind = registry.get(kind)
    options = inspect.signature(kind).parameters if callable(kind) else {}
    return 'reduce_zero_label' in options and bool(options['reduce_zero_label'].default)


def read_ignored_label(cfg: Config) -> int:
    """The label that the config's test evaluator leaves out; 255, as in mmseg, if it names none."""
    evaluators = cfg.get('test_evaluator') or []
    evaluators = [evaluators] if isinstance(evaluators, dict) else evaluators
    return next((each['ignore_index'] for each in evaluators if 'ignore_index' in each), 255)


def read_class_names(meta: dict, num_classes: int) -> dict:
    """Class names and colours from a segmentor's checkpoint.

    Args:
        meta: ``meta`` of the checkpoint.
        num_classes: Number of classes, to count them where the checkpoint names none.

    Returns:
        ``classes``, and ``palette`` where the checkpoint has one.
    """
    # Checkpoints of mmseg 0.x have them in capitals.
    found = meta.get('dataset_meta') or {
        key.lower(): meta.get(key) for key in ('CLASSES', 'PALETTE')
    }
    names = dict(classes=found.get('classes') or [f'class {i}' for i in range(num_classes)])
    if found.get('palette'):
        names['palette'] = found['palette']
    return names


def digest(config: object) -> str:
    """A fingerprint of a config's content."""
    text = json.dumps(config, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class LabelledImages:
    """Images and label maps of an mmseg dataset, one at a time, with errors per image.

    Args:
        config: The dataset's config.
        scope: Default scope of the names in it.
        argument: The command-line argument that gives it, for error messages.
        ignore_index: Label that does not count.

    Raises:
        InputError: If the dataset cannot be built, is empty, or has no class names.
    """

    def __init__(self, config: dict, scope: str, argument: str, ignore_index: int = 255) -> None:
        self.argument = argument
        self.ignore_index = ignore_index
        self.fingerprint = digest([config, ignore_index])
        with blame(argument), DefaultScope.overwrite_default_scope(scope):
            try:
                self.dataset = DATASETS.build(ConfigDict(config))
            except FileNotFoundError as error:
                raise InputError(
                    f'{argument}: the dataset is not there ({one_line(error)}); put '
                    'it where the config says, or name another with --data, or '
                    'folders with --img-dir and --ann-dir'
                ) from error
            for part in getattr(self.dataset, 'datasets', [self.dataset]):
                # Otherwise MMEngine puts another image in the place of one that is left out.
                part.test_mode = True
        if not len(self.dataset):
            raise InputError(f'{argument}: the dataset is empty; check its folders and suffixes')
        if not self.dataset.metainfo.get('classes'):
            raise InputError(
                f'{argument}: the dataset names no classes; set '
                'test_dataloader.dataset.metainfo.classes'
            )
        self.classes = tuple(self.dataset.metainfo['classes'])
        self.palette = self.dataset.metainfo['palette']

    @classmethod
    def from_config(cls, cfg: Config, argument: str) -> LabelledImages:
        """Take the dataset of a config's ``test_dataloader``.

        Raises:
            InputError: If the config has none.
        """
        if not (cfg.get('test_dataloader') or {}).get('dataset'):
            raise InputError(
                f'{argument}: the config has no test_dataloader.dataset; name a '
                'config that has one with --data, or folders with --img-dir and '
                '--ann-dir'
            )
        return cls(
            cfg.test_dataloader.dataset.to_dict(),
            cfg.get('default_scope') or 'mmseg',
            argument,
            read_ignored_label(cfg),
        )

    @classmethod
    def from_folders(
        cls,
        img_dir: str,
        ann_dir: str,
        metainfo: dict,
        cfg: Config,
    ) -> LabelledImages:
        """Take two folders, loaded as the segmentor's config loads its test images.

        Args:
            img_dir: Folder of the images.
            ann_dir: Folder of the label maps.
            metainfo: ``classes`` and, optionally, ``palette``.
            cfg: The segmentor's config.
        """
        scope = cfg.get('default_scope') or 'mmseg'
        with blame('--img-dir'):
            tested = (cfg.get('test_dataloader') or {}).get('dataset') or {}
            config = folder_dataset(
                img_dir, ann_dir, metainfo, with_labels(tested.get('pipeline') or PLAIN_PIPELINE)
            )
            if reduces_zero_label(tested, scope):
                config['reduce_zero_label'] = True
        return cls(config, scope, '--img-dir', read_ignored_label(cfg))

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict:
        """Load one image as a batch, see mmseg's ``PackSegInputs``.

        Raises:
            ValueError: If it cannot be loaded; the message says which file and why.
        """
        try:
            return pseudo_collate([self.dataset[index]])
        except Exception as error:
            raise ValueError(self._explain(index) or f'it cannot be loaded: {error}') from error

    def name(self, index: int) -> str:
        """Path of an image."""
        return self.dataset.get_data_info(index)['img_path']

    def stamp(self, index: int) -> list:
        """Sizes and times of an image and its label map, which show whether they have changed."""
        return [
            [os.path.getsize(path), os.stat(path).st_mtime_ns] if os.path.isfile(path) else None
            for path in self._files(index)
        ]

    def _files(self, index: int) -> list[str]:
        info = self.dataset.get_data_info(index)
        return [info.get('img_path') or '', info.get('seg_map_path') or '']

    def _explain(self, index: int) -> str | None:
        """Find the file at fault: most loaders do not name it."""
        for kind, path in zip(('image', 'label map'), self._files(index), strict=True):
            if not path or '://' in path:
                continue
            if not os.path.isfile(path):
                return f'there is no {kind} {path}'
            try:
                with Image.open(path) as picture:
                    picture.load()
            except Exception:
                return f'the {kind} {path} is unreadable: broken, or no picture'
        return None
