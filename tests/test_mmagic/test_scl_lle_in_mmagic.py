"""SCLLLE with mmagic's metrics and losses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmagic_runs import ROOT, read_metrics
from mmengine.config import Config
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmscllle.models import SCLLLE, CurveEnhancer, SCLLLEObjective
from mmscllle.models.objective_inputs import ObjectiveInputs

pytestmark = pytest.mark.openmmlab
FULL = 'deeplabv3plus-mnv2_cityscapes-sice-384x384_50k'


def test_it_gets_the_niqe_of_mmagics_model(make_runner, checkpoint):
    edit_model = make_runner('curve-enhancer_unpaired', load_from=checkpoint)
    edit_model.test()
    model = dict(
        _delete_=True, type='mmscllle.SCLLLE', enhancer=dict(type='mmscllle.CurveEnhancer')
    )
    scl_lle = make_runner(
        'curve-enhancer_unpaired', load_from=checkpoint, custom_hooks=[], model=model
    )
    scl_lle.test()
    expected = read_metrics(edit_model)
    assert len(expected) == 6
    assert read_metrics(scl_lle) == pytest.approx(expected, rel=1e-4)


def test_references_of_our_own_data_sets_are_read():
    from mmagic.evaluation import MAE, PSNR, SSIM

    image, reference = torch.rand(2, 3, 20, 24)
    sample = SegDataSample(reference=PixelData(data=reference))
    (predicted,) = SCLLLE(dict(type='mmscllle.GammaEnhancer'))(image[None], [sample], 'predict')
    expected = dict(
        MAE=(image**0.45 - reference).abs().mean().item(),
        PSNR=-10 * (image**0.45 - reference).square().mean().log10().item(),
    )
    for metric in (MAE(), PSNR(), SSIM()):
        metric.process({}, [predicted.to_dict()])
        (found,) = metric.results
        assert found[metric.metric] == pytest.approx(expected.get(metric.metric, 0), abs=0.1)
        if metric.metric in expected:
            assert found[metric.metric] == pytest.approx(expected[metric.metric], rel=1e-4)


def test_niqe_watches_the_training(make_runner, checkpoint):
    training = dict.fromkeys(
        ('train_cfg', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'model.objective')
    )
    runner = make_runner(f'scl-lle_{FULL}_niqe', load_from=checkpoint, **training)
    runner.load_or_resume()
    runner.val()
    (path,) = Path(runner.log_dir).glob('vis_data/scalars.json')
    found = json.loads(path.read_text().splitlines()[-1])
    unpaired = make_runner('curve-enhancer_unpaired', load_from=checkpoint)
    unpaired.test()
    for key, value in read_metrics(unpaired).items():
        if key in ('DICM/NIQE', 'LIME/NIQE'):
            assert found[key] == pytest.approx(value, rel=1e-4)


@pytest.fixture
def torch_home(tmp_path, monkeypatch, seeded_vgg) -> None:
    """The folder where torchvision looks for weights, with the seeded VGG-16 in it."""
    weights = torch.load(seeded_vgg)
    # What is left of VGG-16 is not used, and takes no room as one number.
    for name, shape in {
        'classifier.0': (4096, 25088),
        'classifier.3': (4096, 4096),
        'classifier.6': (1000, 4096),
    }.items():
        weights[f'{name}.weight'] = torch.zeros(1, 1).expand(shape)
        weights[f'{name}.bias'] = torch.zeros(1).expand(shape[0])
    folder = tmp_path / 'hub' / 'checkpoints'
    folder.mkdir(parents=True)
    torch.save(weights, folder / 'vgg16-397923af.pth')
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))


def test_mmagics_perceptual_loss_is_our_retention_loss(torch_home, seeded_vgg):
    ours = SCLLLEObjective(
        feature_retention=dict(type='mmscllle.FeatureRetentionLoss'),
        feature_extractor=dict(type='mmscllle.VGG16Features', checkpoint=seeded_vgg),
    )
    config = Config.fromfile(str(ROOT / f'configs/mmagic/scl-lle_perceptual_{FULL}.py'))
    theirs = SCLLLEObjective(feature_retention=config.model.objective.feature_retention)
    assert not theirs.state_dict()
    low, enhancer, found = torch.rand(2, 3, 32, 40), CurveEnhancer(), []
    for objective in (ours, theirs):
        enhancer.zero_grad()
        losses = objective(ObjectiveInputs(objective, enhancer, dict(low=low), None))
        assert list(losses) == ['loss_feature_retention']
        losses['loss_feature_retention'].backward()
        gradient = enhancer.e_conv1.weight.grad.clone()
        found.append((losses['loss_feature_retention'].detach(), gradient))
    torch.testing.assert_close(*found)


IMPORTED = """
import sys
import mmscllle.models
from mmengine.config import Config
from mmengine.registry import MODELS
for name in ('scl_lle/scl-lle_fast-scnn_camvid-dusk-320x320_2k', 'mmagic/curve-enhancer_unpaired'):
    config = Config.fromfile(f'configs/{name}.py')
    print('mmagic' in sys.modules)
MODELS.build(config.model)
print('mmagic' in sys.modules)
"""


def test_mmagic_is_imported_when_a_config_names_it():
    result = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', IMPORTED], cwd=ROOT, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[-3:] == ['False', 'False', 'True']
