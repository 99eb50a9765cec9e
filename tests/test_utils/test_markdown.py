from mmscllle.utils.markdown import markdown_table


def test_text_is_aligned_left_and_numbers_right():
    rows = [('a', 'ours', '9.5'), ('b|c', 'x', '–')]
    assert markdown_table(('set', 'name', 'PSNR'), rows, text_columns=2) == (
        '| set  | name | PSNR |\n'
        '|:-----|:-----|-----:|\n'
        '| a    | ours |  9.5 |\n'
        '| b\\|c | x    |    – |'
    )


def test_a_table_without_rows_has_its_header():
    assert markdown_table(('a',), [], 0) == '| a |\n|--:|'
