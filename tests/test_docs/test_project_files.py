"""The files that a maintainer and a citing author look for agree with the package."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import mmscllle

ROOT = Path(__file__).resolve().parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding='utf-8')


def test_the_readme_is_short_and_shows_a_small_picture():
    assert len(read('README.md').splitlines()) <= 130
    pictures = re.findall(r'!\[[^\]]+\]\(([^)]+)\)', read('README.md'))
    assert pictures
    for picture in pictures:
        assert 10_000 < (ROOT / picture).stat().st_size < 200_000


def test_the_two_commands_that_set_up_are_in_the_readme():
    for command in (
        'bash tools/quick_start.sh',
        'bash tools/run_tests.sh',
        'bash tools/run_tests_openmmlab.sh',
    ):
        assert re.search(rf'^{re.escape(command)}\b', read('README.md'), re.MULTILINE)


def test_the_quick_start_installs_what_the_readme_goes_on_with():
    assert re.search(r'/create_env\.sh" "\$VENV"$', read('tools/quick_start.sh'), re.MULTILINE)
    # It enhances a video; the fast mode is compiled.
    assert '\nEXTRAS=${2:-onedl,fast,video}\n' in read('tools/create_env.sh')


def test_citation_and_changelog_name_the_version():
    citation = yaml.safe_load(read('CITATION.cff'))
    assert citation['cff-version'] == '1.2.0'
    assert citation['version'] == mmscllle.__version__
    assert citation['preferred-citation']['year'] == 2022
    assert len(citation['preferred-citation']['authors']) == 8
    versions = re.findall(r'^## (\S+)', read('CHANGELOG.md'), re.MULTILINE)
    assert versions[:2] == ['Unreleased', mmscllle.__version__]


def test_every_page_is_in_the_navigation():
    def pages_of(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        values = entry.values() if isinstance(entry, dict) else entry
        return [page for value in values for page in pages_of(value)]

    listed = pages_of(yaml.safe_load(read('mkdocs.yml'))['nav'])
    docs = ROOT / 'docs'
    assert sorted(listed) == sorted(
        page.relative_to(docs).as_posix() for page in docs.rglob('*.md')
    )


def test_the_site_fetches_nothing():
    config = yaml.safe_load(read('mkdocs.yml'))
    assert config['theme']['font'] is False and config['strict'] is True
    assert not {'extra_javascript', 'extra_css'} & set(config)


def test_warnings_of_the_site_are_seen():
    # --quiet hides them from --strict, too, which then passes.
    command = re.search(r'^.*mkdocs build .*$', read('.ci/run'), re.MULTILINE)[0]
    assert '--strict' in command and '--quiet' not in command and ' -q' not in command


def test_hooks_before_a_commit_are_the_gates():
    (repository,) = yaml.safe_load(read('.pre-commit-config.yaml'))['repos']
    hooks = [hook['entry'] for hook in repository['hooks']]
    assert [entry.split(' -m ')[1].split()[0] for entry in hooks] == ['ruff', 'ruff', 'mypy']


def test_hosted_ci_runs_the_gates():
    workflow = yaml.safe_load(read('.github/workflows/ci.yml'))
    commands = [step.get('run', '') for job in workflow['jobs'].values() for step in job['steps']]
    assert any('.ci/run' in command for command in commands)
