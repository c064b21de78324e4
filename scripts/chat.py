"""Talk to the running system in the terminal, over the same socket as the web page.

Type a sentence, or the number of a button. /quit leaves; /new begins a new conversation.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
import socketio

from scripts.supervisor import from_settings

SPEAKERS = {"customer": "我", "bot": "机器人", "system": "系统"}


class Terminal:
    """One conversation: prints what arrives, sends what is typed, keeps the session for the next time."""

    def __init__(self, base: str, keep: Path) -> None:
        self.base = base
        self.keep = keep
        self.seq = 0
        self.buttons: list[dict[str, str]] = []
        self.settled = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection_delay=0.5, reconnection_delay_max=2)
        self.socket.on("bot_uttered", self.show)
        self.socket.on("session_confirm", self.catch_up)
        self.socket.on("connect", self.resume)
        self.socket.on("typing", self.typing)

    async def open(self, fresh: bool) -> None:
        body = {} if fresh or not self.keep.exists() else {"token": self.keep.read_text()}
        headers = {"Origin": self.base}
        async with httpx.AsyncClient(base_url=self.base, trust_env=False, headers=headers) as client:
            answer = await client.post("/api/v1/web/session", json=body)
            answer.raise_for_status()
        token = answer.json()["token"]
        self.keep.write_text(token)
        await self.socket.connect(self.base, headers=headers, auth={"token": token}, transports=["websocket"])

    async def resume(self) -> None:
        await self.socket.emit("session_request", {"after_seq": self.seq})

    async def catch_up(self, data: dict[str, Any]) -> None:
        for message in data.get("messages", []):
            await self.show(message)

    async def typing(self, data: dict[str, Any]) -> None:
        if not data.get("on"):
            self.settled.set()

    async def show(self, message: dict[str, Any]) -> None:
        if message["seq"] <= self.seq:
            return
        self.seq = message["seq"]
        speaker = {"customer": "我", "agent": message.get("agent", "坐席"), "system": "系统"}.get(
            message["from"], "机器人"
        )
        if message.get("text"):
            print(f"\r{speaker}: {message['text']}")
        if card := message.get("card"):
            print(f"    [{card['card']}] {json.dumps(card['data'], ensure_ascii=False)[:300]}")
        if replies := message.get("quick_replies"):
            self.buttons = replies
            print("    " + "  ".join(f"{n}) {button['title']}" for n, button in enumerate(replies, 1)))
        if message["from"] != "customer":
            self.settled.set()

    async def say(self, text: str) -> None:
        body: dict[str, Any] = {"msg_id": str(uuid.uuid4()), "text": text}
        if text.isdigit() and 1 <= int(text) <= len(self.buttons):
            body = {"msg_id": body["msg_id"], "choice": self.buttons[int(text) - 1]["id"]}
        self.buttons = []
        self.settled.clear()
        answer = await self.socket.call("user_uttered", body, timeout=10)
        if not answer.get("ok"):
            print(f"    ! {answer['error']['message']}")
            return
        self.seq = max(self.seq, answer["seq"])
        try:
            await asyncio.wait_for(self.settled.wait(), 15)
            await asyncio.sleep(0.3)
        except asyncio.TimeoutError:
            print("    (no answer yet; it will appear here)")


async def main() -> int:
    layout = from_settings()
    terminal = Terminal(layout.url("gateway"), layout.run_dir / "chat.token")
    try:
        await terminal.open(fresh="--new" in sys.argv)
    except (httpx.HTTPError, socketio.exceptions.ConnectionError) as error:
        print(
            f"No system answers at {terminal.base}: run `make up` in another window first ({error})",
            file=sys.stderr,
        )
        return 1
    loop = asyncio.get_running_loop()
    while True:
        line = await loop.run_in_executor(None, sys.stdin.readline)
        text = line.strip()
        if not line or text == "/quit":
            break
        if text == "/new":
            await terminal.socket.disconnect()
            terminal = Terminal(terminal.base, terminal.keep)
            await terminal.open(fresh=True)
        elif text:
            await terminal.say(text)
    await terminal.socket.disconnect()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
