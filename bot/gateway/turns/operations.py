"""Every write that is kept until it is carried out, one entry each: what it takes, how it is made, who sees to it when it
is refused. The submissions carry them out, the effects of a turn may ask for some, the texts tell of them
(`deferred_<name>` of data/gateway/texts.yml)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot.ports.identity import Subject
from bot.ports.orders import ApplicationDraft, FaultReport, Orders, VoiceDraft
from bot.ports.services import InvoiceDraft, PhoneChange, Services, carry_out


@dataclass(frozen=True)
class Write:
    """One write as it is made. The same `key` never writes twice; `first` is the number of the order it follows."""

    who: Subject
    what: Any
    key: str
    conversation: str
    first: str = ""


@dataclass(frozen=True)
class Outside:
    """Where writes go. `forget` deletes what lies outside of the database: conversation, sessions, pictures."""

    orders: Orders
    services: Services
    forget: Callable[[str, Sequence[str], Sequence[str]], Awaitable[None]]


@dataclass(frozen=True)
class Operation:
    """`call` gives the number the company gave, "" when it gives none. `shape` is what the body must fit: a dataclass of
    the ports, or any object. `skill`: of the person called when the company refuses. `silent`: nobody is told of its
    outcome. `urgent`: goes before others and is tried again sooner."""

    name: str
    shape: type
    call: Callable[[Outside, Write], Awaitable[str]]
    skill: str = "fault"
    silent: bool = False
    urgent: bool = False

    @property
    def deferrable(self) -> bool:
        """Whether actions may ask for it: it was the customer's wish, and they are told."""
        return not (self.silent or self.urgent)

    @property
    def text(self) -> str:
        """The name of the text that tells of it."""
        return f"deferred_{self.name}"

    def build(self, body: dict[str, Any]) -> Any:
        """What is written, from a JSON object. Raises TypeError when it does not fit."""
        if self.shape is dict:
            return dict(body)
        known = {each.name for each in fields(self.shape)}
        if unknown := body.keys() - known:
            raise TypeError(f"{self.name} has no {', '.join(sorted(unknown))}")
        # JSON has lists where the dataclasses have tuples.
        return self.shape(**{name: tuple(v) if isinstance(v, list) else v for name, v in body.items()})


async def _report_fault(to: Outside, write: Write) -> str:
    return (await to.orders.report_fault(write.who, write.what, write.key)).order.order_no


async def _amend_fault(to: Outside, write: Write) -> str:
    return (await to.orders.amend_fault(write.who, write.first, write.what, write.key)).order_no


async def _apply(to: Outside, write: Write) -> str:
    return (await to.orders.apply(write.who, write.what, write.key)).order.order_no


async def _voice(to: Outside, write: Write) -> str:
    return (await to.orders.voice(write.who, write.what, write.key)).order_no


async def _invoice(to: Outside, write: Write) -> str:
    """The body is an InvoiceDraft with the account number beside it."""
    draft = InvoiceDraft(**{name: value for name, value in write.what.items() if name != "account_no"})
    invoice = await to.services.issue_invoice(write.who, write.what.get("account_no", ""), draft, write.key)
    return invoice.invoice_no


async def _phone(to: Outside, write: Write) -> str:
    await carry_out(to.services, write.who, write.what, write.key)
    return ""


async def _forget(to: Outside, write: Write) -> str:
    await to.forget(write.conversation, write.what["sessions"], write.what["pictures"])
    return ""


OPERATIONS = {
    each.name: each
    for each in (
        Operation("report_fault", FaultReport, _report_fault),
        Operation("report_danger", FaultReport, _report_fault, urgent=True),
        Operation("amend_fault", dict, _amend_fault, silent=True, urgent=True),
        Operation("apply", ApplicationDraft, _apply, skill="application"),
        Operation("voice", VoiceDraft, _voice, skill="complaint"),
        Operation("invoice", dict, _invoice, skill="billing"),
        Operation("phone", PhoneChange, _phone, skill="general"),
        Operation("forget", dict, _forget, silent=True),
    )
}
