"""jambonz: a webhook for calls and one for what each `gather` collected, answered by verbs
(https://docs.jambonz.org/verbs/verbs/overview). Keys and speech are taken; jambonz has the recogniser and the voice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from bot.voice.brain import Brain
from bot.voice.doors.session import PlatformCalls, events_of, guarded
from bot.voice.events import Command, Event, HangUp, Speak, Speech, Transfer
from bot.voice.policy import Policy
from bot.voice.service import Service
from bot.voice.speech.spoken import spoken

Verb = dict[str, Any]


class Called(BaseModel):
    """The call webhook."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    call_sid: str = Field(max_length=100)
    caller: str | None = Field(None, alias="from", max_length=40)


class Alternative(BaseModel):
    transcript: str = Field(max_length=500)
    confidence: float = 0.0


class Recognition(BaseModel):
    """What was said. `alternatives` are the likeliest first."""

    model_config = ConfigDict(extra="ignore")

    alternatives: list[Alternative] = Field(default_factory=list, max_length=20)


class Collected(BaseModel):
    """The webhook of a gather: digits, speech, or neither when nothing came."""

    model_config = ConfigDict(extra="ignore")

    digits: str | None = Field(None, max_length=40)
    speech: Recognition | None = None


def events(collected: Collected) -> list[Event]:
    """What the caller did."""
    if collected.speech and collected.speech.alternatives:
        best = collected.speech.alternatives[0]
        return [Speech(best.transcript, best.confidence)]
    return events_of(collected.digits or "")


def verbs(said: list[Command], policy: Policy, here: str, agents: str) -> list[Verb]:
    """What jambonz shall do: words that nothing may cut short, then a question with its words, or a transfer."""
    words = [each for each in said if isinstance(each, Speak)]
    transfer = any(isinstance(each, Transfer) for each in said)
    ends = any(isinstance(each, HangUp) for each in said)
    last = max(
        (at for at, each in enumerate(words) if not each.interruptible or transfer or ends), default=-1
    )
    fixed, free = words[: last + 1], words[last + 1 :]
    told: list[Verb] = [{"verb": "say", "text": spoken(each.text)} for each in fixed]
    if transfer:
        return [*told, {"verb": "sip:refer", "referTo": agents}]
    if ends:
        return told  # jambonz hangs up after the last verb
    question, profile = policy.asking, policy.profile
    digits = max(question.entry.lengths) if question and question.entry else 1
    gather: Verb = {
        "verb": "gather", "actionHook": here, "input": ["digits", "speech"], "numDigits": digits,
        "timeout": profile.no_input, "interDigitTimeout": profile.inter_digit, "bargein": True, "dtmfBargein": True,
    }  # fmt: skip
    if free:
        gather["say"] = {"text": "".join(spoken(each.text) for each in free)}
    return [*told, gather]


def routes(
    service: Service, brain: Callable[[], Brain], clock: Callable[[], float], password: str, agents: str
) -> APIRouter:
    """POST /jambonz for a new call, POST /jambonz/{name} for what was collected. Basic authentication."""
    sessions = PlatformCalls(service, brain, clock)
    router = APIRouter(prefix="/jambonz", dependencies=[Depends(guarded(password))])

    @router.post("")
    async def call(called: Called) -> list[Verb]:
        name, said = await sessions.begin(called.call_sid, called.caller)
        return verbs(said, sessions.find(name).policy, f"/jambonz/{name}", agents)

    @router.post("/{name}")
    async def collected(name: Annotated[str, Field(max_length=40)], what: Collected) -> list[Verb]:
        session = sessions.find(name)
        said = await session.step(events(what))
        return verbs(said, session.policy, f"/jambonz/{name}", agents)

    return router
