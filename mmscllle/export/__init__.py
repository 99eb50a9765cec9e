"""Enhancers as files that run without this package: ONNX and TorchScript."""

from .files import FORMATS, checked_format, export_enhancer

__all__ = ['FORMATS', 'checked_format', 'export_enhancer']
