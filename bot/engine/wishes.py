"""From the probabilities of a sentence and of its clauses to one intent and what else was wished."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.danger import assess
from bot.engine.intent_model import IntentModel

FALLBACK = "nlu_fallback"
DANGER = "report_danger"
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

SURE = 0.7
MODEL_VOTE = 0.05
CLAUSES = 5
_BORDER = re.compile(r"[,。!?;\n]|另外|顺便|还有就是|再就是|还想问|再问")


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
    ranking = tuple(model.rank(text))
    intent, confidence = ranking[0]
    wishes = _clause_wishes(model, text)
    if endangered or (assess(text) and dict(ranking).get(DANGER, 0.0) >= MODEL_VOTE):
        return Wishes(DANGER, 1.0, ranking, tuple(wish for wish in wishes if wish != DANGER))
    if confidence < model.thresholds.answer:
        offered = [name for name, _ in ranking[:3] if name not in ACTS][:2]
        return Wishes(
            FALLBACK,
            confidence,
            ranking,
            (),
            tuple(offered) if confidence >= model.thresholds.clarify else (),
        )
    return Wishes(intent, confidence, ranking, tuple(wish for wish in wishes if wish != intent))


def _clause_wishes(model: IntentModel, text: str) -> list[str]:
    """What clauses of a longer text surely wish by themselves, first things first."""
    clauses = [clause for clause in _BORDER.split(text) if len(clause) >= 4]
    if len(clauses) < 2:
        return []
    sure = [name for name, chance in map(model.best, clauses[:CLAUSES]) if chance >= SURE]
    wishes = [name for name in dict.fromkeys(sure) if name not in ACTS]
    return sorted(wishes, key=precedence)


def precedence(intent: str) -> int:
    """report_danger > request_human > a breakdown > file_complaint > the rest."""
    if intent == DANGER:
        return 0
    if intent == "request_human":
        return 1
    if intent in BREAKDOWNS:
        return 2
    return 3 if intent == "file_complaint" else 4
