"""What mim reads: the model index, and config files by their names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlparse

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
METAFILES = [
    yaml.safe_load((ROOT / name).read_text())
    for name in yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']
]
MODELS = [model for metafile in METAFILES for model in metafile['Models']]


def test_every_metafile_is_in_the_index():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    assert sorted(index['Import']) == sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob('configs/*/metafile.yml')
    )


def test_models_have_names_of_their_own_in_a_known_collection():
    collections = [
        entry['Name'] for metafile in METAFILES for entry in metafile.get('Collections', ())
    ]
    assert [name for name, count in Counter(m['Name'] for m in MODELS).items() if count > 1] == []
    assert {model['In Collection'] for model in MODELS} == set(collections)


# `mim download` breaks off at a model without weights, and takes nothing but URLs.
@pytest.mark.parametrize('model', MODELS, ids=lambda model: model['Name'])
def test_a_model_can_be_downloaded(model):
    url = urlparse(model['Weights'])
    assert url.scheme == 'https' and url.netloc and url.path.endswith(('.pth', '.pt'))
    assert (ROOT / model['Config']).is_file()
    assert Path(model['Config']).stem == model['Name']


# The authors of these enhancers forbid commercial use of what they released, or allow nothing.
def test_licences_that_forbid_commercial_use_are_told():
    uses = {
        entry['Name']: entry['Metadata'].get('Commercial Use')
        for metafile in METAFILES
        for entry in metafile.get('Collections', ())
    }
    assert uses == {
        'SCL-LLE': None,
        'Zero-DCE++': 'forbidden',
        'SCI': 'allowed',
        'IAT': 'allowed',
        'PairLIE': 'not granted',
        'CLIP-LIT': 'forbidden',
    }


def test_mim_finds_each_config_by_its_file_name():
    files = [
        path.name
        for folder in ('configs', 'tools', 'mmscllle')
        for path in (ROOT / folder).rglob('*.py')
        if '.mim' not in path.parts
    ]
    configs = {path.name for path in (ROOT / 'configs').glob('[!_]*/*.py')}
    assert configs
    assert [name for name, count in Counter(files).items() if count > 1 and name in configs] == []
