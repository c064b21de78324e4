"""The identity step: which account, and an open question that only its holder answers (never 您是张某某吗).

Nothing a customer says to prove himself is kept; the gateway decides and asserts (docs/protocols.md)."""

from __future__ import annotations

from typing import ClassVar

from rasa_sdk.forms import REQUESTED_SLOT

from actions._account import alias, chosen_by_words, on_behalf
from actions._form import CompanyForm
from actions._say import Changes, Say, button, choice
from actions._turn import Turn
from actions._wiring import parts
from actions.fault import ADDRESS
from bot.core import answers, values
from bot.core.form import Field, cannot_tell, will_not
from bot.core.talk import marks
from bot.ports.billing import Account
from bot.ports.errors import NotAllowed
from bot.ports.identity import Level, Proof

BY_PLACE = "by_place"
BINDS = "action_manage_phone"  # whoever's phone this is may act for the holder then
WAYS = {"holder_name": ("person_name",), "home_address": ("address",), "code": ()}


class IdentityForm(CompanyForm):
    """Ends in the action that needed the identity (slot goal), with the fresh subject in slot proven."""

    left: ClassVar[str] = "utter_left"
    private: ClassVar[tuple[str, ...]] = ("way", "chosen")
    secret: ClassVar[frozenset[str]] = frozenset({"holder_name", "home_address", "code", "account_choice"})

    def fields(self, slots: Changes) -> tuple[Field, ...]:
        if slots.get("candidates"):
            return (Field("account_choice", entities=("choice", "account_no"), words=values.words),)
        way = slots.get("way") or "holder_name"
        if way == BY_PLACE:
            return (ADDRESS, Field("holder_name", ("person_name",), words=values.name_words))
        words = (
            values.name_words
            if way == "holder_name"
            else values.number_words
            if way == "code"
            else values.place_words
        )
        check = values.code if way == "code" else str
        return (
            Field("account_no", ("account_no",), words=values.number_words, check=values.account_no),
            Field("way", entities=("choice",), asked=False),
            Field(way, WAYS[way], words=words, check=check),
        )

    def opening(self, turn: Turn, intent: str) -> Changes:
        """What needs a code is not asked for a name first; a name said beside the number is not asked for again."""
        if not turn.slots.get("account_no") and answers.has_no_number(turn.text):
            return {"way": BY_PLACE}
        if turn.slots.get("need") == Level.L3.value:
            return {"way": "code"}
        named = turn.mention("person_name") or turn.named_before
        return {"holder_name": named} if turn.slots.get("account_no") and named else {}

    def _aside(self, turn: Turn, asked: Field | None, say: Say) -> Changes | None:
        """Whoever asks how somebody lives is told nothing, and by no name any more."""
        if marks.has("spying", turn.text):
            say("utter_third_party_person", police=parts().region.contacts["police"].value)
            return {"spying": True, "on_behalf": True, "misses": None}
        return super()._aside(turn, asked, say)

    def _unclear(self, turn: Turn, say: Say) -> Changes:
        """Who has no account number is found by address and holder."""
        asked = turn.slots.get(REQUESTED_SLOT) == "account_no"
        if asked and cannot_tell(turn.heard) and not will_not(turn.heard):
            say("utter_identity_by_place")
            return {"way": BY_PLACE, "misses": None}
        return super()._unclear(turn, say)

    async def look(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        if slots.get("candidates"):
            return await self._offer(turn, slots, news, say)
        if on_behalf(turn) and not slots.get("on_behalf"):
            return await self._by_consent(turn, slots, news, say)
        if slots.get("way") == BY_PLACE:
            return await self._find(turn, slots, news, say)
        if (
            "account_no" in news
            and not slots.get("way")
            and turn.named_before
            and not news.get("holder_name")
        ):
            named = {"holder_name": turn.named_before}
            return {**named, **await self._prove(turn, slots, "holder_name", turn.named_before, say)}
        told = {"way", "account_no"} & news.keys() and "code" not in news
        if slots.get("way") == "code" and slots.get("account_no") and told:
            return await self._send_code(turn, slots, say)
        given = next((way for way in WAYS if news.get(way)), None)
        if given and slots.get("account_no"):
            return await self._prove(turn, slots, given, news[given], say)
        return {}

    async def _by_consent(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        """王秀英，我是她老公: a name proves nothing for somebody else, only the holder's code does."""
        say("utter_on_behalf")
        known = {"on_behalf": True, "need": Level.L3.value, "holder_name": None, "home_address": None}
        if slots.get("way") != BY_PLACE:
            known["way"] = "code"
        return {**known, **await self.look(turn, {**slots, **known}, {**news, **known}, say)}

    async def _offer(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        """Choose among several accounts: by button, by number, or by what people call them (井上的)."""
        billing = parts().company.billing
        accounts = [await billing.account(turn.subject, number) for number in slots["candidates"]]
        said = news.get("account_choice")
        exact = next((a for a in accounts if a.account_no == said), None)
        chosen = exact or chosen_by_words(str(said or turn.text), accounts)
        if chosen:
            return {
                "account_no": chosen.account_no,
                "candidates": None,
                **await self._chosen(turn, slots, chosen, say),
            }
        missed = self._missed(turn, say, "utter_invalid_account_choice") if said else {}
        say(
            "utter_choose_account",
            buttons=[choice(alias(a), "/inform", choice=a.account_no) for a in accounts],
        )
        return missed

    async def _chosen(self, turn: Turn, slots: Changes, chosen: Account, say: Say) -> Changes:
        """An account of the subject needs no further proof, unless a code is wanted that was not given yet."""
        if turn.subject.level.covers(Level(slots.get("need") or "L1")):
            return {"holder_name": "known", "code": "known"}
        return (
            await self._send_code(turn, {**slots, "account_no": chosen.account_no}, say)
            if slots.get("way") == "code"
            else {}
        )

    async def _send_code(self, turn: Turn, slots: Changes, say: Say) -> Changes:
        helper = slots.get("bound_phone") if slots.get("goal") == BINDS else None
        masked = await parts().identity.send_code(turn.conversation, slots["account_no"], helper)
        say("utter_code_sent", phone=masked)
        return {}

    async def _prove(self, turn: Turn, slots: Changes, way: str, value: str, say: Say) -> Changes:
        proof = await self._ask_gateway(turn, slots["account_no"], way, value)
        if proof.matched:
            return await self._proved(turn, slots, proof, way, say)
        if not proof.tries_left:
            raise NotAllowed("the tries are used up")
        say("utter_identity_failed", tries_left=proof.tries_left,
            buttons=[button("sms", "/inform", choice="code"), button("person", "/request_human")])  # fmt: skip
        return {way: None}

    async def _proved(self, turn: Turn, slots: Changes, proof: Proof, way: str, say: Say) -> Changes:
        """The fresh subject; a code besides, when more is needed."""
        if not proof.level.covers(Level(slots.get("need") or "L1")):
            known = {"account_no": slots["account_no"], "way": "code", way: None}
            return {**known, **await self._send_code(turn, slots, say)}
        return {"proven": {
            "message_id": turn.message_id, "subject": proof.subject, "level": proof.level.value,
            "accounts": list(proof.accounts),
        }}  # fmt: skip

    async def _find(self, turn: Turn, slots: Changes, news: Changes, say: Say) -> Changes:
        """Address and holder together; a wrong pair is asked for again from the start."""
        if not (slots.get("address") and news.get("holder_name")):
            return {}
        proof = await parts().identity.find(turn.conversation, news["holder_name"], slots["address"])
        if proof.matched:
            return await self._proved(
                turn, {**slots, "account_no": proof.accounts[0]}, proof, "holder_name", say
            )
        if not proof.tries_left:
            raise NotAllowed("the tries are used up")
        say(
            "utter_identity_failed", tries_left=proof.tries_left, buttons=[button("person", "/request_human")]
        )
        return {"address": None, "holder_name": None}

    async def _ask_gateway(self, turn: Turn, account_no: str, way: str, value: str) -> Proof:
        identity = parts().identity
        if way == "code":
            return await identity.check_code(turn.conversation, value)
        item = {"holder_name": "holder_name", "home_address": "address"}[way]
        return await identity.match(turn.conversation, account_no, {item: value})

    def submission(self, slots: Changes) -> str:
        return str(slots["goal"])
