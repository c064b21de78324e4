"""Complaints, reports of violations, suggestions, praise: heard in the customer's own words, tested, classed,
booked with a clock. 12398 is never hidden from who is not satisfied."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from actions import _names, _people
from actions._form import CONFIRM, CompanyForm
from actions._say import Changes, Say
from actions._telling import tell_clock
from actions._turn import Turn
from actions._wiring import parts
from actions._write import SubmitAction
from actions.fault import NAME, PHONE, merge_address
from bot.core import answers, complaint, values
from bot.core.form import Field
from bot.ports.orders import VoiceDraft

STAFF = "service"  # the class of complaints about people
KIND = {
    "file_complaint": "complaint",
    "report_violation": "report",
    "give_suggestion": "suggestion",
    "give_praise": "praise",
}


class VoiceForm(CompanyForm):
    """content → when, where, who, wish as far as the kind needs them → phone and name → summary."""

    own: ClassVar[frozenset[str]] = frozenset(KIND)
    kind: ClassVar[str] = "voice_kind"
    submit: ClassVar[str] = "action_file_voice"
    cancelled_by: ClassVar[frozenset[str]] = frozenset({"cancel", "withdraw_complaint"})
    private: ClassVar[tuple[str, ...]] = ("content", "party", "happened_at", "place", "wish")

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        kind = KIND[slots.get("voice_kind") or "file_complaint"]
        detailed = kind in ("complaint", "report")
        content = slots.get("content") or ""
        about_people = kind == "complaint" and complaint.category(content) == STAFF
        nobody_named = about_people and not complaint.names_someone(content)
        return (
            Field("content", free=True),
            *((Field("party", words=values.words, optional=True),) if nobody_named else ()),
            Field("account_no", ("account_no",), asked=False, check=values.account_no, told=False),
            Field(
                "happened_at",
                ("date", "time"),
                verbatim=True,
                words=values.time_words,
                optional=True,
                asked=kind == "complaint",
            ),
            Field(
                "place",
                ("address",),
                words=values.place_words,
                merge=merge_address,
                optional=True,
                asked=detailed,
            ),
            Field("wish", free=True, optional=True, says=answers.NO_WISH, asked=kind == "complaint"),
            Field(
                "phone", PHONE.entities, words=PHONE.words, check=PHONE.check, optional=kind != "complaint"
            ),
            replace(NAME, asked=kind == "complaint"),
            CONFIRM,
        )

    def opening(self, turn: Turn, intent: str) -> Changes:
        """The first sentence when it tells what happened; the place already spoken of."""
        told = {"content": answers.content_of(turn.text), "place": turn.slots.get("address")}
        return {**super().opening(turn, intent), **told}

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if "content" in news and "doing" in news and slots.get("voice_kind") == "file_complaint":
            say("utter_empathy")
        return {}


class FileVoice(SubmitAction):
    """What fails the three-point test is booked as an opinion, and the customer hears so."""

    form = VoiceForm
    operation = "voice"

    def draft(self, turn: Turn) -> VoiceDraft:
        slots, kind = turn.slots, KIND[turn.slots.get("voice_kind") or "file_complaint"]
        content = slots.get("content") or ""
        if kind == "complaint" and not complaint.is_complaint(content, has_contact=bool(slots.get("phone"))):
            kind = "suggestion"
        category = {
            "complaint": complaint.category,
            "report": complaint.report_category,
        }.get(kind)
        who = slots.get("party")
        told = f"{content}（{_names.word('label', 'party')}：{who}）" if who else content
        return VoiceDraft(
            kind=kind, content=told, category=category(content) if category else None,
            occurred_at=slots.get("happened_at") or None, place=slots.get("place") or None,
            account_no=slots.get("account_no"), wish=slots.get("wish") or None,
            contact_name=slots.get("contact_name") or None, phone=slots.get("phone") or None,
            confidential=kind == "report" and not slots.get("phone"), about_order=slots.get("order_no"),
            channel=turn.channel, conversation=turn.conversation, attachments=turn.attachments,
        )  # fmt: skip

    async def submit(self, turn: Turn, draft: VoiceDraft, key: str, say: Say) -> Changes:
        order = await parts().company.orders.voice(turn.subject, draft, key)
        asked = KIND[turn.slots.get("voice_kind") or "file_complaint"]
        say(f"utter_voice_{asked if asked == draft.kind else 'as_opinion'}", order_no=order.order_no)
        tell_clock(order, turn, say)
        if asked == "complaint":
            say("utter_supervision", phone=parts().region.contacts["supervision"].value)
        if asked == "complaint" and draft.category == STAFF:
            say.effect("handover", **await _people.wish(turn, "complaint", "complaint", draft.content, {}))
        return {"order_no": order.order_no}
