"""Stacks of exposures, to learn from and to be measured on."""

from __future__ import annotations

from collections.abc import Sequence

from mmengine.dataset import BaseDataset

from mmscllle.registry import DATASETS

from .base_options import check_no_selection
from .companions import check_companions
from .exposure_shots import Shot, read_stacks

Range = Sequence[float]

# Mean luma, of 255, of the shots that take each part in unpaired training.
ROLES: dict[str, tuple[Range, ...]] = dict(
    anchor=((0, 62),), positive=((90, 155),), negative=((0, 30), (190, 255))
)
# The rule of paired evaluation.
REFERENCE, WELL_EXPOSED = 120, (90, 155)
INPUTS = dict(very_dark=(8, 30), dark=(30, 62))
SPLITS = ('train', 'val', 'all')


@DATASETS.register_module()
class ExposureStackDataset(BaseDataset):
    """Scenes that were taken several times, from dark to bright, with one camera that stood still.

    Layout: a folder for each scene, as SICE part 1 has it (Cai et al., IEEE Trans. Image
    Processing 27(4), 2018; its folder ``Label`` is left out), with any names, or with names that
    tell the number and the mean luma, so that none has to be measured::

        data_root/1/1.JPG          data_root/000/00_015.jpg
        data_root/1/2.JPG          data_root/000/01_028.jpg

    The reference of a scene is the shot whose mean luma is nearest 120 of 255, if that is within 90
    to 155. All entries have ``img_path``, ``scene``, ``mean`` and, where the scene has a
    reference, ``gt_path``. Roles:

    - ``'anchor'``: under-exposed shots. ``second_paths`` are the scene's other ones (the shot
      itself where there is none), for :class:`LoadSecondShot`.
    - ``'positive'``: well-exposed shots.
    - ``'negative'``: shots exposed far too short or far too long.
    - ``'pair'``: pairs to measure with. Inputs are the brightest shot of mean 8 to 30 and the
      brightest of mean 30 to 62; ``exposure`` tells which, ``'very_dark'`` or ``'dark'``. A scene
      without a reference is left out.

    Args:
        data_root: Folder of the scenes.
        role: ``'anchor'``, ``'positive'``, ``'negative'`` or ``'pair'``.
        means: Ranges (lowest, highest) of the mean of the shots that a role of training takes, in
            place of (0, 62) for anchors, (90, 155) for positives, (0, 30) and (190, 255) for
            negatives.
        split: ``'train'``, ``'val'`` or ``'all'`` scenes.
        fold: Of the scenes, sorted by name, the first of each so many are for validation.
        filter_cfg: ``dict(reference=True)`` leaves out scenes that have no reference.
        pipeline: Transforms.
        **kwargs: See MMEngine's ``BaseDataset``.

    Raises:
        FileNotFoundError: If the folder does not exist.
        ValueError: If an argument is not one of those above, no shot takes the role, or
            ``pipeline`` moves a shot and not its reference or second shot.
        OSError: If a shot that has to be measured cannot be read.
    """

    METAINFO = dict(dataset_type='exposure_stack', task_name='enhancement')

    def __init__(
        self,
        data_root: str,
        role: str,
        means: Sequence[Range] | None = None,
        split: str = 'all',
        fold: int = 5,
        pipeline: Sequence = (),
        **kwargs: object,
    ) -> None:
        if role not in (*ROLES, 'pair'):
            raise ValueError(f'role must be one of {", ".join(ROLES)}, pair, got {role!r}')
        if role == 'pair' and means is not None:
            raise ValueError(f'means: the role pair has fixed ranges, got {means}')
        if split not in SPLITS:
            raise ValueError(f'split must be one of {", ".join(SPLITS)}, got {split!r}')
        if fold < 2:
            raise ValueError(f'fold must be at least 2, got {fold}')
        check_no_selection(kwargs, known=('reference',))
        self.role, self.split, self.fold = role, split, fold
        self.means = ROLES.get(role, ()) if means is None else means
        super().__init__(data_root=data_root, pipeline=list(pipeline), **kwargs)
        check_companions(self, 'pipeline')

    def load_data_list(self) -> list[dict]:
        """List the shots that take the role."""
        list_shots = self._pairs if self.role == 'pair' else self._shots
        entries = [
            entry for scene, stack in self._scenes().items() for entry in list_shots(scene, stack)
        ]
        if not entries:
            means = tuple(INPUTS.values()) if self.role == 'pair' else self.means
            raise ValueError(
                f'data_root: no shot in {self.data_root!r} takes the role '
                f'{self.role!r}, split {self.split!r}; '
                f'means looked for: {means}'
            )
        return entries

    def filter_data(self) -> list[dict]:
        """Leave out what ``filter_cfg`` asks for."""
        if not (self.filter_cfg or {}).get('reference'):
            return self.data_list
        return [entry for entry in self.data_list if 'gt_path' in entry]

    def _scenes(self) -> dict[str, list[Shot]]:
        scenes = read_stacks(self.data_root)
        if self.split == 'all':
            return scenes
        return {
            scene: stack
            for number, (scene, stack) in enumerate(scenes.items())
            if (number % self.fold == 0) == (self.split == 'val')
        }

    def _shots(self, scene: str, stack: list[Shot]) -> list[dict]:
        taken = [
            shot
            for shot in stack
            if any(lowest <= shot.mean <= highest for lowest, highest in self.means)
        ]
        entries = [_entry(scene, stack, shot) for shot in taken]
        if self.role == 'anchor':
            for entry, shot in zip(entries, taken, strict=True):
                others = [other.path for other in taken if other != shot]
                entry['second_paths'] = others or [shot.path]
        return entries

    @staticmethod
    def _pairs(scene: str, stack: list[Shot]) -> list[dict]:
        entries = []
        for exposure, (lowest, highest) in INPUTS.items():
            dark = [shot for shot in stack if lowest <= shot.mean <= highest]
            if dark:
                entries.append(dict(_entry(scene, stack, dark[-1]), exposure=exposure))
        return [entry for entry in entries if 'gt_path' in entry]


def _entry(scene: str, stack: list[Shot], shot: Shot) -> dict:
    entry = dict(img_path=shot.path, scene=scene, mean=shot.mean)
    reference = min(stack, key=lambda shot: abs(shot.mean - REFERENCE))
    if WELL_EXPOSED[0] <= reference.mean <= WELL_EXPOSED[1]:
        entry['gt_path'] = reference.path
    return entry
