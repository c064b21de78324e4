"""A caller who uses baresip, driven over its control port: what it hears is recorded, what it says is a WAV file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import wave
from collections.abc import AsyncIterator
from pathlib import Path

from scripts.ports import free_port

RATE = 8000
_MODULES = next(iter(Path("/usr/lib").glob("**/baresip/modules")), Path("/usr/lib/baresip/modules"))


class Baresip:
    """One softphone; `rang` once the call stands, `over` once it has ended."""

    def __init__(self, folder: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._folder = folder
        self._writer = writer
        self.rang, self.over = asyncio.Event(), asyncio.Event()
        self._listening = asyncio.create_task(self._listen(reader))

    async def call(self, address: tuple[str, int]) -> None:
        await self._do("dial", f"sip:95598@{address[0]}:{address[1]}")
        async with asyncio.timeout(10):
            await self.rang.wait()

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._do("sndcode", key)
            await asyncio.sleep(0.4)

    async def hang_up(self) -> None:
        await self._do("hangup")
        async with asyncio.timeout(10):
            await self.over.wait()

    def heard(self) -> bytes:
        """Samples that arrived, s16le at 8 kHz; complete once the call is over."""
        [file] = self._folder.glob("dump-*-dec.wav")
        with wave.open(str(file)) as sound:
            return sound.readframes(sound.getnframes())

    async def _do(self, command: str, params: str = "") -> None:
        body = json.dumps({"command": command, "params": params}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        await self._writer.drain()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                told = json.loads((await reader.readexactly(length + 1))[:-1])
                if told.get("type") == "CALL_ESTABLISHED":
                    self.rang.set()
                elif told.get("type") == "CALL_CLOSED":
                    self.over.set()

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._writer.close()


@contextlib.asynccontextmanager
async def baresip(folder: Path, number: str, speech: bytes = b"") -> AsyncIterator[Baresip]:
    """`speech` is said three seconds into the call, then silence. The folder must be there."""
    said, port = folder / "said.wav", free_port()
    with wave.open(str(said), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(3 * 2 * RATE) + speech + bytes(120 * 2 * RATE))
    modules = ("stdio.so", "g711.so", "aufile.so", "sndfile.so")
    (folder / "config").write_text(
        "\n".join(
            [
                "sip_listen 127.0.0.1:0", f"audio_source aufile,{said}", "audio_player nil,nil",
                "audio_alert nil,nil", "ausrc_srate 8000", "auplay_srate 8000", f"module_path {_MODULES}",
                *(f"module {name}" for name in modules), f"snd_path {folder}", "module_tmp account.so",
                "module_app menu.so", "module_app ctrl_tcp.so", f"ctrl_tcp_listen 127.0.0.1:{port}", "",
            ]
        )
    )  # fmt: skip
    (folder / "accounts").write_text(f"<sip:{number}@127.0.0.1>;regint=0;audio_codecs=PCMA\n")
    for name in ("contacts", "uuid"):
        (folder / name).touch()
    program = shutil.which("baresip")
    assert program, "baresip is not installed"
    log = (folder / "log").open("wb")
    child = await asyncio.create_subprocess_exec(
        program, "-f", str(folder), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
    )
    try:
        phone = Baresip(folder, *await _connected(port))
        yield phone
        await phone.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
        log.close()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(100):
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.1)
    raise TimeoutError("baresip did not start")
