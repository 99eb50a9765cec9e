import shutil
from collections import Counter
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.runner import Runner

from mmscllle.registry import DATASETS

ANCHORS = 5


def build_loader(config, workers=0, seed=0, batch_size=2):
    return Runner.build_dataloader(
        dict(
            dataset=config,
            sampler=dict(type='mmscllle.NumberedSampler', shuffle=True),
            batch_size=batch_size,
            num_workers=workers,
        ),
        seed=seed,
    )


def load(config, batches, workers=0, seed=0, rank=None):
    """The first items that a runner's loader gives, 2 a batch, each as a dict of tensors and names.

    With a rank: what this one of two processes gets, one item a batch.
    """
    loader = build_loader(config, workers, seed, batch_size=2 if rank is None else 1)
    if rank is not None:
        loader.sampler.rank, loader.sampler.world_size = rank, 2
    return unpack(islice(loader, batches))


def unpack(batches):
    items = []
    for batch in batches:
        for position, sample in enumerate(batch['data_samples']):
            item = {name: images[position] for name, images in batch['inputs'].items()}
            if 'gt_sem_seg' in sample:
                item['labels'] = sample.gt_sem_seg.data
            names = (sample.img_path, sample.positive_path, sample.negative_path)
            items.append((item, tuple(Path(name).name for name in names)))
    return items


def assert_same(items, expected):
    assert [names for _, names in items] == [names for _, names in expected]
    for (item, _), (other, _) in zip(items, expected, strict=True):
        assert item.keys() == other.keys()
        assert all(torch.equal(item[key], other[key]) for key in item)


def build(config, **changes):
    return DATASETS.build(dict(config, **changes))


def spoil(folder, count=None):
    """Make images of a folder unreadable in every way there is, in turn."""
    paths = sorted(Path(folder).iterdir())[:count]
    for number, path in enumerate(paths):
        content = path.read_bytes()
        if number % 4 == 3:
            path.unlink()
            path.symlink_to(path.with_name('nowhere'))
        else:
            path.write_bytes([b'', content[: len(content) // 2], b'no image'][number % 4])
    return [str(path) for path in paths]


def test_a_triplet(triplets):
    dataset = build(triplets)
    assert len(dataset) == ANCHORS
    for index in range(ANCHORS):
        packed = dataset[index]
        assert all(
            image.dtype == torch.uint8 and image.shape == (3, 16, 16)
            for image in packed['inputs'].values()
        )
        sample = packed['data_samples']
        labelled = index < 3
        assert ('gt_sem_seg' in sample) == labelled
        assert Path(sample.img_path).name == (
            f'lit{index}.png' if labelled else f'dusk{index - 3}.png'
        )
        assert 'day' in sample.positive_path
        assert 'over' in sample.negative_path or 'under' in sample.negative_path


def test_labels_move_with_their_image(triplets, tmp_path):
    # Red tells the label of each pixel: crops and flips have to be those of the image.
    for name in ('lit0', 'lit1', 'lit2'):
        image = cv2.imread(str(tmp_path / 'img' / f'{name}.png'))
        image[..., 2] = cv2.imread(str(tmp_path / 'ann' / f'{name}.png'), 0)
        cv2.imwrite(str(tmp_path / 'img' / f'{name}.png'), image)
    triplets['anchors'][0]['pipeline'].pop()
    for item, _ in load(triplets, 10):
        if 'labels' in item:
            assert torch.equal(item['low'][2], item['labels'][0].byte())


@pytest.mark.parametrize('workers', [1, 3])
def test_triplets_do_not_depend_on_the_number_of_workers(triplets, workers):
    assert_same(load(triplets, 8, workers), load(triplets, 8))


def test_triplets_do_not_depend_on_the_global_random_state(triplets):
    expected = load(triplets, 4)
    np.random.seed(99)
    torch.manual_seed(99)
    assert_same(load(triplets, 4), expected)


def test_two_processes_get_what_one_gets(triplets):
    alone = load(triplets, 8)
    for rank in (0, 1):
        assert_same(load(triplets, 8, workers=rank, rank=rank), alone[rank::2])


def test_second_pass_differs(triplets):
    items = load(triplets, ANCHORS)
    first, second = (
        {names[0]: (item, names) for item, names in part}
        for part in (items[:ANCHORS], items[ANCHORS:])
    )
    assert first.keys() == second.keys()
    for anchor, (item, _) in first.items():
        assert not torch.equal(item['low'], second[anchor][0]['low'])
    assert [first[anchor][1] for anchor in first] != [second[anchor][1] for anchor in first]


def test_another_seed_gives_other_triplets(triplets):
    first, other = (
        {names[0]: item for item, names in load(triplets, 3, seed=seed)[:ANCHORS]}
        for seed in (0, 1)
    )
    assert first.keys() == other.keys()
    assert not any(torch.equal(first[anchor]['low'], other[anchor]['low']) for anchor in first)


def test_every_positive_and_negative_is_drawn(triplets):
    names = [names for _, names in load(triplets, 60)]
    assert {positive for _, positive, _ in names} == {f'day{i}.png' for i in range(8)}
    assert {negative for _, _, negative in names} == {
        'over0.png',
        'over1.png',
        'under0.png',
        'under1.png',
    }


def test_other_samplers_follow_the_global_random_state(triplets):
    dataset = build(triplets)

    def draw(seed):
        np.random.seed(seed)
        return dataset[0]['inputs']['low']

    assert torch.equal(draw(1), draw(1)) and not torch.equal(draw(1), draw(2))


def test_classes_are_those_of_the_anchors_that_have_them(triplets):
    triplets['anchors'].reverse()
    assert build(triplets).metainfo['classes'][0] == 'sky'
    unlabelled = build(triplets, anchors=triplets['anchors'][0])
    assert not unlabelled.metainfo.get('classes') and len(unlabelled) == 2


def test_second_shots_that_no_anchor_has_are_refused(triplets):
    message = (
        r'pipeline: PackTripletInputs\(second=True\) packs second_img, which no image of anchors'
        r'\[0\] \(CamVidDataset of .*\), anchors\[1\] \(LowLightImageDataset of .*\) has'
    )
    packs = [dict(type='mmscllle.PackTripletInputs', second=True)]
    with pytest.raises(ValueError, match=message):
        build(triplets, pipeline=packs)
    # Their files are not named by these data sets.
    days, dusk = triplets['anchors']
    dusk['pipeline'] = [*dusk['pipeline'], dict(type='mmscllle.LoadSecondShot')]
    with pytest.raises(ValueError, match=message):
        build(triplets, pipeline=packs)
    days['pipeline'] = [*days['pipeline'], dict(type='mmscllle.TakeAsSecondShot')]
    assert build(triplets, pipeline=packs)[0]['inputs']['second'].any()


def test_an_anchor_that_is_moved_without_its_reference(triplets):
    days, dusk = triplets['anchors']
    load, *steps = days['pipeline']
    days['pipeline'] = [load, dict(type='mmscllle.TakeAsReference'), *steps]
    message = r'anchors\[1\]\.dataset\.pipeline: RandomCrop does not change img and gt_img alike'
    with pytest.raises(ValueError, match=message):
        build(triplets, anchors=[dusk, dict(type='RepeatDataset', dataset=days, times=2)])


def test_cityscapes_layout(triplets, tmp_path, write_images):
    write_images(tmp_path / 'leftImg8bit/train/ulm', ['ulm_0_leftImg8bit.png'], 7)
    write_images(tmp_path / 'gtFine/train/ulm', ['ulm_0_gtFine_labelTrainIds.png'], 8, channels=1)
    anchors = dict(
        type='CityscapesDataset',
        data_root=str(tmp_path),
        data_prefix=dict(img_path='leftImg8bit/train', seg_map_path='gtFine/train'),
        pipeline=triplets['anchors'][0]['pipeline'],
    )
    dataset = build(triplets, anchors=[anchors, triplets['anchors'][1]])
    assert len(dataset) == 3 and len(dataset.metainfo['classes']) == 19
    assert dataset[0]['data_samples'].gt_sem_seg.data.shape == (1, 16, 16)


@pytest.fixture
def stacks(tmp_path, triplets, write_images):
    """The config of triplets from 4 scenes, each with two dark shots, next to labelled anchors."""
    for number in range(4):
        write_images(
            tmp_path / 'stacks' / f'scene{number}',
            ['00_010.png', '01_040.png', '02_120.png', '03_220.png'],
            10 + number,
        )
        brightest = str(tmp_path / 'stacks' / f'scene{number}' / '03_220.png')
        cv2.imwrite(brightest, cv2.imread(brightest) // 8 + 204)
    pipeline = triplets['positive_pipeline']
    scenes = dict(type='mmscllle.ExposureStackDataset', data_root=str(tmp_path / 'stacks'))
    anchors = dict(
        scenes,
        role='anchor',
        pipeline=[
            dict(type='mmscllle.LoadImage'),
            dict(type='mmscllle.LoadSecondShot'),
            dict(
                type='TransformBroadcaster',
                mapping=dict(img=['img', 'second_img'], img_shape=['img_shape', ...]),
                auto_remap=True,
                share_random_params=True,
                transforms=pipeline[1:],
            ),
        ],
    )
    return dict(
        type='mmscllle.UnpairedLowLightDataset',
        anchors=[anchors, triplets['anchors'][0]],
        positives=dict(scenes, role='positive', pipeline=pipeline),
        negatives=dict(scenes, role='negative', pipeline=pipeline),
        pipeline=[dict(type='mmscllle.PackTripletInputs', second=True)],
    )


@pytest.mark.parametrize('workers', [0, 2])
def test_stacks_of_exposures(stacks, workers):
    loader = build_loader(stacks, workers)
    seen = Counter()
    for batch in islice(loader, 60):
        for sample in batch['data_samples']:
            scene, positive, negative = (
                Path(path).parent.name
                for path in (sample.img_path, sample.positive_path, sample.negative_path)
            )
            assert sample.positive_path.endswith('02_120.png')
            assert sample.negative_path.endswith(('00_010.png', '03_220.png'))
            assert scene not in (positive, negative)
            seen[scene, positive] += 1
            seen[Path(sample.negative_path).name] += 1
    # 4 anchors' scenes with 3 others each, and labelled images with all 4.
    assert len(seen) == 4 * 3 + 4 + 2
    assert_same(load(stacks, 8, workers), load(stacks, 8))


def test_the_second_shot_is_cut_out_and_flipped_alike(stacks, tmp_path):
    # Both shots of a scene get the same pixels but for a constant.
    for scene in (tmp_path / 'stacks').iterdir():
        image = cv2.imread(str(scene / '00_010.png')) // 2
        cv2.imwrite(str(scene / '00_010.png'), image)
        cv2.imwrite(str(scene / '01_040.png'), image + 100)
    apart = 0
    for item, _ in load(stacks, 12):
        if 'labels' in item:
            # Street images have no second shot, which a black one stands for.
            assert not item['second'].any()
            continue
        difference = item['second'].int() - item['low'].int()
        assert len(difference.unique()) == 1
        apart += difference[0, 0, 0].abs().item() == 100
    assert apart > 6


def test_a_single_scene_has_no_other(stacks, tmp_path):
    for number in (1, 2, 3):
        shutil.rmtree(tmp_path / 'stacks' / f'scene{number}')
    with pytest.raises(ValueError, match="scene 'scene0' is the only one.*add scenes"):
        build(stacks)[0]


def test_anchors_alone(stacks):
    assert set(build(stacks, negatives=None)[0]['inputs']) == {'low', 'second', 'positive'}
    item = build(stacks, positives=None, negatives=None)[0]
    assert set(item['inputs']) == {'low', 'second'}
    assert 'positive_path' not in item['data_samples']


def test_folders_or_data_sets(triplets, stacks):
    with pytest.raises(
        ValueError,
        match=r'give either negative_folders or negatives, got '
        r"negative_folders=\['.*over', '.*under'\], negatives=\{'type': 'mmscllle",
    ):
        build(triplets, negatives=stacks['negatives'])
    with pytest.raises(FileNotFoundError, match=r'positives, data_root .*nowhere'):
        build(stacks, positives=dict(stacks['positives'], data_root='nowhere'))


def test_unreadable_positives_are_replaced_logged_and_counted(triplets, tmp_path, log):
    bad = spoil(tmp_path / 'day', 4)
    dataset = build(triplets)
    positives = {dataset[number]['data_samples'].positive_path for number in range(5, 65)}
    assert positives == {str(tmp_path / 'day' / f'day{i}.png') for i in range(4, 8)}
    assert all(f'cannot read {path}' in log.text for path in bad)
    assert dataset.replaced.item() == log.text.count('replaced by another image') > 3
    assert f'replacement {dataset.replaced.item()} of this run' in log.text


def test_unreadable_anchors_and_label_maps_are_replaced(triplets, tmp_path, log):
    bad = spoil(tmp_path / 'img', 1) + spoil(tmp_path / 'ann', 2)[1:] + spoil(tmp_path / 'dusk', 1)
    dataset = build(triplets)
    anchors = {Path(dataset[number]['data_samples'].img_path).name for number in range(5, 45)}
    assert anchors == {'lit2.png', 'dusk1.png'}
    for path in bad:
        assert path in log.text
    assert f'{tmp_path / "img" / "lit1.png"} with {tmp_path / "ann" / "lit1.png"}' in log.text


def test_loaders_of_mmcv_are_covered_too(triplets, tmp_path):
    spoil(tmp_path / 'day', 4)
    pipeline = [dict(type='LoadImageFromFile'), *triplets['positive_pipeline'][1:]]
    dataset = build(triplets, positive_pipeline=pipeline)
    positives = {dataset[number]['data_samples'].positive_path for number in range(5, 65)}
    assert positives == {str(tmp_path / 'day' / f'day{i}.png') for i in range(4, 8)}


def test_replacements_are_counted_across_workers_and_are_reproducible(triplets, tmp_path):
    spoil(tmp_path / 'day', 4)
    counts, items = [], []
    for workers in (0, 2):
        loader = build_loader(triplets, workers)
        items.append(unpack(islice(loader, 10)))
        counts.append(loader.dataset.replaced.item())
    assert_same(items[1], items[0])
    # Workers may be ahead of what has been asked for.
    assert counts[1] >= counts[0] > 3


def test_an_unreadable_file_is_an_error_in_test_mode(triplets, tmp_path):
    (path,) = spoil(tmp_path / 'img', 1)
    dataset = build(triplets, test_mode=True)
    with pytest.raises(OSError, match=f'cannot read {path}'):
        dataset[0]
    assert dataset.replaced.item() == 0


def test_nothing_readable_is_an_error(triplets, tmp_path, log):
    spoil(tmp_path / 'over')
    spoil(tmp_path / 'under')
    dataset = build(triplets)
    with pytest.raises(
        OSError,
        match=r'20 files in a row cannot be read, the last of them '
        r'.*(over|under)\d.png: image .* is damaged or no image',
    ):
        dataset[0]
    assert dataset.replaced.item() == 20


def test_label_map_of_another_size_is_an_error(triplets, tmp_path):
    cv2.imwrite(str(tmp_path / 'ann' / 'lit1.png'), np.zeros((20, 20), np.uint8))
    with pytest.raises(ValueError, match=r'ann/lit1.png.* is of size \(20, 20\)'):
        build(triplets)[1]


def test_pictures_of_different_sizes_are_named(triplets):
    pipeline = triplets['positive_pipeline'][:1]
    with pytest.raises(ValueError, match=r'must have one size.*day\d.png'):
        build(triplets, positive_pipeline=pipeline)[0]


@pytest.mark.parametrize('key', ['positive_folders', 'negative_folders'])
def test_missing_folder_is_named_with_its_key(triplets, tmp_path, key):
    with pytest.raises(FileNotFoundError, match=f'{key}: there is no folder .*nowhere'):
        build(triplets, **{key: str(tmp_path / 'nowhere')})


@pytest.mark.parametrize(
    'kind', ['mmscllle.CamVidDataset', 'mmscllle.LowLightImageDataset', 'CityscapesDataset']
)
def test_anchors_without_images_are_named(triplets, tmp_path, kind):
    (tmp_path / 'empty').mkdir()
    anchors = dict(type=kind, data_root=str(tmp_path), data_prefix=dict(img_path='empty'))
    with pytest.raises(ValueError, match=r'anchors\[1\], .*empty'):
        build(triplets, anchors=[triplets['anchors'][0], anchors])
    anchors['data_prefix'] = dict(img_path='nowhere')
    with pytest.raises(FileNotFoundError, match=r'anchors\[1\], .*nowhere'):
        build(triplets, anchors=[triplets['anchors'][0], anchors])


def test_no_anchors(triplets):
    with pytest.raises(ValueError, match='anchors names no data set'):
        build(triplets, anchors=[])


def test_iteration_ends_after_a_draw_of_each_anchor(triplets):
    assert len(list(build(triplets))) == ANCHORS


def test_anchors_whose_classes_stand_in_another_order_are_refused(triplets):
    first, second = triplets['anchors']

    def with_classes(*others):
        named = [dict(first, metainfo=dict(classes=('sky', 'road')))]
        named.append(dict(second, metainfo=dict(classes=others)))
        return build(dict(triplets, anchors=named))

    # Other words may mean the same.
    for others in (('sky', 'road'), ('sky', 'street'), ('a', 'b', 'c')):
        assert with_classes(*others).metainfo['classes'] == ('sky', 'road')
    with pytest.raises(
        ValueError, match=r"'sky' is label 0 in anchors\[0\] and label 1 in anchors\[1\]: one judge"
    ):
        with_classes('road', 'sky')
