"""A server on the loopback that misbehaves as told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def well(handler: BaseHTTPRequestHandler, content: bytes, length: int | None = None) -> None:
    """Send the content, and say that it has ``length`` bytes."""
    handler.send_response(200)
    handler.send_header('Content-Length', str(len(content) if length is None else length))
    handler.end_headers()
    handler.wfile.write(content)


def drip(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send a byte every tenth of a second."""
    well(handler, b'', len(content))
    for index in range(len(content)):
        handler.wfile.write(content[index : index + 1])
        time.sleep(0.1)


def drip_header(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Never come to the end of the header."""
    handler.wfile.write(b'HTTP/1.0 200 OK\r\nX-Padding: ')
    for _ in range(600):
        handler.wfile.write(b'x')
        time.sleep(0.1)


def endless(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send without an end, and say nothing of a length."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(content or bytes(2**16))


def redirect(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """Send to the address in the query, or else to the same one again."""
    target = parse_qs(urlparse(handler.path).query).get('to', [handler.path])
    handler.send_response(302)
    handler.send_header('Location', target[0])
    handler.end_headers()


ANSWERS: dict[str, Answer] = {
    'well': well,
    'short': lambda handler, content: well(handler, content[: len(content) // 2], len(content)),
    'huge': lambda handler, content: well(handler, content, 2**50),
    'nonsense': lambda handler, content: well(handler, content, -7),
    'login': lambda handler, content: well(handler, b'<!doctype html><title>Log in</title>'),
    'empty': lambda handler, content: well(handler, b''),
    'stall': lambda handler, content: (well(handler, content[:10], len(content)), time.sleep(60)),
    'silent': lambda handler, content: time.sleep(60),
    'close': lambda handler, content: None,
    'missing': lambda handler, content: handler.send_error(404),
    'broken': lambda handler, content: handler.send_error(500),
    'drip': drip,
    'drip_header': drip_header,
    'endless': endless,
    'redirect': redirect,
}


class Handler(BaseHTTPRequestHandler):
    """Answers ``/<name of an answer>/<name of a file>``."""

    def do_GET(self) -> None:  # noqa: N802
        _, answer, *name = urlparse(self.path).path.split('/')
        content = self.server.files.get('/'.join(name), b'')
        try:
            ANSWERS[answer](self, content)
        except OSError:
            pass  # The client has gone, which is what most of the answers are for.

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hostile_server(files: dict[str, bytes]) -> Iterator[str]:
    """Serve ``files`` at ``<address>/<answer>/<name>``; they may be changed meanwhile."""
    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.files = files
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'http://127.0.0.1:{server.server_port}'
    finally:
        server.shutdown()
        server.server_close()
