"""Fault reports: the checks before a crew is sent, and a real order with its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from rasa_sdk.events import EventType

from actions import _names, _people
from actions._form import CONFIRM, CompanyForm
from actions._say import Changes, Say
from actions._telling import tell_outage, tell_receipt, tell_reported, usual
from actions._turn import Turn
from actions._wiring import parts
from actions._write import SubmitAction
from bot.core import address, answers, precheck, values
from bot.core.form import Field
from bot.core.precheck import Finding, Signs
from bot.core.talk import marks
from bot.ports.errors import CompanyError
from bot.ports.identity import Level
from bot.ports.orders import FaultReport, Order
from bot.ports.outages import SUSPECTED, Outage
from bot.region.region import Season

PHENOMENON = {
    "report_outage": "household",
    "report_partial_outage": "partial",
    "report_voltage_problem": "voltage",
    "report_meter_fault": "meter",
    "report_indoor_fault": "indoor",
    "report_charger_fault": "charger",
    "claim_appliance_damage": "damage",
}
FELT_BY_PUMPS = {"report_outage", "report_partial_outage", "report_voltage_problem"}
ENDING = {Finding.KNOWN_OUTAGE, Finding.ARREARS, Finding.REPORTED, Finding.BREAKER, Finding.METER_ANSWERS}
EXPLAINED_BY_OUTAGE = {"report_outage", "report_partial_outage"}
CHECKED = {
    "description",
    "address",
    "account_no",
    "neighbours_lit",
    "breaker_off",
}  # news that is worth a check
OUTAGES = {"household", "area", "partial"}  # kinds of fault orders that explain a dark house
SAME_AGAIN = {"urge_order": "action_urge_order", "query_progress": "action_query_progress",
              "query_restoration_time": "action_query_progress"}  # fmt: skip
ABOUT_THE_OUTAGE = {"query_outage", "query_restoration_time", "query_progress", "urge_order"}
ELSEWHERE = {"address": None, "account_no": None, "order_no": None, "on_file": None, "account_told": None,
             "finding": Finding.NOTHING.value}  # fmt: skip
YES_NO = {"affirm": True, "deny": False}
PHONE = Field("phone", ("phone",), words=values.number_words, check=values.phone)
NAME = Field(
    "contact_name", ("person_name",), words=values.name_words, tells=answers.name_told, optional=True
)
ACCOUNT = Field("account_no", ("account_no",), words=values.number_words, check=values.account_no)


def merge_address(old: str, new: str) -> str:
    """The old address with the parts of the new one in their places."""
    places = parts().region.gazetteer
    return address.render(address.merge(address.parse(old, places), address.parse(new, places)))


ADDRESS = Field(
    "address", ("address",), words=values.place_words, merge=merge_address, tells=answers.part_of_place
)


def whole_household(slots: Mapping[str, Any]) -> bool:
    return slots.get("fault_kind") == "report_outage" and slots.get("scope") in (None, "household")


def known(slots: Mapping[str, Any], seen: str) -> bool | None:
    """What the customer saw; None when not asked or not known (不知道)."""
    value = slots.get(seen)
    return value if isinstance(value, bool) else None


def needs_place(slots: Mapping[str, Any]) -> bool:
    return not (slots.get("on_file") or slots.get("account_told"))


def needs_phone(slots: Mapping[str, Any]) -> bool:
    return not slots.get("on_file")


class FaultForm(CompanyForm):
    """place → known outage, arrears, neighbours, own breaker → phone, name → summary."""

    own: ClassVar[frozenset[str]] = frozenset(PHENOMENON)
    kind: ClassVar[str] = "fault_kind"
    submit: ClassVar[str] = "action_report_fault"
    story: ClassVar[tuple[str, ...]] = ("description",)
    private: ClassVar[tuple[str, ...]] = (
        "description", "scope", "occurred_at", "neighbours_lit", "breaker_off", "finding", "still_report", "on_file",
        "account_told",
    )  # fmt: skip

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        return (
            Field("scope", ("scope",), asked=False, told=False),
            Field("occurred_at", ("duration", "time", "date"), asked=False, told=False, verbatim=True),
            Field("account_no", ("account_no",), asked=False, check=values.account_no),
            replace(ADDRESS, when=needs_place),
            Field("still_report", answers=YES_NO, says=answers.REPORT_ANYWAY, when=lambda s: Finding(s.get("finding") or "nothing") in ENDING, told=False),
            Field("neighbours_lit", answers=YES_NO, says=answers.LIT, tells=answers.neighbours_told, when=whole_household, told=False, optional=True),
            Field("breaker_off", answers=YES_NO, says=answers.BREAKER_OFF, tells=answers.breaker_told, told=False, optional=True,
                  when=lambda s: whole_household(s) and s.get("neighbours_lit") is True),
            Field("phone", PHONE.entities, words=PHONE.words, check=PHONE.check, when=needs_phone),
            Field("contact_name", NAME.entities, words=NAME.words, tells=NAME.tells, optional=True, when=needs_phone),
            CONFIRM,
        )  # fmt: skip

    def opening(self, turn: Turn, intent: str) -> Changes:
        mine = turn.subject.accounts
        known: Changes = {"account_no": mine[0]} if len(mine) == 1 else {}
        other = turn.mention("address") or marks.has("elsewhere", turn.text)
        elsewhere: Changes = {"account_no": turn.mention("account_no")} if other else {}
        return {**super().opening(turn, intent), "description": turn.text or None, **known, **elsewhere}

    def wishes(self, turn: Turn, news: Changes) -> list[str]:
        """A question about the outage, or the report said again, is answered by the report itself."""
        answered = ABOUT_THE_OUTAGE | {news.get(self.kind) or turn.slots.get(self.kind)}
        return [w for w in super().wishes(turn, news) if w not in answered]

    async def _step(self, turn: Turn, say: Say, requested: str | None) -> list[EventType]:
        """Who has an open order and asks about it or presses it wants no second one."""
        reported = requested == "still_report" and turn.slots.get("finding") == Finding.REPORTED.value
        if reported and turn.intent in SAME_AGAIN:
            return self._close(turn, say, {"agenda": [SAME_AGAIN[turn.intent]]})
        return await super()._step(turn, say, requested)

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if slots.get("still_report") is False:
            say("utter_fault_not_reported")
            return {"doing": None}
        if news.get("still_report") and slots.get("finding") == Finding.REPORTED.value:
            return ELSEWHERE
        own = slots.get("account_no") is None or slots["account_no"] in turn.subject.accounts
        if own and "address" in news and "account_no" not in turn.heard.names:
            slots = {**slots, "account_no": await account_at(turn, slots["address"])}
        if self.kind in news:
            kind = slots["fault_kind"]
            if answers.angry(turn.text):
                say("utter_calm")
            else:
                say(f"utter_first_advice_{kind}", **usual("damage_claim_window"))
            if kind == "report_voltage_problem" and precheck.overvoltage(turn.text):
                say("utter_overvoltage")
            if season := season_of(turn, slots):
                say("utter_season", notice=season.notice)
        told = {
            "account_no": slots.get("account_no"),
            "on_file": slots.get("account_no") in turn.subject.accounts,
            "account_told": slots.get("account_told") or bool("account_no" in news and self.kind not in news),
        }
        if slots.get("fault_kind") not in EXPLAINED_BY_OUTAGE or not CHECKED & news.keys():
            return told
        return {**told, **await self._compare(turn, slots, news, say)}

    async def _compare(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        """Tell what the checks find, once, and ask whether a report is still wanted where it may not be."""
        finding, outage, order = await self._check(turn, slots, opening=self.kind in news)
        if outage and not confirmed(outage):
            if {self.kind, "address"} & news.keys():
                tell_outage(outage, turn, say)
            outage = None
        if finding.value == slots.get("finding") or finding is Finding.NOTHING:
            return {"finding": finding.value}
        if outage:
            tell_outage(outage, turn, say)
        elif order:
            tell_reported(order, turn, say)
        else:
            say(f"utter_precheck_{finding.value}", **usual("reconnection"))
        wider = {"scope": "building", "neighbours_lit": False} if finding is Finding.NEIGHBOURS_OUT else {}
        number = {"order_no": order.order_no} if order else {}
        return {"finding": finding.value, "still_report": None, **wider, **number}

    async def _check(
        self, turn: Turn, told: Changes, *, opening: bool
    ) -> tuple[Finding, Outage | None, Order | None]:
        """What the systems know of this place; nothing when they do not answer: a report is never held up."""
        slots = {**told, **{seen: known(told, seen) for seen in ("neighbours_lit", "breaker_off")}}
        signs, outage, order = Signs(), None, None
        try:
            if opening and not turn.mention("address"):
                order = await reported_before(turn)
            if slots.get("account_no") in turn.subject.accounts:
                state = await parts().company.outages.supply_state(turn.subject, slots["account_no"])
                outage = active(state.outages)
                signs = Signs(confirmed(outage), state.cut_for_arrears, order is not None, state.neighbours_silent,
                              slots.get("neighbours_lit"), slots.get("breaker_off"),
                              state.meter_online if slots.get("breaker_off") is False else None)  # fmt: skip
            elif slots.get("address"):
                outage = await outage_at(slots["address"])
                signs = Signs(confirmed(outage), reported=order is not None, neighbours_lit=slots.get("neighbours_lit"),
                              breaker_off=slots.get("breaker_off"))  # fmt: skip
            else:
                signs = Signs(reported=order is not None, neighbours_lit=slots.get("neighbours_lit"),
                              breaker_off=slots.get("breaker_off"))  # fmt: skip
        except CompanyError:
            pass
        finding = precheck.check(signs)
        return finding, outage, order if finding is Finding.REPORTED else None


async def reported_before(turn: Turn) -> Order | None:
    """The open order of an outage that this customer reported before, in this conversation or for his account."""
    orders, mine = parts().company.orders, turn.subject.accounts
    found = await orders.open_orders(turn.subject, conversation=turn.conversation)
    if not found and len(mine) == 1 and turn.subject.level.covers(Level.L1):
        found = await orders.open_orders(turn.subject, account_no=mine[0])
    return next((o for o in found if o.kind == "fault" and o.business in OUTAGES), None)


async def account_at(turn: Turn, place: str) -> str | None:
    """The customer's own account that stands at a place they named; None for anybody else's place (the phone on
    file would send the crew to the wrong door)."""
    if marks.has("elsewhere", turn.text):
        return None
    for number in turn.subject.accounts:
        try:
            account = await parts().company.billing.account(turn.subject, number)
        except CompanyError:
            return None
        if (street := account.address_masked.rstrip("*")) and street.removeprefix(account.county) in place:
            return number
    return None


def active(outages: tuple[Outage, ...]) -> Outage | None:
    return next((o for o in outages if o.status == "active"), None)


def confirmed(outage: Outage | None) -> bool:
    """Whether it is known and not only suspected: that takes the place of no report."""
    return outage is not None and outage.certainty != SUSPECTED


async def outage_at(address: str) -> Outage | None:
    """The active outage of an address that means exactly one place."""
    located = await parts().company.outages.locate(address)
    if not located.certain:
        return None
    place = located.places[0]
    return active(await parts().company.outages.in_area(place.county, place.name))


class ReportFault(SubmitAction):
    """Registered when the form is complete; a known outage or the same household's order is joined, not doubled."""

    form = FaultForm
    operation = "report_fault"

    def draft(self, turn: Turn) -> FaultReport:
        slots = turn.slots
        told = slots.get("description") or _names.word("wish", slots.get("fault_kind") or "report_outage")
        season = season_of(turn, slots)
        marked = f"{told}（{season.title}）" if season else told
        return FaultReport(
            phenomenon=phenomenon(slots), description=marked, urgent=precheck.urgent(told) or season is not None,
            address=slots.get("address"), account_no=slots.get("account_no"), scope=slots.get("scope"),
            contact_name=slots.get("contact_name") or None, phone=slots.get("phone"),
            occurred_at=slots.get("occurred_at") and str(slots["occurred_at"]),
            neighbours_lit=known(slots, "neighbours_lit"), channel=turn.channel, conversation=turn.conversation,
            attachments=turn.attachments,
        )  # fmt: skip

    async def submit(self, turn: Turn, draft: FaultReport, key: str, say: Say) -> Changes:
        receipt = await parts().company.orders.report_fault(turn.subject, draft, key)
        tell_receipt(receipt, turn, say)
        if await _people.flags_of(turn) & _people.MUST_NOT_WAIT:
            say.effect("handover", **await _people.wish(turn, "policy", "fault", draft.description, {}))
        return {"order_no": receipt.order.order_no, "topic": "action_amend_order"}


def season_of(turn: Turn, slots: Mapping[str, Any]) -> Season | None:
    """The irrigation season, when a well or a pump is reported in one: a field does not wait."""
    words = f"{slots.get('description') or ''} {slots.get('address') or ''}"
    pumping = slots.get("fault_kind") in FELT_BY_PUMPS and precheck.irrigates(words)
    return parts().region.season_at(turn.now.date()) if pumping else None


def phenomenon(slots: Mapping[str, Any]) -> str:
    """The kind of fault for the company: an outage beyond the household is one of the area."""
    kind = PHENOMENON[slots.get("fault_kind") or "report_outage"]
    if kind == "voltage" and precheck.overvoltage(str(slots.get("description") or "")):
        return "partial"  # a broken neutral is a conductor that fails: a crew comes, no check within days
    return "area" if kind == "household" and slots.get("scope") not in (None, "household") else kind
