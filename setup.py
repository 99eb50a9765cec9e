"""Build of mmscllle: metadata, files for mim, and the start-up hook for config scopes."""

import os
import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
MIM_FOLDER = ROOT / 'mmscllle' / '.mim'
MIM_ENTRIES = ('configs', 'tools', 'model-index.yml')
# Tools for work in a checkout: they set up environments, draw the quick start's data, measure
# and compare trainings.
CHECKOUT_ONLY = (
    'ablating',
    'ablation.py',
    'analysis_tools',
    'benchmark.py',
    'benchmarking',
    'create_env.sh',
    'create_openmmlab_env.sh',
    'draw_web_examples.py',
    'install_debian_packages.sh',
    'night_street',
    'quick_start.py',
    'quick_start.sh',
    'run_tests.sh',
    'run_tests_openmmlab.sh',
)
EXTRAS = ('onedl', 'mmagic', 'fast', 'heif', 'video', 'export', 'web', 'tests', 'docs')
HOOK_SOURCE = ROOT / 'mmscllle' / 'config_scope.py'
HOOK_MODULE = '_mmscllle_config_scope'
# Python runs this line at every start. It stays silent if the module has gone.
HOOK_LINE = f"exec('try: import {HOOK_MODULE} as m; m.register()\\nexcept Exception: pass')"


def read_version():
    """Version in ``mmscllle/version.py``, read as text: an import needs the host libraries."""
    text = (ROOT / 'mmscllle' / 'version.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'$", text, re.MULTILINE).group(1)


def read_readme():
    """Text of the README; empty where it is absent."""
    readme = ROOT / 'README.md'
    return readme.read_text(encoding='utf-8') if readme.exists() else ''


def read_requirements(name):
    """Requirements listed in ``requirements/<name>.txt``, without comments and blank lines."""
    text = (ROOT / 'requirements' / f'{name}.txt').read_text(encoding='utf-8')
    lines = (line.split('#')[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


class BuildWithMimAndHook(build_py):
    """Also ship configs and tools in ``mmscllle/.mim``, and the hook beside the package.

    mim and MMEngine look for an installed package's configs in its folder ``.mim``. A wheel gets
    copies; an editable installation gets links in the checkout, so that edits take effect.
    The hook is a copy of ``mmscllle/config_scope.py`` and a ``.pth`` file that runs it.
    """

    def run(self):
        """Build the package, then add the files for mim and the hook."""
        # A build folder of an earlier build may hold files that have been removed since.
        shutil.rmtree(os.path.join(self.build_lib, 'mmscllle'), ignore_errors=True)
        super().run()
        if self.editable_mode:
            link_mim_entries()
            # What is written here goes as it is into the editable wheel.
            hook_folder = Path(self.get_finalized_command('install').install_lib)
        else:
            for built, source in self._mim_files().items():
                self.mkpath(os.path.dirname(built))
                self.copy_file(source, built)
            hook_folder = Path(self.build_lib)
        self.mkpath(str(hook_folder))
        self.copy_file(str(HOOK_SOURCE), str(hook_folder / f'{HOOK_MODULE}.py'))
        (hook_folder / f'{HOOK_MODULE}.pth').write_text(f'import sys; {HOOK_LINE}\n')

    def get_outputs(self, include_bytecode=True):
        """Names of all files built, which an installation lists for its removal."""
        hook = [os.path.join(self.build_lib, HOOK_MODULE + end) for end in ('.py', '.pth')]
        extra = list(self._mim_files()) + ([] if self.editable_mode else hook)
        return super().get_outputs(include_bytecode) + extra

    def get_output_mapping(self):
        """Built file to source file, from which a strict editable installation makes its links."""
        return {**super().get_output_mapping(), **self._mim_files()}

    def _mim_files(self):
        target = Path(self.build_lib, 'mmscllle', '.mim')
        files = (
            file
            for entry in MIM_ENTRIES
            for file in iterate_files(ROOT / entry)
            if not is_for_checkout_only(file)
        )
        return {str(target / file.relative_to(ROOT)): str(file.relative_to(ROOT)) for file in files}


def iterate_files(path):
    """The file ``path``, or all files below the folder ``path``, without compiled ones."""
    candidates = [path] if path.is_file() else sorted(path.rglob('*'))
    return [file for file in candidates if file.is_file() and file.suffix != '.pyc']


def is_for_checkout_only(path):
    """Whether a file is one of the tools that a wheel does not carry."""
    parts = path.relative_to(ROOT).parts
    return parts[0] == 'tools' and parts[1] in CHECKOUT_ONLY


def link_mim_entries():
    """Make ``mmscllle/.mim`` in the checkout: links, or copies where links are not permitted."""
    shutil.rmtree(MIM_FOLDER, ignore_errors=True)
    MIM_FOLDER.mkdir()
    for entry in MIM_ENTRIES:
        source, link = ROOT / entry, MIM_FOLDER / entry
        if not source.exists():
            continue
        try:
            target = os.path.relpath(source, MIM_FOLDER)
            link.symlink_to(target, target_is_directory=source.is_dir())
        except OSError:
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, link)


setup(
    name='mmscllle',
    version=read_version(),
    description='SCL-LLE: semantically contrastive low-light image enhancement on OpenMMLab',
    long_description=read_readme(),
    long_description_content_type='text/markdown',
    author='The mmscllle contributors',
    license='Apache-2.0',
    keywords='computer vision, low-light image enhancement, semantic segmentation',
    packages=find_packages(include=['mmscllle', 'mmscllle.*']),
    package_data={
        'mmscllle': [
            'weights/*.pth',
            'evaluation/*.npz',
            'py.typed',
            'web/page.*',
            'web/pictures/*.jpg',
        ]
    },
    entry_points={
        'console_scripts': [
            'mmscllle-enhance = mmscllle.command_line.enhance:main',
            'mmscllle-web = mmscllle.web.command:main',
        ]
    },
    cmdclass={'build_py': BuildWithMimAndHook},
    classifiers=[
        'Development Status :: 4 - Beta',
        'Intended Audience :: Science/Research',
        'Operating System :: OS Independent',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.11',
        'Topic :: Scientific/Engineering :: Image Processing',
    ],
    python_requires='>=3.11,<3.14',
    install_requires=read_requirements('runtime'),
    # `mim install` reads the extra named mim.
    extras_require={
        'mim': read_requirements('mminstall'),
        **{name: read_requirements(name) for name in EXTRAS},
    },
    zip_safe=False,
)
