"""What happens in a call, and what the policy wants done about it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """A key of the telephone: 0 to 9, * or #."""

    key: str


@dataclass(frozen=True)
class Speech:
    """A recognised sentence, confidence from 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Played:
    """Everything that was to be said has been heard."""


@dataclass(frozen=True)
class TimedOut:
    """The time of the last Wait is over."""


@dataclass(frozen=True)
class Told:
    """One message of the gateway, number `seq` of the conversation. `options` are (id, title) of its buttons; `asks`
    names what the bot wants to know."""

    text: str
    options: tuple[tuple[str, str], ...] = ()
    asks: str | None = None
    seq: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Replied:
    """The gateway has something to say. `ended`: the turn is over, the caller's move."""

    told: tuple[Told, ...] = ()
    owner: str = "bot"
    on_duty: bool = False
    ended: bool = True


@dataclass(frozen=True)
class Known:
    """Who calls. `elder`: is served slowly; `person_first`: gets one of the agents who are free, without any menu;
    `first`: has not heard yet that what he says is kept."""

    elder: bool = False
    person_first: bool = False
    first: bool = False


@dataclass(frozen=True)
class Lost:
    """The gateway cannot be reached."""


@dataclass(frozen=True)
class NotTransferred:
    """Nobody took the transferred call."""


Event = Key | Speech | Played | TimedOut | Replied | Known | Lost | NotTransferred


@dataclass(frozen=True)
class Speak:
    """Say a text after what is being said. `interruptible` False: neither keys nor speech cut it short. `seq`: the
    gateway's message it is; `notice`: only when all of it was heard may the call be recorded."""

    text: str
    speed: int
    pause_ms: int
    interruptible: bool = True
    seq: int | None = None
    notice: bool = False


@dataclass(frozen=True)
class Hush:
    """Stop at once, and forget what was still to be said."""


@dataclass(frozen=True)
class Wait:
    """Report TimedOut after so many seconds; takes the place of the Wait before. None: wait for nothing."""

    seconds: float | None


@dataclass(frozen=True)
class Send:
    """Hand the gateway what the caller said, or the button chosen. `elder`: the caller is to be served slowly."""

    text: str | None = None
    choice: str | None = None
    elder: bool | None = None


@dataclass(frozen=True)
class CallBack:
    """Ask the gateway for a call to this number as soon as somebody can come."""

    phone: str


@dataclass(frozen=True)
class Transfer:
    """Refer the call to the agents."""


@dataclass(frozen=True)
class HangUp:
    """End the call."""


Command = Speak | Hush | Wait | Send | CallBack | Transfer | HangUp
