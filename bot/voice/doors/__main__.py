"""The doors for telephone platforms, VoiceXML and jambonz, as a process: `python -m bot.voice.doors`."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.voice.brain import Brain
from bot.voice.doors import jambonz, vxml
from bot.voice.service import load


class DoorSettings(BaseSettings):
    """GRIDCARE_* settings of the door (docs/operations.md)."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    gateway_url: str = "http://127.0.0.1:8080"
    voice_token: SecretStr
    region: str = "bayannur"
    vxml_password: SecretStr = Field(min_length=16)
    vxml_port: int = 8096
    vxml_kind: vxml.Kind = "generic"
    agents_number: str = Field(pattern=r"^\+?[0-9]{2,20}$")


def create(values: DoorSettings, clock: Callable[[], float]) -> FastAPI:
    """The door as an ASGI application."""
    token = {"Authorization": f"Bearer {values.voice_token.get_secret_value()}"}
    client = httpx.AsyncClient(base_url=values.gateway_url, headers=token, timeout=40, trust_env=False)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    app = FastAPI(title="GridCare doors", lifespan=lifespan, docs_url=None, redoc_url=None)
    password = values.vxml_password.get_secret_value()
    service = load(values.region)
    brain, agents = (lambda: Brain(client)), values.agents_number
    app.include_router(vxml.routes(service, brain, clock, password, agents, values.vxml_kind))
    app.include_router(jambonz.routes(service, brain, clock, password, agents))

    @app.get("/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    return app


def main() -> None:
    """Serve until told to stop; a wrong setting is named in one line."""
    try:
        values = DoorSettings()  # type: ignore[call-arg]
    except ValidationError as wrong:
        names = ", ".join(f"GRIDCARE_{str(each['loc'][0]).upper()}: {each['msg']}" for each in wrong.errors())
        sys.exit(f"cannot start: {names}")
    uvicorn.run(create(values, time.time), host="127.0.0.1", port=values.vxml_port, log_level="warning")


if __name__ == "__main__":
    main()
