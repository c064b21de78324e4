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
from backend.region import County
from backend.tables import AccountRow, CustomerRow, PhoneRow


def match(
    session: Session, counties: Mapping[str, County], account_no: str, items: Mapping[str, str]
) -> list[str]:
    """The names of the items that fit."""
    account = find_account(session, account_no)
    if account is None:
        return []
    fits = {name: check(account, items[name]) for name, check in CHECKS.items() if name in items}
    if said := items.get("address"):
        meant = addresses.places(session, counties, said)
        fits["address"] = account.place_id in meant and _address(counties, account, said)
    return [name for name in items if fits.get(name)]


def account_at(
    session: Session, counties: Mapping[str, County], holder_name: str, address: str
) -> str | None:
    """The one account where both fit. An address that may mean several places fits none of them: a name tried at all of
    them is a guess. A holder with several accounts at the same address must tell the number."""
    meant = addresses.places(session, counties, address)
    if len(meant) != 1:
        return None
    plain = "".join(unicodedata.normalize("NFKC", holder_name).split())
    here = select(AccountRow).join(CustomerRow)
    here = here.where(CustomerRow.name == plain, AccountRow.place_id.in_(meant))
    found = [each.account_no for each in session.scalars(here) if _address(counties, each, address)]
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


def _address(counties: Mapping[str, County], account: AccountRow, said: str) -> bool:
    """Every number of the address on file, in their order, and its road where it has one. The place is looked up apart."""
    own = addresses.numbers(account.address)
    place = account.place
    names = [each for county in counties.values() for each in (county.name, *county.short)]
    names += [place.town, addresses.stem(place.town), place.name, addresses.stem(place.name)]
    same_road = addresses.roads(said, *names) == addresses.roads(account.address, *names)
    return bool(own) and addresses.numbers(said) == own and same_road


def _same(ours: str, said: str) -> bool:
    plain = "".join(unicodedata.normalize("NFKC", said).split()).upper()
    return bool(ours) and hmac.compare_digest(ours.upper().encode(), plain.encode())


CHECKS: Mapping[str, Callable[[AccountRow, str], bool]] = {
    "holder_name": _holder,
    "meter_no": _meter,
    "phone_tail": _phone_tail,
}
