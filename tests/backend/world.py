"""A small seeded company for tests: its settings, signed subjects, and the accounts of docs/demo-data.md."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey

from backend import clocks, seed
from backend.app import create_app
from backend.idempotency import Ledger
from backend.settings import Settings
from backend.storage import Store
from bot.ports.identity import Level, Subject

SIZE = 120
TOKEN = "for-tests-only-service-0001"
KEY = "for-tests-only-subjects-0001"
HOME, ARREARS, DARK, PLANNED = "0100000000017", "0100000000025", "0100000000033", "0100000000041"
HOUSE, WELL, ELDER, SHOP, LATE = (
    "0100000000058",
    "0100000000066",
    "0100000000074",
    "0100000000082",
    "0100000000090",
)
HOSPITAL, UNKNOWN = "0100000000108", "0199999999999"


def settings(database: Path | str, url: str = "http://127.0.0.1:8090") -> Settings:
    """Settings over a SQLite file, or a database URL."""
    place = f"sqlite:///{database}" if isinstance(database, Path) else database
    return Settings(
        backend_db=place, backend_token=TOKEN, subject_key=KEY, backend_url=url, region="bayannur"
    )


def make(database: Path) -> None:
    """Seed a file as of now."""
    store = Store(f"sqlite:///{database}")
    seed.seed(store, "bayannur", SIZE, clocks.now())
    store.close()


def assertion(
    level: str, vouched: tuple[str, ...], conversation: str, key: str = KEY, **claims: object
) -> str:
    """A subject assertion as the gateway signs it; `claims` overrides."""
    now = int(time.time())
    said = {
        "iss": "gridcare-gateway",
        "aud": "company",
        "sub": conversation,
        "level": level,
        "accounts": list(vouched),
        "iat": now,
        "exp": now + 3600,
        "jti": "test",
    }
    return jwt.encode({"alg": "HS256"}, {**said, **claims}, OctKey.import_key(key))


def subject(level: str, *accounts: str, conversation: str = "c-test") -> Subject:
    """A subject with a real assertion."""
    return Subject(assertion(level, accounts, conversation), Level(level), accounts, conversation)


class Client:
    """Blocking calls to an application in this process; from as many threads as one likes."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal, self._client = portal, client

    def get(self, path: str, **request: object) -> httpx.Response:
        return self.request("GET", path, **request)

    def post(self, path: str, **request: object) -> httpx.Response:
        return self.request("POST", path, **request)

    def request(self, method: str, path: str, **request: object) -> httpx.Response:
        async def send() -> httpx.Response:
            return await self._client.request(method, path, **request)

        return self._portal.call(send)


def application(store: Store, own: bool = False) -> FastAPI:
    """The real application over a store. One serves all tests in turn, since working out its routes takes its time;
    a second one beside it has to be its `own`."""
    app = (create_app if own else _shared)(settings("unused"), store)
    app.state.store, app.state.ledger = store, Ledger(store)
    return app


@contextmanager
def running(store: Store, own: bool = False) -> Iterator[Client]:
    """Calls to the application; every request carries the service token."""
    transport = httpx.ASGITransport(application(store, own), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with start_blocking_portal() as portal:
        client = httpx.AsyncClient(transport=transport, base_url="http://backend", headers=headers)
        yield Client(portal, client)
        portal.call(client.aclose)


_applications: list[FastAPI] = []


def _shared(settings: Settings, store: Store) -> FastAPI:
    if not _applications:
        _applications.append(create_app(settings, store))
    return _applications[0]
