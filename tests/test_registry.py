"""Names resolve from any scope, in an interpreter that has imported nothing of ours."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = sorted((ROOT / 'configs').glob('[!_]*/*.py'))
PARTS = [
    ('MODELS', 'CurveEnhancer'),
    ('DATASETS', 'UnpairedLowLightDataset'),
    ('TRANSFORMS', 'SynthesizeLowLight'),
    ('METRICS', 'ImageQuality'),
    ('HOOKS', 'EnhancementVisualizationHook'),
]


def run(code: str) -> subprocess.CompletedProcess:
    command = [sys.executable, '-W', 'ignore', '-c', code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result


@pytest.mark.parametrize('scope', ['mmengine', 'mmseg'])
def test_scoped_names_resolve_with_nothing_imported(scope):
    code = f"""
import sys
from {scope} import registry
assert 'mmscllle' not in sys.modules
found = [getattr(registry, name).get('mmscllle.' + part) for name, part in {PARTS!r}]
print(*(part.__name__ for part in found))
"""
    assert run(code).stdout.splitlines()[-1].split() == [part for _, part in PARTS]


def test_default_scope_finds_ours_and_mmengines_parts_without_a_warning():
    code = """
from mmengine import registry
from mmengine.registry import init_default_scope
init_default_scope('mmscllle')
ours = registry.MODELS.build(dict(type='CurveEnhancer'))
for name in ('LOOPS', 'OPTIM_WRAPPERS', 'PARAM_SCHEDULERS', 'VISBACKENDS', 'LOG_PROCESSORS'):
    with getattr(registry, name).switch_scope_and_registry(None) as child:
        assert child.scope == 'mmscllle', name
        child.import_from_location()
print(type(ours).__name__, registry.OPTIM_WRAPPERS.get('OptimWrapper').__name__)
"""
    result = run(code)
    assert result.stdout.splitlines()[-1] == 'CurveEnhancer OptimWrapper'
    assert 'Failed to search registry' not in result.stdout + result.stderr


@pytest.mark.parametrize('name', ['MODELS', 'DATASETS', 'TRANSFORMS', 'METRICS', 'HOOKS', 'LOOPS'])
def test_unscoped_names_of_mmengine_are_found_through_the_parent(name):
    from mmengine import registry as root

    from mmscllle import registry

    child = getattr(registry, name)
    assert child.parent is getattr(root, name)
    assert child.scope == 'mmscllle'
    assert child.build_func is child.parent.build_func


def typed_dicts(value: Any) -> Iterator[dict]:
    """All dicts with a type below a config's value that are built in the scope at hand."""
    if isinstance(value, dict):
        if value.get('_scope_') == 'mmseg':
            return
        if isinstance(value.get('type'), str):
            yield value
        # EnhancedSegmentor merges such a key into its segmentor, which it builds as mmseg does.
        value = [part for key, part in value.items() if key != 'decode_head']
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from typed_dicts(item)


@pytest.mark.parametrize(
    'config',
    [
        pytest.param(
            config,
            id=config.stem,
            # mmagic's parts are found where mmagic is.
            marks=pytest.mark.openmmlab if config.parent.name == 'mmagic' else (),
        )
        for config in CONFIGS
    ],
)
def test_configs_name_parts_that_are_found_when_inherited_as_mmscllle(config):
    # MMEngine builds what `_base_ = ['mmscllle::...']` brings in scope mmscllle, not in the
    # config's default scope, so the parts of mmseg have to be written mmseg.X.
    from mmengine.config import Config
    from mmengine.registry import Registry

    from mmscllle import registry

    registries = [value for value in vars(registry).values() if isinstance(value, Registry)]
    names = {part['type'] for part in typed_dicts(Config.fromfile(config).to_dict())}
    assert names
    missing = {name for name in names if not any(child.get(name) for child in registries)}
    assert missing == set()
