"""Speech on web pages: messages of one's own conversation read aloud, one's own words heard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from bot.channels.sessions import Guard
from bot.channels.speech import NoSpeech, NotSound, SpeechClient
from bot.channels.voice import speakable
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.store import messages
from bot.gateway.store.messages import Message

PLAIN_WORDS = Path(__file__).parents[2] / "data" / "gateway" / "plain_words.json"
"""Words of the trade and what old people call them, the longest first; the widget shows the same ones."""
RUN = 20  # messages read in one go
LONGEST = 1000  # characters


def routes(gateway: Gateway, guard: Guard, speech: SpeechClient | None) -> APIRouter:
    """`GET` what is possible, `GET …/{first}` the sound of messages, `POST` a recording for its text."""
    router = APIRouter(prefix="/api/v1/web/speech")

    def ready() -> SpeechClient:
        if speech is None:
            raise Problem(501, "no-speech")
        return speech

    @router.get("")
    async def possible() -> dict[str, bool]:
        return await speech.possible() if speech else {"say": False, "hear": False}

    @router.get("/{first}")
    async def read(
        request: Request, first: int, until: Annotated[int, Query(ge=0)], elder: bool = False
    ) -> Response:
        conversation = await guard.conversation(request, "speech")
        found = await gateway.store.read(messages.after, conversation, first - 1)
        words = said([each for each in found[:RUN] if each.seq <= until], elder)
        if not words:
            raise Problem(404, "not-found")
        try:
            sound = await ready().say(words, elder)
        except NoSpeech:
            raise Problem(503, "no-speech") from None
        return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})

    @router.post("")
    async def hear(request: Request) -> dict[str, object]:
        await guard.conversation(request, "speech")
        try:
            heard = await ready().hear(await request.body())
        except NotSound:
            raise Problem(415, "not-a-recording") from None
        except NoSpeech:
            raise Problem(503, "no-speech") from None
        return {"text": heard.text, "sure": heard.sure}

    return router


def said(run: Sequence[Message], elder: bool) -> str:
    """What is read of messages to the customer: words, documents and choices; never the customer's own."""
    parts = []
    for message in run:
        if message.author != "customer":
            spoken = speakable(message)
            titles = "、".join(title for _, title in spoken["options"])
            parts += [spoken["text"], titles]
    text = "。".join(part.rstrip("。") for part in parts if part)[:LONGEST]
    if elder:
        for trade, plain in _plain_words().items():
            text = text.replace(trade, plain)
    return text


@cache
def _plain_words() -> dict[str, str]:
    return dict(json.loads(PLAIN_WORDS.read_text(encoding="utf-8")))
