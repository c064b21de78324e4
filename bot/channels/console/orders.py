"""Work orders, applications and complaints that an agent makes or changes in place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import BaseModel, Field

from bot.channels.console.access import LEADS, SERVES, Doors, me
from bot.channels.console.card import order
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.people import handoff
from bot.gateway.people.logins import AgentSession
from bot.gateway.store import audit
from bot.ports.errors import BadData, CompanyError, Conflict, NotAllowed, NotFound
from bot.ports.identity import Subject
from bot.ports.orders import ApplicationDraft, FaultReport, Order, Orders, VoiceDraft

Who = Annotated[AgentSession, Depends(me)]
Key = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.:-]+$")]
Short = Annotated[str, Field(max_length=200)]


class Draft(BaseModel):
    """What the form of the page holds; empty fields do not come."""

    description: str = Field(max_length=1000)
    address: Short | None = None
    contact_name: Short | None = None
    phone: Annotated[str, Field(max_length=20)] | None = None
    account_no: Annotated[str, Field(max_length=32)] | None = None
    application_kind: Annotated[str, Field(max_length=40)] | None = None
    urgent: bool = False


class NewOrder(BaseModel):
    key: Key
    kind: Literal["fault", "application", "complaint"]
    body: Draft


class OrderChange(BaseModel):
    key: Key
    description: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    urge: bool = False


def mount(doors: Doors, gateway: Gateway) -> None:
    """Add the routes. The agent acts with what is known of the conversation's customer, never with more."""
    path = "/conversations/{name}/orders"

    async def own(session: AgentSession, name: str) -> Subject:
        """The customer of a case of one's own; a lead's are all. Raises a 403 problem."""
        serves = await gateway.store.read(handoff.serves, name, session.name)
        if not (LEADS & session.roles or serves):
            raise Problem(403, "forbidden")
        return await gateway.store.read(gateway.identity.who, name)

    @doors.open("POST", path, SERVES)
    async def create(session: Who, name: str, body: NewOrder) -> dict[str, object]:
        who = await own(session, name)
        with _OrderRefusals():
            made = await _make(gateway.company.orders, who, name, body)
        await gateway.store.write(audit.record, session.name, "order", name, f"{body.kind} {made.order_no}")
        return order(made)

    @doors.open("PATCH", f"{path}/{{order_no}}", SERVES)
    async def amend(session: Who, name: str, order_no: str, body: OrderChange) -> dict[str, object]:
        who = await own(session, name)
        key, orders = f"console:{session.name}:{body.key}", gateway.company.orders
        with _OrderRefusals():
            if body.urge:
                changed = await orders.urge(who, order_no, body.description or "", key)
            elif body.description:
                changed = await orders.amend_fault(who, order_no, {"description": body.description}, key)
            else:
                raise Problem(422, "invalid", "description")
        await gateway.store.write(
            audit.record, session.name, "urge" if body.urge else "amend", name, order_no
        )
        return order(changed)


async def _make(orders: Orders, who: Subject, conversation: str, wanted: NewOrder) -> Order:
    given, key = wanted.body, f"console:{conversation}:{wanted.key}"
    place: dict[str, Any] = {"channel": "console", "conversation": conversation}
    contact: dict[str, Any] = {"contact_name": given.contact_name, "phone": given.phone}
    if wanted.kind == "fault":
        report = FaultReport(
            "household",
            given.description,
            given.address,
            given.account_no,
            urgent=given.urgent,
            **contact,
            **place,
        )
        return (await orders.report_fault(who, report, key)).order
    if wanted.kind == "complaint":
        voice = VoiceDraft(
            "complaint", given.description, "service", account_no=given.account_no, **contact, **place
        )
        return await orders.voice(who, voice, key)
    if not (given.application_kind and given.contact_name and given.phone):
        raise Problem(422, "invalid", "application_kind, contact_name, phone")
    draft = ApplicationDraft(
        given.application_kind, given.contact_name, given.phone, given.address, given.account_no,
        {"description": given.description} if given.description else {}, **place,
    )  # fmt: skip
    return (await orders.apply(who, draft, key)).order


class _OrderRefusals:
    """Turns what the company's systems refuse into problems."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, BadData):
            raise Problem(422, "invalid", error.field or "") from None
        if isinstance(error, NotFound):
            raise Problem(404, "not-found") from None
        if isinstance(error, NotAllowed):
            raise Problem(403, "forbidden") from None
        if isinstance(error, Conflict):
            raise Problem(409, "stale") from None
        if isinstance(error, CompanyError):
            raise Problem(503, "unavailable", headers={"Retry-After": "5"}) from None
