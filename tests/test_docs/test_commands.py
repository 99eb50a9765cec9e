"""The commands of all pages name scripts, options, configs and files that there are."""

from __future__ import annotations

import re
import runpy
import shlex
import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from pages import DOCS, PAGES, ROOT, read_blocks, read_files  # noqa: E402

COMMAND = re.compile(
    r'(?:(?:python|bash) (?:(?P<tool>tools/\S+)|(?P<gate>\.ci/run))'
    r'|(?P<installed>mmscllle-enhance))(?P<rest>[^\n]*)'
)
CONFIG = re.compile(r'(?:mmscllle::|configs/)[\w/.-]+\.py')
REPOSITORY_PATH = re.compile(r'`((?:mmscllle|configs|tools|tests|docs|requirements)/[\w/.-]+)`')
LINK = re.compile(r'\]\((?!https?:|#)([^)#\s]+)')
# What these hand on to the tool that they start.
HANDS_ON = {
    'tools/dist_train.sh': 'tools/train.py',
    'tools/dist_test.sh': 'tools/test.py',
    'tools/slurm_train.sh': 'tools/train.py',
}
PYTEST = ('tools/run_tests.sh', 'tools/run_tests_openmmlab.sh')

pages = pytest.mark.parametrize(
    'page', PAGES, ids=lambda page: str(page.relative_to(ROOT).with_suffix(''))
)


def find_commands(text: str) -> list[tuple[str, list[str]]]:
    """Scripts and their arguments in a block of bash."""
    found = []
    for match in COMMAND.finditer(text.replace('\\\n', ' ')):
        script = match['tool'] or match['gate'] or 'tools/enhance.py'
        found.append((script, shlex.split(match['rest'], comments=True)))
    return found


@cache
def help_of(script: str) -> str:
    """What ``--help`` of a tool prints."""
    import contextlib
    import io

    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setattr(sys, 'argv', [script, '--help'])
        # As Python does for a script.
        patch.syspath_prepend(str((ROOT / script).parent))
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(ROOT / script), run_name='__main__')
    assert stop.value.code in (0, None)
    return printed.getvalue()


@pages
def test_scripts_and_their_options_exist(page):
    for block in read_blocks(page):
        for script, arguments in find_commands(block.text):
            assert (ROOT / script).is_file(), script
            options = [argument for argument in arguments if argument.startswith('--')]
            if options and script not in PYTEST:
                text = help_of(HANDS_ON.get(script, script))
                for option in options:
                    assert re.search(rf'{option.split("=")[0]}(?![\w-])', text), (
                        f'{script} has no option {option}'
                    )


@pages
def test_configs_exist(page):
    text = page.read_text(encoding='utf-8')
    names = [
        name.replace('mmscllle::', 'configs/')
        for name in CONFIG.findall(text)
        if 'NAME' not in name
    ]
    assert [name for name in names if not (ROOT / name).is_file()] == []


@pages
def test_files_that_are_named_exist(page):
    """Paths in backquotes; a reader looks them up."""
    names = [
        name
        for name in REPOSITORY_PATH.findall(page.read_text(encoding='utf-8'))
        if not re.search(r'NAME|…|[*]', name)
    ]
    assert [name for name in names if not (ROOT / name).exists()] == []


@pages
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding='utf-8')):
        # The site shows this file as a page.
        there = (page.parent / target).exists() or (
            page.parent == ROOT / 'docs' and (ROOT / target).exists()
        )
        assert there, f'{page.name} links to {target}'


def test_a_wrong_option_and_a_wrong_config_are_found(tmp_path):
    text = 'python tools/train.py a.py \\\n    --no-such-option   # --comment\n'
    assert find_commands(text) == [('tools/train.py', ['a.py', '--no-such-option'])]
    assert '--no-such-option' not in help_of('tools/train.py')
    assert '--resume' in help_of('tools/train.py')
    assert CONFIG.findall("_base_ = 'mmscllle::scl_lle/a_b-1.py'") == ['mmscllle::scl_lle/a_b-1.py']


@pages
def test_python_blocks_are_python(page):
    for block in read_blocks(page):
        if block.language == 'python':
            compile(block.text, str(page), 'exec')


def test_files_of_earlier_pages_come_first():
    files = read_files(DOCS / 'tutorials' / 'bring-your-own-loss.md')
    assert list(files)[:2] == ['my_enhancer.py', 'glow.py']


def test_the_python_of_the_readme_runs():
    blocks = [block for block in read_blocks(ROOT / 'README.md') if block.language == 'python']
    assert blocks
    for block in blocks:
        scope: dict = {}
        exec(compile(block.text, 'README.md', 'exec'), scope)  # noqa: S102
        assert scope['bright'].mean() > 1.3 * scope['dark'].mean()
