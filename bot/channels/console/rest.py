"""The console's requests that are about no single conversation: login, presence, board, search, samples, audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Depends, File, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from bot.channels.console.access import AUDITS, COOKIE, EVERYBODY, LEADS, SEARCHES, SERVES, Doors, me
from bot.channels.console.live import Live
from bot.channels.console.talks import MAX_TEXT
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.people import agents, logins, samples, transcripts, worklist
from bot.gateway.people.logins import IDLE, AgentSession
from bot.gateway.store import audit, messages
from bot.gateway.store.clock import iso
from bot.gateway.store.storage import Connection, Record
from bot.gateway.turns.uploads import MAX_BYTES, NotAPicture
from bot.region import region

Who = Annotated[AgentSession, Depends(me)]


class Login(BaseModel):
    name: str = Field(max_length=64)
    password: str = Field(max_length=200)
    code: str = Field("", max_length=10)


class Presence(BaseModel):
    state: Literal["online", "busy", "offline"]
    capacity: int = Field(ge=0, le=agents.MOST_CAPACITY)


class Sheet(BaseModel):
    scores: dict[str, Annotated[int, Field(ge=1, le=5)]]
    comment: str = Field("", max_length=1000)


def mount(doors: Doors, gateway: Gateway, live: Live) -> None:
    """Add the routes."""
    rules = gateway.rules
    orders = region.read(gateway.settings.region, "orders")

    async def answer_me(session: AgentSession) -> dict[str, Any]:
        row, all_agents = await gateway.store.read(_me, session.name)
        return {
            "name": session.name, "display": session.display, "roles": sorted(session.roles), "skills": row.skills,
            "state": row.state, "capacity": row.capacity, "csrf": session.csrf,
            "limits": {"text": MAX_TEXT, "idle_seconds": int(IDLE)},
            "canned": [vars(each) for each in rules.canned],
            "reasons": {"resolve": _named(rules.resolve_reasons), "reveal": _named(rules.reveal_reasons)},
            "agents": all_agents, "skills_all": _named(rules.skills),
            "applications": _named({code: each["title"] for code, each in orders["applications"].items()}),
        }  # fmt: skip

    @doors.router.post("/login")
    async def login(request: Request, response: Response, body: Login) -> dict[str, Any]:
        """The only route without a session."""
        try:
            address = request.client.host if request.client else ""
            cookie, session = await logins.login(gateway.store, body.name, body.password, body.code, address)
        except logins.LoginRefused as refused:
            status = 429 if refused.kind == "locked" else 401
            raise Problem(status, refused.kind) from None
        response.set_cookie(
            COOKIE, cookie, path="/", httponly=True, samesite="strict", secure=not gateway.settings.demo
        )
        return await answer_me(session)

    @doors.open("POST", "/agents/{name}/unlock", LEADS, 204)
    async def unlock(session: Who, name: str) -> Response:
        """Who has mistyped too often, or was tried by somebody else, need not wait."""
        if await gateway.store.read(agents.find, name) is None:
            raise Problem(404, "not-found")
        await gateway.store.write(logins.unlock, name, session.name)
        return Response(status_code=204)

    @doors.open("GET", "/me", EVERYBODY)
    async def who(session: Who) -> dict[str, Any]:
        return await answer_me(session)

    @doors.open("POST", "/logout", EVERYBODY, 204)
    async def logout(session: Who, request: Request) -> Response:
        cookie = request.cookies.get(COOKIE, "")
        await gateway.store.write(logins.logout, cookie, session.name)
        await live.end(cookie)
        await live.agent(session.name)
        gone = Response(status_code=204)
        gone.delete_cookie(COOKIE, path="/")
        return gone

    @doors.open("PUT", "/presence", SERVES)
    async def presence(session: Who, body: Presence) -> dict[str, Any]:
        await gateway.store.write(agents.set_presence, session.name, body.state, body.capacity)
        gateway.seat_came_free()
        await live.agent(session.name)
        found = await gateway.store.read(agents.shown)
        return next(each for each in found if each["name"] == session.name)

    @doors.open("POST", "/uploads", SERVES)
    async def upload(
        file: Annotated[UploadFile, File()], conversation: Annotated[str, Query(max_length=80)]
    ) -> dict[str, Any]:
        if await gateway.store.read(messages.find_talk, conversation) is None:
            raise Problem(404, "not-found")
        data = await file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Problem(413, "too-large")
        try:
            kept = await gateway.uploads.keep(conversation, data)
        except NotAPicture:
            raise Problem(415, "not-a-picture") from None
        return {**vars(kept), "url": gateway.uploads.link(kept.id)}

    @doors.open("GET", "/search", SEARCHES)
    async def search(
        session: Who,
        q: Annotated[str, Query(min_length=2, max_length=60)],
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> dict[str, Any]:
        """Recorded without the words: they may be a customer's."""

        def look(c: Connection) -> list[dict[str, Any]]:
            hits = transcripts.search(c, q, limit)
            audit.record(c, session.name, "search", "", f"{len(hits)} hits")
            return hits

        return {"hits": await gateway.store.write(look)}

    @doors.open("GET", "/board", LEADS)
    async def board() -> dict[str, Any]:
        people = await gateway.store.read(worklist.board, rules.skills)
        jobs = [{"name": name, **ran.shown()} for name, ran in (await gateway.jobs.ran()).items()]
        return {**people, "jobs": jobs}

    @doors.open("GET", "/samples", LEADS)
    async def listing() -> dict[str, Any]:
        return {"samples": await gateway.store.read(samples.listing)}

    @doors.open("POST", "/samples/{number}/score", LEADS, 204)
    async def score(session: Who, number: int, body: Sheet) -> Response:
        sheet = {name: body.scores.get(name, 0) for name in samples.CRITERIA}
        if 0 in sheet.values():
            raise Problem(422, "invalid", "scores")
        if not await gateway.store.write(samples.score, number, session.name, sheet, body.comment):
            raise Problem(404, "not-found")
        return Response(status_code=204)

    @doors.open("GET", "/audit", AUDITS)
    async def trail(
        session: Who,
        before: Annotated[int, Query(ge=0)] = 0,
        actor: Annotated[str, Query(max_length=64)] = "",
        action: Annotated[str, Query(max_length=24)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> dict[str, Any]:
        rows, more = await gateway.store.read(audit.page, before, actor, action, limit)
        _, _, broken = await gateway.store.read(audit.verify)
        entries = [{**row._mapping, "at": iso(row.at)} for row in rows]
        return {"entries": entries, "more": more, "verified": broken is None}


def _named(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"code": code, "title": title} for code, title in titles.items()]


def _me(c: Connection, name: str) -> tuple[Record, list[dict[str, Any]]]:
    row = agents.find(c, name)
    assert row is not None
    return row, agents.shown(c)
