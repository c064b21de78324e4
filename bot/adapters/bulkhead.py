"""One bulkhead of the way to the company's systems: connections, limits, retries, breaker, and errors.

Time: connect 1 s, read 3 s, six seconds in all with at most two retries. Retried are calls that reached nobody, were
answered 5xx, or met their own key in flight. Writes may be retried like reads because each carries an idempotency key:
the company keeps key and effect in one transaction and gives the first answer again.
Only a problem of docs/protocols.md refuses for good. Anything else that is no agreed answer (a proxy's page, a redirect, half
a document, one without end, our own assertion refused) says nothing about the request: the system is Unavailable.
A bulkhead has its own connections, its own limit of calls under way and its own breaker: a slow tariff system cannot
keep a fault report waiting. An open breaker answers Unavailable at once.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import stamina
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState
from pydantic import SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.ports.errors import BadData, CompanyError, Conflict, NotAllowed, NotFound, Unavailable
from bot.ports.identity import Subject

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 1.0, 3.0, 6.0
ATTEMPTS = 3
BREAKER_FAILURES, BREAKER_SECONDS = 5, 10.0
CALLS_AT_ONCE = 20
LARGEST_ANSWER = 2 * 1024 * 1024
NOBODY = Subject()

T = TypeVar("T")


def path(*parts: str) -> str:
    """The address of a resource; what customers said in it is made harmless."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


class CompanyAddress(BaseSettings):
    """Where the company's systems are, from GRIDCARE_BACKEND_URL and GRIDCARE_BACKEND_TOKEN."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)

    backend_url: str = "http://127.0.0.1:8090"
    backend_token: SecretStr

    @field_validator("backend_token")
    @classmethod
    def no_example(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if len(token) < 16 or any(word in token.lower() for word in ("change", "example", "placeholder")):
            raise ValueError("needs a random value of 16 characters or more")
        return value


class _Again(Exception):
    """An attempt that may be repeated; carries what to raise when no attempt is left."""

    def __init__(self, final: CompanyError) -> None:
        super().__init__(str(final))
        self.final = final


class _Down(_Again):
    """The system did not answer as it should: counts against its breaker."""


@dataclass(frozen=True)
class Ahead:
    """By how many seconds the other clock was ahead of ours, and when that was seen (monotonic)."""

    seconds: float
    seen: float


class Bulkhead:
    """One bulkhead: connections, limit, breaker, and what every call goes through."""

    def __init__(
        self,
        name: str,
        settings: CompanyAddress,
        transport: httpx.AsyncBaseTransport | None,
        clock: Callable[[], float],
    ) -> None:
        self._name = name
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=settings.backend_url,
            headers={
                "Authorization": f"Bearer {settings.backend_token.get_secret_value()}",
                "Accept-Encoding": "identity",  # what is counted is what is kept
            },
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=CALLS_AT_ONCE),
            transport=transport,
            trust_env=False,
        )
        self._room = asyncio.Semaphore(CALLS_AT_ONCE)
        self.ahead: Ahead | None = None
        self._breakers = AsyncCircuitBreakerFactory(
            BREAKER_FAILURES,
            BREAKER_SECONDS,
            exclude=[(Exception, lambda e: not isinstance(e, _Down)), asyncio.CancelledError],
        )

    async def get(self, shape: type[T], path: str, who: Subject = NOBODY, **params: object) -> T:
        """A read, parsed as `shape`. Parameters that are None are left out."""
        query = {key: str(value) for key, value in params.items() if value is not None}
        return await self._call(shape, "GET", path, who, params=query)

    async def write(self, shape: type[T], method: str, path: str, who: Subject, key: str, body: object) -> T:
        """A write under an idempotency key, parsed as `shape`."""
        return await self._call(shape, method, path, who, json=body, headers={"Idempotency-Key": key})

    async def ask(self, shape: type[T], path: str, body: object) -> T:
        """A question whose words must not stand in an address."""
        return await self._call(shape, "POST", path, NOBODY, json=body)

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _call(self, shape: type[T], method: str, path: str, who: Subject, **request: Any) -> T:
        if who.token:
            request["headers"] = {**request.get("headers", {}), "X-Subject": who.token}
        try:
            async with asyncio.timeout(TOTAL_SECONDS), self._room:
                return await self._patiently(lambda: self._send(shape, method, path, **request))
        except TimeoutError:
            raise Unavailable(f"{self._name}: no answer in time") from None
        except OpenedState:
            raise Unavailable(f"{self._name}: breaker open") from None

    async def _patiently(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send with retries."""
        try:
            async for attempt in stamina.retry_context(
                on=_Again,
                attempts=ATTEMPTS,
                timeout=TOTAL_SECONDS,
                wait_initial=0.1,
                wait_max=1.0,
                wait_jitter=0.2,
            ):
                with attempt:
                    async with await self._breakers.get_breaker(self._name):
                        return await send()
        except _Again as error:
            raise error.final from None
        raise AssertionError("unreachable: the last attempt raises")

    async def _send(self, shape: type[T], method: str, path: str, **request: Any) -> T:
        """Send once. Error texts name the kind of failure alone: addresses and bodies are personal data."""
        try:
            async with self._client.stream(method, path, **request) as answer:
                self._look_at_clock(answer)
                body = await self._body(answer)
        except (httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError) as error:
            # What cannot be sent: our fault, not theirs.
            raise BadData(f"{self._name}: {type(error).__name__}") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.CookieConflict) as error:
            raise _Down(Unavailable(f"{self._name}: {type(error).__name__}")) from None
        if answer.is_success:
            return self._parse(shape, body)
        refusal = _refusal(self._name, answer.status_code, body)
        if isinstance(refusal, Unavailable):
            raise _Down(refusal)
        if isinstance(refusal, Conflict) and answer.status_code == httpx.codes.CONFLICT:
            raise _Again(refusal)
        raise refusal

    def _look_at_clock(self, answer: httpx.Response) -> None:
        """Note what the `Date` of an answer says; it has whole seconds, rounded down."""
        try:
            theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        except ValueError:
            return
        self.ahead = Ahead(theirs + 0.5 - self._clock(), time.monotonic())

    async def _body(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LARGEST_ANSWER:
                raise _Down(Unavailable(f"{self._name}: the answer does not end"))
        return bytes(body)

    def _parse(self, shape: type[T], body: bytes) -> T:
        try:
            found: T = _adapter(shape).validate_json(body)  # type: ignore[arg-type]  # classes are hashable
            return found
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            told = f"{self._name}: the answer breaks the agreed shape {place}".strip()
            raise _Down(Unavailable(told)) from None


def _refusal(name: str, status: int, body: bytes) -> CompanyError:
    """What an answer without success means: a problem of docs/protocols.md names its own status."""
    problem = _problem(body)
    kind, field = str(problem.get("type", "")).rpartition("/")[2], problem.get("field")
    text = f"{name}: {status} {kind}".strip()
    if problem.get("status") != status:
        return Unavailable(text)
    if kind == "too-soon":
        return BadData(text, "too_soon")
    known: Mapping[str, type[CompanyError]] = {
        "not-allowed": NotAllowed,
        "not-found": NotFound,
        "idempotency-in-flight": Conflict,
        "idempotency-mismatch": Conflict,
    }
    if kind in known:
        return known[kind](text)
    if kind == "invalid":
        return BadData(text, field if isinstance(field, str) else None)
    return Unavailable(text)


def _problem(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
