"""linphone calls through Kamailio, which stays in the path (Record-Route): keys, and the end from either side."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scripts.ports import free_port
from tests.gateway.fakes import until
from tests.voice.sip.test_endpoint import Answering, answering

MODULES = next(Path("/usr/lib").glob("*/kamailio/modules"), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("linphonec") and MODULES), reason="no linphonec or kamailio (Debian packages)"
    ),
]
CALLER = "13800000905"
PROXY = """#!KAMAILIO
debug=0
log_stderror=yes
children=1
listen=udp:127.0.0.1:{port}
mpath="{modules}/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {{
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK") && t_check_trans()) {{ t_relay(); }}
    exit;
  }}
  if (is_method("INVITE")) record_route();
  $du = "sip:127.0.0.1:{line}";
  t_relay();
}}
"""
PHONE = """[sip]
bind_address=127.0.0.1
sip_port={port}
sip_tcp_port=0
sip_tls_port=0
use_rfc2833=1
guess_hostname=0
contact=sip:{caller}@127.0.0.1:{port}
[misc]
network_monitored=0
"""


@contextlib.asynccontextmanager
async def running(*command: str, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(folder)},
        )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def tell(phone: asyncio.subprocess.Process, line: str) -> None:
    assert phone.stdin
    phone.stdin.write(f"{line}\n".encode())
    await phone.stdin.drain()


@contextlib.asynccontextmanager
async def call(folder: Path) -> AsyncIterator[tuple[Answering, asyncio.subprocess.Process]]:
    """A call of linphone's that has come through the proxy and is answered."""
    async with answering() as line, contextlib.AsyncExitStack() as stack:
        proxy, phone = free_port(), free_port()
        config, rc = folder / "kamailio.cfg", folder / "linphonerc"
        config.write_text(PROXY.format(port=proxy, modules=MODULES, line=line.endpoint.port))
        rc.write_text(PHONE.format(port=phone, caller=CALLER))
        (folder / ".local/share/linphone").mkdir(parents=True)
        kamailio = ("kamailio", "-f", str(config), "-DD", "-E", "-m", "32", "-M", "8", "-Y", str(folder))
        await stack.enter_async_context(running(*kamailio, folder=folder))
        phone_line = await stack.enter_async_context(running("linphonec", "-c", str(rc), folder=folder))
        await asyncio.sleep(2)
        await tell(phone_line, "soundcard use files")
        await tell(phone_line, f"call sip:95598@127.0.0.1:{proxy}")
        await until(lambda: line.lines, 15)
        assert line.lines[0].caller == CALLER
        await asyncio.sleep(1)
        yield line, phone_line


async def test_a_call_through_a_proxy_brings_its_keys_and_is_ended_by_the_caller(tmp_path: Path) -> None:
    async with call(tmp_path) as (line, phone):
        for key in "1#5":
            await tell(phone, key)
            await asyncio.sleep(0.5)
        await until(lambda: line.keys == "1#5", 5)
        await tell(phone, "terminate")
        await until(lambda: line.over, 5)


async def test_a_call_through_a_proxy_is_ended_by_the_line(tmp_path: Path) -> None:
    async with call(tmp_path) as (line, _):
        line.lines[0].drop()
        log = tmp_path / "linphonec.log"
        await until(lambda: b"ended (No error)" in log.read_bytes(), 5)
