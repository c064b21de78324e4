"""The console's requests about one conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Literal

import structlog
from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from bot.channels.console.access import LEADS, READS, SERVES, Doors, me
from bot.channels.console.card import Card
from bot.channels.console.live import Live
from bot.core.handoff import Forbidden
from bot.core.masking import mask_numbers
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.people import agents, handoff, transcripts, worklist
from bot.gateway.people.logins import AgentSession
from bot.gateway.people.worklist import Background
from bot.gateway.store import audit
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection
from bot.gateway.store.texts import read
from bot.gateway.turns.inbox import Refused, clean, require_upload
from bot.ports.errors import CompanyError
from bot.ports.identity import Subject
from bot.region import facts, knowledge

MAX_TEXT = 1000
_PAGE = 50
_ASKED = 6
_HOUR = 3600.0
REVEALS_PER_HOUR = 30
log = structlog.get_logger()
Who = Annotated[AgentSession, Depends(me)]
MsgId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Versioned(BaseModel):
    version: int


class Released(Versioned):
    note: Text = ""


class Resolved(Released):
    reason: str = Field(max_length=24)


class Transferred(Released):
    to_agent: str | None = Field(None, max_length=64)
    to_skill: str | None = Field(None, max_length=16)


class Reassigned(Versioned):
    to_agent: str = Field(max_length=64)


class AgentMessage(BaseModel):
    msg_id: MsgId
    text: str | None = Field(None, max_length=MAX_TEXT)
    upload: str | None = Field(None, max_length=64)


class Noted(BaseModel):
    msg_id: MsgId
    text: Text
    whisper: bool = False


class Read(BaseModel):
    seq: int = Field(ge=0, lt=2**31)


class Listening(BaseModel):
    on: bool


class Reveal(BaseModel):
    field: Literal["name", "phone", "account", "address"]
    reason: str = Field(max_length=24)


def mount(doors: Doors, gateway: Gateway, live: Live) -> None:
    """Add the routes."""
    words = read("console")
    card = Card(gateway.company, words["parts"], words["company_down"])
    rules, desk = gateway.rules, gateway.desk
    path = "/conversations/{name}"

    async def changed(
        session: AgentSession,
        name: str,
        work: Callable[..., list[Message]],
        version: int,
        action: str,
        note: str = "",
        **more: Any,
    ) -> dict[str, Any]:
        """Carry a change of the one row out, record it, tell everybody; the new row."""

        def both(c: Connection) -> tuple[list[Message], dict[str, Any] | None]:
            if note.strip():
                said = transcripts.add_note(
                    c, name, session.name, f"{action}-{version}-{name}"[:64], note, False
                )
            told = work(c, name, session.name, version, **more)
            audit.record(c, session.name, action, name, ",".join(str(v) for v in more.values() if v))
            return told, transcripts.named(c, [said])[0] if note.strip() else None

        try:
            told, written = await gateway.store.write(both)
        except handoff.TakenAlready as taken:
            row = await gateway.store.read(agents.find, taken.agent)
            raise Problem(409, "taken", extra={"agent_name": row.display if row else taken.agent}) from None
        except handoff.Stale:
            raise Problem(409, "stale") from None
        except (handoff.NotYours, Forbidden):
            raise Problem(403, "forbidden") from None
        if written:
            await live.message(name, written)
        await gateway.tell(told)
        await gateway.tell_moved(name)
        return await one_row(session, name)

    async def one_row(session: AgentSession, name: str) -> dict[str, Any]:
        found = await gateway.store.read(worklist.rows, session.name, (name,))
        if not found:
            raise Problem(404, "not-found")
        return found[0]

    @doors.open("GET", "/conversations", READS)
    async def listing(session: Who) -> dict[str, Any]:
        return {"conversations": await gateway.store.read(worklist.rows, session.name)}

    @doors.open("GET", path, READS)
    async def detail(session: Who, name: str) -> dict[str, Any]:
        row = await one_row(session, name)
        background, who, own = await gateway.store.write(_kept, gateway, session, name)
        told = _told(words, background, gateway.clock(), str if own else mask_numbers)
        return {
            "row": row, **told, **await card.of(who), "previous": background.previous,
            "channel_limit": await gateway.limit(name), "viewers": live.viewers(name),
        }  # fmt: skip

    @doors.open("GET", f"{path}/messages", READS)
    async def history(
        session: Who,
        name: str,
        before: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = _PAGE,
    ) -> dict[str, Any]:
        """Recorded as a look is."""
        found, more = await gateway.store.write(_history, session, name, before, limit)
        return {"messages": [live.shown(each) for each in found], "more": more}

    @doors.open("POST", f"{path}/take", SERVES)
    async def take(session: Who, name: str, body: Versioned) -> dict[str, Any]:
        return await changed(session, name, desk.take, body.version, "take")

    @doors.open("POST", f"{path}/release", SERVES)
    async def release(session: Who, name: str, body: Released) -> dict[str, Any]:
        return await changed(session, name, desk.release, body.version, "release", body.note)

    @doors.open("POST", f"{path}/resolve", SERVES)
    async def resolve(session: Who, name: str, body: Resolved) -> dict[str, Any]:
        if body.reason not in rules.resolve_reasons:
            raise Problem(422, "invalid", "reason")
        return await changed(
            session, name, desk.resolve, body.version, "resolve", body.note, outcome=body.reason
        )

    @doors.open("POST", f"{path}/transfer", SERVES)
    async def transfer(session: Who, name: str, body: Transferred) -> dict[str, Any]:
        if body.to_agent:
            await known_agent(body.to_agent)
        elif body.to_skill not in rules.skills:
            raise Problem(422, "invalid", "to_skill")
        target = {"to_agent": body.to_agent} if body.to_agent else {"to_skill": body.to_skill}
        return await changed(session, name, desk.hand_on, body.version, "transfer", body.note, **target)

    @doors.open("POST", f"{path}/reassign", LEADS)
    async def reassign(session: Who, name: str, body: Reassigned) -> dict[str, Any]:
        await known_agent(body.to_agent)
        return await changed(session, name, desk.reassign, body.version, "reassign", to_agent=body.to_agent)

    async def known_agent(name: str) -> None:
        row = await gateway.store.read(agents.find, name)
        if row is None or not SERVES & set(row.roles):
            raise Problem(422, "invalid", "to_agent")

    @doors.open("POST", f"{path}/messages", SERVES)
    async def say(session: Who, name: str, body: AgentMessage) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        try:
            if body.text:
                shown["text"] = clean(body.text, MAX_TEXT)
            if body.upload:
                await gateway.store.read(require_upload, name, body.upload)
                shown["image"] = {"upload": body.upload, "alt": ""}
        except Refused as refused:
            raise Problem(422, "invalid", refused.code) from None
        if not shown:
            raise Problem(422, "invalid", "text")
        if (limit := await gateway.limit(name)) and limit["left"] < 1:
            raise Problem(409, "limit")
        shown["agent_name"] = session.display
        try:
            told = await gateway.store.write(handoff.speak, name, session.name, body.msg_id, shown)
        except handoff.NotYours:
            raise Problem(403, "forbidden") from None
        await gateway.tell(told)
        await gateway.tell_moved(name)
        found = await gateway.store.read(transcripts.of_agent, session.name, body.msg_id)
        return live.shown(found)

    @doors.open("POST", f"{path}/notes", SERVES)
    async def note(session: Who, name: str, body: Noted) -> dict[str, Any]:
        if body.whisper and not LEADS & session.roles:
            raise Problem(403, "forbidden")
        await one_row(session, name)

        def write(c: Connection) -> dict[str, Any]:
            kept = transcripts.add_note(c, name, session.name, body.msg_id, body.text, body.whisper)
            return transcripts.named(c, [kept])[0]

        written = await gateway.store.write(write)
        await live.message(name, written)
        return written

    @doors.open("POST", f"{path}/read", READS, 204)
    async def mark(session: Who, name: str, body: Read) -> Response:
        await one_row(session, name)
        await gateway.store.write(transcripts.mark_read, session.name, name, body.seq)
        return Response(status_code=204)

    @doors.open("POST", f"{path}/listen", LEADS, 204)
    async def listen(session: Who, name: str, body: Listening) -> Response:
        await gateway.store.write(audit.record, session.name, "listen" if body.on else "listen_end", name)
        return Response(status_code=204)

    @doors.open("POST", f"{path}/reveal", SERVES)
    async def reveal(session: Who, name: str, body: Reveal) -> dict[str, Any]:
        """Of one's own case, or as a lead, and not for ever: recorded before it is shown, the cap as well."""
        if body.reason not in rules.reveal_reasons:
            raise Problem(422, "invalid", "reason")
        refused = await gateway.store.write(_reveal, session, name, f"{body.field} {body.reason}")
        if refused:
            log.error(refused, agent=session.name)
            raise Problem(429 if refused == "reveal_cap" else 403, "forbidden")
        who = await gateway.store.read(gateway.identity.who, name)
        try:
            value = await card.clear(who, body.field)
        except CompanyError:
            raise Problem(503, "unavailable") from None
        if value is None:
            raise Problem(404, "not-found")
        return {"field": body.field, "value": value}

    @doors.open("GET", f"{path}/suggestion", SERVES)
    async def suggestion(name: str) -> Any:
        asked = await gateway.store.read(transcripts.last_words, name)
        if not asked:
            return Response(status_code=204)
        base = await asyncio.to_thread(knowledge.load, gateway.settings.region)
        found = base.find(asked)
        if not found:
            return Response(status_code=204)
        best = base.tell(found[0].id, facts.read(asked)).answer
        return {
            "text": best.text,
            "source": {"title": f"{best.title}（{best.source}）", "id": best.id},
            "score": found[0].score,
        }


def _kept(
    c: Connection, gateway: Gateway, session: AgentSession, name: str
) -> tuple[Background, Subject, bool]:
    """What the gateway itself knows of a conversation, who its customer is, and whether it is the agent's own case. A look
    is recorded."""
    audit.record(c, session.name, "view", name)
    return worklist.background(c, name), gateway.identity.who(c, name), _own(c, session, name)


def _own(c: Connection, session: AgentSession, name: str) -> bool:
    return bool(LEADS & session.roles) or handoff.serves(c, name, session.name)


def _reveal(c: Connection, session: AgentSession, name: str, what: str) -> str | None:
    """Record it; why it is refused, if it is."""
    if not _own(c, session, name):
        audit.record(c, session.name, "reveal_refused", name, what)
        return "reveal_refused"
    if audit.count(c, session.name, "reveal", _HOUR) >= REVEALS_PER_HOUR:
        audit.record(c, session.name, "reveal_cap", name, what)
        return "reveal_cap"
    audit.record(c, session.name, "reveal", name, what)
    return None


def _told(
    words: dict[str, Any], background: Background, at: float, shown: Callable[[str], str]
) -> dict[str, Any]:
    """summary, slots, asked and tried of the Detail at that time; `shown` makes of a text what this agent may read."""
    said, now = background.said, background.now
    customer = [shown(text) for author, text in said if author == "customer" and text]
    bot = [shown(text) for author, text in said if author == "bot" and text]
    asked = [text for text in bot if text.rstrip().endswith(("？", "?"))]
    tried = [text for text in bot if text not in asked]
    lines = []
    if now is not None:
        waited = max(0, round((at - now.created_at) / 60))
        why = words["summary_why"].format(reason=words["reasons"].get(now.reason, now.reason), minutes=waited)
        lines.append(shown(now.summary) or why)
    if customer:
        lines.append(words["summary_said"].format(text=customer[-1][:80]))
    if tried:
        lines.append(words["summary_bot"].format(text=tried[-1][:80]))
    slots = now.slots if now is not None else {}
    titles = words["slots"]
    return {
        "summary": lines[:3],
        "slots": [
            {"name": key, "title": titles[key], "value": shown(str(value))} for key, value in slots.items() if key in titles
        ],
        "asked": asked[-_ASKED:], "tried": tried[-_ASKED:],
    }  # fmt: skip


def _history(
    c: Connection, session: AgentSession, name: str, before: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """A page of the transcript, recorded as read; numbers are masked in the cases of others."""
    audit.record(c, session.name, "read", name, f"before {before}" if before else "")
    found, more = transcripts.transcript(c, name, before, limit)
    if not _own(c, session, name):
        found = [{**each, "text": mask_numbers(each["text"])} if each.get("text") else each for each in found]
    return transcripts.named(c, found), more
