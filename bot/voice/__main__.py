"""The telephone line as a process: `python -m bot.voice`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from pathlib import Path

import httpx
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.voice.asr.choose import chosen
from bot.voice.callbacks import CallBacks
from bot.voice.doors import speech
from bot.voice.exchange import Exchange
from bot.voice.recording import Recordings, key_of
from bot.voice.service import load
from bot.voice.sip.endpoint import CallLimits, SipEndpoint
from bot.voice.speech.voices import Speaker, Voice, espeak, over_http, over_websocket

log = structlog.get_logger()
MODEL = Path(__file__).parents[2] / "data" / "voice" / "model"


class VoiceSettings(BaseSettings):
    """GRIDCARE_* settings of the voice process (docs/operations.md)."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    gateway_url: str = "http://127.0.0.1:8080"
    voice_url: str = "http://127.0.0.1:8097"
    voice_token: SecretStr
    region: str = "bayannur"
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    sip_trunks: str = ""
    sip_calls: int = Field(100, ge=1)
    sip_invites: int = Field(20, ge=1)
    sip_outbound: str = Field("", pattern=r"^([\w.-]+:[0-9]{1,5})?$", description="trunk for calls back")
    sip_number: str = Field("", pattern=r"^(\+?[0-9]{2,20})?$", description="what called people see")
    recording_dir: Path = Path(".run/recordings")
    recording_key: SecretStr | None = Field(None, description="calls are recorded where there is a key")
    recording_days: float = Field(92, gt=0)
    agents_number: str = Field("", pattern=r"^(\+?[0-9]{2,20})?$")
    asr: str = f"sherpa-tdnn:{MODEL}"
    voice_recordings: Path | None = None
    voice_speech_url: str | None = None


async def serve(values: VoiceSettings) -> None:
    """Answer calls until SIGTERM; then those that run may end within ten seconds."""
    secret = values.voice_token.get_secret_value()
    token = {"Authorization": f"Bearer {secret}"}
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=values.gateway_url, headers=token, timeout=40, trust_env=False)
        )
        voices: list[Voice] = [espeak]
        if values.voice_speech_url:
            streams = values.voice_speech_url.startswith(("ws://", "wss://"))
            url = values.voice_speech_url
            voices.insert(0, over_websocket(url) if streams else over_http(client, url))
        speaker = Speaker(*voices, recordings=values.voice_recordings)
        asr, service = chosen(values.asr), load(values.region)
        recordings = _recordings(values)
        outbound = await _address(values.sip_outbound)
        exchange = Exchange(client, speaker, values.region, asr, recordings, dials=outbound is not None)
        trunks = frozenset(each.strip() for each in values.sip_trunks.split(",") if each.strip())
        endpoint = SipEndpoint(
            (values.sip_host, values.sip_port), exchange.answer, exchange.ended, agents=values.agents_number,
            trunks=trunks, limits=CallLimits(values.sip_calls, values.sip_invites), outbound=outbound,
            number=values.sip_number or values.agents_number,
        )  # fmt: skip
        exchange.hang_up = endpoint.hang_up
        await endpoint.start()
        duties = [asyncio.create_task(exchange.watch())]
        if outbound:
            duties.append(asyncio.create_task(CallBacks(client, endpoint, exchange).run()))
        if recordings:
            duties.append(asyncio.create_task(recordings.keep_clean()))
        log.info("line_open", port=endpoint.port)
        await _http(
            values.voice_url,
            endpoint,
            speech.routes(secret, speaker, service.profiles, asr, service.sure, recordings),
        )
        for duty in duties:
            duty.cancel()
        await endpoint.drain(10)


def _recordings(values: VoiceSettings) -> Recordings | None:
    if values.recording_key is None:
        return None
    key = key_of(values.recording_key.get_secret_value())
    return Recordings(values.recording_dir, key, values.recording_days, time.time)


async def _address(text: str) -> tuple[str, int] | None:
    """The IPv4 address of host:port; None for no text. Raises OSError."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, int(port), family=socket.AF_INET, type=socket.SOCK_DGRAM)
    return str(found[0][4][0]), int(port)


async def _http(url: str, endpoint: SipEndpoint, door: APIRouter) -> None:
    """Serve /live, /ready and speech for the other channels until the process is told to stop."""
    app = FastAPI(title="GridCare voice line", docs_url=None, redoc_url=None)
    app.include_router(door)

    @app.get("/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @app.get("/ready")
    async def ready() -> dict[str, object]:
        return {"ready": True, "sip_port": endpoint.port, "calls": endpoint.lines}

    address = httpx.URL(url)
    config = uvicorn.Config(
        app, host=address.host, port=address.port or 8097, log_config=None, access_log=False
    )
    # uvicorn repeats the signal that stopped it once everything is closed: that is a clean end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    await uvicorn.Server(config).serve()


def main() -> None:
    """A wrong setting is named in one line."""
    try:
        values = VoiceSettings()  # type: ignore[call-arg]
        asyncio.run(serve(values))
    except ValidationError as wrong:
        names = ", ".join(f"GRIDCARE_{str(each['loc'][0]).upper()}: {each['msg']}" for each in wrong.errors())
        sys.exit(f"cannot start: {names}")
    except (ValueError, FileNotFoundError, OSError) as wrong:
        sys.exit(f"cannot start: {wrong}")


if __name__ == "__main__":
    main()
