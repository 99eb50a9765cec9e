"""A test that is skipped in the environment that it is meant for fails there."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = 'pytester'

TESTS = """
import pytest


@pytest.mark.{own}
def test_own():
    pytest.skip('a library is missing')


@pytest.mark.skipif(True, reason='never')
def test_of_both():
    pass


@pytest.mark.{other}
def test_other():
    import no_such_library


@pytest.mark.onedl
@pytest.mark.openmmlab
def test_of_each():
    pass


@pytest.mark.xfail
def test_known_to_fail():
    raise AssertionError


def test_real_images(shared):
    pass
"""


@pytest.fixture
def run(pytester):
    folder = Path(__file__).resolve().parent
    pytester.makeconftest((folder / 'conftest.py').read_text())
    (pytester.path / 'pytest.ini').write_text((folder.parent / 'pytest.ini').read_text())

    def run(*arguments: str, own: str = 'onedl', other: str = 'openmmlab', **modules: str):
        pytester.makepyfile(**modules, test_it=TESTS.format(own=own, other=other))
        return pytester.runpytest('.', *arguments)

    return run


@pytest.mark.parametrize(('own', 'other'), [('onedl', 'openmmlab'), ('openmmlab', 'onedl')])
def test_skipped_tests_of_the_environment_fail(run, own, other):
    result = run('--environment', own, own=own, other=other)
    result.assert_outcomes(failed=1, errors=1, passed=1, skipped=2, xfailed=1)
    result.stdout.fnmatch_lines(
        [
            f'*test_of_both is meant for the environment {own} and was skipped: *never',
            f'*test_own is meant for the environment {own} and was skipped: *a library is missing',
            f'SKIPPED*for the environment {other}',
            'SKIPPED*needs ../shared',
        ]
    )


def test_real_images_may_be_required(run):
    result = run('--environment', 'onedl', '--require-shared', '-k', 'real')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*test_real_images is meant for * was skipped: *needs ../shared'])


def test_a_skipped_module_fails(run):
    result = run(
        '--environment',
        'onedl',
        '-k',
        'of_each',
        test_module='import pytest; pytest.importorskip("no_such_library")',
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(['*test_module.py is meant for * was skipped: *no_such_library*'])


def test_without_the_option_the_installed_libraries_decide(run):
    result = run('-k', 'own or other or both')
    found = result.parseoutcomes()
    # `test_other` runs, and fails, where only mmagic is installed.
    assert found.get('skipped', 0) + found.get('failed', 0) == 3


def test_unknown_marker_is_refused(run):
    result = run(test_typo='import pytest\n@pytest.mark.ondl\ndef test_it():\n    pass')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*'ondl' not found in `markers`*"])
