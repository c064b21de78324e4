"""Who asks, and what they may see. Every rule about levels and ownership is here.

Levels (docs/security-and-privacy.md): L1 sees balance, tier, usage and supply of its accounts; L2 bills and arrears too.
Orders are seen by the conversation that placed or joined them and, from L1 on, by the account they belong to.
What is not the caller's looks exactly like what does not exist.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from backend.problems import Refusal
from backend.settings import Settings
from backend.tables import AccountRow, FaultReportRow, WorkOrderRow

LEVELS = ("L0", "L1", "L2", "L3", "L4")
LEEWAY_SECONDS = 30
CLAIMS = jwt.JWTClaimsRegistry(
    leeway=LEEWAY_SECONDS,
    iss={"essential": True, "value": "gridcare-gateway"},
    aud={"essential": True, "value": "company"},
    sub={"essential": True},
    exp={"essential": True},
    level={"essential": True, "values": list(LEVELS)},
)


@dataclass(frozen=True)
class Caller:
    """The subject a request is made for. Without an assertion: nobody, at L0."""

    level: str = "L0"
    accounts: tuple[str, ...] = ()
    conversation: str = ""

    def covers(self, needed: str) -> bool:
        return LEVELS.index(self.level) >= LEVELS.index(needed)

    def owns(self, account_no: str | None) -> bool:
        """Whether this account has been vouched for, whatever was said in the request."""
        return self.covers("L1") and account_no in self.accounts

    def speaker(self, told: str) -> str:
        """The conversation: the asserted one, else what a trusted service says."""
        return self.conversation or told


class Door:
    """Checks the service token and the subject assertion of a request."""

    def __init__(self, settings: Settings) -> None:
        self._token = f"Bearer {settings.backend_token.get_secret_value()}".encode()
        self._key = OctKey.import_key(settings.subject_key.get_secret_value())

    def caller(self, request: Request) -> Caller:
        """Who asks; problem `unauthorized` for a wrong token (field authorization) or assertion (field subject)."""
        said = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(said, self._token):
            raise Refusal("unauthorized", field="authorization")
        assertion = request.headers.get("x-subject")
        return self._subject(assertion) if assertion else Caller()

    def _subject(self, assertion: str) -> Caller:
        try:
            claims = jwt.decode(assertion, self._key, algorithms=["HS256"]).claims
            CLAIMS.validate(claims)
            accounts = claims.get("accounts", [])
            if not isinstance(claims["sub"], str) or not isinstance(accounts, list):
                raise TypeError
            return Caller(claims["level"], tuple(map(str, accounts)), claims["sub"])
        except (JoseError, ValueError, TypeError) as error:
            raise Refusal("unauthorized", field="subject") from error


def own_account(session: Session, caller: Caller, account_no: str, needed: str) -> AccountRow:
    """An account of the caller at a level; problem `not-allowed` below it, `not-found` for any other account."""
    if not caller.covers(needed):
        raise Refusal("not-allowed")
    found = find_account(session, account_no) if caller.owns(account_no) else None
    if found is None:
        raise Refusal("not-found")
    return found


def find_account(session: Session, account_no: str) -> AccountRow | None:
    """An account by its number, for rules that check nothing: never answer with it."""
    return session.scalar(select(AccountRow).where(AccountRow.account_no == account_no))


def visible_orders(caller: Caller) -> ColumnElement[bool]:
    """The orders a caller may see, as a condition."""
    ways: list[ColumnElement[bool]] = [false()]
    if caller.conversation:
        joined = select(FaultReportRow.id).where(
            FaultReportRow.order_no == WorkOrderRow.order_no,
            FaultReportRow.conversation == caller.conversation,
        )
        ways += [WorkOrderRow.conversation == caller.conversation, joined.exists()]
    if caller.covers("L1"):
        ways.append(WorkOrderRow.account_no.in_(caller.accounts))
    return or_(*ways)


def visible_order(session: Session, caller: Caller, order_no: str) -> WorkOrderRow:
    """One order of the caller, or problem `not-found`."""
    found = session.scalar(
        select(WorkOrderRow).where(and_(WorkOrderRow.order_no == order_no, visible_orders(caller)))
    )
    if found is None:
        raise Refusal("not-found")
    return found
