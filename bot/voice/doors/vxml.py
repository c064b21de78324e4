"""VoiceXML 2.1: one document per turn. The platform plays it, collects keys and submits them; the policy answers.

`generic` platforms get SRGS grammars, `cisco` ones regular expressions (Cisco VVB takes no SRGS for keys). Silence and
keys that fit no grammar are submitted too: the policy counts them, so the platform needs no counters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Depends, Form, Response

from bot.voice.brain import Brain
from bot.voice.doors.session import PlatformCalls, events_of, guarded
from bot.voice.events import Command, HangUp, Speak, Transfer
from bot.voice.policy import Policy
from bot.voice.service import Service
from bot.voice.speech.spoken import spoken

Kind = Literal["generic", "cisco"]
TYPE = "application/voicexml+xml"
DOCTYPE = '<!DOCTYPE vxml PUBLIC "-//W3C//DTD VOICEXML 2.1//EN" "http://www.w3.org/TR/voicexml21/vxml.dtd">'


def document(said: list[Command], policy: Policy, here: str, agents: str, kind: Kind) -> bytes:
    """The next document: prompts, then keys to collect, a transfer, or the end."""
    page = Element("vxml", {"version": "2.1", "xmlns": "http://www.w3.org/2001/vxml", "xml:lang": "zh-CN"})
    form = SubElement(page, "form")
    if any(isinstance(each, Transfer) for each in said):
        block = SubElement(form, "block")
        _prompts(block, said)
        SubElement(form, "transfer", name="agents", dest=f"tel:{agents}", bridge="false")
    elif any(isinstance(each, HangUp) for each in said):
        block = SubElement(form, "block")
        _prompts(block, said)
        SubElement(block, "disconnect")
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
        if isinstance(each, Speak):
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
    service: Service,
    brain: Callable[[], Brain],
    clock: Callable[[], float],
    password: str,
    agents: str,
    kind: Kind = "generic",
) -> APIRouter:
    """POST /vxml starts a call, POST /vxml/{session} goes on. Basic authentication with this password."""
    sessions = PlatformCalls(service, brain, clock)
    router = APIRouter(prefix="/vxml", dependencies=[Depends(guarded(password))])

    def answer(name: str, said: list[Command]) -> Response:
        policy = sessions.find(name).policy
        return Response(document(said, policy, f"/vxml/{name}", agents, kind), media_type=TYPE)

    @router.post("")
    async def start(
        call: Annotated[str, Form(max_length=100)], caller: Annotated[str | None, Form()] = None
    ) -> Response:
        return answer(*await sessions.begin(call, caller))

    @router.post("/{name}")
    async def go_on(name: str, heard: Annotated[str, Form(max_length=40)] = "") -> Response:
        return answer(name, await sessions.find(name).step(events_of(heard)))

    return router
