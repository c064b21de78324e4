"""Facts that the company's systems have for their customers: read from a feed over HTTP, told to the gateway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import httpx
from pydantic import BaseModel, Field, SecretStr, TypeAdapter, model_validator

from bot.events.consumer import Consumer, ConsumerSettings, Event, NeverGood, SourceDown

_WAIT = 20
_ANSWERS = 10.0


class FactsSettings(ConsumerSettings):
    """`facts_url` is the feed; without it there is no such consumer."""

    facts_url: str | None = None
    facts_token: SecretStr | None = None
    gateway_url: str = "http://127.0.0.1:8080"
    internal_token: SecretStr | None = None

    @model_validator(mode="after")
    def _the_gateway_lets_it_in(self) -> FactsSettings:
        if self.facts_url and not self.internal_token:
            raise ValueError("GRIDCARE_FACTS_URL needs GRIDCARE_INTERNAL_TOKEN")
        return self


class FedFact(BaseModel):
    """An entry of the feed; `fact` is what POST /internal/v1/notices takes."""

    key: str = Field(min_length=1, max_length=200)
    fact: dict[str, Any]


class CompanyFacts(Consumer):
    """Asks the feed and holds the question open; each fact is told under a key of its own, so a repeated one is known."""

    name = "facts"

    def __init__(self, url: str, feed: httpx.AsyncClient, gateway: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._feed = feed
        self._gateway = gateway

    @classmethod
    def of(cls) -> Self | None:
        settings = FactsSettings()
        if not settings.facts_url:
            return None
        return cls(
            settings.facts_url,
            _client("", settings.facts_token),
            _client(settings.gateway_url, settings.internal_token),
        )

    async def receive(self) -> Sequence[Event]:
        try:
            answer = await self._feed.get(self._url, params={"wait": _WAIT})
            answer.raise_for_status()
            fed = TypeAdapter(list[FedFact]).validate_python(answer.json()["events"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise SourceDown(type(error).__name__) from None
        return [Event(each.key, each.fact) for each in fed]

    async def acknowledge(self, events: Sequence[Event]) -> None:
        try:
            answer = await self._feed.post(
                f"{self._url}/acknowledged", json={"keys": [each.key for each in events]}
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise SourceDown(type(error).__name__) from None

    async def handle(self, event: Event) -> None:
        try:
            answer = await self._gateway.post("/internal/v1/notices", json=dict(event.body))
        except httpx.HTTPError as error:
            raise SourceDown(type(error).__name__) from None
        if answer.status_code in (404, 422):
            raise NeverGood(f"status {answer.status_code}")
        if answer.status_code != 202:
            raise SourceDown(f"status {answer.status_code}")

    async def close(self) -> None:
        await self._feed.aclose()
        await self._gateway.aclose()


def _client(url: str, token: SecretStr | None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return httpx.AsyncClient(
        base_url=url, headers=headers, timeout=httpx.Timeout(_ANSWERS, read=_WAIT + _ANSWERS), trust_env=False
    )
