"""Errors in words."""

from __future__ import annotations


class ArgumentError(ValueError):
    """An argument has a wrong value.

    Args:
        argument: Its name.
        problem: The rest of the message, which begins with the name.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument + problem)
        self.argument = argument
        self.problem = problem


def one_line(error: BaseException) -> str:
    """The message of an error in one line, with its type where the message alone says little."""
    text = str(error)
    # Of a worker of a data loader.
    if 'Original Traceback' in text:
        text = text.strip().splitlines()[-1]
    text = ' '.join(text.split())
    if text and isinstance(error, (ValueError, OSError, ImportError)):
        return text
    return f'{type(error).__name__}: {text}' if text else type(error).__name__


def printable(text: str) -> str:
    """A text with what steers a terminal, which names of files may hold, in Python's notation."""
    return ''.join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
