"""Recognition servers as FunASR and vosk document them; what they answer is told by the test."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve


@dataclass
class FunAsrServer:
    """Speaks 2pass. `trouble`: "" or silent, drop, nonsense."""

    online: list[str] = field(default_factory=list)
    offline: str = ""
    trouble: str = ""
    hellos: list[dict[str, Any]] = field(default_factory=list)
    heard: bytes = b""

    async def talk(self, line: ServerConnection) -> None:
        left = list(self.online)
        async for message in line:
            if isinstance(message, bytes):
                self.heard += message
                if self.trouble == "drop":
                    await line.close(1011)
                elif left:
                    await line.send(
                        json.dumps({"mode": "2pass-online", "text": left.pop(0), "is_final": False})
                    )
                continue
            told = json.loads(message)
            if told["is_speaking"]:
                assert isinstance(told["hotwords"], str)
                self.hellos.append(told)
            elif self.trouble == "nonsense":
                await line.send("not json")
            elif not self.trouble:
                await line.send(
                    json.dumps({"mode": "2pass-offline", "text": self.offline, "is_final": False})
                )


@dataclass
class VoskServer:
    """Compares the end of file as a string, as the original does."""

    text: str = ""
    configs: list[dict[str, Any]] = field(default_factory=list)
    heard: bytes = b""

    async def talk(self, line: ServerConnection) -> None:
        async for message in line:
            if isinstance(message, bytes):
                self.heard += message
                await line.send(json.dumps({"partial": self.text[: len(self.heard) // 320]}))
            elif message == '{"eof" : 1}':
                words = [{"word": word, "conf": 0.9} for word in self.text.split()]
                await line.send(json.dumps({"text": self.text, "result": words}))
            else:
                self.configs.append(json.loads(message)["config"])


@contextlib.asynccontextmanager
async def listening(server: FunAsrServer | VoskServer) -> AsyncIterator[str]:
    """Its address."""
    async with serve(server.talk, "127.0.0.1", 0, subprotocols=None, select_subprotocol=_any) as running:
        yield f"ws://127.0.0.1:{running.sockets[0].getsockname()[1]}"
        await asyncio.sleep(0)


def _any(_line: ServerConnection, offered: Any) -> Any:
    return offered[0] if offered else None
