"""The rights of a customer over what is kept of him: to know it, to have a copy, to have it deleted, not to be judged by a
machine alone (PIPL art. 24, 44, 45, 47)."""

from __future__ import annotations

from actions._account import account_for
from actions._base import Needs
from actions._say import Changes, Say, button
from actions._telling import tell_clock, tell_known
from actions._turn import Turn
from actions._wiring import parts
from actions.information import Answer
from bot.core import answers
from bot.ports.identity import Level
from bot.ports.orders import ApplicationDraft

PRIVACY, SURE = "ask_privacy", "erase_sure"


class AskPrivacy(Answer):
    """A right that is claimed is carried out; any other question is answered, with the rights beside it."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        wish = self._confirmed(turn) or turn.mention("choice") or answers.among(answers.PRIVACY, turn.text)
        if wish == answers.LEAK and answers.asks_how(turn.text):
            wish = None  # a question about secrecy, not a complaint
        match wish:
            case answers.STORED:
                await tell_stored(turn, say)
            case answers.COPY:
                return await book_copy(turn, say)
            case answers.ERASE:
                say("utter_privacy_erase_sure", buttons=[
                    button("erase", "/ask_privacy", choice=SURE), button("keep", "/deny"),
                ])  # fmt: skip
                return {"offered": PRIVACY, "privacy_wish": SURE}
            case "erase_sure":
                say("utter_privacy_erased")
                say.effect("erase")
                return {"doing": None, "agenda": None, "wishes": None, "privacy_wish": None}
            case answers.NO_MACHINE | answers.LEAK:
                say(f"utter_privacy_{wish}")
                say.effect(
                    "handover", reason="policy", skill="complaint" if wish == answers.LEAK else "general",
                    priority=2, summary=turn.text, slots={},
                )  # fmt: skip
            case _:
                self._answer(turn, say)
        return {}

    def _confirmed(self, turn: Turn) -> str | None:
        """What was confirmed, or what waited for the identity step."""
        goes_on = turn.slots.get("opening") == PRIVACY or turn.slots.get("goal") == self.name()
        return turn.slots.get("privacy_wish") if goes_on else None

    def _answer(self, turn: Turn, say: Say) -> None:
        rights = [
            button(name, "/ask_privacy", choice=name)
            for name in (answers.STORED, answers.COPY, answers.ERASE)
        ]
        if found := self.found(turn, PRIVACY):
            tell_known(found, turn, say, *rights)
        else:
            say("utter_answer_ask_privacy", buttons=rights)


async def tell_stored(turn: Turn, say: Say) -> None:
    """What the conversation keeps, and the orders that the company keeps."""
    kept = await parts().identity.stored(turn.conversation)
    orders = await parts().company.orders.open_orders(turn.subject, conversation=turn.conversation)
    say("utter_privacy_stored", messages=kept.messages, pictures=kept.pictures, orders=len(orders))
    say("utter_privacy_company", buttons=[
        button(name, "/ask_privacy", choice=name) for name in (answers.COPY, answers.ERASE)
    ])  # fmt: skip


async def book_copy(turn: Turn, say: Say) -> Changes:
    """A copy of all that is kept is made by people who know the customer: an order of the proven account."""
    try:
        account_no = account_for(turn, Level.L2)
    except Needs as need:
        raise Needs(need.form, **need.slots, privacy_wish=answers.COPY) from None
    draft = ApplicationDraft(
        PRIVACY, "", "", account_no=account_no, channel=turn.channel, conversation=turn.conversation
    )
    order = (await parts().company.orders.apply(turn.subject, draft, turn.key("copy"))).order
    say("utter_privacy_copy", order_no=order.order_no)
    tell_clock(order, turn, say)
    return {"account_no": account_no, "order_no": order.order_no, "privacy_wish": None}
