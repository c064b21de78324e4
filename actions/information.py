"""Answers: from the knowledge base, from region data and the company's directory; short and true where nothing is
carried out in chat (yet)."""

from __future__ import annotations

from actions._base import CompanyAction, Needs
from actions._say import Changes, Say, button
from actions._telling import tell_known, usual
from actions._turn import Turn
from actions._wiring import parts
from bot.core import answers, phrasing
from bot.core.address import county_in
from bot.region.knowledge import Found

HALLS_TOLD = 3
MANAGER = "ask_value_added_service"
PICTURES = {"pay": 2, "report": 3, "bind": 3}  # utter_picture_…, taken by `make help-pictures`
HELP, VISIT = "ask_operation_help", "home_visit"
TOPIC = 10  # characters: so few rather name a topic (电费怎么交) than ask something in particular
SURELY = 0.4  # of short topics; 空调怎么用省电 has 0.36 for a wrong entry


class Answer(CompanyAction):
    """What the knowledge base says; else the answer named after the intent, utter_answer_<intent>.

    A question (ask_…) that is not found is admitted, with the offer of a person. A wish we do not carry out takes
    only an entry that serves it, and offers a person beside it."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        opened = turn.slots.get("opening")
        intent = str(opened or turn.intent)
        is_question = intent.startswith("ask_")
        found = () if opened else self.found(turn, intent)
        if found:
            tell_known(found, turn, say, *([] if is_question else [button("handover", "/request_human")]))
        elif is_question and not opened and len(turn.text) > TOPIC:
            say.offer_person("n_failures", response="utter_knowledge_none")
        else:
            self.standing(intent, say)
        return {}

    def found(self, turn: Turn, intent: str) -> tuple[Found, ...]:
        """The entry chosen by a button, else what the search finds for the words."""
        knowledge, chosen = parts().knowledge, turn.mention("choice")
        if chosen:
            return (knowledge.entry(chosen),)
        found = knowledge.find(turn.text, (intent,)) if turn.text else ()
        if found and len(turn.text) <= TOPIC and found[0].score < SURELY:
            return ()
        serves = intent.startswith("ask_") or (found and intent in knowledge.intents(found[0].id))
        return found if serves else ()

    def standing(self, intent: str, say: Say) -> None:
        """The answer when nothing was asked in particular."""
        say(f"utter_answer_{intent}", **usual("reconnection"))


class AskValueAddedService(Answer):
    """What there is, and the offer that the one in charge calls."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.slots.get("manager_offered") and turn.slots.get("opening") == MANAGER:
            raise Needs("application_form", opening=MANAGER, manager_offered=None)
        found = self.found(turn, MANAGER)
        if found:
            tell_known(found, turn, say)
        else:
            self.standing(MANAGER, say)
        say("utter_offer_manager")
        return {"offered": MANAGER, "manager_offered": True}


class AskOperationHelp(Answer):
    """Step by step for paying, reporting and binding; a visit at home for who cannot come. Else what is known."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        wanted = turn.mention("choice") == VISIT or turn.slots.get("opening") == HELP
        if wanted or (not turn.mention("choice") and answers.wants_visit(turn.text)):
            raise Needs("application_form", opening=HELP)
        steps = None if turn.mention("choice") else answers.among(answers.OPERATIONS, turn.text)
        if steps:
            say(f"utter_steps_{steps}")
            for number in range(1, PICTURES[steps] + 1) if turn.manner.pictures else ():
                say(f"utter_picture_{steps}_{number}")
            say("utter_steps_offer", buttons=[
                button("visit", "/ask_operation_help", choice=VISIT), button("person", "/request_human"),
            ])  # fmt: skip
            return {}
        return await super().act(turn, say)


class QueryPaymentChannels(Answer):
    """How to pay: the entry that fits, else all ways."""

    def standing(self, intent: str, say: Say) -> None:
        say("utter_query_payment_channels", channels=phrasing.listing(parts().region.payment_channels))


class FindHall(CompanyAction):
    """The halls of the county named or talked about, with what is announced about them; else the first of all."""

    topic = True

    async def act(self, turn: Turn, say: Say) -> Changes:
        company, said = parts().company, turn.mention("address")
        places = (await company.outages.locate(said)).places if said else ()
        halls = await company.directory.halls()
        gazetteer = parts().region.gazetteer
        told = [county_in(words, gazetteer) for words in (turn.text, str(turn.slots.get("address") or ""))]
        named = [place.county for place in places] or [county for county in told if county]
        found = [hall for hall in halls if not named or hall.county == named[0]]
        for hall in found[:HALLS_TOLD]:
            name = "utter_find_hall" if hall.verified else "utter_find_hall_unverified"
            say(name, hall=hall.name, address=hall.address, hours=hall.hours)
        for notice in await company.directory.notices(named[0]) if named else ():
            if notice.kind == "hall":
                say("utter_find_hall_notice", notice=notice.text)
        if not found:
            say.offer_person("policy", response="utter_find_hall_none")
        return {}
