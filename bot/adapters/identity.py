"""Client of the gateway's identity service: who speaks is proved there, never here (docs/protocols.md)."""

from __future__ import annotations

from typing import Any

import httpx

from bot.ports.errors import BadData, NotAllowed, Unavailable
from bot.ports.identity import Level, Proof, Stored


class GatewayIdentity:
    """Identity over the gateway's private API. One pooled client; close it at the end."""

    def __init__(self, url: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/internal/v1/identity",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(3.0, connect=1.0),
            trust_env=False,
            transport=transport,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def match(self, conversation: str, account_no: str, items: dict[str, str]) -> Proof:
        return _proof(await self._post(f"/{conversation}/match", {"account_no": account_no, "items": items}))

    async def find(self, conversation: str, holder_name: str, address: str) -> Proof:
        body = {"holder_name": holder_name, "address": address}
        return _proof(await self._post(f"/{conversation}/find", body))

    async def send_code(self, conversation: str, account_no: str, helper: str | None = None) -> str:
        body = {"account_no": account_no, **({"helper": helper} if helper else {})}
        return str((await self._post(f"/{conversation}/code", body))["phone_masked"])

    async def check_code(self, conversation: str, code: str) -> Proof:
        return _proof(await self._post(f"/{conversation}/code/check", {"code": code}))

    async def stored(self, conversation: str) -> Stored:
        answer = await self._ask("GET", f"/{conversation}/stored")
        try:
            return Stored(*(int(answer[name]) for name in ("messages", "pictures", "proofs", "calls")))
        except (KeyError, TypeError, ValueError) as error:
            raise BadData("the identity service broke the agreed shape") from error

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = await self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise Unavailable("the identity service does not answer") from error
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise NotAllowed("the tries are used up")
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unavailable("the identity service failed")
        if response.is_error:
            raise BadData(f"the identity service refused the request ({response.status_code})")
        try:
            answer = response.json()
        except ValueError as error:
            raise BadData("the identity service gave no JSON") from error
        if not isinstance(answer, dict):
            raise BadData("the identity service broke the agreed shape")
        return answer


def _proof(answer: dict[str, Any]) -> Proof:
    try:
        return Proof(
            bool(answer["matched"]),
            str(answer.get("subject") or ""),
            Level(answer.get("level") or "L0"),
            tuple(answer.get("accounts") or ()),
            int(answer.get("tries_left") or 0),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadData("the identity service broke the agreed shape") from error
