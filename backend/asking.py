"""What every route needs before it acts: who asks, a session to read with, a write carried out once, an own account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Response
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel
from sqlalchemy.orm import Session

from backend import region
from backend.access import Caller, Door, own_account
from backend.idempotency import Ledger
from backend.tables import AccountRow

service_token = HTTPBearer(auto_error=False, description="The service token (GRIDCARE_BACKEND_TOKEN)")
subject_assertion = APIKeyHeader(
    name="X-Subject", auto_error=False, description="Who asks; without it: nobody"
)


async def asking(
    request: Request,
    _: Annotated[object, Depends(service_token)],
    __: Annotated[object, Depends(subject_assertion)],
) -> Caller:
    """The caller of a request."""
    door: Door = request.app.state.door
    return door.caller(request)


def reading(request: Request) -> Iterator[Session]:
    """A session to read with."""
    with request.app.state.store.reading() as session:
        yield session


class Write:
    """A write on its way: whose, under which key, and what exactly was asked."""

    def __init__(
        self,
        request: Request,
        caller: Annotated[Caller, Depends(asking)],
        key: Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200)],
    ) -> None:
        self.caller, self.region = caller, request.app.state.region
        self._key, self._what = key, f"{request.method} {request.url.path}"
        self._ledger: Ledger = request.app.state.ledger

    def once(self, body: BaseModel, effect: Callable[[Session], BaseModel]) -> Response:
        """Carry out `effect` once for this key, this caller's conversation and this body."""
        told = body.model_dump(mode="json")
        request = [self._what, self.caller.speaker(told.get("conversation", "")), told]
        return self._ledger.once(self._key, json.dumps(request, sort_keys=True), effect)


Reads = Annotated[Session, Depends(reading)]
Asker = Annotated[Caller, Depends(asking)]
Writes = Annotated[Write, Depends()]
AccountNo = Annotated[str, Path(examples=["0100000000017"])]


async def where(request: Request) -> region.Region:
    """The region served."""
    here: region.Region = request.app.state.region
    return here


Here = Annotated[region.Region, Depends(where)]


def owned(needed: str) -> Callable[..., AccountRow]:
    """The account of the path, if the caller may see it at that level."""

    def find(session: Reads, caller: Asker, account_no: AccountNo) -> AccountRow:
        return own_account(session, caller, account_no, needed)

    return find


OwnL1 = Annotated[AccountRow, Depends(owned("L1"))]
OwnL2 = Annotated[AccountRow, Depends(owned("L2"))]
OwnL3 = Annotated[AccountRow, Depends(owned("L3"))]
