"""Loopback ports for processes that are about to start.

A port the kernel lends (bind to 0, read, close) may be lent again to an outgoing connection before its process
has bound it. The ports here lie below the range that Linux lends from (32768 upwards,
net.ipv4.ip_local_port_range), and each process draws from a block of its own, so a free port stays free."""

import atexit
import contextlib
import functools
import itertools
import os
import socket
from collections.abc import Iterator

_FIRST, _LAST, _BLOCK = 20_000, 32_500, 500


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on and nobody else is given."""
    for port in _drawn():
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if _bound(probe, port):
                return port
    raise RuntimeError("unreachable: the ports of a block are drawn again and again")


@functools.cache
def _drawn() -> Iterator[int]:
    """The ports of this process's block, round and round. The block is held by its first port, kept bound."""
    blocks = range(_FIRST, _LAST, _BLOCK)
    start = os.getpid() % len(blocks)
    held = socket.socket()
    atexit.register(held.close)
    for block in (*blocks[start:], *blocks[:start]):
        if _bound(held, block):
            return itertools.cycle(range(block + 1, block + _BLOCK))
    raise RuntimeError(f"every block of ports from {_FIRST} to {_LAST} is held by a running process")


def _bound(one: socket.socket, port: int) -> bool:
    try:
        one.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
