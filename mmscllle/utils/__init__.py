"""Helpers that belong to no single part."""
