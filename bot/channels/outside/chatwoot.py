"""Chatwoot as the outside desk: an API inbox with an agent bot.

The customer's side is the inbox's public API (https://developers.chatwoot.com/contributing-guide/chatwoot-apis), the
bot's side the account API with the bot's access token, which may create messages, set status and priority
(app/controllers/concerns/access_token_auth_helper.rb). Chatwoot calls us as the agent bot's webhook.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import yaml

from bot.channels.outside.desk import Away, Case, DeskMessage, Office, Refuses
from bot.channels.outside.settings import ChatwootSettings

WINDOW = 300
"""Seconds a webhook may be old."""
SECONDS = 5.0
WORDS = Path(__file__).parents[3] / "data" / "gateway" / "outside_desk.yml"
_GIVEN_BACK = "pending"


class Chatwoot:
    """A Desk (bot/channels/outside/desk.py)."""

    def __init__(self, settings: ChatwootSettings, client: httpx.AsyncClient | None = None) -> None:
        self._client = client or httpx.AsyncClient(base_url=settings.url, timeout=SECONDS, trust_env=False)
        self._inbox = f"/public/api/v1/inboxes/{settings.inbox}/contacts"
        self._account = f"/api/v1/accounts/{settings.account}/conversations"
        self._words: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
        self._token = {"api_access_token": settings.token.get_secret_value()}

    async def start(self, case: Case, known: Callable[[str], Awaitable[None]]) -> None:
        """A contact named by the ticket, one conversation, what was said before as a private note, and open for people.

        What a broken attempt has left is found again by the contact's source id."""
        source = hashlib.sha256(f"{case.name}:{case.ticket}".encode()).hexdigest()[:32]
        await self._ask(
            "POST", self._inbox, {"source_id": source, "name": self._say("contact", ticket=case.ticket)}
        )
        talks = await self._ask("GET", f"{self._inbox}/{source}/conversations")
        if not talks:
            attributes = {"ticket": case.ticket, "channel": case.channel, "skill": case.skill}
            body = {"custom_attributes": attributes}
            talks = [await self._ask("POST", f"{self._inbox}/{source}/conversations", body)]
        number = int(talks[0]["id"])
        await known(f"{number}:{source}")
        await self._note(number, self._told(case))
        if case.urgent:
            await self._ask("POST", f"{self._account}/{number}/toggle_priority", {"priority": "urgent"})
        await self._status(number, "open")

    async def message(self, reference: str, said: DeskMessage) -> None:
        """The customer's words are the contact's; those of the bot are a private note."""
        number, _, source = reference.partition(":")
        if said.author != "customer":
            await self._note(int(number), self._line(said))
            return
        path = f"{self._inbox}/{source}/conversations/{number}/messages"
        await self._ask("POST", path, {"content": self._shown(said), "echo_id": said.key})

    async def stopped(self, reference: str, reason: str) -> None:
        number = int(reference.partition(":")[0])
        await self._note(number, self._say("ended", reason=reason))
        await self._status(number, "resolved")

    async def close(self) -> None:
        await self._client.aclose()

    def _say(self, name: str, **values: str) -> str:
        return str(self._words[name]).format(**values)

    def _shown(self, said: DeskMessage) -> str:
        return " ".join(part for part in (said.text, self._words["picture"] if said.picture else "") if part)

    def _line(self, said: DeskMessage) -> str:
        return self._say("line", author=self._words["author"][said.author], text=self._shown(said))

    def _told(self, case: Case) -> str:
        """What an agent reads first."""
        head = self._say(
            "head", ticket=case.ticket, channel=case.channel, skill=case.skill, reason=case.reason
        )
        return "\n".join([head, *filter(None, [case.summary]), "", *map(self._line, case.before)])

    async def _note(self, number: int, text: str) -> None:
        body = {"content": text, "message_type": "outgoing", "private": True}
        await self._ask("POST", f"{self._account}/{number}/messages", body)

    async def _status(self, number: int, status: str) -> None:
        await self._ask("POST", f"{self._account}/{number}/toggle_status", {"status": status})

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Raises Away for what may work later, Refuses for what never will."""
        headers = self._token if path.startswith(self._account) else {}
        try:
            answer = await self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Away(type(error).__name__) from None
        if answer.status_code in (400, 404, 422):
            raise Refuses(f"{answer.status_code} {path.rsplit('/', 1)[-1]}")
        if answer.status_code >= 300:
            raise Away(str(answer.status_code))
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise Away("no JSON") from None


def signed(secret: str, timestamp: str, body: bytes, signature: str, now: float) -> bool:
    """Whether a webhook is Chatwoot's and of the last minutes before `now`: X-Chatwoot-Signature is sha256=HMAC(timestamp.body)."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > WINDOW:
        return False
    made = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={made}".encode(), signature.encode())


async def hook(office: Office, references: dict[str, str], event: dict[str, Any]) -> None:
    """Carry out one webhook. `references` leads from Chatwoot's number of a conversation to our reference."""
    name = event.get("event")
    talk = event.get("conversation") if name == "message_created" else event
    if not isinstance(talk, dict) or (reference := references.get(str(talk.get("id")))) is None:
        return
    meta = talk.get("meta")
    assignee = meta.get("assignee") if isinstance(meta, dict) else None
    match name:
        case "message_created" if _to_customer(event):
            text, agent = str(event.get("content") or ""), str(event["sender"].get("name") or "")
            if text and agent:
                await office.message(reference, agent[:40], f"chatwoot:{event.get('id')}", text)
        case "conversation_resolved":
            await office.stopped(reference, solved=True)
        case "conversation_status_changed" if talk.get("status") in ("resolved", _GIVEN_BACK):
            await office.stopped(reference, solved=talk.get("status") != _GIVEN_BACK)
        case "conversation_opened" | "conversation_updated" if isinstance(assignee, dict) and assignee.get(
            "name"
        ):
            await office.assigned(reference, str(assignee["name"])[:40])


def _to_customer(event: dict[str, Any]) -> bool:
    """Words of a person at the desk for the customer: not the contact's, not the bot's, not a private note."""
    sender = event.get("sender")
    return (
        event.get("message_type") in ("outgoing", 1)
        and not event.get("private")
        and isinstance(sender, dict)
        and sender.get("type") == "user"
    )
