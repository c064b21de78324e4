"""What an answer is about: the account this person may see (identity levels, design), or a place."""

from __future__ import annotations

from actions._base import Needs
from actions._turn import Turn
from actions._wiring import parts
from bot.company.ports import Level, Place


def account_for(turn: Turn, level: Level) -> str:
    """The account to answer about; Needs the identity step when it is not clear or not proven.

    户号 identifies, it never proves: only accounts of the subject are used. A known one is never asked for."""
    said = turn.known("account_no")
    mine = turn.subject.accounts
    if not said and len(mine) > 1:
        raise Needs("identity_form", candidates=list(mine), need=level.value)
    chosen = said or (mine[0] if mine else None)
    if chosen in mine and turn.subject.level.covers(level):
        return str(chosen)
    raise Needs("identity_form", account_no=chosen, candidates=None, need=level.value)


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
    options = [f"{p.county}{p.name}" for p in located.places] or None
    tries = (turn.slots.get("place_tries") or 0) + 1
    raise Needs("place_form", place_options=options, place_tries=tries, address=None, unclear=address)
