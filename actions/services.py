"""What is done for an account at once, once a code has proved whose it is: invoices, and the phones that belong to it
(outage notices, being known when calling, another number)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, ClassVar

from actions._account import account_for
from actions._base import CompanyAction
from actions._form import CONFIRM, CompanyForm
from actions._say import Changes, Say
from actions._telling import serving, tell_known
from actions._turn import Turn
from actions._wiring import parts
from actions.fault import ACCOUNT
from bot.core import answers, phrasing, values
from bot.core.form import Field
from bot.ports.errors import BadData, Conflict, Unavailable
from bot.ports.identity import Level
from bot.ports.services import InvoiceDraft, PhoneChange, carry_out
from bot.region.knowledge import Found

OWN_ACCOUNT = replace(ACCOUNT, when=lambda slots: not slots.get("own_account"))


def is_firm(slots: Any) -> bool:
    return bool(slots.get("title_kind") == answers.FIRM_TITLE)


def whether(slot: str) -> Field:
    """The question whether to begin."""
    return Field(slot, answers={"affirm": True, "deny": False}, says=answers.APPLY_NOW, told=False)


def opening_of(turn: Turn, wanted: str) -> Changes:
    """What both forms know at once. Who asks how it is done hears that first and is asked whether to begin."""
    mine = turn.subject.accounts
    known = {"account_no": mine[0]} if len(mine) == 1 else {}
    return {"own_account": bool(mine), wanted: None if explains(turn) else True, **known}


def explains(turn: Turn) -> tuple[Found, ...]:
    """The answer to a question of how it is done; none for a plain wish."""
    intent = str(turn.slots.get("opening") or turn.intent)
    return serving(turn, intent) if answers.asks_how(turn.text) else ()


def begins(turn: Turn, opened_for: str | None, wanted: bool | None, say: Say) -> Changes:
    """The explanation or a first word at the opening; the end when the explanation was all that was wanted."""
    if wanted is False:
        say("utter_application_not_now")
        return {"doing": None}
    if opened_for and wanted is None:
        tell_known(explains(turn), turn, say)
    elif opened_for:
        say(f"utter_begin_{opened_for}")
    return {}


class InvoiceForm(CompanyForm):
    """account → month → to whom → where to → summary; the code comes at the end (action_issue_invoice)."""

    own: ClassVar[frozenset[str]] = frozenset({"request_invoice"})
    kind: ClassVar[str] = "invoice_kind"
    submit: ClassVar[str] = "action_issue_invoice"
    private: ClassVar[tuple[str, ...]] = (
        "invoice_wanted", "invoice_month", "title_kind", "firm_title", "tax_no", "send_to",
    )  # fmt: skip

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        return (
            whether("invoice_wanted"),
            OWN_ACCOUNT,
            Field("invoice_month", ("month",), check=values.month),
            Field("title_kind", ("choice",), says=answers.TITLE_KIND, tells=answers.title_told),
            Field("firm_title", ("person_name",), words=values.words, when=is_firm),
            Field("tax_no", words=values.words, check=values.tax_no, when=is_firm),
            Field("send_to", ("phone",), words=values.words, check=values.send_to, tells=values.email_told),
            CONFIRM,
        )

    def opening(self, turn: Turn, intent: str) -> Changes:
        return {**super().opening(turn, intent), **opening_of(turn, "invoice_wanted")}

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        return begins(turn, news.get("invoice_kind"), slots.get("invoice_wanted"), say)


class IssueInvoice(CompanyAction):
    """One invoice for a paid month; what was issued to another title is changed by a person."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L3)
        slots, services = turn.slots, parts().company.services
        draft = InvoiceDraft(
            slots["invoice_month"], "firm" if is_firm(slots) else "person", slots["send_to"],
            title=slots.get("firm_title") or "", tax_no=slots.get("tax_no") or "",
        )  # fmt: skip
        done = {**InvoiceForm.ended(), "account_no": account_no}
        month = phrasing.month(draft.month)
        try:
            invoice = await services.issue_invoice(turn.subject, account_no, draft, turn.key("invoice"))
        except (Unavailable, Conflict):
            later(say, "invoice", turn.key("invoice"), {"account_no": account_no, **asdict(draft)})
            return done
        except BadData as error:
            if error.field not in ("month", "unpaid", "issued"):
                raise
            if error.field == "issued":
                say.offer_person("policy", "billing", response="utter_invoice_issued")
            else:
                say(f"utter_invoice_{error.field}", month=month)
            return done
        say(
            "utter_invoice_done" if invoice.created else "utter_invoice_again", month=month,
            number=invoice.invoice_no, amount=phrasing.yuan(invoice.amount), send_to=invoice.sent_to_masked,
        )  # fmt: skip
        return done


class PhoneForm(CompanyForm):
    """what → account → phone → summary; the code comes at the end (action_manage_phone)."""

    own: ClassVar[frozenset[str]] = frozenset({"subscribe_outage_notice", "bind_account", "unbind_account"})
    kind: ClassVar[str] = "service_kind"
    submit: ClassVar[str] = "action_manage_phone"
    private: ClassVar[tuple[str, ...]] = ("phone_wanted", "phone_change", "bound_phone")

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        changes = slots.get("service_kind") == "unbind_account"
        return (
            whether("phone_wanted"),
            *((Field("phone_change", ("choice",), says=answers.PHONE_CHANGE),) if changes else ()),
            OWN_ACCOUNT,
            Field("bound_phone", ("phone",), words=values.number_words, check=values.mobile),
            CONFIRM,
        )

    def opening(self, turn: Turn, intent: str) -> Changes:
        wanted = answers.among(answers.PHONE_CHANGE, turn.text) if intent == "unbind_account" else None
        return {**super().opening(turn, intent), **opening_of(turn, "phone_wanted"), "phone_change": wanted}

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if turn.manner.binds and news.get("service_kind") in ("bind_account", "unbind_account"):
            say("utter_bind_in_wechat")
            return {"doing": None}
        return begins(turn, news.get("service_kind"), slots.get("phone_wanted"), say)


class ManagePhone(CompanyAction):
    """Notices to a phone, a phone bound or released, the holder's number changed: at once, and only after a code."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no = account_for(turn, Level.L3)
        done = {**PhoneForm.ended(), "account_no": account_no}
        try:
            say(*await self._carry_out(turn, account_no))
        except (Unavailable, Conflict):
            later(say, "phone", turn.key("phone"), {
                "account_no": account_no, "phone": turn.slots["bound_phone"], "change": change_of(turn),
            })  # fmt: skip
        except BadData as error:
            if error.field not in ("on_file", "too_many"):
                raise
            say(f"utter_phone_{error.field}")
        return done

    async def _carry_out(self, turn: Turn, account_no: str) -> tuple[str]:
        change = change_of(turn)
        work = PhoneChange(account_no, turn.slots["bound_phone"], change)
        await carry_out(parts().company.services, turn.subject, work, turn.key("phone"))
        kinds = {"bind": f"utter_done_{turn.slots['service_kind']}", "change": "utter_phone_changed"}
        return (kinds.get(change, "utter_phone_released"),)


def change_of(turn: Turn) -> str:
    """bind, change or release."""
    if turn.slots["service_kind"] != "unbind_account":
        return "bind"
    return "change" if turn.slots["phone_change"] == answers.CHANGE else "release"


def later(say: Say, operation: str, key: str, body: Changes) -> None:
    """The company does not answer: kept, and carried out while the proof of who asked still holds."""
    say("utter_deferred")
    say.effect("deferred", operation=operation, key=key, body=body)
