"""Recognition servers over WebSocket: FunASR's runtime and vosk-server. Their documentation gives the messages.

https://github.com/modelscope/FunASR/blob/main/runtime/docs/websocket_protocol.md
https://github.com/alphacep/vosk-server
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from bot.voice.asr import RATE, AsrUnavailable, Recognised

PATIENCE = 3.0
"""Seconds until a server that says nothing counts as gone."""
_UNSURE = 0.7  # where no confidence is told
_HOT = 20  # FunASR's usual weight of a hot word


class _Server:
    """One connection per utterance: a server that restarts hurts one utterance and no more."""

    def __init__(self, url: str, *, subprotocol: str | None = None, patience: float = PATIENCE) -> None:
        self._url = url
        self._subprotocols = [Subprotocol(subprotocol)] if subprotocol else None
        self._patience = patience
        self._line: ClientConnection | None = None

    async def open(self, hello: dict[str, Any]) -> None:
        await self.close()
        self._line = await self._try(
            connect(self._url, subprotocols=self._subprotocols, max_size=1 << 20, proxy=None)
        )
        await self.send(json.dumps(hello, ensure_ascii=False))

    async def send(self, message: str | bytes) -> None:
        await self._try(self._connected().send(message))

    async def receive(self) -> dict[str, Any]:
        answer = await self._try(self._connected().recv())
        try:
            found = json.loads(answer)
        except ValueError as error:
            raise AsrUnavailable("the server does not speak JSON") from error
        return found if isinstance(found, dict) else {}

    async def close(self) -> None:
        line, self._line = self._line, None
        if line:
            await line.close()

    def _connected(self) -> ClientConnection:
        if self._line is None:
            raise AsrUnavailable("no utterance has begun")
        return self._line

    async def _try(self, work: Any) -> Any:
        try:
            async with asyncio.timeout(self._patience):
                return await work
        except (OSError, TimeoutError, WebSocketException) as error:
            raise AsrUnavailable(type(error).__name__) from error


class FunAsr:
    """FunASR's `2pass` mode: quick text while the caller speaks, better text at the end."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self._server = _Server(url, subprotocol="binary", patience=patience)
        self._so_far = ""
        self._final: asyncio.Future[str] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._patience = patience

    async def begin(self, hotwords: Sequence[str] = ()) -> None:
        await self.close()
        self._so_far, self._final = "", asyncio.get_running_loop().create_future()
        hello = {
            "mode": "2pass", "chunk_size": [5, 10, 5], "chunk_interval": 10, "wav_name": "call",
            "wav_format": "pcm", "audio_fs": RATE, "is_speaking": True, "itn": True,
            # A string that holds JSON: the server wants it so.
            "hotwords": json.dumps(dict.fromkeys(hotwords, _HOT), ensure_ascii=False),
        }  # fmt: skip
        await self._server.open(hello)
        self._reader = asyncio.create_task(self._read())

    async def feed(self, pcm: bytes) -> str:
        await self._server.send(pcm)
        return self._so_far

    async def end(self) -> Recognised:
        await self._server.send(json.dumps({"is_speaking": False}))
        assert self._final
        try:
            text = await asyncio.wait_for(self._final, self._patience)
        except TimeoutError as error:
            raise AsrUnavailable("no final text came") from error
        finally:
            await self.close()
        return Recognised(text, _UNSURE if text else 0.0)

    async def close(self) -> None:
        if self._reader:
            self._reader.cancel()
            self._reader = None
        await self._server.close()

    async def _read(self) -> None:
        """`is_final` cannot be trusted (it is false throughout in some modes): the offline pass has the last word."""
        assert self._final
        final = ""
        try:
            while True:
                told = await self._server.receive()
                if told.get("mode") == "2pass-offline":
                    final += told.get("text", "")
                    if not self._final.done():
                        self._final.set_result(final)
                else:
                    self._so_far += told.get("text", "")
        except AsrUnavailable as error:
            if not self._final.done():
                self._final.set_exception(error)
                self._final.exception()  # read here, so that a call that ended does not complain


class Vosk:
    """vosk-server: partial texts while the caller speaks, a result at the end of file."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self._server = _Server(url, patience=patience)

    async def begin(self, hotwords: Sequence[str] = ()) -> None:
        config: dict[str, Any] = {"sample_rate": RATE}
        if hotwords:
            config["phrase_list"] = [" ".join(word) for word in hotwords] + ["[unk]"]
        await self._server.open({"config": config})

    async def feed(self, pcm: bytes) -> str:
        await self._server.send(pcm)
        told = await self._server.receive()
        return _joined(told.get("partial") or told.get("text") or "")

    async def end(self) -> Recognised:
        # The server compares the string, the blanks included.
        await self._server.send('{"eof" : 1}')
        told = await self._server.receive()
        await self._server.close()
        text = _joined(told.get("text", ""))
        sure = [float(word["conf"]) for word in told.get("result", ()) if "conf" in word]
        return Recognised(text, (sum(sure) / len(sure) if sure else _UNSURE) if text else 0.0)

    async def close(self) -> None:
        await self._server.close()


def _joined(text: str) -> str:
    return text.replace(" ", "")
