"""Images to enhance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mmengine.dataset import BaseDataset

from mmscllle.registry import DATASETS

from .base_options import check_no_selection
from .companions import check_companions
from .image_files import find_images


@DATASETS.register_module()
class LowLightImageDataset(BaseDataset):
    """A folder of images, with references of good exposure where there are any.

    Layout: any tree of images; the reference of ``<img_path>/a/b.png`` is ``<gt_path>/a/b.*``::

        data_root/low/a/b.png      data_prefix=dict(img_path='low', gt_path='high')
        data_root/high/a/b.png

    Args:
        data_root: Folder that the prefixes start from.
        data_prefix: ``img_path``, the folder of images, and optionally ``gt_path``, that of the
            references.
        pipeline: Transforms; see :class:`LoadReference` and :class:`PackEnhanceInputs`.
        **kwargs: See MMEngine's ``BaseDataset``.

    Raises:
        FileNotFoundError: If a folder, or the reference of an image, does not exist.
        ValueError: If a folder holds no image, two references have one name, an argument of
            MMEngine's would have no effect (``ann_file``, ``filter_cfg``, another prefix), or
            ``pipeline`` moves an image and not its reference.
    """

    METAINFO = dict(dataset_type='low_light_image', task_name='enhancement')

    def __init__(
        self,
        data_root: str = '',
        data_prefix: dict | None = None,
        pipeline: Sequence = (),
        **kwargs: object,
    ) -> None:
        data_prefix = data_prefix or dict(img_path='')
        unknown = sorted(set(data_prefix) - {'img_path', 'gt_path'})
        if unknown:
            raise ValueError(f'data_prefix has img_path and gt_path, got {unknown[0]!r}')
        check_no_selection(kwargs)
        super().__init__(
            data_root=data_root,
            data_prefix=data_prefix,
            pipeline=list(pipeline),
            **kwargs,
        )
        check_companions(self, 'pipeline')

    def load_data_list(self) -> list[dict]:
        """List the images: ``img_path``, and ``gt_path`` where references are asked for."""
        folder = self.data_prefix['img_path']
        entries = [dict(img_path=path) for path in find_images(folder, 'data_prefix.img_path')]
        if 'gt_path' not in self.data_prefix:
            return entries
        gt_folder = self.data_prefix['gt_path']
        references: dict[Path, str] = {}
        for path in find_images(gt_folder, 'data_prefix.gt_path'):
            name = Path(path).relative_to(gt_folder).with_suffix('')
            if name in references:
                raise ValueError(
                    f'data_prefix.gt_path: {references[name]!r} and {path!r} are references of '
                    'one image; keep one of them'
                )
            references[name] = path
        for entry in entries:
            name = Path(entry['img_path']).relative_to(folder).with_suffix('')
            if name not in references:
                raise FileNotFoundError(
                    f'{entry["img_path"]!r} has no reference in data_prefix.'
                    f'gt_path: no {str(Path(gt_folder, name))!r} of any suffix'
                )
            entry['gt_path'] = references[name]
        return entries
