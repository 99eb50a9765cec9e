import numpy as np
import pytest

from mmscllle.visualization import contact_sheet, titled_row

GAP = 8
RED, GREEN = (200, 0, 0), (0, 200, 0)


def flat(height, width, colour):
    return np.full((height, width, 3), colour, np.uint8)


def test_row_puts_pictures_side_by_side():
    row = titled_row([flat(60, 80, RED), flat(60, 50, GREEN)], ['input', 'enhanced'])
    assert row.dtype == np.uint8
    assert row.shape[1] == 80 + 50 + 3 * GAP
    pictures = row[-GAP - 60 : -GAP]
    assert (pictures[:, GAP : GAP + 80] == RED).all()
    assert (pictures[:, GAP + 80 + GAP : -GAP] == GREEN).all()
    assert (pictures[:, GAP + 80 : GAP + 80 + GAP] == 255).all()


def test_titles_stand_above_their_own_picture():
    row = titled_row([flat(60, 80, RED), flat(60, 80, RED)], ['input', ''])
    band = row[: -GAP - 60]
    dark = (band < 100).all(axis=2)
    assert dark[:, GAP : GAP + 80].sum() > 20
    assert not dark[:, GAP + 80 :].any()
    # Centred, to a pixel or two.
    columns = np.flatnonzero(dark.any(axis=0))
    assert abs((columns[0] + columns[-1]) / 2 - (GAP + 40)) <= 2


def test_long_title_stays_above_its_picture():
    row = titled_row([flat(60, 40, RED), flat(60, 40, RED)], ['a very long title' * 5, ''])
    dark = (row[: -GAP - 60] < 100).all(axis=2)
    assert dark.any()
    assert not dark[:, GAP + 40 :].any()


def test_sizes_are_made_equal_in_height():
    row = titled_row([flat(60, 80, RED), flat(30, 20, GREEN)], ['a', 'b'])
    pictures = row[-GAP - 60 : -GAP]
    assert row.shape[1] == 80 + 40 + 3 * GAP
    assert (pictures[:, -GAP - 40 : -GAP] == GREEN).all()


def test_given_height():
    row = titled_row([flat(60, 80, RED)], ['a'], height=30)
    assert row.shape[1] == 40 + 2 * GAP
    assert (row[-GAP - 30 : -GAP, GAP:-GAP] == RED).all()
    assert (row[-GAP - 31, GAP:-GAP] == 255).all()


def test_sheet_aligns_columns():
    rows = [[flat(40, 60, RED), flat(40, 60, GREEN)], [flat(40, 20, GREEN), flat(40, 60, RED)]]
    sheet = contact_sheet(rows, ['a', 'b'])
    assert sheet.shape[1] == 60 + 60 + 3 * GAP
    lower = sheet[-GAP - 40 : -GAP]
    upper = sheet[-GAP - 40 - GAP - 40 : -GAP - 40 - GAP]
    assert (upper[:, GAP : GAP + 60] == RED).all()
    # 20 wide, centred in 60.
    assert (lower[:, GAP + 20 : GAP + 40] == GREEN).all()
    assert (lower[:, GAP : GAP + 20] == 255).all()
    assert (lower[:, -GAP - 60 : -GAP] == RED).all()


def test_row_titles_add_a_line_per_row():
    rows = [[flat(40, 60, RED)], [flat(40, 60, RED)]]
    plain = contact_sheet(rows, [''])
    named = contact_sheet(rows, [''], row_titles=['day/1.png', 'dusk/1.png'])
    assert not (plain < 100).all(axis=2).any()
    assert (named < 100).all(axis=2).any()
    assert (named.shape[0] - plain.shape[0]) % 2 == 0
    assert named.shape[0] > plain.shape[0]


def test_pictures_are_not_changed():
    image = flat(20, 20, RED)
    titled_row([image, image], ['a', 'b'], height=10)
    assert (image == RED).all()


@pytest.mark.parametrize(
    ('image', 'error', 'message'),
    [
        (np.zeros((4, 4, 3), np.float32), TypeError, r'picture 0 of row 0 must be uint8.*float32'),
        (np.zeros((4, 4), np.uint8), ValueError, r'must have shape \(H, W, 3\), got \(4, 4\)'),
        (np.zeros((3, 4, 4), np.uint8), ValueError, r'got \(3, 4, 4\)'),
        (np.zeros((0, 4, 3), np.uint8), ValueError, r'got \(0, 4, 3\)'),
        ([[0]], TypeError, 'must be a numpy array, got list'),
    ],
)
def test_what_is_no_picture_is_refused(image, error, message):
    with pytest.raises(error, match=message):
        titled_row([image], ['a'])


def test_wrong_layout_is_refused():
    image = flat(4, 4, RED)
    with pytest.raises(ValueError, match='row 0 has 1 pictures for 2 titles'):
        titled_row([image], ['a', 'b'])
    with pytest.raises(ValueError, match='row 1 has 2 pictures for 1 titles'):
        contact_sheet([[image], [image, image]], ['a'])
    with pytest.raises(ValueError, match='1 rows need as many row_titles, got 2'):
        contact_sheet([[image]], ['a'], row_titles=['x', 'y'])
    with pytest.raises(ValueError, match='height must be at least 1 pixel, got 0'):
        titled_row([image], ['a'], height=0)
    with pytest.raises(ValueError, match='nothing to draw'):
        contact_sheet([], ['a'])
