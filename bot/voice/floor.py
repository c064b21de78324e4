"""Whose move it is in a call: the caller's, who has a question to answer, or the gateway's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.voice.events import CallBack, Send
from bot.voice.keypad import Keypad
from bot.voice.prompter import Prompter
from bot.voice.questions import Question
from bot.voice.service import DigitEntry, Service

_WHILE_IT_TAKES = ("wait", "still_waiting", "long_wait")


class Floor:
    """`question` is what the caller is to answer; None while the gateway is asked. `press`: what is done with a key that
    was pressed ahead."""

    def __init__(
        self, service: Service, prompter: Prompter, keypad: Keypad, press: Callable[[str], None]
    ) -> None:
        self._service = service
        self._prompter = prompter
        self._keypad = keypad
        self._press = press
        self._waited = 0
        self.question: Question | None = None

    def ask(self, question: Question, repeat: bool = False) -> None:
        """Put a question; keys that were pressed ahead answer it, unless it asks for a confirmation."""
        if not repeat:
            self._keypad.typed = ""
        self.question = question
        if question.confirmation:
            self._keypad.ahead = ""
        self._prompter.say(question.words(self._service, self._prompter.profile))
        ahead = self._keypad.pressed_ahead()
        for at, key in enumerate(ahead):
            self._press(key)
            if self.question is None:
                self._keypad.ahead = ahead[at + 1 :] + self._keypad.ahead
                break

    def ask_again(self) -> None:
        if self.question:
            self.ask(self.question, repeat=True)

    def menu(self, name: str, parent: Question | None = None, confirmation: bool = False) -> None:
        """One of the service's menus."""
        menu = self._service.menus[name]
        self.ask(Question(menu.say, menu.options, confirmation=confirmation, parent=parent))

    def enter(self, entry: DigitEntry, parent: Question) -> None:
        """Digits to be typed."""
        self.ask(Question("", entry=entry, parent=parent))

    def back(self, question: Question) -> None:
        """To the first page of a question, to the one before it, or to the main menu."""
        if question.start:
            self.ask(replace(question, start=0))
        elif question.parent:
            self.ask(question.parent)
        else:
            self.menu("main")

    def send(self, send: Send) -> None:
        """Hand the gateway what the caller said or chose."""
        self.wait_for(replace(send, elder=self._prompter.slowly))

    def wait_for(self, asked: Send | CallBack) -> None:
        """It is the gateway's move."""
        self.question, self._waited = None, 0
        self._prompter.do(asked)
        self._prompter.wait(self._service.patience[0])

    def still_waiting(self) -> None:
        """The gateway takes its time: say so, each time in other words."""
        times = self._service.patience
        if self._waited < len(_WHILE_IT_TAKES):
            self._prompter.say(self._prompter.prompt(_WHILE_IT_TAKES[self._waited]))
        self._waited += 1
        if self._waited < len(times):
            self._prompter.wait(times[self._waited] - times[self._waited - 1])

    def close(self) -> None:
        """Nobody is asked anything any more."""
        self.question = None
