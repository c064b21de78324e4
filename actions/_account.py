"""What an answer is about: the account this person may see (identity levels, design), or a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from actions import _names
from actions._base import Needs
from actions._turn import Turn
from actions._wiring import parts
from bot.core import answers
from bot.core.talk import marks
from bot.ports.billing import Account
from bot.ports.identity import Level
from bot.ports.outages import Place


def account_for(turn: Turn, level: Level) -> str:
    """The account to answer about; Needs the identity step when it is not clear or not proven.

    户号 identifies, it never proves: only accounts of the subject are used. A known one is never asked for. Who asks
    for somebody else needs the holder's consent: the code sent to the holder's phone."""
    said = turn.known("account_no")
    mine = turn.subject.accounts
    other = on_behalf(turn)
    level = Level.L3 if other else level
    if not said and len(mine) > 1:
        raise Needs("identity_form", candidates=list(mine), need=level.value, on_behalf=other)
    chosen = said or (mine[0] if mine else None)
    if chosen in mine and turn.subject.level.covers(level):
        return str(chosen)
    raise Needs("identity_form", account_no=chosen, candidates=None, need=level.value, on_behalf=other)


def on_behalf(turn: Turn) -> bool | None:
    """Whether the customer has said that the account is somebody else's (我是她老公, 替我妈查); None when not."""
    return True if turn.slots.get("on_behalf") or marks.has("relation", turn.text) else None


def own_account(turn: Turn) -> str | None:
    """The account of the subject that is meant, when that is clear without asking."""
    said = turn.known("account_no")
    mine = turn.subject.accounts
    return said if said in mine else mine[0] if len(mine) == 1 and not said else None


async def place_for(turn: Turn) -> Place:
    """The place a question of supply is about; Needs the place step until an address means exactly one."""
    address = turn.known("address")
    if not address:
        raise Needs("place_form", place_options=None, place_tries=0)
    located = await parts().company.outages.locate(address)
    if located.certain:
        return located.places[0]
    options = list(dict.fromkeys(p.title for p in located.places)) or None
    tries = (turn.slots.get("place_tries") or 0) + 1
    raise Needs("place_form", place_options=options, place_tries=tries, address=None, unclear=address)


def alias(account: Account) -> str:
    """How its holder tells an account from his others: 家里的（尾号0058，临河区民主村）."""
    kind = _names.word("alias", account.price_class)
    place = account.address_masked.rstrip("*")
    return _names.word("button", "account").format(kind=kind, tail=account.account_no[-4:], place=place)


def chosen_by_words(text: str, accounts: Iterable[Account]) -> Account | None:
    """The one account that the words mean: by what it is used for, by its last digits, or by its place."""
    numbers = re.findall(r"\d{2,}", text)
    tests: tuple[Callable[[Account], bool], ...] = (
        lambda a: any(a.account_no.endswith(n) for n in numbers),
        lambda a: any(word in text for word in _names.words("alias_words", a.price_class)),
        lambda a: bool(place := a.address_masked.rstrip("*")) and place[-2:] in text,
    )
    for fits in tests:
        found = [a for a in accounts if fits(a)]
        if len(found) == 1:
            return found[0]
    return None


async def account_named(turn: Turn) -> str | None:
    """The other one of the customer's accounts that a sentence names (那家里的呢); None with a single account."""
    if len(turn.subject.accounts) < 2 or not answers.turns_to_another(turn.text):
        return None
    billing = parts().company.billing
    accounts = [await billing.account(turn.subject, number) for number in turn.subject.accounts]
    meant = chosen_by_words(turn.text, accounts)
    return meant.account_no if meant else None
