"""Business applications: all documents told at once, what is missing named, a number and a clock. What needs an
identity card ends at a counter, in the app or with a visit, never in chat alone; data/region says which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from actions import _names
from actions._account import own_account
from actions._form import CONFIRM, CompanyForm
from actions._say import Changes, Say
from actions._telling import NOTHING, rule_asked, serving, tell_clock, tell_known
from actions._turn import Turn
from actions._wiring import parts
from actions._write import SubmitAction
from actions.fault import ACCOUNT, ADDRESS, NAME, PHONE
from bot.core import answers, phrasing, values
from bot.core.form import Field
from bot.core.talk import marks
from bot.ports.orders import ApplicationDraft
from bot.region.region import Application

BUSINESSES = frozenset({
    "apply_new_connection", "apply_capacity_increase", "apply_capacity_reduction", "apply_account_transfer",
    "apply_rename", "apply_account_closure", "apply_time_of_use", "apply_price_class_change",
    "apply_multi_person_household", "request_meter_test", "apply_meter_relocation", "apply_pv", "apply_ev_charger",
    "apply_temporary_power", "update_tax_info", "report_wrong_payment", "claim_outage_loss", "ask_value_added_service",
    "ask_operation_help",
})  # fmt: skip
NEW = "apply_new_connection"
SUPPLIES = {answers.LOW_VOLTAGE: f"{NEW}_low_voltage", answers.HIGH_VOLTAGE: f"{NEW}_high_voltage"}
SUPPLY = Field("supply_kind", asked=False, tells=answers.supply_corrected)
LOSS, MANAGER, VISIT = "claim_outage_loss", "ask_value_added_service", "ask_operation_help"
OFFERED = {MANAGER, VISIT}  # opened by actions of their own
PAPERS = Field(
    "documents", answers={"affirm": answers.ALL, "deny": answers.NONE}, words=answers.papers_said, told=False,
    says=answers.PAPERS,
)  # fmt: skip

DETAILS: dict[str, Field] = {
    "account_no": ACCOUNT,
    "address": ADDRESS,
    "power": Field("power", ("power",), words=values.words, verbatim=True),
    "period": Field("period", ("duration", "date", "month"), words=values.words, verbatim=True),
    "new_holder": Field("new_holder", ("person_name",), words=values.name_words),
    "purpose": Field("purpose", words=values.words, free=True),
    "people_count": Field("people_count", ("people_count",), words=values.words, verbatim=True),
    "reason": Field("reason", words=values.words, free=True),
    "new_place": Field("new_place", ("address",), words=values.place_words),
    "pv_mode": Field("pv_mode", ("choice",), words=values.words),
    "roof": Field("roof", ("choice",), words=values.words, says=answers.ROOF),
    "pv_party": Field("pv_party", ("choice",), words=values.words, says=answers.PARTY),
    "parking": Field("parking", ("choice",), words=values.words, says=answers.PARKING),
    "refund_to": Field("refund_to", ("choice",), words=values.words, says=answers.REFUND),
    "reading": Field("reading", words=values.words, optional=True),
    "power_now": Field("power_now", ("power",), words=values.words, verbatim=True, optional=True),
    "device": Field("device", words=values.words),
    "devices": Field("devices", words=values.words),
    "voltage": Field("voltage", words=values.words, optional=True),
    "sources": Field("sources", words=values.words, optional=True),
    "firm_title": Field("firm_title", ("person_name",), words=values.words),
    "tax_no": Field("tax_no", words=values.words, check=values.tax_no),
    "other_account": Field(
        "other_account", ("account_no",), words=values.number_words, check=values.account_no, optional=True
    ),
    "payment_ref": Field("payment_ref", words=values.number_words, optional=True),
    "outage_time": Field("outage_time", ("date", "time"), words=values.time_words, verbatim=True),
    "loss": Field("loss", words=values.words, free=True),
    "visit_for": Field("visit_for", words=values.words, free=True),
    "service": Field("service", words=values.words, free=True),
    "money": Field("money", ("money",), words=values.words, verbatim=True),
}


class ApplicationForm(CompanyForm):
    """documents told → what data/region asks for this business → documents at hand → phone and name → summary."""

    own: ClassVar[frozenset[str]] = BUSINESSES - OFFERED
    kind: ClassVar[str] = "application_kind"
    submit: ClassVar[str] = "action_apply"
    private: ClassVar[tuple[str, ...]] = (
        *(slot for slot in DETAILS if slot not in ("account_no", "address")), "documents", "wanted", "supply_kind",
    )  # fmt: skip

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        needs = needs_of(slots)
        new = (slots.get("application_kind") or NEW) == NEW
        return (
            *((SUPPLY,) if new else ()),
            Field("wanted", answers={"affirm": True, "deny": False}, says=answers.APPLY_NOW, told=False),
            *(DETAILS[slot] for slot in needs.ask),
            *((PAPERS,) if needs.documents else ()),
            Field("phone", PHONE.entities, words=PHONE.words, check=PHONE.check),
            replace(NAME, optional=False),
            CONFIRM,
        )

    def _aside(self, turn: Turn, asked: Field | None, say: Say) -> Changes | None:
        """What to bring is told again for the asking (要带啥)."""
        if asked and asked.slot in ("wanted", "documents") and answers.asks_for_papers(turn.text):
            tell_documents(turn.slots, say)
            return {}
        plain = asked and not asked.free and not turn.heard.mentions
        if plain and marks.has("how_long", turn.text) and not self._known(turn):
            tell_time(turn.slots, say)
            return {"misses": None}
        return super()._aside(turn, asked, say)

    def opening(self, turn: Turn, intent: str) -> Changes:
        """An offer that was accepted need not be asked again."""
        accepted = intent == turn.slots.get("opening") and intent in OFFERED
        supply = (
            {"supply_kind": answers.supply_told(turn.text) or answers.RESIDENTIAL} if intent == NEW else {}
        )
        mine = own_account(turn)
        here = not marks.has("elsewhere", turn.text) or marks.has("workplace", turn.text)
        known = {"account_no": mine} if mine and here else {}
        return {**super().opening(turn, intent), **known, **({"wanted": True} if accepted else {}), **supply}

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if slots.get("wanted") is False:
            if found := rule_asked(turn):
                tell_known(found, turn, say)
            say("utter_application_not_now")
            return {"doing": None}
        if "application_kind" in news and slots["application_kind"] in OFFERED:
            say(f"utter_begin_{slots['application_kind']}")
            return {}
        if "application_kind" in news:
            loss = slots["application_kind"] == LOSS
            general = marks.has("way", turn.text) and not marks.has("special_case", turn.text)
            particular = any(marks.has(mark, turn.text) for mark in ("costs", "how_long", "special_case"))
            asked = () if general else rule_asked(turn, slots.get("about") if particular else NOTHING)
            if found := serving(turn, LOSS) if loss else asked:
                tell_known(found, turn, say)
            if loss or not found:
                tell_documents(slots, say)
            return {}
        if "supply_kind" in news:
            tell_documents(slots, say)
            return {"documents": None}
        details = {f.slot for f in self.fields(slots)} - {"wanted"}
        return {"wanted": True} if slots.get("wanted") is None and details & news.keys() else {}


def business_of(slots: Mapping[str, Any]) -> str:
    """The business as the region and the company know it: a new supply is another one for each kind of customer."""
    business = str(slots.get("application_kind") or NEW)
    return SUPPLIES.get(slots.get("supply_kind") or "", business) if business == NEW else business


def title_of(business: str) -> str:
    """What customers call it."""
    return _names.word("wish", NEW if business in SUPPLIES.values() else business)


def needs_of(slots: Mapping[str, Any]) -> Application:
    """What the business asks for."""
    return parts().region.documents[business_of(slots)]


def tell_documents(slots: Mapping[str, Any], say: Say) -> None:
    """All documents, the caution and the clock of a business, at once (一次性告知)."""
    needs = needs_of(slots)
    name = title_of(business_of(slots))
    if needs.documents:
        say("utter_application_documents", business=name, documents=phrasing.listing(needs.documents))
        items = [{"name": d, "have": False} for d in needs.documents]
        say.card("documents", {"title": name, "items": items})
    else:
        say("utter_application_no_documents", business=name)
    if needs.note:
        say("utter_application_note", note=needs.note)
    tell_time(slots, say)


def tell_time(slots: Mapping[str, Any], say: Say) -> None:
    """How long the business takes; nothing for one without a clock of its own."""
    clock = parts().region.commitments.get(needs_of(slots).commitment or "")
    if clock and clock.working_days:
        promised = "utter_application_clock" if clock.verified else "utter_application_clock_usual"
        say(promised, days=clock.working_days, what=clock.title)


class Apply(SubmitAction):
    form = ApplicationForm
    operation = "apply"

    def draft(self, turn: Turn) -> ApplicationDraft:
        slots = turn.slots
        needs = needs_of(slots)
        details = {s: str(slots[s]) for s in needs.ask if s not in ("account_no", "address") and slots.get(s)}
        return ApplicationDraft(
            business=business_of(slots), contact_name=slots.get("contact_name") or "", phone=slots.get("phone") or "",
            address=slots.get("address"), account_no=slots.get("account_no"), details=details,
            documents=answers.at_hand(slots.get("documents"), needs.documents), channel=turn.channel,
            conversation=turn.conversation, attachments=turn.attachments,
        )  # fmt: skip

    async def submit(self, turn: Turn, draft: ApplicationDraft, key: str, say: Say) -> Changes:
        receipt = await parts().company.orders.apply(turn.subject, draft, key)
        say("utter_applied", order_no=receipt.order.order_no, business=title_of(draft.business))
        if receipt.missing_documents:
            say("utter_application_missing", documents=phrasing.listing(receipt.missing_documents))
        tell_clock(receipt.order, turn, say)
        say(f"utter_application_finish_{needs_of(turn.slots).finish}")
        return {"order_no": receipt.order.order_no}

    def texted(self, draft: ApplicationDraft) -> tuple[str, dict[str, str]]:
        needs = parts().region.documents[draft.business]
        if not needs.documents:
            return super().texted(draft)
        business, documents = title_of(draft.business), phrasing.listing(needs.documents)
        return "application", {"business": business, "documents": documents}
