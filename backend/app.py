"""The HTTP side of the reference company system: routes translate and nothing more (docs/protocols.md, Backend)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, FastAPI, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend import (
    addresses,
    billing,
    directory,
    faults,
    network,
    orders,
    outages,
    problems,
    region,
    services,
    shapes,
    verification,
    voices,
)
from backend.access import Door, visible_order
from backend.asking import Asker, Here, OwnL1, OwnL2, Reads, Writes, asking
from backend.idempotency import Ledger
from backend.problems import Refusal
from backend.settings import Settings
from backend.storage import Store
from backend.tables import CounterRow

log = structlog.get_logger()
LONGEST_SPAN_DAYS = 400
HEALTH = ("/live", "/ready")


def create_app(settings: Settings, store: Store) -> FastAPI:
    """The application over a migrated database."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        app.state.ledger.forget_old()
        yield
        store.close()

    app = FastAPI(
        title="GridCare reference company system",
        version="1",
        lifespan=lifespan,
        openapi_url=None,  # served below to those who know the token
        docs_url=None,  # these pages load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.store, app.state.door, app.state.ledger = store, Door(settings), Ledger(store)
    app.state.region = region.load(settings.region)
    problems.install(app)
    app.add_middleware(AccessLog)
    app.include_router(health)
    app.include_router(api)
    app.include_router(services.router)
    app.include_router(network.router)
    app.add_api_route(
        "/openapi.json",
        lambda: JSONResponse(app.openapi()),
        dependencies=[Depends(asking)],
        include_in_schema=False,
    )
    app.openapi()  # works out every route now: not under the first request, and a broken one stops the start
    return app


class AccessLog:
    """One line per request, by route and never by path: paths hold account numbers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, started = 500, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            if scope["type"] == "http" and route not in HEALTH:
                took = round((time.perf_counter() - started) * 1000, 1)
                log.info("request", method=scope["method"], route=route, status=status, ms=took)


health = APIRouter(tags=["health"])
api = APIRouter(
    prefix="/v1", dependencies=[Depends(asking)], responses=shapes.problems(401, 403, 404, 422, 503)
)


@health.get("/live")
def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@health.get("/ready", responses=shapes.problems(503))
def ready(request: Request) -> dict[str, str]:
    """The database takes a write and gives it back."""
    with request.app.state.store.writing() as session:
        session.merge(CounterRow(name="ready", value=int(time.time())))
        session.flush()
        session.get_one(CounterRow, "ready", populate_existing=True)
    return {"status": "ready"}


@api.get("/accounts/{account_no}", tags=["billing"])
def get_account(account: OwnL1) -> shapes.Account:
    """The account, masked. L1."""
    return billing.account(account)


@api.get("/accounts/{account_no}/balance", tags=["billing"])
def get_balance(session: Reads, here: Here, account: OwnL1) -> shapes.Balance:
    """Credit less what is unpaid. L1."""
    return billing.balance(session, here, account)


@api.get("/accounts/{account_no}/tier", tags=["billing"])
def get_tier(session: Reads, here: Here, account: OwnL1) -> shapes.TierStatus:
    """Where the running month stands. L1."""
    return billing.tier(session, here, account)


@api.get("/accounts/{account_no}/usage", tags=["billing"])
def get_usage(session: Reads, account: OwnL1, first: date, last: date) -> list[shapes.DailyUsage]:
    """Daily kWh, both days included, oldest first. L1."""
    _check_span(first, last)
    return billing.usage(session, account, first, last)


@api.get("/accounts/{account_no}/payments", tags=["billing"])
def get_payments(session: Reads, account: OwnL2, first: date, last: date) -> list[shapes.Payment]:
    """What was booked, both days included, newest first. L2."""
    _check_span(first, last)
    return billing.payments(session, account, first, last)


def _check_span(first: date, last: date) -> None:
    if not 0 <= (last - first).days <= LONGEST_SPAN_DAYS:
        raise Refusal("invalid", "span", field="last")


@api.get("/accounts/{account_no}/bills", tags=["billing"])
def get_bills(
    session: Reads, here: Here, account: OwnL2, months: Annotated[int, Query(ge=1, le=36)] = 12
) -> list[shapes.Bill]:
    """The last bills, oldest first. L2."""
    return billing.bills(session, here, account, months)


@api.get("/accounts/{account_no}/bills/{month}", tags=["billing"])
def get_bill(
    session: Reads,
    here: Here,
    account: OwnL2,
    month: Annotated[str, Path(pattern=r"^([0-9]{4}-[0-9]{2}|latest)$")],
) -> shapes.Bill:
    """The bill of a month (YYYY-MM) or the `latest`. L2."""
    return billing.bill(session, here, account, None if month == "latest" else month)


@api.get("/accounts/{account_no}/arrears", tags=["billing"])
def get_arrears(session: Reads, here: Here, account: OwnL2) -> shapes.Arrears:
    """Bills past their due day, with the penalty of today. L2."""
    return billing.arrears(session, here, account)


@api.get("/accounts/{account_no}/reports-near", tags=["outages"])
def get_reports_near(session: Reads, account: OwnL1) -> shapes.NearbyReports:
    """Faults that others on the same transformer reported in the last minutes."""
    return outages.reports_near(session, account)


@api.get("/accounts/{account_no}/supply", tags=["outages"])
def get_supply(session: Reads, account: OwnL1) -> shapes.SupplyState:
    """What the systems know about the power of the account. L1."""
    return outages.supply_state(session, account)


@api.get("/places", tags=["outages"])
def get_places(session: Reads, here: Here, address: Annotated[str, Query(max_length=200)]) -> shapes.Located:
    """The places an address may mean. Public."""
    return shapes.Located.model_validate({"places": addresses.locate(session, here.counties, address)})


@api.get("/outages", tags=["outages"])
def get_outages(
    session: Reads,
    county: str | None = None,
    place: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> list[shapes.Outage]:
    """Announced and active outages of a county or place. Public."""
    return [outages.wire(each) for each in outages.in_area(session, county, place, first, last)]


@api.get("/halls", tags=["directory"])
def get_halls(session: Reads, county: str | None = None) -> list[shapes.Hall]:
    """Service halls. Public."""
    return directory.halls(session, county)


@api.get("/notices", tags=["directory"])
def get_notices(session: Reads, county: str | None = None) -> list[shapes.Notice]:
    """Public notices valid now. Public."""
    return directory.notices(session, county)


@api.post("/faults", tags=["orders"], response_model=shapes.FaultReceipt, responses=shapes.problems(409))
def post_fault(write: Writes, told: shapes.FaultReport) -> Response:
    """Report a fault; no account and no level needed."""
    return write.once(told, lambda session: faults.report(session, write.region, write.caller, told))


@api.patch("/faults/{order_no}", tags=["orders"], response_model=shapes.Order, responses=shapes.problems(409))
def patch_fault(write: Writes, order_no: str, changes: shapes.FaultChanges) -> Response:
    """Add what became known later. For those who may see the order."""

    def effect(session: Session) -> shapes.Order:
        return orders.wire(faults.amend(session, write.region, write.caller, order_no, changes), write.region)

    return write.once(changes, effect)


@api.post(
    "/applications", tags=["orders"], response_model=shapes.ApplicationReceipt, responses=shapes.problems(409)
)
def post_application(write: Writes, draft: shapes.ApplicationDraft) -> Response:
    """Book an application; papers and identity are checked by a person later (L4)."""
    return write.once(draft, lambda session: voices.apply(session, write.region, write.caller, draft))


@api.post("/voices", tags=["orders"], response_model=shapes.Order, responses=shapes.problems(409))
def post_voice(write: Writes, draft: shapes.VoiceDraft) -> Response:
    """Book a complaint, report, suggestion or praise."""

    def effect(session: Session) -> shapes.Order:
        return orders.wire(voices.raise_voice(session, write.region, write.caller, draft), write.region)

    return write.once(draft, effect)


@api.get("/orders/{order_no}", tags=["orders"])
def get_order(session: Reads, here: Here, caller: Asker, order_no: str) -> shapes.Order:
    """One order of the caller."""
    return orders.wire(visible_order(session, caller, order_no), here)


@api.get("/orders", tags=["orders"])
def get_orders(
    session: Reads, here: Here, caller: Asker, account_no: str | None = None, conversation: str | None = None
) -> list[shapes.Order]:
    """Open orders of the caller, newest first."""
    return [orders.wire(each, here) for each in orders.open_orders(session, caller, account_no, conversation)]


@api.post(
    "/orders/{order_no}/urges", tags=["orders"], response_model=shapes.Order, responses=shapes.problems(409)
)
def post_urge(write: Writes, order_no: str, said: shapes.Words) -> Response:
    """Press an order; `too-soon` inside the pause."""

    def effect(session: Session) -> shapes.Order:
        order = orders.urge(session, write.region, write.caller, order_no, said.words)
        return orders.wire(order, write.region)

    return write.once(said, effect)


@api.post(
    "/orders/{order_no}/withdrawal",
    tags=["orders"],
    response_model=shapes.Order,
    responses=shapes.problems(409),
)
def post_withdrawal(write: Writes, order_no: str, said: shapes.Words) -> Response:
    """Log the wish to take an order back; it stays open."""

    def effect(session: Session) -> shapes.Order:
        order = orders.withdraw(session, write.region, write.caller, order_no, said.words)
        return orders.wire(order, write.region)

    return write.once(said, effect)


@api.post("/verification/match", tags=["verification"])
def post_match(session: Reads, here: Here, asked: shapes.MatchRequest) -> shapes.IdentityMatch:
    """Which items fit the account."""
    matched = verification.match(session, here.counties, asked.account_no, asked.items)
    return shapes.IdentityMatch(matched=matched)


@api.post("/verification/account", tags=["verification"])
def post_account(session: Reads, here: Here, asked: shapes.HolderQuestion) -> shapes.AccountAnswer:
    """The one account of a holder at an address."""
    found = verification.account_at(session, here.counties, asked.holder_name, asked.address)
    return shapes.AccountAnswer(account_no=found)


@api.post("/verification/phone", tags=["verification"])
def post_phone(session: Reads, asked: shapes.AccountQuestion) -> shapes.PhoneAnswer:
    """The number on file, for a code by SMS."""
    return shapes.PhoneAnswer(phone=verification.phone_on_file(session, asked.account_no))


@api.post("/verification/on-file", tags=["verification"])
def post_on_file(session: Reads, asked: shapes.AccountQuestion) -> shapes.OnFileAnswer:
    """What is kept of the holder, for an agent whose reason was recorded."""
    found = verification.on_file(session, asked.account_no)
    kept = shapes.OnFile(holder=found[0], address=found[1], phone=found[2]) if found else None
    return shapes.OnFileAnswer(on_file=kept)


@api.post("/verification/accounts", tags=["verification"])
def post_accounts(session: Reads, asked: shapes.PhoneQuestion) -> shapes.AccountsAnswer:
    """The accounts of a number on file."""
    return shapes.AccountsAnswer(accounts=verification.accounts_of_phone(session, asked.phone))
