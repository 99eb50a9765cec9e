"""Compare enhancers by what a segmentor sees behind them: the parts of ``tools/dark_eval.py``."""

from .cell import evaluate_cell
from .comparison_table import failed_images, summarise, to_markdown
from .contact_sheet import draw_contact_sheet, rank_images
from .dataset import LabelledImages
from .grid_table import grid_to_markdown, summarise_grid
from .inputs import InputError
from .loop import evaluate_methods
from .methods import Method, MethodBuilder

__all__ = [
    'InputError',
    'LabelledImages',
    'Method',
    'MethodBuilder',
    'draw_contact_sheet',
    'evaluate_cell',
    'evaluate_methods',
    'failed_images',
    'grid_to_markdown',
    'rank_images',
    'summarise',
    'summarise_grid',
    'to_markdown',
]
