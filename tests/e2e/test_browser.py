"""The built widget and the agents' page in a real chromium: alone with a fake gateway, and the widget with the real
gateway and a fake engine."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.ports import free_port
from tests.gateway.fakes import TOKENS, FakeEngine, until

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CARDS = ROOT / "web" / "fixtures" / "cards.json"
SECONDS = 240


async def browse(script: str, **environment: str) -> None:
    """Run one file of web/e2e and fail with what it printed."""
    node = shutil.which("node")
    assert node, "Node.js is needed"
    command = (node, "--test", "--test-reporter=spec", f"e2e/{script}")
    child = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT / "web", env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(child.communicate(), SECONDS)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    assert child.returncode == 0, output.decode()


class Gateway:
    """The gateway as a process on a file, which can be killed and started again."""

    def __init__(self, folder: Path, engine: FakeEngine) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        values = {
            **TOKENS, "backend_token": "made-up-backend_token-for-tests", "demo": "1", "gateway_url": self.url, "allowed_origins": self.url, "engine_url": engine.url,
            "backend_url": f"http://127.0.0.1:{free_port()}", "upload_dir": str(folder / "uploads"),
            "gateway_db": f"sqlite+aiosqlite:///{folder / 'gateway.db'}",
        }  # fmt: skip
        self._env = {**os.environ, **{f"GRIDCARE_{name.upper()}": value for name, value in values.items()}}
        self._log = folder / "gateway.log"
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        command = (sys.executable, "-m", "bot.gateway")
        with self._log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=self._env, stdout=log, stderr=log
            )
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:

            async def live() -> bool:
                assert self._child and self._child.returncode is None, self._log.read_text()[-2000:]
                try:
                    return (await http.get("/live")).status_code == 200
                except httpx.HTTPError:
                    return False

            await until(live, 30)

    async def kill(self) -> None:
        if self._child and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()


def echo(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """What web/e2e/live.test.mjs expects of an engine."""
    if turn["payload"]:
        return [{"text": f"pressed:{turn['payload']}"}]
    if turn["text"] == "柱状图":
        card = json.loads(CARDS.read_text(encoding="utf-8"))["bill_history"]
        return [{"text": "近12个月", "custom": {"type": "card", **card}}]
    if turn["text"] == "按钮":
        choices = [{"title": "有电", "payload": "/has_power"}, {"title": "没电", "payload": "/no_power"}]
        return [{"text": "有电吗", "buttons": choices}]
    return [{"text": f"echo:{turn['text']}"}]


async def test_the_widget_keeps_every_promise_to_a_gateway_that_keeps_the_protocol() -> None:
    await browse("widget.test.mjs")


async def test_elder_mode_can_be_seen_and_touched() -> None:
    await browse("elder.test.mjs")


async def test_the_agents_page_serves_two_agents_and_three_customers() -> None:
    await browse("console.test.mjs")


async def test_the_widget_and_the_real_gateway_understand_each_other(tmp_path: Path) -> None:
    async with FakeEngine(answer=echo).serving() as engine:
        gateway = Gateway(tmp_path, engine)
        await gateway.start()
        try:
            await browse("live.test.mjs", GRIDCARE_E2E_URL=gateway.url)
        finally:
            await gateway.kill()


async def test_a_customer_notices_nothing_but_a_pause_when_the_real_gateway_is_killed(tmp_path: Path) -> None:
    async with FakeEngine(answer=echo).serving() as engine:
        gateway = Gateway(tmp_path, engine)
        await gateway.start()
        page = asyncio.create_task(
            browse("live.test.mjs", GRIDCARE_E2E_URL=gateway.url, GRIDCARE_E2E_RAMPAGE="1")
        )
        try:
            for pause in (4, 3, 2):
                await asyncio.sleep(pause)
                await gateway.kill()
                await gateway.start()
            await page
        finally:
            page.cancel()
            await gateway.kill()
