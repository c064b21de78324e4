"""`python -m scripts.openapi [FOLDER]`: the OpenAPI documents of what is reached over HTTP, into docs/api.

`gateway.json` is what channels and the company's own app call, `console.json` what the agents' pages call,
`company.json` what GridCare asks of the company's systems. Private paths are in none (docs/protocols.md)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr

from backend.app import create_app
from backend.settings import Settings
from backend.storage import Store
from bot.adapters.bulkhead import CompanyAddress
from bot.adapters.http import connect
from bot.gateway.app import create
from bot.gateway.gateway import Gateway
from bot.gateway.settings import GatewaySettings
from bot.gateway.turns.engine import EngineClient

FOLDER = Path(__file__).parents[1] / "docs" / "api"
CONSOLE = "/api/v1/console"
_NOBODY = "http://127.0.0.1:9"
_KEY = "made-up-for-the-description"
_CHANNELS: dict[str, Any] = {
    "app_token": _KEY,
    "voice_token": _KEY,
    "wechat_accounts": {
        "main": {"app_id": "wx00000000", "app_secret": _KEY, "token": _KEY, "aes_key": "A" * 43}
    },
    "chatwoot": {"url": _NOBODY, "account": 1, "inbox": "inbox", "token": _KEY, "secret": _KEY},
}
"""Settings that switch every channel on: what is described does not depend on the machine."""


def gateway() -> FastAPI:
    """The gateway with all its channels, never started."""
    secrets: dict[str, Any] = dict.fromkeys(
        ("engine_token", "internal_token", "subject_key", "session_key"), _KEY
    )
    settings = GatewaySettings(
        **secrets,
        **_CHANNELS,
        gateway_db="sqlite+aiosqlite://",
        sms_url=_NOBODY,
        demo=False,
        demo_password=None,
    )
    company = connect(CompanyAddress(backend_token=SecretStr(_KEY)))
    return create(Gateway(settings, EngineClient.connect(_NOBODY, _KEY), company, time.time))


def company() -> FastAPI:
    """The reference company system, never started; its database is never opened."""
    database, key = "sqlite:///never-opened.db", SecretStr(_KEY)
    return create_app(Settings(backend_db=database, backend_token=key, subject_key=key), Store(database))


def documents() -> Iterator[tuple[str, str]]:
    """File names and texts."""
    inside, outside = gateway(), company()
    yield "gateway.json", _document(inside, lambda path: not path.startswith(CONSOLE))
    yield "console.json", _document(inside, lambda path: path.startswith(CONSOLE), "GridCare console")
    yield "company.json", _document(outside, lambda path: True)


def _document(app: FastAPI, wanted: Callable[[str], bool], title: str | None = None) -> str:
    routes = [each for each in iter_route_contexts(app.routes) if each.path and wanted(each.path)]
    described = get_openapi(title=title or app.title, version=app.version, routes=routes)
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write them all."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
