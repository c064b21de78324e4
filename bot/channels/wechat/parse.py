"""What WeChat pushes to us, as typed values; a pure function of the XML's fields.

Unknown kinds are Unknown and UnknownEvent: the customer gets a polite answer, nobody an error.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.channels.wechat.xml import MalformedXml

_OPENID = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True)
class PushSource:
    """Who sent it, when (seconds since the epoch), and what makes it recognisable when it is sent again."""

    openid: str
    at: int
    key: str


@dataclass(frozen=True)
class Text:
    content: str
    menu_id: str | None = None  # of the option that was tapped


@dataclass(frozen=True)
class Image:
    media_id: str


@dataclass(frozen=True)
class Voice:
    media_id: str
    media_id_16k: str | None
    format: str
    recognition: str  # retired by WeChat; empty


@dataclass(frozen=True)
class Video:
    media_id: str
    thumb_media_id: str
    short: bool


@dataclass(frozen=True)
class Location:
    latitude: float
    longitude: float
    scale: int
    label: str


@dataclass(frozen=True)
class Link:
    title: str
    description: str
    url: str


@dataclass(frozen=True)
class Unknown:
    kind: str


@dataclass(frozen=True)
class Subscribe:
    scene: str | None = None


@dataclass(frozen=True)
class Unsubscribe:
    pass


@dataclass(frozen=True)
class Scan:
    scene: str


@dataclass(frozen=True)
class ReportedLocation:
    latitude: float
    longitude: float
    precision: float


@dataclass(frozen=True)
class Click:
    key: str


@dataclass(frozen=True)
class View:
    url: str
    menu_id: str | None


@dataclass(frozen=True)
class MenuTool:
    """A scan, a picture, a place or a mini-program opened from the menu; what it yields comes as a message."""

    kind: str
    key: str


@dataclass(frozen=True)
class TemplateResult:
    """What became of a template message: success, failed:user block, failed: system failed."""

    message_id: str
    status: str


@dataclass(frozen=True)
class ServiceSession:
    """WeChat's own customer service takes, passes on or ends a talk."""

    kind: str
    agent: str


@dataclass(frozen=True)
class SubscriptionNotice:
    """A customer answers the request to send notices, or one was sent."""

    kind: str


@dataclass(frozen=True)
class AuthorizationRevoked:
    pass


@dataclass(frozen=True)
class UnknownEvent:
    name: str


Message: TypeAlias = Text | Image | Voice | Video | Location | Link | Unknown
Event: TypeAlias = (
    Subscribe | Unsubscribe | Scan | ReportedLocation | Click | View | MenuTool | TemplateResult
    | ServiceSession | SubscriptionNotice | AuthorizationRevoked | UnknownEvent
)  # fmt: skip
Fields: TypeAlias = Mapping[str, str]

_MENU_TOOLS = (
    "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
    "location_select",
)  # fmt: skip
_NOTICES = ("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event")
_SESSIONS = ("kf_create_session", "kf_close_session", "kf_switch_session")


def sender(fields: Fields) -> PushSource:
    """Raises Malformed when it cannot be told."""
    openid, at = fields.get("FromUserName", ""), fields.get("CreateTime", "")
    if not _OPENID.fullmatch(openid) or not (at.isascii() and at.isdigit() and len(at) <= 12):
        raise MalformedXml("no sender")
    number = fields.get("MsgId", "")
    if number.isascii() and number.isdigit():
        return PushSource(openid, int(at), f"m{number}"[:70])
    # Events have no id of their own; WeChat says to use sender and time. The rest tells two of a second apart.
    event = "|".join(fields.get(name, "") for name in ("MsgType", "Event", "EventKey", "MsgID"))
    digest = hashlib.sha256(event.encode(errors="replace")).hexdigest()[:24]
    return PushSource(openid, int(at), f"e{at}:{fields.get('Event', '')[:24]}:{digest}")


def content(fields: Fields) -> Message | Event:
    """What it says. Raises Malformed when there is no kind at all; a field that makes no sense is left empty."""
    kind = fields.get("MsgType", "").lower()
    if not kind:
        raise MalformedXml("no kind")
    if kind == "event":
        name = fields.get("Event", "").lower()
        event = _EVENTS.get(name)
        return event(fields) if event else UnknownEvent(name)
    message = _MESSAGES.get(kind)
    return message(fields) if message else Unknown(kind)


def _number(fields: Fields, name: str) -> float:
    try:
        return float(fields.get(name, ""))
    except ValueError:
        return 0.0


def _text(f: Fields) -> Text:
    return Text(f.get("Content", ""), f.get("bizmsgmenuid") or None)


def _voice(f: Fields) -> Voice:
    return Voice(
        f.get("MediaId", ""), f.get("MediaId16K") or None, f.get("Format", ""), f.get("Recognition", "")
    )


def _video(short: bool) -> Callable[[Fields], Video]:
    return lambda f: Video(f.get("MediaId", ""), f.get("ThumbMediaId", ""), short)


def _location(f: Fields) -> Location:
    x, y = _number(f, "Location_X"), _number(f, "Location_Y")
    return Location(x, y, int(_number(f, "Scale")), f.get("Label", ""))


def _subscribe(f: Fields) -> Subscribe:
    return Subscribe(f.get("EventKey", "").removeprefix("qrscene_") or None)


def _reported(f: Fields) -> ReportedLocation:
    return ReportedLocation(_number(f, "Latitude"), _number(f, "Longitude"), _number(f, "Precision"))


def _menu_tool(name: str) -> Callable[[Fields], Event]:
    return lambda f: MenuTool(name, f.get("EventKey", ""))


def _agent_session(name: str) -> Callable[[Fields], Event]:
    return lambda f: ServiceSession(name, f.get("KfAccount", ""))


def _notice(name: str) -> Callable[[Fields], Event]:
    return lambda f: SubscriptionNotice(name)


_MESSAGES: dict[str, Callable[[Fields], Message]] = {
    "text": _text,
    "image": lambda f: Image(f.get("MediaId", "")),
    "voice": _voice,
    "video": _video(False),
    "shortvideo": _video(True),
    "location": _location,
    "link": lambda f: Link(f.get("Title", ""), f.get("Description", ""), f.get("Url", "")),
}
_EVENTS: dict[str, Callable[[Fields], Event]] = {
    "subscribe": _subscribe,
    "unsubscribe": lambda f: Unsubscribe(),
    "scan": lambda f: Scan(f.get("EventKey", "")),
    "location": _reported,
    "click": lambda f: Click(f.get("EventKey", "")),
    "view": lambda f: View(f.get("EventKey", ""), f.get("MenuId") or None),
    "templatesendjobfinish": lambda f: TemplateResult(f.get("MsgID", ""), f.get("Status", "")),
    "user_authorization_revoke": lambda f: AuthorizationRevoked(),
    **{name: _menu_tool(name) for name in _MENU_TOOLS},
    **{name: _agent_session(name) for name in _SESSIONS},
    **{name: _notice(name) for name in _NOTICES},
}
