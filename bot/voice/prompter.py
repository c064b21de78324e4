"""What a line is to say and to do, in order, at the pace of its caller."""

from __future__ import annotations

from bot.voice.events import Command, Hush, Speak, Wait
from bot.voice.service import CallerProfile, Service


class Prompter:
    """The commands of one call until they are taken. `slowly`: how the caller wants to be served, None when not known;
    `insistent`: nothing that is said may be cut short."""

    def __init__(self, service: Service, elder: bool) -> None:
        self._service = service
        self.profile: CallerProfile = service.profiles["elder" if elder else "normal"]
        self.slowly: bool | None = elder or None
        self.insistent = False
        self._speed = self.profile.speed
        self._out: list[Command] = []

    def prompt(self, name: str, **values: str) -> str:
        """A text of the service."""
        return self._service.prompts[name].format(**values)

    def say(
        self, text: str, interruptible: bool = True, seq: int | None = None, notice: bool = False
    ) -> None:
        """Say a text after what is being said; an empty one is not said."""
        if text:
            pause, calm = self.profile.pause_ms, interruptible and not self.insistent
            self._out.append(Speak(text, self._speed, pause, calm, seq, notice))

    def hush(self) -> None:
        """Nothing that was to be said before counts any more, what was not yet taken included."""
        self._out = [each for each in self._out if not (isinstance(each, Speak) and each.interruptible)]
        self._out.append(Hush())

    def wait(self, seconds: float | None) -> None:
        self._out.append(Wait(seconds))

    def do(self, command: Command) -> None:
        self._out.append(command)

    def serve_slowly(self) -> None:
        """From now on, and in the next call of this number."""
        self.profile, self.slowly = self._service.profiles["elder"], True
        self._speed = min(self._speed, self.profile.speed)

    def slow_down(self) -> None:
        """A step slower than before, and in the next call of this number too."""
        self._speed = max(self._speed - self._service.slower, self._service.slowest)
        self.slowly = True

    def take(self) -> list[Command]:
        """What is to be done now."""
        out, self._out = self._out, []
        return out
