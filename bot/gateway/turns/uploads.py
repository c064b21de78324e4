"""Pictures from customers: looked into, drawn anew without metadata, kept outside the web root, shown by links that
expire."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import secrets
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from PIL import Image, ImageOps

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.messages import open_conversation
from bot.gateway.store.storage import Store

MAX_BYTES = 5 * 1024 * 1024
_MAX_PIXELS = 16_000_000
_LONGEST_SIDE = 2048
_LINK_SECONDS = 300
_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class NotAPicture(Exception):
    """Not a JPEG, PNG or WebP that we can draw."""


@dataclass(frozen=True)
class Upload:
    id: str
    mime: str
    width: int
    height: int


class Uploads:
    """The pictures of all conversations."""

    def __init__(self, store: Store, folder: Path, key: str) -> None:
        self._store = store
        self._folder = folder
        self._key = key.encode()
        self._one_at_a_time = asyncio.Semaphore(1)  # a picture of 16 megapixels takes 64 MB to draw

    async def keep(self, conversation: str, data: bytes, opens: str | None = None) -> Upload:
        """Store a picture anew; `opens`: the channel in which a conversation may begin with it. Raises NotAPicture."""
        name = secrets.token_hex(16)
        async with self._one_at_a_time:
            mime, size = await asyncio.to_thread(self._draw, name, data)
        upload = Upload(name, mime, *size)
        await self._store.write(_record, conversation, upload, opens)
        return upload

    def _draw(self, name: str, data: bytes) -> tuple[str, tuple[int, int]]:
        picture = _decode(data)
        self._folder.mkdir(parents=True, exist_ok=True)
        kind = picture.format or "JPEG"
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        fresh = upright.convert("RGB" if kind == "JPEG" else "RGBA")
        fresh.info.clear()
        fresh.save(self._folder / name, format=kind)
        return _FORMATS[kind], fresh.size

    def link(self, upload: str) -> str:
        """A link to the picture that works for five minutes."""
        until = int(self._store.clock()) + _LINK_SECONDS
        return f"/api/v1/web/uploads/{upload}?until={until}&sig={self._sign(upload, until)}"

    async def find(self, upload: str, until: int, sig: str) -> tuple[Path, str] | None:
        """File and media type, or None when the link is not ours or has expired."""
        if until < self._store.clock() or not hmac.compare_digest(
            self._sign(upload, until).encode(), sig.encode()
        ):
            return None
        mime = await self._store.read(_mime, upload)
        return (self._folder / upload, mime) if mime else None

    async def remove(self, uploads: Sequence[str]) -> None:
        """Delete the files of pictures whose rows are gone."""
        for upload in uploads:
            await asyncio.to_thread((self._folder / upload).unlink, missing_ok=True)

    def _sign(self, upload: str, until: int) -> str:
        return hmac.new(self._key, f"upload:{upload}:{until}".encode(), hashlib.sha256).hexdigest()[:32]


def _record(c: sa.Connection, conversation: str, upload: Upload, opens: str | None) -> None:
    if opens:
        open_conversation(c, conversation, opens)
    row = {**vars(upload), "conversation": conversation, "created_at": clock.now(c)}
    c.execute(sa.insert(t.attachment).values(**row))


def _mime(c: sa.Connection, upload: str) -> str | None:
    return c.execute(sa.select(t.attachment.c.mime).where(t.attachment.c.id == upload)).scalar()


def _decode(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=list(_FORMATS))
            if picture.width * picture.height > _MAX_PIXELS:
                raise NotAPicture("too many pixels")
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise NotAPicture("cannot be read") from None
    return picture
