"""Compare enhancers by what a segmentor sees behind them: the parts of ``tools/dark_eval.py``."""
from .comparison_table import summarise, to_markdown
from .contact_sheet import draw_contact_sheet, rank_images
from .dataset import LabelledImages
from .inputs import InputError
from .loop import evaluate_methods
from .methods import Method, MethodBuilder

__all__ = [
    'InputError', 'LabelledImages', 'Method', 'MethodBuilder', 'draw_contact_sheet',
    'evaluate_methods', 'rank_images', 'summarise', 'to_markdown'
]
