from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch.utils.data import Dataset

from mmscllle.engine import EnhancementVisualizationHook

GAP = 8
HEIGHT, WIDTH = 24, 32
BGR = (10, 20, 30)
META = {'classes': ('dark', 'bright'), 'palette': [[200, 0, 0], [0, 200, 0]]}


class NightDataset(Dataset):
    """Five constant images; all files have one name, in different folders."""

    metainfo = META

    def __len__(self):
        return 5

    def __getitem__(self, index):
        image = torch.tensor(BGR, dtype=torch.uint8).view(3, 1, 1).repeat(1, HEIGHT, WIDTH)
        image[0] += index
        sample = SegDataSample(metainfo={'img_path': f'/nowhere/{index}/frame.png'})
        return {'inputs': image, 'data_samples': sample}


class Segmentor:
    def predict(self, x):
        return (x.mean(dim=1) > 0.5).long()


class Enhancer(BaseModel):
    """Adds 0.6 to the image."""

    def __init__(self):
        super().__init__()
        self.segmentor = None

    def forward(self, inputs, data_samples, mode):
        for image, sample in zip(inputs, data_samples, strict=True):
            sample.enhanced = PixelData(data=image.flip(0).float() / 255 + 0.6)
        return data_samples


def make_runner(tmp_path, hook, visualizer='Visualizer', segmentor=None):
    loader = dict(
        batch_size=2,
        num_workers=0,
        dataset=NightDataset(),
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=dict(type='pseudo_collate'),
    )
    model = Enhancer()
    model.segmentor = segmentor
    evaluator = dict(type='mmscllle.ExposureStatistics')
    return Runner(
        model=model,
        work_dir=str(tmp_path),
        val_dataloader=loader,
        val_cfg=dict(),
        val_evaluator=evaluator,
        test_dataloader=loader,
        test_cfg=dict(),
        test_evaluator=evaluator,
        default_hooks=dict(
            visualization=dict(type='mmscllle.EnhancementVisualizationHook', **hook)
        ),
        visualizer=dict(
            type=visualizer, vis_backends=[dict(type='LocalVisBackend')], name=str(tmp_path)
        ),
        default_scope='mmseg',
        experiment_name=tmp_path.name,
    )


def panels(tmp_path):
    files = sorted(tmp_path.rglob('vis_image/*.png'))
    return {file.name: cv2.imread(str(file))[..., ::-1] for file in files}


@pytest.mark.parametrize('visualizer', ['Visualizer', 'SegLocalVisualizer'])
def test_validation_writes_every_interval_th_image(tmp_path, visualizer):
    runner = make_runner(tmp_path, dict(interval=2), visualizer)
    runner.val()
    written = panels(tmp_path)
    # Batches hold 2, 2 and 1 images.
    assert list(written) == [f'val_0000{index}_frame_0.png' for index in (0, 2, 4)]
    pictures = written['val_00002_frame_0.png'][-GAP - HEIGHT : -GAP]
    assert pictures.shape[1] == 2 * WIDTH + 3 * GAP
    assert (pictures[:, GAP : GAP + WIDTH] == (30, 20, 12)).all()
    assert (pictures[:, -GAP - WIDTH : -GAP] == (30 + 153, 20 + 153, 12 + 153)).all()


def test_segmentations_use_the_datasets_palette(tmp_path):
    runner = make_runner(tmp_path, dict(interval=5, opacity=1.0), segmentor=Segmentor())
    runner.val()
    (panel,) = panels(tmp_path).values()
    assert panel.shape[1] == 4 * WIDTH + 5 * GAP
    for colour, offset in ((META['palette'][0], 2), (META['palette'][1], 3)):
        left = GAP + offset * (WIDTH + GAP)
        area = panel[:, left : left + WIDTH]
        assert (area == colour).all(axis=2).sum() >= HEIGHT * WIDTH


@pytest.mark.parametrize('draw', [False, True])
def test_test_writes_all_images_if_asked(tmp_path, draw):
    make_runner(tmp_path, dict(draw=draw)).test()
    assert len(panels(tmp_path)) == (5 if draw else 0)


class RecordingVisualizer:
    def __init__(self, dataset_meta=None):
        self.dataset_meta = dataset_meta
        self.images = {}
        self.shown = []

    def add_image(self, name, image, step):
        self.images[name, step] = image

    def show(self, image, win_name, wait_time):
        self.shown.append((win_name, wait_time))


def fake_runner(model=None, meta=None):
    model = model or torch.nn.Identity()
    return SimpleNamespace(model=model, visualizer=RecordingVisualizer(meta), iter=7)


def make_batch(count=1):
    items = [NightDataset()[index] for index in range(count)]
    samples = [item['data_samples'] for item in items]
    for sample in samples:
        sample.enhanced = PixelData(data=torch.full((3, HEIGHT, WIDTH), 0.8))
    return {'inputs': [item['inputs'] for item in items]}, samples


def test_each_validation_draws_the_same_images():
    runner, hook = fake_runner(), EnhancementVisualizationHook(interval=2)
    for iteration in (7, 8):
        runner.iter = iteration
        hook.before_val_epoch(runner)
        hook.after_val_iter(runner, 0, *make_batch(3))
    assert list(runner.visualizer.images) == [
        ('val_00000_frame', 7),
        ('val_00002_frame', 7),
        ('val_00000_frame', 8),
        ('val_00002_frame', 8),
    ]


def test_show():
    runner = fake_runner()
    hook = EnhancementVisualizationHook(draw=True, show=True, wait_time=0.5)
    hook.before_test_epoch(runner)
    hook.after_test_iter(runner, 0, *make_batch())
    assert runner.visualizer.shown == [('test_00000_frame', 0.5)]


def test_segmentor_of_a_wrapped_model_and_its_own_palette():
    model = torch.nn.Identity()
    model.segmentor = Segmentor()
    model.segmentor.dataset_meta = {'classes': ('a', 'b'), 'palette': [[1, 2, 3], [4, 5, 6]]}
    runner = fake_runner(torch.nn.DataParallel(model), META)
    EnhancementVisualizationHook(opacity=1.0).after_val_iter(runner, 0, *make_batch())
    (panel,) = runner.visualizer.images.values()
    assert (panel == (4, 5, 6)).all(axis=2).sum() >= HEIGHT * WIDTH
    assert not (panel == META['palette'][1]).all(axis=2).any()


def test_segment_of_the_model_comes_first():
    model = torch.nn.Identity()
    model.segmentor = Segmentor()
    model.segment = lambda x: torch.zeros_like(x[:, 0], dtype=torch.long)
    runner = fake_runner(model, META)
    EnhancementVisualizationHook(opacity=1.0).after_val_iter(runner, 0, *make_batch())
    (panel,) = runner.visualizer.images.values()
    assert (panel == META['palette'][0]).all(axis=2).sum() >= 2 * HEIGHT * WIDTH
    assert not (panel == META['palette'][1]).all(axis=2).any()


def test_segmentation_can_be_switched_off():
    model = torch.nn.Identity()
    model.segmentor = Segmentor()
    runner = fake_runner(model, META)
    EnhancementVisualizationHook(segmentation=False).after_val_iter(runner, 0, *make_batch())
    (panel,) = runner.visualizer.images.values()
    assert panel.shape[1] == 2 * WIDTH + 3 * GAP


@pytest.mark.parametrize('meta', [None, {'classes': None}, {**META, 'palette': [[1, 2, 3]]}])
def test_segmentor_without_palette_is_logged_once(monkeypatch, meta):
    messages = []
    monkeypatch.setattr(
        'mmscllle.engine.hooks.enhancement_visualization_hook.print_log',
        lambda message, logger, level: messages.append(message),
    )
    model = torch.nn.Identity()
    model.segmentor = Segmentor()
    runner = fake_runner(model, meta)
    EnhancementVisualizationHook(interval=1).after_val_iter(runner, 0, *make_batch(2))
    assert [panel.shape[1] for panel in runner.visualizer.images.values()] == [
        2 * WIDTH + 3 * GAP
    ] * 2
    assert len(messages) == 1
    assert '"classes" and "palette"' in messages[0]


def test_another_datasets_classes_are_not_shown():
    model = torch.nn.Identity()
    model.segmentor = Segmentor()
    model.segmentor.num_classes = 19
    runner = fake_runner(model, META)
    EnhancementVisualizationHook().after_val_iter(runner, 0, *make_batch())
    (panel,) = runner.visualizer.images.values()
    assert panel.shape[1] == 2 * WIDTH + 3 * GAP


def test_other_ranks_draw_nothing(monkeypatch):
    monkeypatch.setattr(
        'mmscllle.engine.hooks.enhancement_visualization_hook.is_main_process', lambda: False
    )
    runner = fake_runner()
    EnhancementVisualizationHook().after_val_iter(runner, 0, *make_batch())
    assert not runner.visualizer.images


def test_stacked_inputs():
    runner = fake_runner()
    batch, samples = make_batch(2)
    batch['inputs'] = torch.stack(batch['inputs'])
    EnhancementVisualizationHook(interval=1).after_val_iter(runner, 0, batch, samples)
    assert len(runner.visualizer.images) == 2


def test_augmented_inputs():
    runner = fake_runner()
    batch, samples = make_batch(2)
    flipped = [image.flip(2) for image in batch['inputs']]
    hook = EnhancementVisualizationHook(interval=1)
    hook.after_val_iter(runner, 0, {'inputs': [batch['inputs'], flipped]}, samples)
    assert len(runner.visualizer.images) == 2


def test_normalised_inputs_are_refused():
    batch, samples = make_batch()
    batch['inputs'] = [image.float() for image in batch['inputs']]
    with pytest.raises(TypeError, match=r'uint8 BGR images, got torch\.float32'):
        EnhancementVisualizationHook().after_val_iter(fake_runner(), 0, batch, samples)


def test_missing_enhanced_names_the_image():
    batch, samples = make_batch()
    del samples[0].enhanced
    with pytest.raises(ValueError, match=r'/nowhere/0/frame\.png.*"enhanced"'):
        EnhancementVisualizationHook().after_val_iter(fake_runner(), 0, batch, samples)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(interval=0), 'interval .* must be >= 1, got 0'),
        (dict(max_height=0), 'max_height .* must be >= 1, got 0'),
        (dict(opacity=1.5), 'opacity .* must be 0 to 1, got 1.5'),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        EnhancementVisualizationHook(**arguments)


def test_panel_is_uint8_rgb():
    runner = fake_runner()
    EnhancementVisualizationHook().after_val_iter(runner, 0, *make_batch())
    (panel,) = runner.visualizer.images.values()
    assert panel.dtype == np.uint8
    assert panel.shape[2] == 3
