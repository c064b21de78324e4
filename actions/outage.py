"""Outages told: why, until when, planned ones; by account when it is known, else by place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from actions._account import own_account, place_for
from actions._base import MISSES_BEFORE_PERSON, CompanyAction
from actions._form import CompanyForm
from actions._say import Changes, Say, button, choice
from actions._telling import tell_outage, usual
from actions._turn import Turn
from actions._wiring import parts
from actions.fault import merge_address
from actions.orders import find_order, tell_progress
from bot.core import phrasing, values
from bot.core.address import county_in
from bot.core.form import Field
from bot.core.talk import choices
from bot.ports.directory import Notice
from bot.ports.outages import Outage

SHOWN = 6  # choices that can be read at a glance
DAYS_AHEAD = 7  # planned outages are announced seven days ahead (电力供应与使用条例第28条)


class PlaceForm(CompanyForm):
    """Asks where, until the address means one place; a name that several counties have is chosen from."""

    left: ClassVar[str] = "utter_left"
    secret: ClassVar[frozenset[str]] = frozenset({"place_choice"})

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        if slots.get("place_options"):
            return (Field("place_choice", ("choice",), words=values.any_words),)
        return (Field("address", ("address",), words=values.place_words, merge=merge_address),)

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        chosen, options = news.get("place_choice"), list(slots.get("place_options") or ())
        if chosen:
            return self._choose(turn, str(chosen), options, slots, say)
        if (slots.get("place_tries") or 0) > MISSES_BEFORE_PERSON:
            say.offer_person("n_failures", "fault")
            return {"doing": None, "place_tries": None}
        if options:
            ask_which(options, say)
        elif "unclear" in slots and slots["unclear"] and "doing" in news:
            say("utter_place_unknown", address=slots["unclear"])
        return {}

    def _choose(self, turn: Turn, said: str, options: list[str], slots: Changes, say: Say) -> Changes:
        """One place is taken; several left are asked again; none of them is another place, or asked anew."""
        county = county_in(said, parts().region.gazetteer)
        near = [o for o in options if county and o.startswith(county)] or options
        left = () if choices.none_of_them(said) else choices.fitting(near, said)
        if len(left) == 1:
            return {"address": left[0], "place_options": None, "place_choice": None}
        if left and len(left) < len(options):
            ask_which(list(left), say)
            return {"place_options": list(left), "place_choice": None}
        another = turn.mention("address") or (county and said)
        if another and another not in str(slots.get("unclear")):
            return {"address": another, "place_options": None, "place_choice": None}
        if left:
            ask_which(options, say)
            return {"place_choice": None}
        return {"place_options": None, "place_choice": None, "unclear": None}

    def submission(self, slots: Changes) -> str:
        return str(slots["goal"])


def ask_which(options: list[str], say: Say) -> None:
    """The places as buttons; of more than can be shown the counties first, so that each can be reached."""
    counties = list(dict.fromkeys(county_in(o, parts().region.gazetteer) or o for o in options))
    if len(options) > SHOWN and len(counties) > 1:
        say("utter_which_county", buttons=[choice(c, "/inform", choice=c) for c in counties])
    else:
        say("utter_which_place", buttons=[choice(o, "/inform", choice=o) for o in options])


async def known_outages(
    turn: Turn, first: date | None = None, last: date | None = None
) -> tuple[Outage, ...]:
    """Outages of the customer's own transformer, else of the place named."""
    account_no = None if turn.mention("address") else own_account(turn)
    outages = parts().company.outages
    if account_no:
        state = await outages.supply_state(turn.subject, account_no)
        return state.outages
    place = await place_for(turn)
    return await outages.in_area(place.county, place.name, first, last)


def place_said(turn: Turn) -> Changes:
    """The place of this sentence, kept for the next question (几点来电)."""
    said = turn.mention("address")
    return {"address": said} if said else {}


class QueryOutage(CompanyAction):
    """Why there is no power. Nothing known: say so and offer to report it."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = own_account(turn)
        if account_no and not turn.mention("address"):
            state = await parts().company.outages.supply_state(turn.subject, account_no)
            if state.cut_for_arrears:
                say("utter_precheck_arrears", **usual("reconnection"))
                return {}
        active = [o for o in await known_outages(turn) if o.status == "active"]
        for outage in active[:2]:
            tell_outage(outage, turn, say)
        if not active:
            say(
                "utter_outage_none_known", buttons=[button("report", "/report_outage"), button("no", "/deny")]
            )
        return place_said(turn)


class QueryRestorationTime(QueryOutage):
    """Until when: told with the outage itself, source of the time included. Who has just reported asks about that
    order, unless it waits for a known outage; who has just heard of a planned outage asks about that one."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.slots.get("order_no") and not turn.mention("address"):
            order = await find_order(turn)
            if order and not order.outage_id:
                tell_progress(order, turn, say)
                return {}
        if turn.slots.get("topic") == "action_query_planned_outage":
            planned = await planned_outages(turn, *days_ahead(turn))
            if planned:
                tell_outage(planned[0], turn, say)
                return {"topic": "action_query_planned_outage", **place_said(turn)}
        return await super().act(turn, say)


def days_ahead(turn: Turn) -> tuple[date, date]:
    """The days asked about, from today on, else the days for which outages are announced."""
    first = turn.now.date()
    said = values.days(str(turn.mention("date")))
    if said is None:
        return first, first + timedelta(DAYS_AHEAD)
    begin = max(first, said[0])
    return begin, max(begin, said[1])


async def planned_outages(turn: Turn, first: date, last: date) -> list[Outage]:
    """The announced outages that begin in these days."""
    return announced(await known_outages(turn, first, last), turn, first, last)


def announced(known: Iterable[Outage], turn: Turn, first: date, last: date) -> list[Outage]:
    """Those of the outages that are announced and begin in these days."""
    return [
        o for o in known
        if o.status == "announced" and first <= o.starts_at.astimezone(turn.now.tzinfo).date() <= last
    ]  # fmt: skip


async def supply_notices(turn: Turn) -> list[Notice]:
    """What is announced about the supply of the customer's county; what holds everywhere is no news of a place."""
    company, account_no = parts().company, None if turn.mention("address") else own_account(turn)
    if account_no:
        county = (await company.billing.account(turn.subject, account_no)).county
    else:
        county = (await place_for(turn)).county
    return [each for each in await company.directory.notices(county) if each.kind == "supply" and each.county]


class QueryPlannedOutage(CompanyAction):
    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        first, last = days_ahead(turn)
        known = await known_outages(turn, first, last)
        running = [o for o in known if o.status == "active"] if first == turn.now.date() else []
        found = [*running, *announced(known, turn, first, last)]
        for outage in found[:3]:
            tell_outage(outage, turn, say)
        for notice in await supply_notices(turn):
            say("utter_planned_outage_notice", notice=notice.text)
        if not found:
            say("utter_planned_outage_none", first=phrasing.day(first), last=phrasing.day(last))
        return place_said(turn)
