"""The action server: `python -m bot.actionserver`. Private; every call carries the bearer token.

Rasa's webhook (docs/protocols.md) over Starlette: POST /webhook, GET /live, GET /ready. An answer never holds a
request back to its sender, whatever fails."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from urllib.parse import urlsplit

import uvicorn
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import (
    ActionExecutionRejection,
    ActionMissingDomainException,
    ActionNotFoundException,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Lifespan

from actions._wiring import Parts, plug
from bot.adapters.choice import BadAdapter, connect
from bot.adapters.identity import GatewayIdentity
from bot.ports.company import Company
from bot.region import knowledge, region

logger = logging.getLogger(__name__)


class ActionSettings(BaseSettings):
    """Environment variables GRIDCARE_*; see docs/protocols.md."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    actions_url: str = "http://127.0.0.1:5155"
    actions_token: SecretStr
    internal_token: SecretStr
    gateway_url: str = "http://127.0.0.1:8080"
    region: str = "bayannur"

    @field_validator("actions_token", "internal_token")
    @classmethod
    def not_an_example(cls, token: SecretStr) -> SecretStr:
        value = token.get_secret_value()
        if len(value) < 16 or value.lower().startswith(("change", "example")):
            raise ValueError("is missing, too short or left at an example value")
        return token


def _plugged_in(settings: ActionSettings, company: Company) -> Lifespan[Starlette]:
    """Plugs the parts in and closes them at the end."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        identity = GatewayIdentity(settings.gateway_url, settings.internal_token.get_secret_value())
        async with company, aclosing(identity):
            answers = await asyncio.to_thread(knowledge.load, settings.region)
            plug(Parts(company, identity, region.load(settings.region), answers))
            yield

    return lifespan


def create_app(
    executor: ActionExecutor, token: str, lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """The webhook and the two health routes; `executor` holds the registered actions."""

    async def webhook(request: Request) -> JSONResponse:
        sent = request.headers.get("authorization", "")
        if not hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()):
            return _problem(401, "token missing or wrong")
        try:
            result = await executor.run(await request.json())
        except ActionExecutionRejection as rejection:
            return JSONResponse({"error": "rejected", "action_name": rejection.action_name}, 400)
        except ActionMissingDomainException as missing:
            return JSONResponse({"error": "send the domain", "action_name": missing.action_name}, 449)
        except ActionNotFoundException as unknown:
            return _problem(404, f"no action {unknown.action_name}")
        except Exception as error:
            logger.error("webhook failed: %s", type(error).__name__)
            return _problem(500, "the action failed")
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    return Starlette(
        routes=[
            Route("/webhook", webhook, methods=["POST"]),
            Route("/live", _fine),
            Route("/ready", _fine),
        ],
        lifespan=lifespan,
    )


def _problem(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status)


async def _fine(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


def register() -> ActionExecutor:
    """All actions of the package actions/."""
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


def main() -> None:
    """Read the settings, plug the company in, serve until SIGTERM."""
    try:
        settings = ActionSettings()  # type: ignore[call-arg]
        company = connect()
    except ValidationError as error:
        raise SystemExit(f"actions: {error.errors()[0]['loc'][0]} {error.errors()[0]['msg']}") from None
    except BadAdapter as wrong:
        raise SystemExit(f"actions: {wrong}") from None
    app = create_app(register(), settings.actions_token.get_secret_value(), _plugged_in(settings, company))
    address = urlsplit(settings.actions_url)
    uvicorn.run(app, host=address.hostname or "127.0.0.1", port=address.port or 5155, log_level="warning",
                timeout_graceful_shutdown=10)  # fmt: skip


if __name__ == "__main__":
    main()
