"""Ports for processes about to start: never the kernel's to lend, never the same for two processes."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from scripts.ports import free_port
from scripts.supervisor import ROOT


def test_a_free_port_is_not_one_that_is_lent_to_outgoing_connections() -> None:
    lent_from, _ = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()
    assert all(port < int(lent_from) for port in (free_port() for _ in range(1000)))


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    drawn = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", drawn + 1))
        taken.listen()
        assert free_port() == drawn + 2


def test_two_processes_draw_from_blocks_of_their_own() -> None:
    here = {free_port() for _ in range(600)}
    script = "from scripts.ports import free_port; print(*(free_port() for _ in range(600)))"
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert here.isdisjoint({int(port) for port in printed.stdout.split()})
