"""Where results go: nothing is lost, however names and links lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from mmscllle.apis.output_plan import OutputPlan
from mmscllle.fileio import Source, atomic_path


def source(path: Path | str, relative: str | None = None) -> Source:
    return Source(str(path), str(path), Path(relative or Path(path).name))


def write(path: Path, content: str = 'content') -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def finish(plan: OutputPlan, path: Path, content: str) -> None:
    with atomic_path(path, plan.put) as temporary:
        temporary.write_text(content)


def test_files_of_a_photograph_and_a_video(tmp_path):
    plan = OutputPlan(tmp_path, compare=True, curves=True)
    names = [
        [path.relative_to(tmp_path).as_posix() for path in outputs.all]
        for outputs in (
            plan.place(source('in/a.jpg', 'sub/a.jpg')),
            plan.place(source('http://host/photo', 'photo')),
            plan.place(source('in/c.mpg'), Path('c.mpg.mkv'), is_video=True),
        )
    ]
    assert names == [
        ['compare/sub/a.jpg.png', 'curves/sub/a.jpg.png', 'sub/a.jpg'],
        ['compare/photo.png.png', 'curves/photo.png.png', 'photo.png'],
        ['compare/c.mpg.mkv', 'curves/c.mpg.mkv.png', 'c.mpg.mkv'],
    ]


def test_two_results_of_one_file(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').symlink_to('a')
    plan = OutputPlan(tmp_path)
    plan.place(source('x/1.png', 'a/1.png'))
    for relative in ('a/1.png', 'b/1.png', 'c/../a/1.png', './a//1.png'):
        with pytest.raises(ValueError, match="'x/1.png' and 'y/1.png' would both be written to"):
            plan.place(source('y/1.png', relative))


def test_a_result_of_the_name_of_a_comparison(tmp_path):
    plan = OutputPlan(tmp_path, compare=True)
    plan.place(source('a.png'))
    with pytest.raises(ValueError, match='would both be written to'):
        plan.place(source('compare/a.png.png', 'compare/a.png.png'))


def test_names_that_the_file_system_takes_for_one(tmp_path):
    plan = OutputPlan(tmp_path)
    first, second = (plan.place(source(f'{name}.png')).result for name in 'aA')
    finish(plan, first, 'first')
    # As on a file system that folds case.
    second.symlink_to(first)
    with pytest.raises(ValueError, match='A.png. is the result of another input: for the file'):
        finish(plan, second, 'second')
    assert first.read_text() == 'first'


@pytest.mark.parametrize('relative', ['../1.png', 'a/../../1.png', '/1.png', '..', '.', ''])
def test_results_outside_of_the_folder(tmp_path, relative):
    with pytest.raises(ValueError, match='would lie outside of the output folder'):
        OutputPlan(tmp_path).place(Source('x', 'x', Path(relative)), Path(relative))


@pytest.mark.parametrize('link', [None, 'symbolic', 'hard'])
def test_inputs_are_not_overwritten(tmp_path, link):
    inputs = [write(tmp_path / folder / '1.png') for folder in ('a', 'b')]
    folder = tmp_path / 'b'
    if link:
        folder = tmp_path / 'out'
        folder.mkdir()
        (os.symlink if link == 'symbolic' else os.link)(inputs[1], folder / '1.png')
    plan = OutputPlan(folder)
    plan.protect(map(source, inputs))
    with pytest.raises(ValueError, match='1.png. is an input and would be overwritten'):
        plan.place(source(inputs[0]))


def test_the_file_of_a_pillow_image_is_an_input(tmp_path):
    path = tmp_path / '1.png'
    Image.new('RGB', (3, 2)).save(path)
    with Image.open(path) as picture:
        with pytest.raises(ValueError, match='is an input and would be overwritten'):
            OutputPlan(tmp_path).place(Source(picture, '1', Path('1.png')))


def test_an_input_that_comes_after_its_file_was_chosen_for_a_result(tmp_path):
    path = write(tmp_path / '1.png')
    plan = OutputPlan(tmp_path, 'overwrite')
    chosen = plan.place(source('http://host/1.png')).result
    plan.protect([source(path)])
    with pytest.raises(ValueError, match='is an input and would be overwritten'):
        finish(plan, chosen, 'result')
    assert path.read_text() == 'content'


def test_a_file_that_has_appeared_meanwhile(tmp_path):
    plan = OutputPlan(tmp_path, 'error')
    path = plan.place(source('a.png')).result
    path.write_text('of another program')
    with pytest.raises(FileExistsError, match='a.png. exists'):
        finish(plan, path, 'result')
    assert path.read_text() == 'of another program'


@pytest.mark.parametrize('broken', ['curves/a.png.png', 'compare/a.png.png', 'a.png'])
@pytest.mark.parametrize('how', ['missing', 'empty', 'folder'])
def test_done_means_that_all_is_there(tmp_path, broken, how):
    plan = OutputPlan(tmp_path, 'skip', compare=True, curves=True)
    outputs = plan.place(source('in/a.png'))
    for path in outputs.all:
        write(path)
    assert plan.is_done(outputs)
    (tmp_path / broken).unlink()
    if how == 'empty':
        (tmp_path / broken).touch()
    elif how == 'folder':
        (tmp_path / broken).mkdir()
    assert not plan.is_done(outputs)


def test_skipping_keeps_a_result_whose_comparison_is_missing(tmp_path):
    """It was replaced, and by another strength."""
    write(tmp_path / 'a.png')
    plan = OutputPlan(tmp_path, 'skip', compare=True)
    outputs = plan.place(source('in/a.png'))
    before = outputs.result.read_text()
    for path in outputs.all:
        finish(plan, path, 'of this run')
    assert outputs.result.read_text() == before
    assert outputs.comparison.read_text() == 'of this run'
    assert {path.name for path in tmp_path.rglob('*') if path.is_file()} == {'a.png', 'a.png.png'}
