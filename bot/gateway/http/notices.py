"""The private paths of the company's systems: facts that customers are to be told, and who does not want them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from bot.gateway.duties import ANNOUNCE
from bot.gateway.gateway import Gateway
from bot.gateway.http.problems import Problem
from bot.gateway.http.routes import Account, bearer
from bot.gateway.store import announcements
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.clock import iso

Key = Annotated[str, Field(pattern=r"^[\w.:-]{1,64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z_]{1,24}$")]


class About(BaseModel, extra="forbid"):
    """Whom something concerns: all who belong to an account, or the person of a conversation."""

    account_no: Account | None = None
    conversation: Annotated[str, Field(max_length=80)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> About:
        if (self.account_no is None) == (self.conversation is None):
            raise ValueError("needs either account_no or conversation")
        return self


class FactToTell(About):
    """POST /internal/v1/notices."""

    key: Key
    version: int = Field(1, ge=1, le=2**31 - 1)
    kind: str = Field(max_length=24)
    urgent: bool | None = None
    expires: AwareDatetime
    values: dict[str, str]


class OptOut(About):
    """POST /internal/v1/notices/opt-outs: a kind or an outlet left out means all of them."""

    kind: Name | None = None
    outlet: Name | None = None
    out: bool = True


def routes(gateway: Gateway) -> APIRouter:
    """/internal/v1/notices; never proxied outside."""

    async def allowed(request: Request) -> None:
        bearer(request, gateway.settings.internal_token)

    router = APIRouter(
        prefix="/internal/v1/notices", include_in_schema=False, dependencies=[Depends(allowed)]
    )

    @router.post("", status_code=202)
    async def tell(fact: FactToTell) -> dict[str, bool]:
        """Kept when this answers; `known` for a version that is kept already, or an older one."""
        if faults := gateway.notices.faults(fact.kind, fact.values):
            raise Problem(422, "invalid", ", ".join(faults))
        urgent = gateway.notices.kinds[fact.kind].urgent if fact.urgent is None else fact.urgent
        told = Announcement(
            fact.key, fact.version, fact.kind, urgent, fact.values, fact.expires.timestamp(), fact.account_no,
            fact.conversation,
        )  # fmt: skip
        try:
            fresh = await gateway.announcer.take(told)
        except KeyError:
            raise Problem(404, "not-found") from None
        gateway.jobs.wake(ANNOUNCE)
        return {"known": not fresh}

    @router.get("/{key}")
    async def became(key: str) -> dict[str, Any]:
        """What became of a fact."""
        found = await gateway.store.read(announcements.history, key)
        for told in found:
            told["tellings"] = [{**each, "at": iso(each["at"])} for each in told["tellings"]]
        return {"facts": found}

    @router.post("/opt-outs", status_code=204)
    async def opt_out(wish: OptOut) -> None:
        about = wish.account_no or wish.conversation or ""
        write = gateway.store.write
        await write(announcements.opt_out, about, wish.kind or "", wish.outlet or "", wish.out)

    return router
