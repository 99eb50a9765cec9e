import cv2
import numpy as np
import pytest
from mmcv.transforms import LoadImageFromFile
from PIL import Image

from mmscllle.datasets.transforms import (
    LoadImage,
    LoadLabelMap,
    LoadReference,
    LoadSecondShot,
)
from mmscllle.datasets.transforms.loading import _is_cut_off_jpeg


@pytest.fixture
def picture():
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def encode(picture, suffix, *options):
    return cv2.imencode(suffix, picture, options)[1].tobytes()


def label_results(path, shape=(48, 64)):
    return dict(
        img=np.zeros((*shape, 3), np.uint8),
        img_path='street.png',
        seg_map_path=str(path),
        seg_fields=[],
        label_map=None,
        reduce_zero_label=False,
    )


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.bmp', '.webp'])
def test_pixels_and_sizes_are_those_of_mmcv(tmp_path, picture, suffix):
    path = tmp_path / f'x{suffix}'
    path.write_bytes(encode(picture, suffix))
    ours = LoadImage()(dict(img_path=str(path)))
    host = LoadImageFromFile()(dict(img_path=str(path)))
    assert (ours.pop('img') == host.pop('img')).all()
    assert ours == host


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.bmp', '.webp'])
@pytest.mark.parametrize('share', [0, 0.02, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_named(tmp_path, picture, suffix, share):
    content = encode(picture, suffix)
    path = tmp_path / f'cut{suffix}'
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(OSError, match=f'cut{suffix}.* is damaged or no image'):
        LoadImage()(dict(img_path=str(path)))


def test_half_a_jpeg_is_refused_though_opencv_decodes_it(tmp_path, picture, monkeypatch):
    # What OpenCV before 4.11 returns: a picture, the missing part grey.
    path = tmp_path / 'cut.jpg'
    path.write_bytes(encode(picture, '.jpg')[:-400])
    monkeypatch.setattr('mmcv.imfrombytes', lambda *_, **__: picture)
    with pytest.raises(OSError, match='cut.jpg.*the JPEG file is cut off'):
        LoadImage()(dict(img_path=str(path)))


def test_text_that_claims_to_be_an_image(tmp_path):
    path = tmp_path / 'text.png'
    path.write_text('not an image')
    with pytest.raises(OSError, match='text.png.* is damaged or no image'):
        LoadImage()(dict(img_path=str(path)))


def test_missing_image(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.png'):
        LoadImage()(dict(img_path=str(tmp_path / 'nowhere.png')))


@pytest.mark.parametrize(
    'options', [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)]
)
def test_end_of_a_jpeg(picture, options):
    content = encode(picture, '.jpg', *options)
    assert not _is_cut_off_jpeg(content)
    assert all(_is_cut_off_jpeg(content[:size]) for size in range(2, len(content), 7))
    assert _is_cut_off_jpeg(content[:-1])
    # A camera may append what it likes, the start of another scan for instance.
    assert not _is_cut_off_jpeg(content + b'\xff\xda\x00\x08')
    # A complete thumbnail inside does not make the picture complete.
    thumbnail = encode(picture[:8, :8], '.jpg')
    segment = b'\xff\xe1' + (len(thumbnail) + 2).to_bytes(2, 'big') + thumbnail
    content = content[:2] + segment + content[2:]
    assert not _is_cut_off_jpeg(content)
    assert _is_cut_off_jpeg(content[:-300])


def test_other_formats_are_no_jpeg(picture):
    assert not _is_cut_off_jpeg(encode(picture, '.png')[:100])
    assert not _is_cut_off_jpeg(b'')


def test_label_map(tmp_path):
    labels = np.random.default_rng(0).integers(0, 256, (48, 64), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'x.png'), labels)
    assert (LoadLabelMap()(label_results(tmp_path / 'x.png'))['gt_seg_map'] == labels).all()


def test_label_map_of_another_size_is_named(tmp_path):
    cv2.imwrite(str(tmp_path / 'x.png'), np.zeros((48, 60), np.uint8))
    with pytest.raises(
        ValueError,
        match=r'label map .*x.png.* is of size \(48, 60\), its image '
        r".*street.png' of \(48, 64\)",
    ):
        LoadLabelMap()(label_results(tmp_path / 'x.png'))


@pytest.mark.parametrize('kind', [np.uint16, np.int32])
def test_labels_of_more_than_8_bits(tmp_path, kind):
    labels = np.full((48, 64), 7, kind)
    labels[0] = 65535
    path = tmp_path / 'x.tif'
    Image.fromarray(labels).save(path)
    loaded = LoadLabelMap()(label_results(path))['gt_seg_map']
    assert (loaded[1:] == 7).all() and (loaded[0] == 255).all()
    labels[3, 5] = 26001
    Image.fromarray(labels).save(path)
    with pytest.raises(ValueError, match=r'label map .*x.tif. holds the label 26001, which 8 bits'):
        LoadLabelMap()(label_results(path))


def test_the_image_may_be_resized_before_its_labels_are_loaded(tmp_path):
    cv2.imwrite(str(tmp_path / 'x.png'), np.zeros((96, 128), np.uint8))
    results = dict(label_results(tmp_path / 'x.png'), ori_shape=(96, 128))
    assert LoadLabelMap()(results)['gt_seg_map'].shape == (96, 128)


def test_unreadable_label_map_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere.png'):
        LoadLabelMap()(label_results(tmp_path / 'nowhere.png'))
    for name, content in (
        ('empty.png', b''),
        ('text.png', b'no image'),
        ('cut.png', encode(np.zeros((48, 64), np.uint8), '.png')[:50]),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(OSError, match=f'label map .*{name}.* is damaged or no image'):
            LoadLabelMap()(label_results(tmp_path / name))


def test_reference(tmp_path, picture):
    cv2.imwrite(str(tmp_path / 'x.png'), picture)
    results = dict(img=picture, img_path='low.png', gt_path=str(tmp_path / 'x.png'))
    assert (LoadReference()(results)['gt_img'] == picture).all()
    assert 'gt_img' not in LoadReference()(dict(img=picture, img_path='low.png'))


def test_reference_of_another_size_is_named(tmp_path, picture):
    cv2.imwrite(str(tmp_path / 'x.png'), picture[:40])
    with pytest.raises(
        ValueError,
        match=r'reference .*x.png.* is of shape \(40, 64, 3\), '
        r"its image .*low.png' of \(48, 64, 3\)",
    ):
        LoadReference()(dict(img=picture, img_path='low.png', gt_path=str(tmp_path / 'x.png')))


def test_damaged_reference_is_named(tmp_path, picture):
    (tmp_path / 'x.png').write_bytes(b'')
    with pytest.raises(OSError, match='x.png.* is damaged or no image'):
        LoadReference()(dict(img=picture, img_path='low.png', gt_path=str(tmp_path / 'x.png')))


def test_second_shot(tmp_path, picture):
    paths = [str(tmp_path / f'{i}.png') for i in range(3)]
    for number, path in enumerate(paths):
        cv2.imwrite(path, np.full_like(picture, number))
    drawn = set()
    for seed in range(20):
        np.random.seed(seed)
        results = LoadSecondShot()(dict(img=picture, img_path='low.png', second_paths=paths))
        assert (results['second_img'] == paths.index(results['second_path'])).all()
        drawn.add(results['second_path'])
    assert drawn == set(paths)
    assert 'second_img' not in LoadSecondShot()(dict(img=picture, img_path='low.png'))


def test_a_second_shot_of_another_size_is_named(tmp_path, picture):
    cv2.imwrite(str(tmp_path / 'x.png'), picture[:40])
    with pytest.raises(
        ValueError,
        match=r'second shot .*x.png.* is of shape \(40, 64, 3\), '
        r"its image .*low.png' of \(48, 64, 3\)",
    ):
        LoadSecondShot()(
            dict(img=picture, img_path='low.png', second_paths=[str(tmp_path / 'x.png')])
        )
