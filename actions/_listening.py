"""What a form makes of a sentence before it fills a field: an aside, a correction by name, another wish, an answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from actions import _names
from actions._say import Changes, Say
from actions._telling import firmly_asked, rule_asked, tell_known
from actions._turn import Turn
from actions._wiring import parts
from bot.core import answers
from bot.core.answers import names_a_person
from bot.core.form import SHORT_ANSWER, Field, Filled, Heard, cannot_tell, corrected, fill, meant, will_not
from bot.core.talk import marks
from bot.region.knowledge import Found

ANSWERS = {"inform", "affirm", "deny", "correct", "nlu_fallback", "out_of_scope"}
ALWAYS_HEARD = {"report_danger", "tell_distress", "request_human", "repeat", "request_elder_mode"}
HEARD_OVER_WORDS = {
    "report_danger",
    "tell_distress",
    "request_human",
}  # even while the customer's own words are asked for
PLACES_OF_THEIR_OWN = {
    "find_hall",
    "query_payment_channels",
}  # the place they name is no answer to the form (杭后哪交钱)
QUIET = ALWAYS_HEARD | {
    "thank",
    "greet",
    "abuse",
    "urge_order",
}  # coming back from these needs no word about it


OF_THEIR_OWN = QUIET | PLACES_OF_THEIR_OWN  # heard as what they are, whatever the base knows


class Listener(ABC):
    """The hearing of a form; see actions/_form.py."""

    own: ClassVar[frozenset[str]] = frozenset()  # intents that open it or say more about it
    cancelled_by: ClassVar[frozenset[str]] = frozenset({"cancel"})
    kind: ClassVar[str] = ""  # the slot that keeps which intent opened it

    @abstractmethod
    def fields(self, slots: Changes) -> tuple[Field, ...]:
        """The fields for this state of the slots, in the order they are asked."""

    def under_way(self, turn: Turn) -> frozenset[str]:
        """The wishes that are no other than the one the form serves now; a form may serve several (过户, 增容)."""
        doing = turn.slots.get(self.kind) if self.kind else None
        return self.cancelled_by | (frozenset({str(doing)}) if doing else self.own)

    def _given_up(self, turn: Turn, asked: Field | None) -> bool:
        """算了先不报了，帮我看看余额: what is under way is dropped, and something else is wished for."""
        if turn.danger or turn.intent in HEARD_OVER_WORDS or (asked and asked.free):
            return False
        if asked and asked.said(turn.heard) is not None:
            return False
        others = (w for w in (turn.intent, *turn.also) if w not in self.under_way(turn))
        return marks.has("drops", turn.text) and any(_names.offerable(w) for w in others)

    def _asks_something(self, turn: Turn, asked: Field) -> bool:
        """A question of the customer's own that nothing is known for; a refusal or puzzlement is none."""
        plain = not (
            answers.puzzled(turn.text) or answers.asks_why(turn.text) or answers.asks_to_wait(turn.text)
        )
        told = asked.tells is not None and asked.tells(turn.text) is not None
        return plain and not told and not cannot_tell(turn.heard) and marks.has("clearly_asks", turn.text)

    def _aside(self, turn: Turn, asked: Field | None, say: Say) -> Changes | None:
        """等一下, 啥意思, 为啥要问: neither an answer nor a miss. None when it is none of them, or more than that."""
        if turn.danger or turn.intent in HEARD_OVER_WORDS:
            return None
        if asked is None or asked.free or asked.said(turn.heard) is not None:
            return None
        answers_it = any(mention.name in asked.entities for mention in turn.heard.mentions)
        if not answers_it and (found := self._known(turn)):
            tell_known(found, turn, say)
            return {"misses": None}
        if turn.heard.mentions:
            return None
        if not answers_it and turn.intent in ANSWERS | self.own and self._asks_something(turn, asked):
            say("utter_aside_unknown", hotline=parts().region.contacts["hotline"].value)
            return {"misses": None}
        if marks.has("small_talk", turn.text) and len(turn.text) <= SHORT_ANSWER:
            say("utter_small_talk")
            return {}
        if answers.asks_to_wait(turn.text):
            say("utter_take_your_time")
            return {}
        if answers.puzzled(turn.text):
            say("utter_in_other_words")
            return {"misses": 1}
        if answers.asks_why(turn.text):
            say("utter_why_asked")
            return {"misses": 1}
        return None

    def _known(self, turn: Turn) -> tuple[Found, ...]:
        """The answer to a question in between; one that sounds like another wish must be plainly about this form."""
        about = turn.slots.get("about") or {}
        if cannot_tell(turn.heard) or answers.asks_why_of_us(turn.text):
            return ()
        if turn.intent in ANSWERS | self.own:
            return rule_asked(turn)
        return firmly_asked(turn, about) if turn.intent not in OF_THEIR_OWN else ()

    def _by_name(self, turn: Turn, fields: tuple[Field, ...]) -> Filled | None:
        """What a correction gives that names its field (地点不对，是阳光小区) or a part of the place (不对，是西门)."""
        known = [f for f in fields if turn.slots.get(f.slot) is not None]
        labels = {word: f.slot for f in known for word in _names.words("label_words", f.slot)}
        named = corrected(turn.text, labels)
        if named is None and turn.intent == "correct":
            place = next((f.slot for f in known if "address" in f.entities), None)
            words = answers.place_corrected(turn.text)
            named = (place, words) if place and words else None
        if named is None:
            return None
        slot, words = named
        fixed = fill(tuple(f for f in fields if f.slot == slot), turn.slots, slot, Heard(words, "inform"))
        return fixed if fixed.values else None

    def _interrupted(self, turn: Turn, asked: Field | None) -> bool:
        """True when the sentence is about something else: another wish that does not answer the question."""
        if turn.intent == "tell_distress":
            return True
        if asked and not turn.danger and self._answers_it(turn, asked):
            return False
        if asked and asked.free:
            return turn.intent in HEARD_OVER_WORDS and (
                turn.intent != "request_human" or names_a_person(turn.text)
            )
        danger = turn.danger or turn.intent == "report_danger"
        if not danger and self._by_name(turn, self.fields(dict(turn.slots))):
            return False
        if turn.intent == "request_human" and turn.heard.mentions and not names_a_person(turn.text):
            return False
        elsewhere = turn.intent in PLACES_OF_THEIR_OWN and marks.has("asks", turn.text)
        if turn.intent in ALWAYS_HEARD or elsewhere:
            return True
        if turn.intent in ANSWERS:
            return False
        if self.kind and turn.intent == turn.slots.get(self.kind):
            return False
        if turn.intent in self.own and asked and asked.words and not (asked.entities or asked.answers):
            return bool(
                {"asks", "wants", "drops"} & marks.marks_of(turn.text)
            )  # 表上是8123 wishes for nothing
        return not (asked and any(m.name in asked.entities for m in meant(turn.heard)))

    def _answers_it(self, turn: Turn, asked: Field) -> bool:
        """True when the words plainly answer the question, whatever wish they were taken for (邻居有电, 不晓得)."""
        if asked.said(turn.heard) is not None or (asked.tells and asked.tells(turn.text) is not None):
            return True
        own_words = turn.intent != "request_human" or not names_a_person(turn.text)
        spoken_of = asked.optional or turn.intent == "request_human"
        said = (spoken_of and cannot_tell(turn.heard)) or (
            len(turn.text) <= SHORT_ANSWER and will_not(turn.heard)
        )
        return own_words and said and turn.intent != "report_danger"
