"""The dialogue of a call: events in, commands out; no clock, no network, no sound.

Everything the caller can answer is a `Question`: a menu, a question of the bot, or digits to be typed. One mechanism
therefore repeats, times out, escalates and reaches a person. What the caller says or chooses goes to the gateway, which
alone knows the answers. Keys are read by the `Keypad`, and what is to be said and done is gathered by the `Prompter`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.danger import assess
from bot.core.numbers import digits
from bot.voice import questions
from bot.voice.events import (
    CallBack,
    Command,
    Event,
    HangUp,
    Key,
    Known,
    Lost,
    NotTransferred,
    Played,
    Replied,
    Send,
    Speech,
    TimedOut,
    Told,
    Transfer,
)
from bot.voice.floor import Floor
from bot.voice.keypad import Keypad, Meaning
from bot.voice.prompter import Prompter
from bot.voice.questions import Question
from bot.voice.service import CallerProfile, DigitEntry, KeyOption, Service


class Policy:
    """One call. `caller`: the number that calls, None when withheld. `recorded`: the caller hears that the call is;
    `dials`: the line can call back."""

    def __init__(
        self,
        service: Service,
        caller: str | None = None,
        elder: bool = False,
        *,
        recorded: bool = False,
        dials: bool = False,
    ) -> None:
        self.service = service
        self.caller = caller
        self.calling_person = False
        self.transferred = False
        self.outcome = "no_key"
        """What a call back has come to (bot/gateway/people/callbacks.py)."""
        self._recorded = recorded
        self._dials = dials
        self._touched = self._hang_up_after = self._refer_after = False
        self._keypad = Keypad()
        self._prompter = Prompter(service, elder)
        self._floor = Floor(service, self._prompter, self._keypad, self._key)
        self._silences = self._misses = 0
        self._noted = False  # a call back is
        self._noting = False  # and the gateway has not said so yet
        self._nobody = False  # could come, and the caller knows
        self._scripts: set[str] = set()
        self._prompt, self._say, self._hush = self._prompter.prompt, self._prompter.say, self._prompter.hush
        self._ask, self._menu, self._send = self._floor.ask, self._floor.menu, self._floor.send

    @property
    def profile(self) -> CallerProfile:
        """How the caller is served now."""
        return self._prompter.profile

    @property
    def asking(self) -> Question | None:
        """The question the caller is to answer; None while the gateway is."""
        return self._floor.question

    @property
    def ending(self) -> bool:
        """Whether the call ends when the last words were heard."""
        return self._hang_up_after

    def start(self, known: Known = Known()) -> list[Command]:
        """The first words, 人工 and danger among them, and the main menu; or a person at once."""
        self._begin(known)
        if known.person_first:
            self._person_first()
            return self._prompter.take()
        self._say(self._prompt("welcome"))
        self._menu("main")
        self._say(self._prompt("manual"))
        if known.first:
            self._say(self._prompt("kept"))
        return self._prompter.take()

    def start_call_back(self, known: Known = Known(), tells: str = "") -> list[Command]:
        """The first words of a call that the line has made: because it was asked for, or to tell something."""
        self._begin(known)
        why = "called_to_tell" if tells else "called_back"
        self._say(f"{self._prompt(why)}{tells}")
        self._menu(why)
        return self._prompter.take()

    def _begin(self, known: Known) -> None:
        if known.elder:
            self._prompter.serve_slowly()
        if self._recorded:
            self._say(self._prompt("recorded"), notice=True)

    def handle(self, event: Event) -> list[Command]:
        """What is to be done about an event."""
        if self.transferred and not isinstance(event, NotTransferred):
            return []
        match event:
            case Key(key):
                self._touched, self._nobody = True, False
                self._key(key)
            case Speech(text, confidence):
                self._touched, self._nobody = True, False
                self._speech(text, confidence)
            case Known():
                self._known(event)
            case Played():
                self._played()
            case TimedOut():
                self._timed_out()
            case Replied():
                self._replied(event)
            case Lost() if not self._refer_after:
                self._say(self._prompt("lost"))
                self._refer()
            case NotTransferred():
                self.transferred = self._refer_after = self.calling_person = self._prompter.insistent = False
                self._say(self._prompt("not_connected"))
                self._menu("no_agent")
        return self._prompter.take()

    # ---- keys

    def _key(self, key: str) -> None:
        leaving = self._hang_up_after and key != "0"
        question, deaf = self.asking, self._prompter.insistent or self._refer_after or leaving
        meaning = self._keypad.press(key, question, deaf)
        if meaning is Meaning.DANGER:
            self._ask_about_danger()
        elif meaning is Meaning.PERSON:
            self._person()
        elif question is not None:
            self._answered(meaning, question, key)

    def _answered(self, meaning: Meaning, question: Question, key: str) -> None:
        match meaning:
            case Meaning.SLOWER:
                self._prompter.slow_down()
                self._hush()
                self._say(self._prompt("slower"))
                self._floor.ask_again()
            case Meaning.AGAIN:
                self._floor.ask_again()
            case Meaning.BACK:
                self._hush()
                self._floor.back(question)
            case Meaning.OPTION:
                self._option(question, int(key))
            case Meaning.DIGIT:
                self._hush()
                self._prompter.wait(self.profile.inter_digit)
            case Meaning.NUMBER if question.entry:
                self._hush()
                self._entered(question.entry)

    def _option(self, question: Question, key: int) -> None:
        options = question.offered(self.service, self.profile)
        if not 1 <= key <= len(options):
            self._missed(self._prompt("unknown_key"))
            return
        self._misses = self._silences = 0
        chosen = options[key - 1]
        if self.profile.confirm and not (question.confirmation or chosen.at_once):
            self._hush()
            echo = self._prompt("echo", key=questions.KEYS[key - 1], title=chosen.title)
            self._ask(questions.sure(self.service, echo, KeyOption(pick=chosen), question))
        else:
            self._pick(question, chosen)

    def _pick(self, question: Question, chosen: KeyOption) -> None:
        self._hush()
        if chosen.pick:
            self._pick(question.parent or question, chosen.pick)
        elif chosen.again:
            self._floor.back(question)
        elif chosen.menu:
            self._menu(chosen.menu, question)
        elif chosen.danger:
            self._danger(chosen.danger)
        elif chosen.entry:
            self._floor.enter(self.service.entries[chosen.entry], question)
        elif chosen.caller or chosen.callback:
            self._by_caller(question, chosen)
        elif chosen.places:
            self._ask(Question(options=questions.places(self.service, chosen.places), parent=question))
        elif chosen.decline:
            self.outcome = "declined"
            self._goodbye()
        elif chosen.page is not None:
            self._ask(replace(question, say="", start=chosen.page))
        elif chosen.call_back:
            self._call_back(chosen.call_back)
        elif chosen.send == self.service.person:
            self._call_person()
        else:
            self._send(Send(text=chosen.send, choice=chosen.choice))

    def _by_caller(self, question: Question, chosen: KeyOption) -> None:
        phone = self.service.entries["phone"]
        if chosen.callback:
            phone = replace(phone, send=self._prompt("callback", phone="{value}"), calls_back=self._dials)
        if not self.caller or (chosen.callback and self._noted):
            self._floor.enter(phone, question)
        elif phone.calls_back:
            self._call_back(self.caller)
        else:
            self._send(Send(phone.send.format(value=self.caller)))

    def _call_back(self, phone: str) -> None:
        self._noted = self._noting = True
        self._floor.wait_for(CallBack(phone))

    def _entered(self, entry: DigitEntry) -> None:
        typed = self._keypad.number()
        if len(typed) not in entry.lengths:
            if typed == "0":
                self._person()
            else:
                self._missed(self._prompt("too_short"))
            return
        yes = KeyOption(send=entry.send.format(value=typed), call_back=typed if entry.calls_back else None)
        self._ask(questions.sure(self.service, self._prompt("readback", value=typed), yes, self.asking))

    def _known(self, known: Known) -> None:
        """The gateway took its time to say who calls."""
        if known.person_first and not self._touched:
            self._hush()
            self._person_first()
        elif known.elder:
            self._prompter.serve_slowly()

    # ---- speech

    def _speech(self, text: str, confidence: float) -> None:
        found = assess(text)
        if found:
            self._danger(text, found.primary)
        elif self._prompter.insistent or self._refer_after:
            return
        elif any(word in text for word in self.service.person_words):
            self._person()
        elif confidence < self.service.sure or not text.strip():
            self._missed(self._prompt("no_match"))
        elif self.asking is not None:
            self._misses = self._silences = 0
            self._spoken_answer(self.asking, text)

    def _spoken_answer(self, question: Question, text: str) -> None:
        if question.entry and (number := digits(text)):
            self._keypad.typed = number
            self._entered(question.entry)
            return
        if said := question.named_in(text):
            self._pick(question, said)
        else:
            self._hush()
            self._send(Send(text))

    # ---- what the gateway says

    def _replied(self, reply: Replied) -> None:
        for each in reply.told:
            if each.text not in self._scripts:
                self._say(each.text, seq=each.seq)
        if not reply.ended and reply.owner != "agent":
            return
        self._prompter.wait(None)
        if self._prompter.insistent or reply.owner == "agent" or (self.calling_person and reply.on_duty):
            self._refer()
        elif self.calling_person:
            self.calling_person = False
            if self._dials and self.caller and not self._noted:
                self._call_back(self.caller)
            else:
                self._menu("noted" if self._noted else "no_agent")
                self._nobody = True
        elif self._noting:
            self._menu("noted")
            self._noting, self._nobody = False, True
        elif self.asking is None or reply.told:
            self._ask_for(reply.told)

    def _ask_for(self, told: Sequence[Told]) -> None:
        last = next((each for each in reversed(told) if each.options or each.asks), None)
        if last:
            self._ask(questions.from_reply(self.service, last.asks or "", last.options, self.caller))
        elif self.asking:
            self._floor.ask_again()
        else:
            self._menu("more")

    # ---- ways out

    def _person(self) -> None:
        self._hush()
        self._call_person()

    def _person_first(self) -> None:
        self._say(self._prompt("person_first"))
        self._call_person()

    def _call_person(self) -> None:
        self.calling_person, self._hang_up_after, self.outcome = True, False, "person"
        self._send(Send(self.service.person))

    def _goodbye(self) -> None:
        self._floor.close()
        self._hang_up_after = True
        self._prompter.wait(None)
        self._say(self._prompt("goodbye"), interruptible=False)

    def _ask_about_danger(self) -> None:
        """At any moment, also while digits are typed: two stars, and one more key."""
        self._hush()
        self._menu("danger", self.asking, confirmation=True)

    def _danger(self, text: str, hazard: str | None = None) -> None:
        """The safety script before anything else; then the gateway, which opens the emergency order and calls a person."""
        found = assess(text)
        primary = hazard or (found.primary if found else None)
        self._prompter.insistent = self.calling_person = True
        self._hang_up_after, self.outcome = False, "person"
        self._hush()
        if primary:
            said, written = self.service.safety[primary]
            self._scripts |= {said, written}
            self._say(said, interruptible=False)
        self._send(Send(text))

    def _refer(self) -> None:
        self._floor.close()
        self._refer_after = self.calling_person = True
        self._say(self._prompt("connecting"), interruptible=False)

    # ---- time

    def _played(self) -> None:
        if self._refer_after:
            self.transferred = True
            self._prompter.wait(None)
            self._prompter.do(Transfer())
        elif self._hang_up_after:
            self._prompter.do(HangUp())
        elif self.asking:
            typing = self.asking.entry and self._keypad.typed
            self._prompter.wait(self.profile.inter_digit if typing else self.profile.no_input)

    def _timed_out(self) -> None:
        question = self.asking
        if question is None and self._prompter.insistent:
            self._refer()
        elif question is None:
            self._floor.still_waiting()
        elif question.entry and self._keypad.typed:
            self._entered(question.entry)
        else:
            self._silences += 1
            if self._silences < self.profile.tries:
                self._once_more(self._silences, self._prompt("silence"))
            else:
                self._goodbye() if self._nobody else self._person()

    def _missed(self, text: str) -> None:
        self._misses += 1
        self._hush()
        if self._misses < self.profile.tries:
            self._once_more(self._misses, text)
        else:
            self._person()

    def _once_more(self, times: int, text: str) -> None:
        """After a silence or a miss: the first time these words and the question, then slowly, and keys only."""
        if times > 1:
            self._prompter.serve_slowly()
        self._say(text if times == 1 else self._prompt("keys_only"))
        self._floor.ask_again()
