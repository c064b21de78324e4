"""Short, true answers to what is not carried out in chat (yet), from region data and the company's directory."""

from __future__ import annotations

from actions._base import Changes, CompanyAction, Say
from actions._telling import usual
from actions._turn import Turn
from actions._wiring import parts
from bot.core import phrasing

HALLS_TOLD = 3


class Answer(CompanyAction):
    """The answer named after the intent, utter_answer_<intent>, with the offers entered there."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        say(f"utter_answer_{turn.slots.get('opening') or turn.intent}", **usual("reconnection"))
        return {}


class QueryPaymentChannels(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_query_payment_channels", channels=phrasing.listing(parts().region.payment_channels))
        return {}


class FindHall(CompanyAction):
    """The halls of the county named, or of the whole area."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        said = turn.mention("address")
        county = (await parts().company.outages.locate(said)).places if said else ()
        halls = await parts().company.directory.halls(county[0].county if county else None)
        for hall in halls[:HALLS_TOLD]:
            name = "utter_find_hall" if hall.verified else "utter_find_hall_unverified"
            say(name, hall=hall.name, address=hall.address, hours=hall.hours)
        if not halls:
            say.offer_person("policy", response="utter_find_hall_none")
        return {}
