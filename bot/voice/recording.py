"""Recordings of calls, where the company wants them: both sides, sealed before they reach the disk, and deleted in time.

A file is a series of AES-256-GCM pieces of ten seconds, each bound to its place in its file, so none can be exchanged
or left out unnoticed. Inside is A-law at 8 kHz, two channels: the caller, then the line.

    python -m bot.voice.recording FILE OUT.wav      opens one, with the key in GRIDCARE_RECORDING_KEY
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import struct
import sys
import wave
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.voice.sip.g711 import G711, PCMA

log = structlog.get_logger()
_PIECE = 10 * 8000 * 2  # bytes of ten seconds
_NONCE = 12
_LENGTH = struct.Struct(">I")
_DAY = 86_400.0
_HOUR = 3600.0


class Unreadable(Exception):
    """Not a recording, another key, or changed after it was made."""


def key_of(text: str) -> bytes:
    """The 32 bytes of a key given as URL-safe base64. Raises ValueError."""
    key = urlsafe_b64decode(text.encode())
    if len(key) != 32:
        raise ValueError("GRIDCARE_RECORDING_KEY needs 32 bytes in URL-safe base64")
    return key


class Recording:
    """One call. `add` takes 20 ms of both sides; `close` writes what is left. A disk that fails ends the recording, never
    the call."""

    def __init__(self, file: Path, name: str, key: bytes) -> None:
        self._file = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.path = file
        self._name = name
        self._seal = AESGCM(key)
        self._codec = G711(PCMA)
        self._sound = bytearray()
        self._pieces = 0

    def add(self, heard: bytes, said: bytes) -> None:
        """The same number of s16le samples from the caller and from the line."""
        if self._file.closed:
            return
        both = bytearray(len(heard))
        both[0::2], both[1::2] = self._codec.encode(heard), self._codec.encode(said)
        self._sound += both
        if len(self._sound) >= _PIECE:
            self._write(last=False)

    def close(self) -> None:
        if not self._file.closed:
            self._write(last=True)
        if not self._file.closed:
            self._file.close()

    def _write(self, last: bool) -> None:
        try:
            self._seal_piece(last)
        except OSError as fault:
            log.error("recording_failed", fault=type(fault).__name__)
            with suppress(OSError):
                self._file.close()

    def _seal_piece(self, last: bool) -> None:
        nonce = secrets.token_bytes(_NONCE)
        sealed = self._seal.encrypt(nonce, bytes(self._sound), _place(self._name, self._pieces, last))
        self._file.write(_LENGTH.pack(len(sealed)) + bytes([last]) + nonce + sealed)
        self._file.flush()
        self._pieces += 1
        self._sound.clear()


class Recordings:
    """A folder with one folder for each conversation. `days` is how long a recording is kept."""

    def __init__(self, folder: Path, key: bytes, days: float, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._key = key
        self._days = days
        self._clock = clock

    def begin(self, conversation: str) -> Recording:
        """A new recording of a call of this conversation."""
        folder = self._folder / conversation
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"{datetime.fromtimestamp(self._clock()):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}.rec"
        return Recording(file, _name(file), self._key)

    def erase(self, conversation: str) -> None:
        """Delete every recording of a conversation."""
        shutil.rmtree(self._folder / conversation, ignore_errors=True)

    def purge(self) -> int:
        """Delete what has been kept long enough; how many."""
        oldest = self._clock() - self._days * _DAY
        old = [file for file in self._folder.glob("*/*.rec") if file.stat().st_mtime < oldest]
        for file in old:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()
        return len(old)

    async def keep_clean(self) -> None:
        """`purge`, each hour."""
        while True:
            try:
                await asyncio.to_thread(self.purge)
            except OSError as fault:
                log.error("recordings_not_purged", fault=type(fault).__name__)
            await asyncio.sleep(_HOUR)


def sound(file: Path, key: bytes) -> bytes:
    """s16le samples at 8 kHz, caller and line in turn. A file whose end is missing (the process was killed) gives what
    was written. Raises Unreadable."""
    codec = G711(PCMA)
    return b"".join(codec.decode(piece) for piece in _pieces(file, key))


def _pieces(file: Path, key: bytes) -> Iterator[bytes]:
    data, at, number = file.read_bytes(), 0, 0
    while at + _LENGTH.size + 1 + _NONCE <= len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        last = bool(data[at + _LENGTH.size])
        begin = at + _LENGTH.size + 1 + _NONCE
        nonce, sealed = data[begin - _NONCE : begin], data[begin : begin + length]
        try:
            yield AESGCM(key).decrypt(nonce, sealed, _place(_name(file), number, last))
        except InvalidTag:
            raise Unreadable(f"piece {number} of {file.name}") from None
        at, number = begin + length, number + 1
    if not number:
        raise Unreadable(file.name)


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _place(name: str, number: int, last: bool) -> bytes:
    return f"{name}:{number}:{int(last)}".encode()


def main() -> None:
    """Write one recording as a WAV file."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        samples = sound(Path(sys.argv[1]), key_of(os.environ.get("GRIDCARE_RECORDING_KEY", "")))
    except (Unreadable, ValueError, OSError) as wrong:
        sys.exit(f"cannot be opened: {wrong}")
    with wave.open(sys.argv[2], "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(samples)


if __name__ == "__main__":
    main()
