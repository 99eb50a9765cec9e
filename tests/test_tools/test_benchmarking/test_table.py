from __future__ import annotations

import cv2
import pytest
from benchmarking.cases import Case
from benchmarking.plot import draw_plot
from benchmarking.table import add_speed_ups, make_row, to_markdown

LIMITS = dict(bandwidth=1e9, matrix_rates=dict(float32=1e10, bfloat16=2e10))


def result(seconds, memory=500.0):
    return dict(seconds=seconds, memory_mib=memory, flops=1e9, moved_bytes=10**8)


def rows():
    cases = [
        (Case('30x20', 'eager'), result([0.7, 0.9, 0.8])),
        (Case('30x20', 'fast', 'bfloat16'), result([0.2, 0.1, 0.2, 0.3, 0.2])),
        (Case('30x20', 'fast', batch=4), result([0.5, 0.5], memory=None)),
        (Case('4K', 'eager'), dict(error='MemoryError: needs 9 GiB')),
    ]
    found = [make_row(case, measured, LIMITS) for case, measured in cases]
    add_speed_ups(found)
    return found


def test_row_by_hand():
    row = rows()[1]
    assert row['runs'] == 5 and row['ms'] == pytest.approx(200)
    assert row['ms_quartiles'] == pytest.approx([150, 250])
    assert row['images_per_s'] == pytest.approx(5)
    assert row['times_eager'] == pytest.approx(4)
    assert row['matrix_rate_percent'] == pytest.approx(25)
    assert row['bandwidth_percent'] == pytest.approx(50)
    assert row['memory_mib'] == 500


def test_no_speed_up_without_the_eager_network_at_this_batch():
    assert 'times_eager' not in rows()[2] and rows()[2]['images_per_s'] == pytest.approx(8)


def test_markdown():
    text = to_markdown(dict(machine='A machine', limits=dict(cpu=LIMITS), rows=rows()))
    lines = [line.replace(' ', '') for line in text.splitlines()]
    assert '|scl-lle|30x20|1|eager|float32|800.0|700.0to900.0|1.25|1.00|500|12|12.5|' in lines
    assert '|scl-lle|30x20|1|fast|bfloat16|200.0|150.0to250.0|5.00|4.00|500|25|50.0|' in lines
    assert '|scl-lle|30x20|4|fast|float32|500.0|500.0to500.0|8.00|–|–|20|20.0|' in lines
    assert '- scl-lle, 4K, eager, float32, batch 1: MemoryError: needs 9 GiB' in text
    assert '10 GFLOP/s in float32, 20 GFLOP/s in bfloat16' in text and '1.0 GB/s' in text


def test_plot(tmp_path):
    path = tmp_path / 'plot.png'
    draw_plot(rows(), 'A machine', path)
    picture = cv2.imread(str(path))
    assert picture.shape == (500, 1200, 3)
    # The first colours of matplotlib's cycle, one a kind of row, are there as bars.
    for color in ((180, 119, 31), (14, 127, 255), (44, 160, 44)):
        assert (picture == color).all(axis=2).sum() > 100
