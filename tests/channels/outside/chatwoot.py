"""A Chatwoot for tests, as its documentation and source describe it: an API inbox with an agent bot, whose conversations
begin as pending; webhooks signed, sent for everything that happens, and sent again when they fail."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

INBOX = "made-up-inbox"
TOKEN = "made-up-token-of-the-bot"
SIGNING = "made-up-signing-key-of-hooks"


@dataclass
class Talk:
    id: int
    source: str
    status: str = "pending"
    priority: str | None = None
    assignee: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)


class FakeChatwoot:
    """The server, and what people at its desk do."""

    def __init__(self, hook: str) -> None:
        self.hook = hook
        self.contacts: dict[str, str] = {}
        self.talks: list[Talk] = []
        self.down = False
        self.lost_answers = 0  # so many more requests are carried out and their answers lost
        self.refused_hooks: list[int] = []
        self._count = 100
        self._client = httpx.AsyncClient(trust_env=False, timeout=5)
        public, account = (
            f"/public/api/v1/inboxes/{INBOX}/contacts",
            "/api/v1/accounts/7/conversations/{id:int}",
        )
        self.app = Starlette(
            routes=[
                Route(public, self._contact, methods=["POST"]),
                Route(public + "/{source}/conversations", self._talks, methods=["GET", "POST"]),
                Route(public + "/{source}/conversations/{id:int}/messages", self._incoming, methods=["POST"]),
                Route(account + "/messages", self._outgoing, methods=["POST"]),
                Route(account + "/toggle_status", self._toggle, methods=["POST"]),
                Route(account + "/toggle_priority", self._prioritise, methods=["POST"]),
            ]
        )

    async def close(self) -> None:
        await self._client.aclose()

    # What the API does.

    async def _contact(self, request: Request) -> Response:
        if trouble := self._trouble():
            return trouble
        body = await request.json()
        self.contacts.setdefault(body["source_id"], body["name"])
        return self._answer({"source_id": body["source_id"], "pubsub_token": "made-up", "name": body["name"]})

    async def _talks(self, request: Request) -> Response:
        if trouble := self._trouble():
            return trouble
        source = request.path_params["source"]
        if source not in self.contacts:
            return JSONResponse({"error": "Resource could not be found"}, 404)
        if request.method == "GET":
            return self._answer(
                [{"id": t.id, "messages": t.messages} for t in self.talks if t.source == source]
            )
        self.talks.append(Talk(len(self.talks) + 1, source))
        return self._answer({"id": self.talks[-1].id, "status": "pending"})

    async def _incoming(self, request: Request) -> Response:
        if trouble := self._trouble():
            return trouble
        talk, body = self._talk(request), await request.json()
        await self._say(talk, body["content"], "incoming", {"id": 1, "name": "客户", "type": "contact"})
        return self._answer({"id": self._count, "content": body["content"], "echo_id": body.get("echo_id")})

    async def _outgoing(self, request: Request) -> Response:
        if trouble := self._trouble(request):
            return trouble
        talk, body = self._talk(request), await request.json()
        sender = {"id": 3, "name": "GridCare", "type": "agent_bot"}
        await self._say(talk, body["content"], body["message_type"], sender, body["private"])
        return self._answer({"id": self._count})

    async def _toggle(self, request: Request) -> Response:
        if trouble := self._trouble(request):
            return trouble
        talk = self._talk(request)
        await self._become(talk, (await request.json())["status"])
        return self._answer({"payload": {"success": True, "current_status": talk.status}})

    async def _prioritise(self, request: Request) -> Response:
        if trouble := self._trouble(request):
            return trouble
        self._talk(request).priority = (await request.json())["priority"]
        return self._answer({})

    def _talk(self, request: Request) -> Talk:
        return self.talks[request.path_params["id"] - 1]

    def _trouble(self, request: Request | None = None) -> Response | None:
        if self.down:
            return Response(status_code=503)
        if request is not None and request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        return None

    def _answer(self, body: Any) -> Response:
        if self.lost_answers:
            self.lost_answers -= 1
            return Response(status_code=502)
        return JSONResponse(body)

    # What people do.

    async def assign(self, talk: Talk, name: str) -> None:
        talk.assignee = {"id": 5, "name": name, "type": "user"}
        await self._send({"event": "conversation_updated", "changed_attributes": [], **self._shown(talk)})

    async def reply(self, talk: Talk, name: str, text: str, private: bool = False) -> dict[str, Any]:
        return await self._say(talk, text, "outgoing", {"id": 5, "name": name, "type": "user"}, private)

    async def resolve(self, talk: Talk, status: str = "resolved") -> None:
        await self._become(talk, status)

    async def _become(self, talk: Talk, status: str) -> None:
        if talk.status == status:
            return
        talk.status = status
        names = {"open": "conversation_opened", "resolved": "conversation_resolved"}
        for event in filter(None, ("conversation_status_changed", names.get(status))):
            await self._send({"event": event, **self._shown(talk)})

    async def _say(
        self, talk: Talk, text: str, kind: str, sender: dict[str, Any], private: bool = False
    ) -> dict[str, Any]:
        self._count += 1
        message = {
            "id": self._count, "content": text, "message_type": kind, "private": private, "content_type": "text",
            "sender": sender,
        }  # fmt: skip
        talk.messages.append(message)
        event = {"event": "message_created", **message, "conversation": self._shown(talk)}
        await self._send(event)
        return event

    def _shown(self, talk: Talk) -> dict[str, Any]:
        meta = {"sender": {"id": 1, "name": "客户"}, "assignee": talk.assignee}
        return {"id": talk.id, "status": talk.status, "priority": talk.priority, "meta": meta}

    async def _send(self, event: dict[str, Any]) -> None:
        body, now = json.dumps(event).encode(), str(int(time.time()))
        answer = await self.post(body, now)
        if answer.status_code >= 400:
            self.refused_hooks.append(answer.status_code)

    async def again(self, event: dict[str, Any]) -> None:
        """A webhook whose answer was lost."""
        await self._send(event)

    async def post(self, body: bytes, timestamp: str, key: str = SIGNING) -> httpx.Response:
        made = hmac.new(key.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Chatwoot-Timestamp": timestamp, "X-Chatwoot-Signature": f"sha256={made}"}
        return await self._client.post(self.hook, content=body, headers=headers)
