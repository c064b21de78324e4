"""The whole system, started on free ports for a test, and a customer who talks to it as an app would."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import threading
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import httpx

from scripts.supervisor import ROOT, SERVICES, Layout, System, free_ports

T = TypeVar("T")


class RunningSystem:
    """A `System` whose event loop runs in a thread of its own, so that plain tests can use it."""

    def __init__(self, run_dir: Path, households: int = 200, layout: Layout | None = None) -> None:
        # Tests talk faster than people.
        fast = {"GRIDCARE_MESSAGES_PER_SECOND": "50"}
        self.layout = layout or Layout(run_dir, free_ports(), extra=fast)
        self.customers: list[Customer] = []
        self.seed(households)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.system = System(self.layout)
        self.run(self.system.__aenter__())

    def seed(self, households: int) -> None:
        self.layout.run_dir.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [SERVICES, "-m", "backend.seed", "--size", str(households)],
            cwd=ROOT,
            env={**os.environ, **self.layout.environment()},
            check=True,
            capture_output=True,
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(180)

    def stop(self) -> None:
        for customer in self.customers:
            customer.client.close()
        self.run(self.system.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def url(self, name: str) -> str:
        return self.layout.url(name)

    def secret(self, name: str) -> str:
        return self.layout.environment()[name]

    def rows(self, database: str, query: str, *values: object) -> list[sqlite3.Row]:
        """Rows of the gateway's or the backend's own database, read while it runs."""
        connection = sqlite3.connect(f"file:{self.layout.run_dir / (database + '.db')}?mode=ro", uri=True)
        try:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def customer(self, accounts: tuple[str, ...] = (), level: str = "L0") -> Customer:
        self.customers.append(Customer(self, accounts, level))
        return self.customers[-1]


class Customer:
    """One conversation over the app channel. `say` returns the texts of the answer."""

    def __init__(self, system: RunningSystem, accounts: tuple[str, ...], level: str) -> None:
        self.conversation = f"test-{uuid.uuid4()}"
        self.identity = {"accounts": list(accounts), "level": level} if accounts else {}
        self.cursor = 0
        self.last: list[dict[str, Any]] = []
        headers = {"Authorization": f"Bearer {system.secret('GRIDCARE_APP_TOKEN')}"}
        self.client = httpx.Client(
            base_url=system.url("gateway"), headers=headers, trust_env=False, timeout=30
        )

    def say(self, text: str) -> str:
        return self._send({"text": text})

    def choose(self, title: str) -> str:
        """Press the button with this title of the last answer."""
        buttons = [button for message in self.last for button in message.get("quick_replies", [])]
        chosen = [button["id"] for button in buttons if button["title"] == title]
        assert chosen, f"no button {title} among {[button['title'] for button in buttons]}"
        return self._send({"choice": chosen[0]})

    def _send(self, content: dict[str, Any]) -> str:
        body = {
            "message_id": str(uuid.uuid4()),
            "conversation": self.conversation,
            **self.identity,
            **content,
        }
        answer = self.client.post("/api/v1/messages", json=body)
        assert answer.status_code in (200, 202), answer.text
        data = answer.json()
        self.last = data["messages"]
        self.cursor = data["cursor"]
        return "\n".join(message.get("text", "") for message in self.last)
