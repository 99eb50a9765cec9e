"""Fetch a file by HTTP within bounds of time and size."""

from __future__ import annotations

from threading import Event, Thread
from typing import BinaryIO
from urllib import request

# Seconds that a server may be silent.
PATIENCE = 30
CHUNK = 2**20
# Not those for files and FTP, to which a server could redirect.
HANDLERS = (
    request.ProxyHandler,
    request.HTTPHandler,
    request.HTTPSHandler,
    request.HTTPRedirectHandler,
    request.HTTPDefaultErrorHandler,
    request.HTTPErrorProcessor,
    request.UnknownHandler,
)


def download(url: str, target: BinaryIO, max_bytes: int, seconds: float) -> None:
    """Fetch what is at a URL.

    Args:
        url: ``http://`` or ``https://``; redirects are followed to these only.
        target: Where it is written to.
        max_bytes: More than this is refused.
        seconds: How long it may take, the search for the host included; a server that is silent
            for :data:`PATIENCE` seconds is given up before.

    Raises:
        OSError: If the server cannot be reached, is too slow, sends an error, fewer bytes than it
            says, or too many; it names the URL and the reason.
    """
    failures: list[Exception] = []
    given_up = Event()

    def receive() -> None:
        try:
            _receive(url, target, max_bytes, given_up)
        # Raised again in the thread that waits for the file.
        except Exception as error:
            failures.append(error)

    # Name servers, proxies and handshakes have time limits each, or none: the thread that waits on
    # them is left behind when the time is over.
    receiver = Thread(target=receive, daemon=True)
    receiver.start()
    receiver.join(seconds)
    if receiver.is_alive():
        given_up.set()
        failures.append(OSError(f'it is not complete after {seconds:g} seconds'))
    if failures:
        reason = getattr(failures[0], 'reason', failures[0])
        code = f'{failures[0].code} ' if hasattr(failures[0], 'code') else ''
        raise OSError(
            f'{url!r} cannot be fetched: {code}{reason or type(reason).__name__}'
        ) from failures[0]


def _receive(url: str, target: BinaryIO, max_bytes: int, given_up: Event) -> None:
    opener = request.OpenerDirector()
    for handler in HANDLERS:
        opener.add_handler(handler())
    with opener.open(url, timeout=PATIENCE) as response:
        stated = int(response.headers.get('Content-Length') or -1)
        if stated > max_bytes:
            raise OSError(f'it has {stated:,} bytes, more than {max_bytes:,}')
        count = 0
        while not given_up.is_set():
            chunk = response.read1(CHUNK)
            if not chunk:
                break
            count += len(chunk)
            if count > max_bytes:
                raise OSError(f'it has more than {max_bytes:,} bytes')
            target.write(chunk)
    if count < stated:
        raise OSError(f'it breaks off after {count:,} of {stated:,} bytes')
