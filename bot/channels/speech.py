"""Speech for channels that are no telephone: the voice process hears recordings and says texts over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import structlog
from pydantic import Field

from bot.gateway.settings import GatewaySettings, Secret, Settings

log = structlog.get_logger()

SECONDS = 20.0


class SpeechSettings(Settings):
    """The voice process, as every channel that speaks or hears needs it."""

    voice_url: str | None = Field(
        None, description="of the voice process; with voice_token it hears recordings and reads texts aloud"
    )
    voice_token: Secret | None = Field(
        None, description="of the voice process; without it there is no telephone"
    )


class NoSpeech(Exception):
    """The voice process is not there, or has no voice or no recogniser."""


class NotSound(ValueError):
    """The bytes are no recording."""


@dataclass(frozen=True)
class Transcript:
    """What was understood, "" when nothing was. `sure`: it may be taken without asking."""

    text: str
    sure: bool


class SpeechClient:
    """The client of the voice process."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @classmethod
    def of(cls, settings: GatewaySettings) -> SpeechClient | None:
        """None where no voice process is configured."""
        at = settings.part(SpeechSettings)
        if not (at.voice_url and at.voice_token):
            return None
        token = {"Authorization": f"Bearer {at.voice_token.get_secret_value()}"}
        return cls(httpx.AsyncClient(base_url=at.voice_url, headers=token, timeout=SECONDS, trust_env=False))

    async def possible(self) -> dict[str, bool]:
        """Whether texts can be said and recordings heard now."""
        try:
            answer = await self._client.get("/v1/speech")
        except httpx.HTTPError:
            return {"say": False, "hear": False}
        return dict(answer.json()) if answer.status_code == 200 else {"say": False, "hear": False}

    async def hear(self, recording: bytes) -> Transcript:
        """What is said in a recording of at most a minute. Raises NotSound, Unavailable."""
        answer = await self._ask("/v1/recognise", content=recording)
        if answer.status_code in (413, 415):
            raise NotSound
        found = self._good(answer).json()
        return Transcript(str(found["text"]), bool(found["sure"]))

    async def say(self, text: str, elder: bool) -> bytes:
        """The sound of a text as a WAV file. Raises Unavailable."""
        body = {"text": text, "profile": "elder" if elder else "normal"}
        return self._good(await self._ask("/v1/speech", json=body)).content

    async def forget(self, conversation: str) -> None:
        """Delete the recorded calls of a conversation. Raises Unavailable."""
        try:
            answer = await self._client.delete(f"/v1/recordings/{conversation}")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("recordings_not_erased", error=type(error).__name__)
            raise NoSpeech from None

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, path: str, **content: object) -> httpx.Response:
        try:
            return await self._client.post(path, **content)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            log.warning("speech_unreachable", path=path, error=type(error).__name__)
            raise NoSpeech from None

    @staticmethod
    def _good(answer: httpx.Response) -> httpx.Response:
        if answer.status_code != 200:
            log.warning("speech_refused", status=answer.status_code)
            raise NoSpeech
        return answer
