"""The craft of talking: greeting, thanks, yes and no, repeating, correcting, a person, and what is not ours."""

from __future__ import annotations

import logging
import re

from actions import _names, _people
from actions._account import account_named
from actions._base import MISSES_BEFORE_PERSON, CompanyAction
from actions._before import ABOUT_AN_ORDER, AMEND, tell_still_called
from actions._form import entry_of, takes_up
from actions._say import Changes, Say, button, choice
from actions._telling import business, clearly_known, tell_known
from actions._turn import Turn
from actions._wiring import parts
from bot.core import answers, rating
from bot.core.talk import marks
from bot.ports.errors import Unavailable
from bot.ports.services import Rating

logger = logging.getLogger(__name__)
IN_DANGER = "danger_form"  # asks on for the place, whoever has been called
LEFT = dict.fromkeys(("doing", "agenda", "wishes", "offered", "resume"))
AMENDED = {"address", "phone"}  # of an order
FOR_A_PERSON = {"address", "phone", "contact_name"}
UNHAPPY = 3  # and below: of five
WORTH_OFFERING = 0.15  # two guesses below it are wild (先交最早那个月行不行: 减容, 看怎么交电费)


class Greet(CompanyAction):
    """The first time with the privacy notice and four quick replies, later just a greeting."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_greet_again" if turn.slots.get("greeted") else "utter_greet")
        return {"greeted": True}


class Goodbye(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_goodbye")
        return {"doing": None, "agenda": None, "wishes": None}


class Thank(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_welcome")
        return {}


class AskBotIdentity(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_bot_identity")
        return {}


class Repeat(CompanyAction):
    """What was said last, again; inside a form its question is asked again anyway."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.form:
            return {}
        for reply in turn.said_before:
            say.again(reply["text"])
        if not turn.said_before:
            say("utter_nothing_to_repeat")
        return {}


class Cancel(CompanyAction):
    """Nothing is under way: say so, and drop what waits."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_denied" if turn.slots.get("offered") else "utter_nothing_to_cancel")
        return {"agenda": None, "wishes": None}


class RateService(CompanyAction):
    """The score is kept; who is not content is offered a person and hears of 12398."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        chosen = turn.mention("choice")
        score = int(chosen) if chosen else rating.score(turn.text)
        if score is None:
            say("utter_ask_rating")
            return {}
        if score <= UNHAPPY:
            say.offer_person("complaint", "complaint", response="utter_rated_low")
            say("utter_supervision", phone=parts().region.contacts["supervision"].value)
        else:
            say("utter_rated")
        given = Rating(score, turn.text, turn.slots.get("order_no"), turn.channel, turn.conversation)
        try:
            await parts().company.services.rate(turn.subject, given, turn.key("rate"))
        except Unavailable:
            logger.warning("a rating was not kept: the company does not answer")
        return {}


class Abuse(CompanyAction):
    """Warn once, stay useful; a person on request."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.slots.get("warned"):
            say.offer_person("complaint", response="utter_abuse_again")
        else:
            say("utter_abuse")
        return {"warned": True}


class RequestElderMode(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        answer = "utter_elder_mode_goes_on" if turn.form else "utter_elder_mode"
        say(answer, json_message={"type": "profile", "elder": True})
        return {"elder": True}


class RequestHuman(CompanyAction):
    """A person, with what is known, so that nobody has to repeat. From then on nothing is asked: the form is left,
    and what it knows is kept for the person and for the customer who takes it up again."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.slots.get("called") and marks.has("awaits", turn.text):
            return tell_still_called(turn, say)
        reason, _, skill = str(turn.mention("choice") or "user_asked").partition("/")
        say("utter_handover")
        wanted = await _people.wish(
            turn, reason, skill or skill_of(turn), summary_of(turn), known_slots(turn)
        )
        say.effect("handover", **wanted)
        called = {"misses": None, "called": turn.now.isoformat()}
        return called if turn.form == IN_DANGER else {**called, **LEFT}


def skill_of(turn: Turn) -> str:
    """Which people know this: by the form or the last topic of the conversation."""
    about = str(turn.slots.get("doing") or turn.slots.get("topic") or "")
    kinds = {"fault": "fault", "danger": "fault", "outage": "fault", "place": "fault", "application": "application",
             "voice": "complaint", "complaint": "complaint", "bill": "billing", "balance": "billing",
             "arrears": "billing", "tier": "billing", "usage": "billing"}  # fmt: skip
    return next((skill for word, skill in kinds.items() if word in about), "general")


def summary_of(turn: Turn) -> str:
    """At most three lines: what was going on, what is known, the last words."""
    doing = turn.slots.get("doing") or turn.slots.get("topic") or ""
    return "\n".join(line for line in (str(doing), str(turn.slots.get("summary") or ""), turn.text) if line)


def known_slots(turn: Turn) -> dict[str, str]:
    names = ("account_no", "address", "phone", "contact_name", "order_no", "description", "content")
    return {name: str(turn.slots[name]) for name in names if turn.slots.get(name)}


class Affirm(CompanyAction):
    """Yes to an offered wish opens it; a bare yes asks what it is about."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        offered = turn.slots.get("offered")
        if not offered:
            say("utter_affirmed")
            return {}
        return {"offered": None, "opening": offered, "agenda": [entry_of(offered)]}


class Deny(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_denied")
        return {"offered": None, "wishes": None}


class AnswerPress(CompanyAction):
    """The company's own people speak to the press; the name, the paper and the number are what they need."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        say("utter_press")
        say.effect("handover", **await _people.wish(turn, "policy", "complaint", turn.text, {}))
        return {**LEFT, "called": turn.now.isoformat()}


class WarnOfFraud(CompanyAction):
    """Who was called by somebody that pretends to be us hears what we never do, and what to do now."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        contacts = parts().region.contacts
        say("utter_fraud", police=contacts["police"].value, hotline=contacts["hotline"].value)
        return {}


class Inform(CompanyAction):
    """A detail on its own: the last topic is answered again with it; without one, ask what for."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        return await retell(turn, say)


class Correct(CompanyAction):
    """A correction outside of a form: the last topic again with the right value."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        return await retell(turn, say)


async def retell(turn: Turn, say: Say) -> Changes:
    if taken_up := takes_up(turn):
        return taken_up
    told = {m.name: turn.mention(m.name) for m in turn.heard.mentions if m.name in turn.slots}
    topic = turn.slots.get("topic")
    if told and turn.slots.get("called") and told.keys() <= FOR_A_PERSON:
        say("utter_noted_for_person")
        return told
    amends = told.keys() & AMENDED or any(marks.has(mark, turn.text) for mark in ("adds", "eased"))
    if turn.heard.mentions and topic and (topic != AMEND or amends):
        return {**told, "agenda": [topic]}
    if told:
        say("utter_what_for")
        return told
    return await unclear(turn, say)


async def unclear(turn: Turn, say: Say) -> Changes:
    """Nothing to go by: 等一下 is granted, the other account is turned to (那家里的呢), a question the knowledge base
    clearly knows is answered; else first 您是想问A还是B, the second time a person."""
    if turn.picture:
        say("utter_picture_what")
        return {}
    if taken_up := takes_up(turn):
        return taken_up
    if answers.asks_to_wait(turn.text):
        say("utter_take_your_time")
        return {}
    if turn.slots.get("topic") in ABOUT_AN_ORDER and marks.has("adds", turn.text):
        return {"agenda": [AMEND]}
    if turn.slots.get("topic") and (account := await account_named(turn)):
        return {"account_no": account, "agenda": [turn.slots["topic"]]}
    if found := clearly_known(turn):
        tell_known(found, turn, say)
        return {}
    count = (turn.slots.get("unclear_count") or 0) + 1
    likely = [n for n in turn.ranking if _names.offerable(n) and turn.chances.get(n, 0) >= WORTH_OFFERING][:2]
    about = (turn.slots.get("about") or {}).get("title")
    if count >= MISSES_BEFORE_PERSON:
        say.offer_person("n_failures", response="utter_clarify_person")
    elif answers.angry(turn.text):
        say("utter_calm_what")
    elif len(likely) == 2 and turn.intent not in ("inform", "correct"):
        first, second = (_names.word("wish", name) for name in likely)
        say("utter_clarify", first=first, second=second, buttons=[
            choice(first, f"/{likely[0]}"), choice(second, f"/{likely[1]}"), button("else", "/deny"),
        ])  # fmt: skip
    elif about and marks.has("asks", turn.text):
        say("utter_unclear_about", about=about, buttons=[button("person", "/request_human")])
    else:
        say("utter_say_again")
    return {"unclear_count": count}


def tell_in_two_languages(say: Say) -> Changes:
    hotline = parts().region.contacts["hotline"].value
    say("utter_two_languages", hotline=hotline, buttons=[button("person", "/request_human")])
    return {}


_HELPLESS = 8  # characters of 现在咋办, which is about what was said before


def foreign(text: str) -> bool:
    """Whether a sentence is written in Latin letters alone (English, or Chinese by its sounds)."""
    return bool(re.search(r"[A-Za-z]{2,}\W+[A-Za-z]{2,}", text)) and not re.search(r"[\u4e00-\u9fff]", text)


class OutOfScope(CompanyAction):
    """Whose business it is, with no number that is not entered; else what we can do. A question that the knowledge
    base clearly knows was misjudged, and is answered."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if turn.picture:
            return await unclear(turn, say)
        if foreign(turn.text):
            return tell_in_two_languages(say)
        if found := clearly_known(turn):
            tell_known(found, turn, say)
            return {}
        if _people.language(turn.text):
            return await RequestHuman().act(turn, say)
        if len(turn.text) <= _HELPLESS and _people.said(turn.text, "helpless"):
            return await unclear(turn, say)
        owner = parts().region.owner_of(turn.text)
        if owner:
            say("utter_not_ours", owner=owner)
            return {}
        wish = next((n for n in turn.ranking if _names.offerable(n)), None)
        if wish and turn.chances[wish] >= WORTH_OFFERING:
            say("utter_clarify_one", wish=_names.word("wish", wish), buttons=[
                choice(_names.word("wish", wish), f"/{wish}"), button("else", "/deny"),
            ])  # fmt: skip
            return {"offered": wish, "about": business(wish)}
        if turn.slots.get("about") and marks.has("clearly_asks", turn.text):
            return await unclear(turn, say)
        say("utter_out_of_scope")
        return {}


class Clarify(CompanyAction):
    """The sentence was not understood; who asks for another language, or writes it, gets a person who speaks it."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        if _people.language(turn.text):
            return await RequestHuman().act(turn, say)
        if foreign(turn.text):
            return tell_in_two_languages(say)
        return await unclear(turn, say)


class DefaultFallback(Clarify):
    """Rasa found no rule. Never reverts the sentence: a revert loses what the conversation knows."""
