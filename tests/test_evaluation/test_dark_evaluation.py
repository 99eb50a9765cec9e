from __future__ import annotations

import json
import mmap
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.datasets import ADE20KDataset
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.evaluation import IoUMetric

from mmscllle.evaluation.dark_evaluation import (
    comparison_table,
    grid_to_markdown,
    rank_images,
    summarise,
    summarise_grid,
)
from mmscllle.evaluation.dark_evaluation.comparison_table import to_markdown
from mmscllle.evaluation.dark_evaluation.dataset import (
    read_class_names,
    read_ignored_label,
    reduces_zero_label,
    with_labels,
)
from mmscllle.evaluation.dark_evaluation.folders import folder_dataset, match_suffixes
from mmscllle.evaluation.dark_evaluation.inputs import InputError, blame, read_config
from mmscllle.evaluation.dark_evaluation.methods import digest_weights
from mmscllle.evaluation.dark_evaluation.peak_memory import PeakMemory
from mmscllle.evaluation.dark_evaluation.result_log import ResultLog
from mmscllle.evaluation.dark_evaluation.scores import count_areas, dataset_scores, image_miou

CLASSES = ('sky', 'road', 'car')
FINGERPRINT = dict(weights='w', config='c')


def record(name: str, label: list, prediction: list, **changes: object) -> dict:
    areas = count_areas(torch.tensor([prediction]), torch.tensor([label]), 3, 255)
    return dict(
        dict(image=name, stamp=[1], areas=areas, ms=5.0, warm_up=False, memory_mib=7.0), **changes
    )


def failure(name: str, reason: str = 'broken') -> dict:
    return dict(image=name, stamp=[1], error=reason)


def test_areas_and_scores_have_the_values_of_a_hand_calculation():
    areas = count_areas(torch.tensor([[0, 0, 1, 1]]), torch.tensor([[0, 1, 1, 255]]), 3, 255)
    assert areas == [[1, 1, 0], [2, 2, 0], [2, 1, 0], [1, 2, 0]]
    assert image_miou(areas) == 50
    assert dataset_scores([areas], 3) == dict(mIoU=50, mAcc=75, aAcc=66.67, IoU=[50, 50, None])


def test_scores_equal_those_of_mmseg():
    generator = np.random.default_rng(0)
    metric = IoUMetric()
    metric.dataset_meta = dict(classes=CLASSES)
    areas = []
    for _ in range(7):
        label = torch.from_numpy(generator.choice([0, 1, 2, 255], size=(33, 41)))
        prediction = torch.from_numpy(generator.choice([0, 1, 2], size=(33, 41)))
        areas.append(count_areas(prediction, label, 3, 255))
        metric.process(
            {}, [dict(pred_sem_seg=dict(data=prediction[None]), gt_sem_seg=dict(data=label[None]))]
        )
    expected = metric.compute_metrics(metric.results)
    scores = dataset_scores(areas, 3)
    for key in ('mIoU', 'mAcc', 'aAcc'):
        assert scores[key] == pytest.approx(float(expected[key]), abs=1e-5)


def test_a_class_without_labels_counts_neither_way():
    # Seen: 41.0 against 39.4, where the classes that are there gave 41.0 against 43.3.
    label = [0, 0, 0, 0, 1, 1]
    for prediction, ious in (
        ([0, 0, 0, 1, 1, 1], [75, 66.67, None]),
        ([0, 0, 0, 2, 1, 1], [75, 100, None]),
    ):
        found = dataset_scores(
            [count_areas(torch.tensor([prediction]), torch.tensor([label]), 3, 255)], 3
        )
        assert found['IoU'] == ious
        assert found['mIoU'] == pytest.approx(sum(ious[:2]) / 2, abs=0.01)


def test_without_an_image_no_score_is_defined():
    assert dataset_scores([], 2) == dict(mIoU=None, mAcc=None, aAcc=None, IoU=[None, None])


def test_a_class_that_is_only_predicted_does_not_enter_the_score_of_an_image():
    assert image_miou(count_areas(torch.tensor([[0, 2]]), torch.tensor([[0, 0]]), 3, 255)) == 50
    assert image_miou(count_areas(torch.tensor([[0]]), torch.tensor([[255]]), 3, 255)) is None


@pytest.mark.parametrize(
    'label, message',
    [
        (torch.zeros(2, 2), r'the label map has shape \(2, 2\), the image \(1, 2\)'),
        (torch.zeros(1, 2, 3), r'shape \(1, 2, 3\).*one class index a pixel'),
        (torch.tensor([[0, 7]]), r'the label 7, outside of the 3 classes \(0 to 2; 255 does not'),
        (torch.tensor([[0, -1]]), 'the label -1'),
    ],
)
def test_a_label_map_that_does_not_fit_is_refused(label: torch.Tensor, message: str):
    with pytest.raises(ValueError, match=message):
        count_areas(torch.zeros(1, 2), label, 3, 255)


def test_log_keeps_results_and_drops_a_truncated_line(tmp_path: Path):
    path = tmp_path / 'none.jsonl'
    log = ResultLog(path, FINGERPRINT)
    log.append(record('a', [0], [0]))
    log.append(record('b', [0], [0]))
    log.append(failure('c'))
    with open(path, 'a') as file:
        file.write('{"image": "d", "stamp": [1], "are')
    log = ResultLog(path, FINGERPRINT)
    assert log.discarded is None
    assert log.find('a', [1])['ms'] == 5
    assert log.find('b', [2]) is None, 'its file has changed'
    assert log.find('c', [1]) is None, 'it failed'
    assert log.find('d', [1]) is None
    assert [json.loads(line).get('image') for line in path.read_text().splitlines()] == [
        None,
        'a',
        'b',
        'c',
    ]


def test_log_discards_results_of_something_else(tmp_path: Path):
    path = tmp_path / 'none.jsonl'
    ResultLog(path, FINGERPRINT).append(record('a', [0], [0]))
    log = ResultLog(path, dict(FINGERPRINT, weights='others'))
    assert (log.discarded, log.records) == (['weights'], {})
    assert ResultLog(path, FINGERPRINT).discarded is None, 'there was nothing to discard'


@pytest.mark.parametrize('content', ['', '{"finger', 'no json\n', '[1]\n'])
def test_log_starts_anew_after_a_broken_file(tmp_path: Path, content: str):
    path = tmp_path / 'none.jsonl'
    path.write_text(content)
    log = ResultLog(path, FINGERPRINT)
    assert (log.records, log.discarded) == ({}, None)
    assert path.read_text() == json.dumps(dict(fingerprint=FINGERPRINT)) + '\n'


@pytest.mark.parametrize(
    'images, labels, suffixes',
    [
        (['a.jpg', 'b.jpg'], ['a.png', 'b.png'], ('.jpg', '.png')),
        (['a.png', 'b.png'], ['a.png', 'b.png'], ('.png', '.png')),
        (['10.jpg', '20.jpg'], ['10.png', '20.png', '100.png'], ('.jpg', '.png')),
        (
            ['x/a_leftImg8bit.png', 'y/b_leftImg8bit.png'],
            ['x/a_gtFine_labelTrainIds.png', 'y/b_gtFine_labelTrainIds.png'],
            ('leftImg8bit.png', 'gtFine_labelTrainIds.png'),
        ),
        (['a.jpg', 'b.jpg', 'c.jpg'], ['b.png', 'c.png'], ('.jpg', '.png')),
        (['a.jpg'], ['a.png', 'a_color.png'], ('.jpg', '.png')),
    ],
)
def test_suffixes_are_read_off_the_files(images: list, labels: list, suffixes: tuple):
    assert match_suffixes(images, labels) == suffixes


@pytest.mark.parametrize(
    'images, labels, message',
    [
        (['a.jpg'], ['b.png'], "--ann-dir: the label maps .*'b.png'.* do not go by .*'a.jpg'"),
        (
            ['a_x.png'],
            ['a_ids.png', 'a_color.png'],
            r'several label maps \(\*color.png, \*ids.png\)',
        ),
        (
            ['a.jpg', 'b.jpg', 'c.png'],
            ['a.png', 'b.png', 'c.png'],
            r"--img-dir: 1 of 3 images \(such as 'c.png'\) do not end with '.jpg'",
        ),
    ],
)
def test_names_that_do_not_match_are_refused(images: list, labels: list, message: str):
    with pytest.raises(ValueError, match=message):
        match_suffixes(images, labels)


def test_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match='--img-dir: there is no folder .*nowhere'):
        folder_dataset(str(tmp_path / 'nowhere'), str(tmp_path), {}, [])


def test_images_are_ranked_by_gain_then_by_loss():
    label = [0, 0, 1, 1]
    predictions = dict(same=[0, 0, 1, 1], worse=[0, 0, 0, 0], better=[0, 1, 1, 1])
    before = [
        record('same', label, label),
        record('worse', label, label),
        record('better', label, [1, 1, 1, 1]),
        record('failed', label, label),
    ]
    after = [record(name, label, prediction) for name, prediction in predictions.items()]
    ranked = rank_images(before, [*after, failure('failed')], 3)
    assert [entry['image'] for entry in ranked] == ['better', 'worse']
    # 25 is the mean of 0 and 1/2; 58.33 that of 1/2 and 2/3.
    assert ranked[0] == dict(index=2, image='better', before=25, after=58.33, gain=33.33)
    assert ranked[1]['gain'] == -75


def test_summary_takes_the_median_time_without_warm_up():
    records = [
        record('a', [0], [0], ms=900.0, warm_up=True),
        record('b', [0], [0], ms=1.0),
        record('c', [0], [0], ms=3.0, memory_mib=9.0),
        record('d', [0], [0], ms=80.0),
        failure('e'),
    ]
    row = summarise('ours', records, CLASSES)
    assert (row['ms_per_image'], row['peak_memory_mib']) == (3, 9)
    assert (row['images'], row['failed']) == (4, 1)
    assert row['failures'] == [dict(image='e', reason='broken')]
    assert row['IoU'] == dict(sky=100, road=None, car=None)


def test_markdown_is_one_aligned_table_that_says_what_failed():
    rows = [
        summarise('none', [record('a', [0, 1], [0, 0]), failure('b')], CLASSES),
        summarise('ours', [failure('a', 'odd'), failure('b')], CLASSES),
    ]
    lines = to_markdown(rows, 'cpu', 'of the process').splitlines()
    assert len({len(line) for line in lines[:4]}) == 1
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines[:4]]
    assert cells[0] == [
        'method',
        'mIoU',
        'mAcc',
        'aAcc',
        'sky',
        'road',
        'car',
        'ms/image',
        'MiB',
        'images',
        'failed',
    ]
    assert cells[2] == [
        'none',
        '25.00',
        '50.00',
        '50.00',
        '50.00',
        '0.00',
        '–',
        '5.0',
        '7',
        '1',
        '1',
    ]
    assert cells[3] == ['ours', *'––––––––', '0', '2']
    text = '\n'.join(lines)
    assert '2 images failed and do not count:' in text
    assert '- b (all methods): broken' in text
    assert '- a (ours): odd' in text
    assert 'over different images' in text
    assert f'without the first {comparison_table.WARM_UP} of a run' in text


def test_errors_name_the_argument_in_one_line(tmp_path: Path):
    with pytest.raises(InputError, match=r'^--data: one two$'), blame('--data'):
        raise ValueError('one\n  two')
    with pytest.raises(InputError, match=r"^--data: KeyError: 'x'$"), blame('--data'):
        raise KeyError('x')
    with pytest.raises(InputError, match=r'^--data: seen$'), blame('--data'):
        raise ValueError('--data: seen')
    with pytest.raises(InputError, match=r'^--ann-dir: own$'), blame('--img-dir'):
        raise ValueError('--ann-dir: own')
    with pytest.raises(InputError, match="--data: there is no config file 'none.py'"):
        read_config('none.py', '--data')
    broken = tmp_path / 'broken.py'
    broken.write_text('model = dict(')
    with pytest.raises(InputError, match='--data: SyntaxError'):
        read_config(str(broken), '--data')


def test_class_names_come_from_any_checkpoint():
    own = dict(classes=('a',), palette=[[1, 2, 3]])
    assert read_class_names(dict(dataset_meta=own), 1) == own
    assert read_class_names(dict(CLASSES=('a',), PALETTE=[[1, 2, 3]]), 1) == own
    assert read_class_names(dict(dataset_meta=dict(classes=('a',))), 1) == dict(classes=('a',))
    assert read_class_names({}, 2) == dict(classes=['class 0', 'class 1'])


def test_ignored_label_is_that_of_the_evaluator():
    assert read_ignored_label(Config(dict(test_evaluator=dict(type='IoUMetric')))) == 255
    several = [dict(type='A'), dict(type='IoUMetric', ignore_index=9)]
    assert read_ignored_label(Config(dict(test_evaluator=several))) == 9
    assert read_ignored_label(Config(dict(test_evaluator=None))) == 255


def test_weights_decide_the_digest():
    network = torch.nn.BatchNorm2d(3)
    before = digest_weights(network)
    assert digest_weights(torch.nn.BatchNorm2d(3)) == before
    network.running_mean[1] = 1e-6
    assert digest_weights(network) != before


def test_peak_memory_sees_an_allocation_and_forgets_it():
    memory = PeakMemory(torch.device('cpu'))
    # Systems other than Linux, and some containers, do not let a process forget its peak.
    forgets = not memory.meaning.endswith('since its start')
    memory.reset()
    before = memory.read() or 0
    # Not from the heap, which may hold as much that is free but resident.
    with mmap.mmap(-1, 64 * 1024**2) as block:
        for page in range(0, len(block), mmap.PAGESIZE):
            block[page] = 1
        during = memory.read() or 0
    memory.reset()
    after = memory.read() or 0
    assert during - before > 60 or not forgets
    assert (during - after > 30) == forgets


# No image failed.
ALL: frozenset[str] = frozenset()


def test_grid_has_gains_seeds_and_what_was_seen():
    grid = {
        ('dusk', 'known'): dict(
            none=[(40.0, 9, ALL)], ours=[(43.0, 9, ALL), (44.0, 9, ALL)], other=[(39.0, 9, ALL)]
        ),
        ('dusk', 'new'): dict(none=[(50.0, 9, ALL)], ours=[(50.5, 9, ALL), (52.5, 9, ALL)]),
    }
    rows = summarise_grid(grid, ['none', 'ours', 'other'])
    first, second = rows[1]['cells']
    assert first == dict(
        set='dusk',
        segmentor='known',
        mIoU=43.5,
        lowest=43,
        highest=44,
        seeds=2,
        gain=3.5,
        images=9,
        same_images=True,
    )
    assert (second['mIoU'], second['gain'], rows[1]['gain']) == (51.5, 1.5, 2.5)
    assert rows[0]['gain'] is None and rows[2]['gain'] == -1
    text = grid_to_markdown(rows, ['known'])
    cells = [
        [cell.strip() for cell in line.strip('|').split('|')] for line in text.splitlines()[:5]
    ]
    assert cells[0] == ['method', 'dusk, known*', 'dusk, new', 'mean gain']
    assert cells[2:] == [
        ['none', '40.0', '50.0', '–'],
        ['ours', '43.5 +3.5 [43.0, 44.0]', '51.5 +1.5 [50.5, 52.5]', '+2.5'],
        ['other', '39.0 -1.0', '–', '-1.0'],
    ]
    assert 'classes that the label maps' in text
    assert 'failed' not in text
    assert 'the lowest and the highest' in text and 'trained through this segmentor' in text


def test_grid_of_single_trainings_without_none_has_neither_gains_nor_spread():
    rows = summarise_grid(
        {('dusk', 'a'): dict(ours=[(None, 0, ALL)]), ('day', 'a'): dict(ours=[(42.0, 9, ALL)])},
        ['ours'],
    )
    text = grid_to_markdown(rows, [])
    assert [cell.strip() for cell in text.splitlines()[2].strip('|').split('|')] == [
        'ours',
        '–',
        '42.0',
        '–',
    ]
    assert 'lowest' not in text and '*' not in text


def test_grid_gives_no_gain_over_other_pictures():
    grid = {
        ('dusk', 'a'): dict(
            none=[(40.0, 100, ALL)],
            big=[(55.0, 3, frozenset('abc'))],
            ours=[(43.0, 100, ALL), (44.0, 99, frozenset('d'))],
        ),
        ('day', 'a'): dict(
            none=[(60.0, 50, ALL)], big=[(61.0, 50, ALL)], ours=[(60.0, 50, ALL), (None, 0, ALL)]
        ),
    }
    rows = summarise_grid(grid, ['none', 'big', 'ours'])
    assert [[cell['gain'] for cell in row['cells']] for row in rows] == [
        [None, None],
        [None, 1.0],
        [None, 0.0],
    ]
    assert [row['gain'] for row in rows] == [None, 1.0, 0.0]
    assert (
        'No gain is given where not the same images failed as for none: big on dusk, a (3 of 100), '
        'ours on dusk, a (99 of 100).'
    ) in grid_to_markdown(rows, [])


def test_grid_gives_no_gain_over_as_many_other_pictures():
    grid = {('dusk', 'a'): dict(none=[(10.0, 9, frozenset('b'))], ours=[(80.0, 9, frozenset('a'))])}
    rows = summarise_grid(grid, ['none', 'ours'])
    assert [row['cells'][0]['gain'] for row in rows] == [None, None]
    assert 'not the same images failed as for none: ours on dusk, a (9 of 9).' in grid_to_markdown(
        rows, []
    )


def test_labels_are_loaded_ahead_of_the_packing_where_a_pipeline_has_none():
    resize = dict(type='Resize', scale=(40, 32))
    pack = dict(type='PackSegInputs')
    load = dict(type='LoadImageFromFile')
    ours = dict(type='mmscllle.LoadLabelMap')
    assert with_labels([load, resize, pack]) == [load, resize, ours, pack]
    for own in ('LoadAnnotations', LoadAnnotations, 'my.LoadRemappedAnnotations', ours['type']):
        assert with_labels([load, resize, dict(type=own), pack])[2:] == [dict(type=own), pack]


def test_label_0_stands_for_none_where_the_data_set_says_so():
    assert reduces_zero_label(dict(type='ADE20KDataset'), 'mmseg')
    assert not reduces_zero_label(dict(type='ADE20KDataset', reduce_zero_label=False), 'mmseg')
    assert reduces_zero_label(dict(type='BaseSegDataset', reduce_zero_label=True), 'mmseg')
    assert not reduces_zero_label(dict(type='BaseSegDataset'), 'mmseg')
    assert not reduces_zero_label({}, 'mmseg')
    assert reduces_zero_label(dict(type=ADE20KDataset), 'mmseg')
