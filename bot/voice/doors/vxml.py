"""VoiceXML 2.1: one document per turn. The platform plays it, collects keys and submits them; the policy answers.

`generic` platforms get SRGS grammars, `cisco` ones regular expressions (Cisco VVB takes no SRGS for keys). Silence and
keys that fit no grammar are submitted too: the policy counts them, so the platform needs no counters.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Depends, Form, Response
from fastapi.exceptions import HTTPException
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from bot.voice.brain import Brain, Gone
from bot.voice.events import Command, Event, Key, Lost, Played, Say, Send, TimedOut, Transfer
from bot.voice.policy import Policy
from bot.voice.service import Service
from bot.voice.speech.spoken import spoken

Kind = Literal["generic", "cisco"]
TYPE = "application/voicexml+xml"
DOCTYPE = '<!DOCTYPE vxml PUBLIC "-//W3C//DTD VOICEXML 2.1//EN" "http://www.w3.org/TR/voicexml21/vxml.dtd">'
_KEPT = 3600.0
_BASIC = HTTPBasic()


@dataclass
class Session:
    """One call on a platform."""

    policy: Policy
    brain: Brain
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    at: float = field(default_factory=time.monotonic)

    async def step(self, events: list[Event]) -> list[Command]:
        """Carry out events and what follows from them, until it is the caller's turn."""
        said: list[Command] = []
        waiting = list(events)
        while waiting:
            for command in self.policy.handle(waiting.pop(0)):
                if isinstance(command, Say | Transfer):
                    said.append(command)
                if isinstance(command, Send):
                    waiting.append(await self._answer(command))
        if self.policy.asking is None and self.policy.calling_person:
            said += [each for each in self.policy.handle(Played()) if isinstance(each, Transfer)]
        return said

    async def _answer(self, send: Send) -> Event:
        try:
            return await self.brain.say(send)
        except Gone:
            return Lost()


def events_of(heard: str) -> list[Event]:
    """What a submitted value means: keys, or silence when it is empty."""
    keys = [Key(key) for key in heard if key in "0123456789*#"]
    return [*keys] or [TimedOut()]


def document(said: list[Command], policy: Policy, here: str, agents: str, kind: Kind) -> bytes:
    """The next document: prompts, then keys to collect, a transfer, or the end."""
    page = Element("vxml", {"version": "2.1", "xmlns": "http://www.w3.org/2001/vxml", "xml:lang": "zh-CN"})
    form = SubElement(page, "form")
    if any(isinstance(each, Transfer) for each in said):
        block = SubElement(form, "block")
        _prompts(block, said)
        SubElement(form, "transfer", name="agents", dest=f"tel:{agents}", bridge="false")
    else:
        _collect(form, said, policy, here, kind)
    body = tostring(page, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{body}'.encode()


def _collect(form: Element, said: list[Command], policy: Policy, here: str, kind: Kind) -> None:
    question, profile = policy.asking, policy.profile
    digits = max(question.entry.lengths) if question and question.entry else 1
    values = {
        "timeout": f"{profile.no_input}s",
        "interdigittimeout": f"{profile.inter_digit}s",
        "inputmodes": "dtmf",
    }
    for name, value in values.items():
        SubElement(form, "property", name=name, value=value)
    SubElement(form, "property", name="termchar", value="")
    keys = SubElement(form, "field", name="heard")
    _grammar(keys, digits, kind)
    _prompts(keys, said)
    for event in ("noinput", "nomatch"):
        caught = SubElement(keys, event)
        SubElement(caught, "assign", name="heard", expr="''")
        SubElement(caught, "submit", next=here, namelist="heard", method="post")
    filled = SubElement(keys, "filled")
    SubElement(filled, "submit", next=here, namelist="heard", method="post")


def _prompts(parent: Element, said: list[Command]) -> None:
    for each in said:
        if isinstance(each, Say):
            prompt = SubElement(parent, "prompt", bargein="true" if each.interruptible else "false")
            prompt.text = spoken(each.text)


def _grammar(parent: Element, digits: int, kind: Kind) -> None:
    """Any key alone, or up to `digits` digits of which a # may end the last."""
    if kind == "cisco":
        grammar = SubElement(parent, "grammar", type="application/grammar+regex", mode="dtmf")
        grammar.text = f"[0-9]{{1,{digits}}}#?|[*#]"
        return
    grammar = SubElement(
        parent, "grammar", mode="dtmf", version="1.0", root="keys", type="application/srgs+xml"
    )
    rule = SubElement(grammar, "rule", id="keys", scope="public")
    choice = SubElement(rule, "one-of")
    number = SubElement(choice, "item")
    one = SubElement(number, "item", repeat=f"1-{digits}")
    SubElement(one, "ruleref", uri="#digit")
    end = SubElement(number, "item", repeat="0-1")
    end.text = "#"
    for key in "*#":
        SubElement(choice, "item").text = key
    digit = SubElement(SubElement(grammar, "rule", id="digit"), "one-of")
    for key in "0123456789":
        SubElement(digit, "item").text = key


def routes(
    service: Service, brain: Callable[[], Brain], password: str, agents: str, kind: Kind = "generic"
) -> APIRouter:
    """POST /vxml starts a call, POST /vxml/{session} goes on. Basic authentication with this password."""
    sessions: dict[str, Session] = {}

    async def allowed(given: Annotated[HTTPBasicCredentials, Depends(_BASIC)]) -> None:
        if not secrets.compare_digest(given.password.encode(), password.encode()):
            raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})

    router = APIRouter(prefix="/vxml", dependencies=[Depends(allowed)])

    def answer(name: str, said: list[Command]) -> Response:
        return Response(document(said, sessions[name].policy, f"/vxml/{name}", agents, kind), media_type=TYPE)

    @router.post("")
    async def start(
        call: Annotated[str, Form(max_length=100)], caller: Annotated[str | None, Form()] = None
    ) -> Response:
        for name in [name for name, each in sessions.items() if time.monotonic() - each.at > _KEPT]:
            del sessions[name]
        name, number = secrets.token_urlsafe(16), caller if caller and caller.isdigit() else None
        session = sessions[name] = Session(Policy(service, number), brain())
        said = [each for each in session.policy.start() if isinstance(each, Say)]
        try:
            await session.brain.open(call, number)
        except Gone:
            return answer(name, await session.step([Lost()]))
        return answer(name, list(said))

    @router.post("/{name}")
    async def go_on(name: str, heard: Annotated[str, Form(max_length=40)] = "") -> Response:
        session = sessions.get(name)
        if session is None:
            raise HTTPException(404)
        async with session.lock:
            session.at = time.monotonic()
            return answer(name, await session.step(events_of(heard)))

    return router
