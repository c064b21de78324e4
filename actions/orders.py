"""What became of an order: progress, urging, withdrawing; and power back after arrears. An order is shown to who placed it or owns its account."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime

from actions import _names
from actions._account import account_for, own_account
from actions._base import CompanyAction
from actions._say import Changes, Say
from actions._telling import clock_words, order_card, tell_clock
from actions._turn import Turn
from actions._wiring import parts
from bot.core import phrasing
from bot.core.talk import marks
from bot.ports.errors import BadData
from bot.ports.identity import Level
from bot.ports.orders import ApplicationDraft, Order
from bot.region.working_days import is_working_day

RECONNECTION = "request_reconnection"
CREWS = {"fault", "danger"}  # orders that are no complaint to take back


async def find_order(turn: Turn) -> Order | None:
    """The order meant: by number, else the newest of this conversation, else of the customer's account."""
    orders = parts().company.orders
    number = turn.mention("order_no") or turn.slots.get("order_no")
    if number:
        return await orders.order(turn.subject, number)
    found = await orders.open_orders(turn.subject, conversation=turn.conversation)
    account_no = account_for(turn, Level.L1) if turn.mention("account_no") else own_account(turn)
    if not found and account_no and turn.subject.level.covers(Level.L1):
        found = await orders.open_orders(turn.subject, account_no=account_no)
    return next(iter(found), None)


class OrderAction(CompanyAction):
    """Base of what is done with the order that is meant; without one the customer hears so."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        order = await find_order(turn)
        if order is None:
            say("utter_order_not_found")
            return {}
        return await self.act_on(order, turn, say)

    @abstractmethod
    async def act_on(self, order: Order, turn: Turn, say: Say) -> Changes:
        """Do it, and tell of it."""


class QueryProgress(OrderAction):
    async def act_on(self, order: Order, turn: Turn, say: Say) -> Changes:
        tell_progress(order, turn, say)
        return {"order_no": order.order_no}


def tell_progress(order: Order, turn: Turn, say: Say) -> None:
    """Where an order stands, who has it, and the end of the clock that runs."""
    say(
        "utter_order_progress", order_no=order.order_no, title=order.title or _names.word("order_kind", order.kind),
        state=_names.word("state", order.state), department=order.department,
    )  # fmt: skip
    standing = clock_standing(order, turn.now)
    if order.due_at:
        name = "utter_order_late" if standing == "late" else f"utter_clock_{clock_words(order)}"
        say(name, due=phrasing.deadline(order.due_at, turn.now))
    if standing in ("warning", "paused"):
        say(f"utter_clock_{standing}")
    elif order.next_step and standing == "running":
        say("utter_order_next", next=_names.word("next_step", order.next_step))
    say.card("order", order_card(order))


def clock_standing(order: Order, now: datetime) -> str | None:
    """running, warning, late or paused; None when no clock is meant to run. The company's end of it holds."""
    if order.due_at and order.due_at < now:
        return "late"
    known = parts().region.commitments.get(order.commitment or "")
    if known is None:
        return "running" if order.due_at else None
    standing = known.clock.standing(order.steps, now, is_working_day)
    return "running" if standing == "late" else standing


class RequestReconnection(CompanyAction):
    """Cut for arrears and paid: an order with its clock, one only. Still owing, or not cut: what helps instead."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        account_no, company = account_for(turn, Level.L2), parts().company
        arrears = await company.billing.arrears(turn.subject, account_no)
        if arrears.months:
            say("utter_request_reconnection_owing", total=phrasing.yuan(arrears.principal + arrears.penalty))
            return {"account_no": account_no}
        if not arrears.cut_off:
            say("utter_request_reconnection_not_cut")
            return {"account_no": account_no}
        placed = await company.orders.open_orders(turn.subject, account_no=account_no)
        order = next((each for each in placed if each.business == RECONNECTION), None)
        if order is None:
            draft = ApplicationDraft(
                RECONNECTION,
                "",
                "",
                account_no=account_no,
                channel=turn.channel,
                conversation=turn.conversation,
            )
            order = (await company.orders.apply(turn.subject, draft, turn.key("reconnection"))).order
            say("utter_request_reconnection", order_no=order.order_no)
            tell_clock(order, turn, say)
        else:
            tell_progress(order, turn, say)
        return {"account_no": account_no, "order_no": order.order_no}


class UrgeOrder(OrderAction):
    """Pressed in the order itself; inside the trade's pause the truth is told instead."""

    async def act_on(self, order: Order, turn: Turn, say: Say) -> Changes:
        try:
            await parts().company.orders.urge(turn.subject, order.order_no, turn.text, turn.key("urge"))
        except BadData as error:
            if error.field != "too_soon":
                raise
            say("utter_urge_too_soon", order_no=order.order_no, state=_names.word("state", order.state))
            return {"order_no": order.order_no}
        say("utter_urged", order_no=order.order_no, state=_names.word("state", order.state))
        if order.due_at and order.due_at < turn.now:
            say.offer_person("complaint", "fault", response="utter_urge_late")
        return {"order_no": order.order_no}


class AmendOrder(OrderAction):
    """What is said about a fault report after it was placed goes into that order: a phone, a place, a word to the crew,
    or that nobody need come any more."""

    async def act_on(self, order: Order, turn: Turn, say: Say) -> Changes:
        if order.kind in CREWS and (marks.has("eased", turn.text) or marks.has("withdraws_order", turn.text)):
            return await take_back(order, turn, say)
        if order.kind not in CREWS:
            say.offer_person("policy", response="utter_order_needs_person")
            return {"order_no": order.order_no}
        told = {name: str(turn.mention(name)) for name in ("phone", "address") if turn.mention(name)}
        changes = told or {"description": turn.text}
        await parts().company.orders.amend_fault(
            turn.subject, order.order_no, changes, turn.key("amend_fault")
        )
        known = "、".join(
            f"{_names.word('label', name)}{turn.read_back(value)}" for name, value in told.items()
        )
        say("utter_order_amended" if told else "utter_order_noted", order_no=order.order_no, told=known)
        return {**told, "order_no": order.order_no}


async def take_back(order: Order, turn: Turn, say: Say) -> Changes:
    """Ask the company to take back the order, and every other of this conversation when all are meant. A crew looks at
    an emergency all the same; of another the company speaks with the customer before it is closed."""
    orders = parts().company.orders
    here = await orders.open_orders(turn.subject, conversation=turn.conversation)
    others = (each for each in here if each.kind in CREWS and each.order_no != order.order_no)
    meant = [order, *others] if marks.has("all_of_them", turn.text) else [order]
    for each in meant:
        await orders.withdraw(turn.subject, each.order_no, turn.text, turn.key(f"withdraw:{each.order_no}"))
        say(
            "utter_danger_order_taken_back" if each.kind == "danger" else "utter_fault_taken_back",
            order_no=each.order_no,
        )
    return {"order_no": order.order_no}


class WithdrawComplaint(OrderAction):
    """Asked back once, then logged with the order; the company calls before it closes anything."""

    async def act_on(self, order: Order, turn: Turn, say: Say) -> Changes:
        meant = turn.slots.get("opening") == "withdraw_complaint" or marks.has("withdraws", turn.text)
        if order.kind in CREWS and marks.has("withdraws_order", turn.text):
            return await take_back(order, turn, say)
        if order.kind in CREWS or not meant:
            tell_progress(order, turn, say)
            return {"order_no": order.order_no}
        if turn.slots.get("opening") != "withdraw_complaint":
            say("utter_withdraw_sure", order_no=order.order_no)
            return {"order_no": order.order_no, "offered": "withdraw_complaint"}
        await parts().company.orders.withdraw(turn.subject, order.order_no, turn.text, turn.key("withdraw"))
        say("utter_withdrawn", order_no=order.order_no)
        return {}
