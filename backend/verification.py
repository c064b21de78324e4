"""Does what a person says fit the account? For the gateway alone, which holds the identity level and counts the tries.

Unknown accounts answer like known ones with nothing matched."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend import addresses
from backend.access import find_account
from backend.tables import AccountRow, CustomerRow, PhoneRow


def match(session: Session, account_no: str, items: Mapping[str, str]) -> list[str]:
    """The names of the items that fit."""
    account = find_account(session, account_no)
    return [name for name, said in items.items() if account and CHECKS[name](account, said)]


def account_at(session: Session, holder_name: str, address: str) -> str | None:
    """The one account where both fit; a holder with several at the same address must tell the number."""
    plain = "".join(unicodedata.normalize("NFKC", holder_name).split())
    named = session.scalars(select(AccountRow).join(CustomerRow).where(CustomerRow.name == plain))
    found = [each.account_no for each in named if _address(each, address)]
    return found[0] if len(found) == 1 else None


def phone_on_file(session: Session, account_no: str) -> str | None:
    """The full number, or None."""
    account = find_account(session, account_no)
    return account.customer.phone if account else None


def on_file(session: Session, account_no: str) -> tuple[str, str, str | None] | None:
    """Holder, address and number, unmasked."""
    account = find_account(session, account_no)
    return (account.customer.name, account.address, account.customer.phone) if account else None


def accounts_of_phone(session: Session, phone: str) -> list[str]:
    """All accounts whose holder has this number, and those it was bound to."""
    bound = select(PhoneRow.account_id).where(PhoneRow.phone == phone)
    query = (
        select(AccountRow.account_no)
        .join(CustomerRow)
        .where(or_(CustomerRow.phone == phone, AccountRow.id.in_(bound)))
    )
    return list(session.scalars(query.order_by(AccountRow.account_no)))


def _holder(account: AccountRow, said: str) -> bool:
    return _same(account.customer.name, said)


def _meter(account: AccountRow, said: str) -> bool:
    return _same(account.meter.meter_no, said)


def _phone_tail(account: AccountRow, said: str) -> bool:
    return len(said) == 4 and _same((account.customer.phone or "")[-4:], said)


def _address(account: AccountRow, said: str) -> bool:
    """The village or community and every number of the address on file, in their order."""
    place = addresses.stem(account.place.name) in addresses.key(said)
    own = addresses.numbers(account.address)
    return place and bool(own) and addresses.numbers(said) == own


def _same(ours: str, said: str) -> bool:
    plain = "".join(unicodedata.normalize("NFKC", said).split()).upper()
    return bool(ours) and hmac.compare_digest(ours.upper().encode(), plain.encode())


CHECKS: Mapping[str, Callable[[AccountRow, str], bool]] = {
    "holder_name": _holder,
    "meter_no": _meter,
    "phone_tail": _phone_tail,
    "address": _address,
}
