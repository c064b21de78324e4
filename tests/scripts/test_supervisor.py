"""What `make up` keeps of a machine."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from scripts import supervisor, watch
from scripts.ports import free_port
from scripts.supervisor import SECRETS, Layout, Process, System, from_settings
from tests.gateway.fakes import until


def test_secrets_are_kept_and_one_that_a_newer_version_needs_is_added(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = layout.secrets()
    assert first.keys() == set(SECRETS) and layout.secrets() == first
    kept = {name: value for name, value in first.items() if name != "GRIDCARE_VOICE_TOKEN"}
    (tmp_path / "secrets.env").write_text("".join(f"{k}={v}\n" for k, v in kept.items()), encoding="utf-8")
    later = layout.secrets()
    assert later.keys() == set(SECRETS) and kept.items() <= later.items()
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_consumers_of_events_start_only_where_there_is_a_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDCARE_RUN_DIR", str(tmp_path))
    monkeypatch.delenv("GRIDCARE_FACTS_URL", raising=False)
    assert "events" not in System(from_settings()).processes
    monkeypatch.setenv("GRIDCARE_FACTS_URL", "http://127.0.0.1:1/facts")
    system = System(from_settings())
    assert "events" in system.processes
    environment = system.layout.environment()
    assert environment["GRIDCARE_EVENTS_DB"].startswith(f"sqlite:///{tmp_path}")
    assert environment["GRIDCARE_EVENTS_URL"] == system.url("events")


SERVER = """
import http.server, sys
class Live(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Live).serve_forever()
"""


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """One process, a server that says it lives; asked often."""
    port = free_port()
    monkeypatch.setattr(supervisor, "COMMANDS", {"gateway": (sys.executable, "-c", SERVER, str(port))})
    monkeypatch.setattr(watch, "LIVE_EVERY", 0.2)
    monkeypatch.setattr(watch, "LIVE_SECONDS", 1.0)
    return Layout(tmp_path, {"gateway": port})


async def test_a_frozen_process_is_found_and_replaced(layout: Layout) -> None:
    async with System(layout) as system:
        frozen = system["gateway"].pid
        assert frozen
        await asyncio.sleep(1)
        os.kill(frozen, signal.SIGSTOP)
        await until(lambda: system["gateway"].pid not in (None, frozen), 30)
        await system["gateway"].ready()
    assert not alive(frozen) and not system["gateway"].note.exists()


async def test_what_a_killed_supervisor_left_is_stopped_by_the_next_one_and_nothing_else(
    layout: Layout,
) -> None:
    run = asyncio.create_subprocess_exec
    left = await run(*supervisor.COMMANDS["gateway"], cwd=supervisor.ROOT, start_new_session=True)
    other = await run(sys.executable, "-c", "import time; time.sleep(60)")
    note = Process("gateway", layout, False).note
    note.parent.mkdir(parents=True)
    note.write_text(str(left.pid))
    async with System(layout) as system:
        assert await left.wait() == -signal.SIGTERM
        assert system["gateway"].pid not in (None, left.pid)
        await system.stop()
        note.write_text(str(other.pid))
        await Process("gateway", layout, False).stop_orphan()
        assert other.returncode is None, "its number was in the note, but it is another program"
    other.kill()
    await other.wait()


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
