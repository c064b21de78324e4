"""A gateway for the doors' tests, as the voice process sees it."""

from bot.voice.brain import Brain, Gone
from bot.voice.events import Known, Replied, Send


class Script(Brain):
    """A gateway that gives these answers in turn, then is gone."""

    def __init__(self, *answers: Replied) -> None:
        self.answers = list(answers)
        self.said: list[Send] = []
        self.opened: tuple[str, str | None] | None = None

    async def open(self, call: str, caller: str | None, asserted: bool = False) -> Known:
        self.opened = (call, caller)
        return Known()

    async def say(self, send: Send) -> Replied:
        self.said.append(send)
        if not self.answers:
            raise Gone("over")
        return self.answers.pop(0)
