"""From the probabilities of a sentence and of its clauses to one intent and what else was wished."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.danger import weigh
from bot.core.talk import marks
from bot.core.talk.marks import distress
from bot.engine.intent_model import IntentModel
from bot.engine.words import word_starts

FALLBACK = "nlu_fallback"
DANGER = "report_danger"
DISTRESS = "tell_distress"
PERSON = "request_human"
OUTAGE = "report_outage"
BREAKDOWNS = frozenset(
    [
        "report_outage",
        "report_partial_outage",
        "report_voltage_problem",
        "report_meter_fault",
        "report_indoor_fault",
        "report_charger_fault",
    ]
)
ACTS = frozenset(
    [
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "cancel",
        "repeat",
        "correct",
        "inform",
        "abuse",
        "rate_service",
        "ask_bot_identity",
        "request_elder_mode",
        "out_of_scope",
    ]
)
"""Conversational acts: beside another wish they are manners, not a second wish."""

MANNERS = frozenset(["greet", "thank", "inform"])
"""Acts that give way to a wish in the same sentence (户号…，我家停电了)."""

SURE = 0.7
MODEL_VOTE = 0.02
MODEL_ALONE = 0.2
MODEL_OVERRULES = 0.5
"""From which probability of danger the model confirms words of danger, calls danger where the rules see none, and
calls it although the rules take the words for figurative, denied or past. On sentences that neither had seen, in
training held back in turn, this finds 95.9 % of 410 dangers, most of them told in other words on purpose."""

SURE_OF_TWO = 0.9
SHARE_OF_TWO = 0.01
SHORTEST_WISH = 4  # characters
"""Two wishes run together are told when a cut leaves a sure wish on both sides and the whole sentence leaves each
some chance. Of the 60 pairs of the frozen set 33 instead of 34 are found whole, 30 instead of 19 with the right one
first, while a second wish is invented beside 1.3 instead of 3.2 % of the single ones."""

BACKGROUND = {
    "apply_capacity_increase": BREAKDOWNS,
    "claim_appliance_damage": BREAKDOWNS,
    "claim_outage_loss": BREAKDOWNS,
    "query_outage": BREAKDOWNS,
    "query_restoration_time": BREAKDOWNS,
    "request_reconnection": frozenset(["query_arrears"]),
    "request_invoice": frozenset(["update_tax_info", "query_bill"]),
    "explain_bill": frozenset(["query_bill"]),
    "query_progress": frozenset(["withdraw_complaint", "file_complaint"]),
}
"""What is told beside a wish is why it is wished, not a second one."""

CLAUSES = 5
LONGEST_OF_TWO = 100
"""Characters of a sentence that is cut everywhere: the work grows with the square of its length."""

_BORDER = re.compile(
    r"[,。!?;\n]|(?<=[\u4e00-\u9fff]{2}) +(?=[\u4e00-\u9fff]{2})|另外|顺便|顺带|还有就是|还有(?=我|你|那|帮|到|想|就)"
    r"|再就是|还想问|再问|再帮|再给|再看看|再查|对了|(?<=.{4})[一第]?二是|其次"
)


_PLACE_AHEAD = re.compile(
    r"^[\u4e00-\u9fff\d]{2,24}(?:村|社|组|队|小区|号楼|单元|[镇乡旗县区]|苏木|农场|家属院)(?=[\u4e00-\u9fff]{2})"
)
"""A place in front of the wish, whose rare names the model has never seen (…圐圙补隆村停电了)."""


@dataclass(frozen=True)
class Wishes:
    """`intent` may be nlu_fallback; `clarify` then names up to two candidates worth offering."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    also: tuple[str, ...] = ()
    clarify: tuple[str, ...] = ()


def read_wishes(model: IntentModel, text: str, endangered: bool = False) -> Wishes:
    """The wishes of a normalised text. `endangered`: the danger lane has acted, the intent is report_danger."""
    clauses = _clauses(text)
    placeless = _PLACE_AHEAD.sub("", text)
    ranking, rest, *parts = model.rank([text, placeless, *(_PLACE_AHEAD.sub("", each) for each in clauses)])
    sure = {
        name: chance for name, chance in (part[0] for part in parts) if chance >= SURE and name not in ACTS
    }
    possible = {name for name, chance in ranking if chance >= SHARE_OF_TWO and name not in ACTS}
    two = _two_wishes(model, text, possible)
    told = {
        **two,
        **{name: chance for name, chance in sure.items() if chance >= SURE_OF_TWO and name in possible},
    }
    found, unreal = weigh(text)
    share = dict(ranking).get(DANGER, 0.0)
    if endangered or (found and share >= MODEL_VOTE):
        return Wishes(DANGER, 1.0, ranking, _besides(DANGER, told))
    if distress(text):
        return Wishes(DISTRESS, 1.0, ranking)
    if marks.has("calls_person", text) and not marks.has("no_person", text):
        return Wishes(PERSON, 1.0, ranking, _besides(PERSON, told))
    if marks.has("perishing", text):
        fault = next((name for name, _ in ranking[:3] if name in BREAKDOWNS), OUTAGE)
        return Wishes(fault, 1.0, ranking, _besides(fault, told))
    if share >= (MODEL_OVERRULES if unreal else MODEL_ALONE):
        return Wishes(DANGER, 1.0, ranking, _besides(DANGER, told))
    if not model.knows(text):
        return Wishes(FALLBACK, 0.0, ranking)
    if unreal and ranking[0][0] == DANGER:
        ranking = (*((name, chance / (1 - share + 1e-9)) for name, chance in ranking[1:]), (DANGER, 0.0))
    if two and DANGER not in two:
        intent = min(two, key=precedence)
        return Wishes(intent, two[intent], ranking, _besides(intent, told))
    intent, confidence = ranking[0]
    wishes = sorted(sure, key=precedence)
    if placeless != text and (intent in MANNERS or confidence < model.thresholds.answer):
        name, chance = rest[0]
        if chance >= SURE and name not in ACTS and not wishes:
            wishes, sure = [name], {name: chance}
    unsure = confidence < model.thresholds.answer
    if wishes and (intent in MANNERS or (unsure and (len(wishes) > 1 or wishes == [rest[0][0]]))):
        intent, confidence = wishes[0], sure[wishes[0]]
    if confidence < model.thresholds.answer:
        offered = [name for name, _ in ranking[:3] if name not in ACTS][:2]
        clarify = tuple(offered) if confidence >= model.thresholds.clarify else ()
        return Wishes(FALLBACK, confidence, ranking, (), clarify)
    return Wishes(intent, confidence, ranking, _besides(intent, told))


def _besides(intent: str, told: Iterable[str]) -> tuple[str, ...]:
    """The other wishes, by precedence, within a rank in the order of mention."""
    return tuple(sorted((name for name in told if name not in (intent, DANGER)), key=precedence))


def _two_wishes(model: IntentModel, text: str, possible: set[str]) -> dict[str, float]:
    """Two wishes with their probabilities, in the order of mention, or nothing: the cut that makes both surest."""
    if len(text) > LONGEST_OF_TWO:
        return {}
    cuts = [at for at in word_starts(text) if SHORTEST_WISH <= at <= len(text) - SHORTEST_WISH]
    if len(possible) < 2 or not cuts:
        return {}
    seconds = {
        at: best
        for at, (best, *_) in zip(cuts, model.rank([text[at:] for at in cuts]), strict=True)
        if best[0] in possible and best[1] >= SURE_OF_TWO
    }
    firsts = model.rank([text[:at] for at in seconds]) if seconds else []
    pairs = [
        (first, second)
        for (first, *_), second in zip(firsts, seconds.values(), strict=True)
        if first[0] in possible - {second[0]}
        and first[1] >= SURE_OF_TWO
        and not _tells_why(first[0], second[0])
        and not _tells_why(second[0], first[0])
    ]
    if not pairs:
        return {}
    surest = max(pairs, key=lambda pair: pair[0][1] * pair[1][1])
    return dict(surest)


def _tells_why(told: str, wish: str) -> bool:
    return told in BACKGROUND.get(wish, ())


def _clauses(text: str) -> list[str]:
    """The clauses of a longer text that may each hold a wish."""
    clauses = [clause for clause in _BORDER.split(text) if len(clause) >= 3]
    return clauses[:CLAUSES] if len(clauses) > 1 else []


def precedence(intent: str) -> int:
    """report_danger > request_human > a breakdown > file_complaint > the rest."""
    if intent == DANGER:
        return 0
    if intent == "request_human":
        return 1
    if intent in BREAKDOWNS:
        return 2
    return 3 if intent == "file_complaint" else 4
