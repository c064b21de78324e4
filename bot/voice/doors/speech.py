"""Speech over HTTP for the other channels: `POST /v1/speech` says a text, `POST /v1/recognise` hears a recording.
`DELETE /v1/recordings/…` forgets the recorded calls of a conversation."""

from __future__ import annotations

import asyncio
import hmac
import io
import wave
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from bot.voice.asr import Asr, AsrUnavailable
from bot.voice.asr.recording import NotARecording, recognise, samples
from bot.voice.recording import Recordings
from bot.voice.service import CallerProfile
from bot.voice.speech.voices import RATE, Mute, Prosody, Speaker

MAX_SOUND = 2 * 1024 * 1024
"""Bytes of a recording: a minute of 16-bit sound at 16 kHz."""
MAX_TEXT = 1200
_AT_ONCE = 2  # calls come first


class TextToSay(BaseModel):
    """What to say, and for whom."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)
    profile: Literal["normal", "elder"] = "normal"


def routes(
    token: str,
    speaker: Speaker,
    profiles: Mapping[str, CallerProfile],
    asr: Callable[[], Asr] | None,
    sure: float,
    recordings: Recordings | None = None,
) -> APIRouter:
    """Both ways. `sure` is the confidence from which a text needs no question."""
    turns = asyncio.Semaphore(_AT_ONCE)

    def allowed(request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "unauthorized", {"WWW-Authenticate": "Bearer"})

    router = APIRouter(prefix="/v1", dependencies=[Depends(allowed)])

    @router.get("/speech")
    async def possible() -> dict[str, bool]:
        return {"say": True, "hear": asr is not None}

    @router.post("/speech")
    async def say(wanted: TextToSay) -> Response:
        profile = profiles[wanted.profile]
        try:
            async with turns:
                sound = await speaker.say(wanted.text, Prosody(profile.speed, profile.pause_ms))
        except Mute:
            raise HTTPException(503, "no voice") from None
        return Response(_wav(sound), media_type="audio/wav")

    @router.delete("/recordings/{conversation}", status_code=204)
    async def erase(conversation: Annotated[str, Path(pattern=r"^tel-[0-9a-f]{8,64}$")]) -> None:
        if recordings:
            await asyncio.to_thread(recordings.erase, conversation)

    @router.post("/recognise")
    async def hear(request: Request) -> dict[str, object]:
        if asr is None:
            raise HTTPException(501, "no recogniser")
        data = b""
        async for chunk in request.stream():
            data += chunk
            if len(data) > MAX_SOUND:
                raise HTTPException(413, "too large")
        try:
            async with turns:
                pcm = await asyncio.to_thread(samples, data)
                heard = await recognise(asr(), pcm)
        except NotARecording:
            raise HTTPException(415, "not a recording") from None
        except AsrUnavailable:
            raise HTTPException(503, "recogniser gone") from None
        return {"text": heard.text, "confidence": heard.confidence, "sure": heard.confidence >= sure}

    return router


def _wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(pcm)
    return file.getvalue()
