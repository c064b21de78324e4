"""The job that fetches what customers sent by its id: pictures are handed in like any upload, recordings are
heard and handed in as words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.channels.speech import NoSpeech, NotSound, SpeechClient
from bot.channels.wechat.api import Api, Failure, Kind
from bot.channels.wechat.reception import Reception, TakenPush
from bot.gateway.gateway import Gateway
from bot.gateway.store.storage import Record
from bot.gateway.store.wechat import pushes
from bot.gateway.turns.uploads import NotAPicture

_ATTEMPTS = 4
_AGAIN = (Kind.LATER, Kind.TOKEN, Kind.ACCOUNT)


class MediaFetcher:
    """Fetches what was announced. `told` hears what was taken."""

    def __init__(
        self, gateway: Gateway, apis: Mapping[str, Api], reception: Reception,
        told: Callable[[TakenPush], Awaitable[None]], speech: SpeechClient | None,
    ) -> None:  # fmt: skip
        self._gateway = gateway
        self._apis = apis
        self._reception = reception
        self._told = told
        self._speech = speech

    async def step(self) -> bool:
        """Fetch one. True when there was one."""
        row = await self._gateway.store.write(pushes.claim)
        if row is None:
            return False
        try:
            data = await self._apis[row.account].media(row.media_id)
            await (self._hear(row, data) if row.spoken else self._keep(row, data))
        except NoSpeech:
            await self._missed(row, "voice")
        except (Failure, KeyError) as failure:
            again = isinstance(failure, Failure) and failure.kind in _AGAIN
            if not again or row.attempts >= _ATTEMPTS:
                await self._missed(row, "voice_lost" if row.spoken else "picture_lost")
        return True

    async def _keep(self, row: Record, data: bytes) -> None:
        try:
            upload = await self._gateway.uploads.keep(row.conversation, data)
        except NotAPicture:
            await self._missed(row, "picture_unreadable")
        else:
            await self._fetched(row, upload=upload.id)

    async def _hear(self, row: Record, data: bytes) -> None:
        """What is not sure is shown and asked for again: a wrong guess must not become an order."""
        if self._speech is None:
            await self._missed(row, "voice")
            return
        try:
            heard = await self._speech.hear(data)
        except NotSound:
            await self._missed(row, "voice_lost")
            return
        if heard.text and heard.sure:
            await self._fetched(row, text=heard.text)
        else:
            await self._missed(row, "voice_unsure" if heard.text else "voice_silent", heard.text)

    async def _fetched(self, row: Record, **found: Any) -> None:
        await self._told(await self._gateway.store.write(self._reception.fetched, row, **found))

    async def _missed(self, row: Record, trouble: str, heard: str = "") -> None:
        await self._told(await self._gateway.store.write(self._reception.missed, row, trouble, heard))
