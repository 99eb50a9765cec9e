"""Pure functions that draw comparison pictures as uint8 RGB arrays."""

from .enhancement_panel import enhancement_panel
from .panels import contact_sheet, titled_row
from .segmentation_overlay import class_legend, overlay_segmentation

__all__ = [
    'class_legend',
    'contact_sheet',
    'enhancement_panel',
    'overlay_segmentation',
    'titled_row',
]
