"""Import of the package beside host libraries of all kinds, and what an installation contains."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import packaging
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ONEDL = {
    'torch': ('torch', '2.13.0+cpu'),
    'mmengine': ('onedl-mmengine', '0.10.12'),
    'mmcv': ('onedl-mmcv', '2.3.6'),
    'mmseg': ('onedl-mmsegmentation', '1.4.2'),
}
OPENMMLAB = {
    'torch': ('torch', '1.13.0a0+gitunknown'),
    'mmengine': ('mmengine', '0.10.7'),
    'mmcv': ('mmcv', '2.1.0'),
    'mmseg': ('mmsegmentation', '1.2.2'),
}


def run_python(code: str, *path: str | Path, cwd: str | Path) -> subprocess.CompletedProcess:
    """Run code in a new interpreter that sees the standard library and ``path``, no site."""
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(map(str, path))}
    command = [sys.executable, '-S', '-c', code]
    return subprocess.run(command, env=env, cwd=str(cwd), capture_output=True, text=True)


def make_site(folder: Path, hosts: dict[str, tuple[str, str]]) -> Path:
    """Make a folder of empty host packages with the metadata of the given distributions."""
    shutil.copytree(Path(packaging.__file__).parent, folder / 'packaging')
    for module, (distribution, version) in hosts.items():
        (folder / module).mkdir()
        (folder / module / '__init__.py').write_text('raise AssertionError("imported")\n')
        metadata = folder / f'{distribution.replace("-", "_")}-{version}.dist-info' / 'METADATA'
        metadata.parent.mkdir()
        metadata.write_text(f'Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n')
    return folder


@pytest.mark.parametrize('hosts', [ONEDL, OPENMMLAB], ids=['onedl', 'openmmlab'])
def test_supported_hosts_are_accepted_without_importing_them(tmp_path, hosts):
    result = run_python('import mmscllle', make_site(tmp_path / 'site', hosts), ROOT, cwd=tmp_path)
    assert result.returncode == 0, result.stderr


def test_a_checkout_without_metadata_is_asked_for_its_version(tmp_path):
    hosts = {name: host for name, host in ONEDL.items() if name != 'mmseg'}
    site = make_site(tmp_path / 'site', hosts)
    (site / 'mmseg').mkdir()
    (site / 'mmseg' / '__init__.py').write_text("__version__ = '1.1.0'\n")
    result = run_python('import mmscllle', site, ROOT, cwd=tmp_path)
    assert 'needs mmseg >=1.2.2,<2, but mmseg 1.1.0 is installed' in result.stderr


@pytest.mark.parametrize('missing', ['mmengine', 'mmcv', 'mmseg'])
def test_a_missing_host_is_named_with_the_commands_that_install_it(tmp_path, missing):
    hosts = {name: host for name, host in ONEDL.items() if name != missing}
    result = run_python('import mmscllle', make_site(tmp_path / 'site', hosts), ROOT, cwd=tmp_path)
    assert f'ImportError: mmscllle 0.1.0 needs {missing} >=' in result.stderr
    assert 'which is not installed' in result.stderr
    assert '`pip install onedl-mmengine onedl-mmcv onedl-mmsegmentation`' in result.stderr
    assert '`mim install ' in result.stderr


def test_all_missing_hosts_are_named_at_once(tmp_path):
    site = make_site(tmp_path / 'site', {})
    result = run_python('import mmscllle', site, ROOT, cwd=tmp_path)
    message = result.stderr.splitlines()[-1]
    for name in ONEDL:
        assert f'{name} >=' in message
    for command in ('pip install torch', 'pip install onedl-mmengine onedl-mmcv onedl-mmseg'):
        assert message.count(command) == 1


@pytest.mark.parametrize('name', ['mmscllle-enhance', 'enhance.py'])
def test_the_command_says_what_is_missing_without_a_traceback(tmp_path, name):
    site = make_site(tmp_path / 'site', {})
    code = f'import sys; sys.argv = ["bin/{name}", "--help"]; '
    if name == 'enhance.py':
        code += f'import runpy; runpy.run_path({str(ROOT / "tools" / name)!r}, run_name="__main__")'
    else:
        code += 'from mmscllle.command_line.enhance import main; sys.exit(main())'
    result = run_python(code, site, ROOT, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.count('\n') == 1
    assert 'enhance: error: mmscllle 0.1.0 needs torch >=' in result.stderr


def test_a_missing_torch_is_named_with_where_to_get_it(tmp_path):
    hosts = {name: host for name, host in ONEDL.items() if name != 'torch'}
    result = run_python('import mmscllle', make_site(tmp_path / 'site', hosts), ROOT, cwd=tmp_path)
    assert 'needs torch >=1.13.0a0,<3, which is not installed. Install torch' in result.stderr
    assert 'https://pytorch.org' in result.stderr


@pytest.mark.parametrize(
    ('module', 'distribution', 'version', 'supported'),
    [
        ('torch', 'torch', '1.12.1', '>=1.13.0a0,<3'),
        ('mmengine', 'mmengine', '0.10.6', '>=0.10.7,<1'),
        ('mmcv', 'onedl-mmcv', '3.0.0', '>=2.1,<3'),
        ('mmcv', 'mmcv', '2.1.0rc1', '>=2.1,<3'),
        ('mmseg', 'mmsegmentation', '1.2.1', '>=1.2.2,<2'),
    ],
)
def test_an_unsupported_version_is_named_with_the_range(
    tmp_path, module, distribution, version, supported
):
    hosts = {**OPENMMLAB, module: (distribution, version)}
    result = run_python('import mmscllle', make_site(tmp_path / 'site', hosts), ROOT, cwd=tmp_path)
    expected = f'needs {module} {supported}, but {module} {version} is installed. Install '
    assert expected in result.stderr


def test_import_loads_no_host_library():
    code = 'import sys, mmscllle; print(sorted({"torch", "mmengine", "mmcv"} & set(sys.modules)))'
    result = run_python(code, *host_path(), ROOT, cwd=ROOT)
    assert result.stdout == '[]\n', result.stderr


def test_every_config_of_the_model_index_exists():
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    metafiles = [yaml.safe_load((ROOT / name).read_text()) for name in index['Import']]
    configs = [model['Config'] for metafile in metafiles for model in metafile['Models']]
    assert configs
    assert [config for config in configs if not (ROOT / config).is_file()] == []


def host_path() -> list[str]:
    """Where this interpreter finds the host libraries."""
    return [entry for entry in sys.path if entry and Path(entry).resolve() != ROOT]


@pytest.fixture(scope='module')
def checkout(tmp_path_factory) -> Path:
    """A copy of what is built, with one more config, and links for mim as if installed."""
    folder = tmp_path_factory.mktemp('checkout')
    ignore = shutil.ignore_patterns('__pycache__', '.mim')
    for name in ('mmscllle', 'configs', 'tools', 'requirements'):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ('setup.py', 'pyproject.toml', 'model-index.yml', 'LICENSE', 'README.md'):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)
    (folder / 'configs' / 'package_test_base.py').write_text('first = 1\n')
    (folder / 'configs' / 'scl_lle' / 'package_test.py').write_text(
        "_base_ = ['../package_test_base.py']\nsecond = 2\n"
    )
    stale = folder / 'build' / 'lib' / 'mmscllle' / '.mim' / 'configs' / 'stale.py'
    stale.parent.mkdir(parents=True)
    stale.touch()
    return folder


def unpack(wheels: Path, site: Path) -> Path:
    (wheel,) = wheels.glob('*.whl')
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


@pytest.fixture(scope='module')
def wheel_site(checkout, tmp_path_factory) -> Path:
    """Folder into which the wheel has been unpacked, as pip does."""
    wheels = tmp_path_factory.mktemp('wheel')
    options = ['--no-deps', '--no-build-isolation', '--no-index', '--quiet', '-w', str(wheels)]
    subprocess.run([sys.executable, '-m', 'pip', 'wheel', '.', *options], cwd=checkout, check=True)
    return unpack(wheels, tmp_path_factory.mktemp('site'))


@pytest.fixture(scope='module')
def editable_site(checkout, tmp_path_factory) -> Path:
    """Folder into which the editable wheel has been unpacked, as ``pip install -e`` does."""
    wheels = tmp_path_factory.mktemp('editable')
    code = f'from setuptools import build_meta; build_meta.build_editable({str(wheels)!r})'
    command = [sys.executable, '-c', code]
    subprocess.run(command, cwd=checkout, check=True, capture_output=True)
    return unpack(wheels, tmp_path_factory.mktemp('editable_site'))


def test_wheel_has_all_configs_and_the_tools_of_mim(checkout, wheel_site):
    expected = {
        'model-index.yml',
        *(
            f'tools/{name}'
            for name in (
                'browse_dataset.py',
                'compare_enhancers.py',
                'dark_eval.py',
                'dataset_converters/darken_night.py',
                'dataset_converters/sice_pairs.py',
                'dist_test.sh',
                'dist_train.sh',
                'enhance.py',
                'export.py',
                'model_converters/mix_weights.py',
                'slurm_train.sh',
                'test.py',
                'torchrun.py',
                'train.py',
                'webui.py',
            )
        ),
    }
    expected |= {
        str(file.relative_to(checkout))
        for file in (checkout / 'configs').rglob('*')
        if file.is_file()
    }
    mim = wheel_site / 'mmscllle' / '.mim'
    shipped = {str(file.relative_to(mim)) for file in mim.rglob('*') if file.is_file()}
    assert shipped == expected


def test_wheel_lists_its_hook_for_removal_and_one_top_level_package(wheel_site):
    (metadata,) = wheel_site.glob('mmscllle-*.dist-info')
    record = (metadata / 'RECORD').read_text()
    assert '_mmscllle_config_scope.pth,' in record
    assert '_mmscllle_config_scope.py,' in record
    # mim and MMEngine take the first line for the name of the package.
    assert (metadata / 'top_level.txt').read_text().split() == ['mmscllle']
    assert not list(wheel_site.glob('tests'))


def test_wheel_holds_the_data_and_the_console_command(wheel_site):
    for name in (
        *(f'weights/{path.name}' for path in (ROOT / 'mmscllle' / 'weights').glob('*.pth')),
        'evaluation/niqe_pristine.npz',
        'py.typed',
    ):
        assert (wheel_site / 'mmscllle' / name).read_bytes() == (
            ROOT / 'mmscllle' / name
        ).read_bytes()
    (entry_points,) = wheel_site.glob('mmscllle-*.dist-info/entry_points.txt')
    assert 'mmscllle-enhance = mmscllle.command_line.enhance:main' in entry_points.read_text()


def test_wheel_leaves_torch_and_hosts_to_the_environment(wheel_site):
    (metadata,) = wheel_site.glob('mmscllle-*.dist-info')
    lines = (metadata / 'METADATA').read_text().splitlines()
    required = [line for line in lines if line.startswith('Requires-Dist') and 'extra' not in line]
    assert required
    assert [line for line in required if 'torch' in line or 'mm' in line or '<' in line] == []


# What is imported at the top of a module, and the distribution that brings it.
DISTRIBUTIONS = dict(PIL='pillow', cv2='opencv-python', skimage='scikit-image')
HOSTS_AND_EXTRAS = {'torch', 'mmengine', 'mmcv', 'mmseg', 'numba', 'av', 'gradio'}


def test_all_that_is_imported_is_declared():
    lines = (ROOT / 'requirements/runtime.txt').read_text().splitlines()
    declared = {re.split('[>=<#\\s]', line)[0] for line in lines if line and line[0] != '#'}
    imported = set()
    for path in (ROOT / 'mmscllle').rglob('*.py'):
        if '.mim' in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                imported |= {alias.name.split('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split('.')[0])
    foreign = imported - {*sys.stdlib_module_names, 'mmscllle'} - HOSTS_AND_EXTRAS
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} <= declared
    assert {'rich', 'matplotlib', 'opencv-python'} <= declared


def test_editable_installation_links_configs_and_tools(checkout, editable_site):
    mim = checkout / 'mmscllle' / '.mim'
    for name in ('configs', 'tools', 'model-index.yml'):
        assert (mim / name).resolve() == (checkout / name).resolve()
    assert (editable_site / '_mmscllle_config_scope.pth').is_file()
    (metadata,) = editable_site.glob('mmscllle-*.dist-info')
    assert '_mmscllle_config_scope.py,' in (metadata / 'RECORD').read_text()


FOREIGN_CONFIG = """
import site, sys
site.addsitedir({site!r})
assert not {{'mmscllle', 'mmengine', 'mmengine.config.utils'}} & set(sys.modules)
from mmengine.config import Config
config = Config.fromfile('foreign.py')
print(config.first, config.second, config.third, config.default_scope)
"""


@pytest.mark.parametrize('kind', ['wheel_site', 'editable_site'])
def test_foreign_config_inherits_from_ours_and_mmsegs_with_nothing_imported(
    kind, request, tmp_path
):
    site = request.getfixturevalue(kind)
    (tmp_path / 'foreign.py').write_text(
        "_base_ = ['mmscllle::scl_lle/package_test.py', 'mmseg::_base_/default_runtime.py']\n"
        'third = 3\n'
    )
    code = FOREIGN_CONFIG.format(site=str(site))
    result = run_python(code, site, *host_path(), cwd=tmp_path)
    assert result.stdout.splitlines()[-1:] == ['1 2 3 mmseg'], result.stderr


TRAINING_CONFIG = """
_base_ = ['mmscllle::scl_lle/scl-lle_fast-scnn_camvid-dusk-320x320_2k.py']
custom_imports = dict(imports=['mmscllle'])
train_cfg = dict(max_iters=2)
train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False)
val_cfg = val_dataloader = val_evaluator = None
"""
# As `python train.py foreign.py`, in an environment that has mmscllle installed.
STOCK_TRAINING = """
import os, runpy, site, sys
site.addsitedir({site!r})
import mmseg
train = os.path.join(os.path.dirname(mmseg.__file__), '.mim', 'tools', 'train.py')
sys.argv = [train, 'foreign.py', '--work-dir', 'work']
runpy.run_path(train, run_name='__main__')
"""


def test_foreign_config_is_trained_by_stock_mmseg(wheel_site, config_folder, tmp_path, monkeypatch):
    monkeypatch.setenv('MMSCLLLE_SHARED', str(config_folder / 'shared'))
    (tmp_path / 'foreign.py').write_text(TRAINING_CONFIG)
    code = STOCK_TRAINING.format(site=str(wheel_site))
    result = run_python(code, wheel_site, *host_path(), cwd=tmp_path)
    assert result.returncode == 0, result.stderr[-3000:]
    assert (tmp_path / 'work' / 'iter_2.pth').is_file()


def test_start_up_line_is_silent_when_its_module_has_gone(wheel_site, tmp_path):
    shutil.copy(wheel_site / '_mmscllle_config_scope.pth', tmp_path)
    code = f'import site; site.addsitedir({str(tmp_path)!r}); print("started")'
    result = run_python(code, cwd=tmp_path)
    assert (result.stdout, result.stderr) == ('started\n', '')
