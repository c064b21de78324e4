"""The dialogue of a call: events in, commands out; no clock, no network, no sound.

Everything the caller can answer is a `Question`: a menu, a question of the bot, or digits to be typed. One mechanism
therefore repeats, times out, escalates and reaches a person. 0 is a person everywhere; where digits are typed, * and
then 0. What the caller says or chooses goes to the gateway, which alone knows the answers.
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
    Hush,
    Key,
    Known,
    Lost,
    NotTransferred,
    Played,
    Replied,
    Send,
    Speak,
    Speech,
    TimedOut,
    Told,
    Transfer,
    Wait,
)
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
        self.profile: CallerProfile = service.profiles["elder" if elder else "normal"]
        self.calling_person = False
        self.transferred = False
        self.outcome = "no_key"
        """What a call back has come to (bot/gateway/people/callbacks.py)."""
        self._slowly: bool | None = elder or None  # told to the gateway, for the next call of this number too
        self._recorded = recorded
        self._dials = dials
        self._touched = self._hang_up_after = False
        self._speed = self.profile.speed
        self._question: Question | None = None
        self._typed = ""
        self._ahead = ""
        self._starred = False
        self._complete = False  # the last digit was typed, and a # may follow out of habit
        self._silences = self._misses = self._waited = 0
        self._in_danger = False
        self._noted = False  # a call back is
        self._noting = False  # and the gateway has not said so yet
        self._nobody = False  # could come, and the caller knows
        self._scripts: set[str] = set()
        self._refer_after = False
        self._out: list[Command] = []

    @property
    def asking(self) -> Question | None:
        """The question the caller is to answer; None while the gateway is."""
        return self._question

    @property
    def ending(self) -> bool:
        """Whether the call ends when the last words were heard."""
        return self._hang_up_after

    def start(self, known: Known = Known()) -> list[Command]:
        """The first words, 人工 and danger among them, and the main menu; or a person at once."""
        self._begin(known)
        if known.person_first:
            self._say(self._prompt("person_first"))
            self._call_person()
            return self._take()
        self._say(self._prompt("welcome"))
        self._menu("main")
        self._say(self._prompt("manual"))
        if known.first:
            self._say(self._prompt("kept"))
        return self._take()

    def start_call_back(self, known: Known = Known()) -> list[Command]:
        """The first words of a call that the line has made."""
        self._begin(known)
        self._say(self._prompt("called_back"))
        self._menu("called_back")
        return self._take()

    def _begin(self, known: Known) -> None:
        if known.elder:
            self._serve_slowly()
        if self._recorded:
            self._out.append(Speak(self._prompt("recorded"), self._speed, self.profile.pause_ms, notice=True))

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
                self.transferred = self._refer_after = self._in_danger = self.calling_person = False
                self._say(self._prompt("not_connected"))
                self._menu("no_agent")
        return self._take()

    # ---- keys

    def _key(self, key: str) -> None:
        question = self._question
        starred, self._starred = self._starred, False
        complete, self._complete = self._complete, False
        leaving = self._hang_up_after and key != "0"
        if self._in_danger or self._refer_after or leaving or (complete and key == "#"):
            return
        if key == "*" and starred:
            self._ask_about_danger()
        elif key == "*" and question is None:
            self._starred = True
        elif key == "0" and (starred or not (question and question.entry)):
            self._person()
        elif question is None:
            self._ahead += key
        elif key == "9" and (starred or not question.entry):
            self._slow_down()
        elif key == "*":
            self._starred, self._typed = True, ""
            self._ask(question, repeat=True)
        elif question.entry and (key != "#" or self._typed):
            self._digit(question.entry, key)
        elif key == "#":
            self._back(question)
        else:
            self._option(question, int(key))

    def _option(self, question: Question, key: int) -> None:
        options = question.offered(self.service, self.profile)
        if not 1 <= key <= len(options):
            self._missed(self._prompt("unknown_key"))
            return
        self._misses = self._silences = 0
        chosen = options[key - 1]
        certain = question.confirmation or chosen.danger or chosen.page is not None or chosen.menu
        if self.profile.confirm and not certain:
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
            self._back(question)
        elif chosen.menu:
            self._menu(chosen.menu, question)
        elif chosen.danger:
            self._danger(chosen.danger)
        elif chosen.entry:
            self._enter(self.service.entries[chosen.entry], question)
        elif chosen.caller or chosen.callback:
            self._by_caller(question, chosen)
        elif chosen.places:
            self._ask(Question(options=questions.places(self.service, chosen.places), parent=question))
        elif chosen.decline:
            self._decline()
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
        asked_already = chosen.callback and self._noted
        if self.caller and not asked_already:
            self._send_entry(phone, self.caller)
        else:
            self._enter(phone, question)

    def _send_entry(self, entry: DigitEntry, value: str) -> None:
        if entry.calls_back:
            self._call_back(value)
        else:
            self._send(Send(entry.send.format(value=value)))

    def _call_back(self, phone: str) -> None:
        self._noted = self._noting = True
        self._wait_for(CallBack(phone))

    def _digit(self, entry: DigitEntry, key: str) -> None:
        self._hush()
        if key != "#":
            self._typed += key
        most = max(entry.lengths)
        if key == "#" or len(self._typed) >= most:
            self._complete = key != "#"
            self._entered(entry)
        else:
            self._out.append(Wait(self.profile.inter_digit))

    def _entered(self, entry: DigitEntry) -> None:
        typed, self._typed = self._typed, ""
        if len(typed) not in entry.lengths:
            if typed == "0":
                self._person()
            else:
                self._missed(self._prompt("too_short"))
            return
        yes = KeyOption(send=entry.send.format(value=typed), call_back=typed if entry.calls_back else None)
        self._ask(questions.sure(self.service, self._prompt("readback", value=typed), yes, self._question))

    def _back(self, question: Question) -> None:
        self._hush()
        if question.start:
            self._ask(replace(question, start=0))
        elif question.parent:
            self._ask(question.parent)
        else:
            self._menu("main")

    def _serve_slowly(self) -> None:
        """From now on, and in the next call of this number."""
        self.profile, self._slowly = self.service.profiles["elder"], True
        self._speed = min(self._speed, self.profile.speed)

    def _known(self, known: Known) -> None:
        """The gateway took its time to say who calls."""
        if known.person_first and not self._touched:
            self._hush()
            self._say(self._prompt("person_first"))
            self._call_person()
        elif known.elder:
            self._serve_slowly()

    def _slow_down(self) -> None:
        self._speed = max(self._speed - self.service.slower, self.service.slowest)
        self._slowly = True
        self._hush()
        self._say(self._prompt("slower"))
        if self._question:
            self._ask(self._question, repeat=True)

    # ---- speech

    def _speech(self, text: str, confidence: float) -> None:
        found = assess(text)
        if found:
            self._danger(text, found.primary)
        elif self._in_danger or self._refer_after:
            return
        elif any(word in text for word in self.service.person_words):
            self._person()
        elif confidence < self.service.sure or not text.strip():
            self._missed(self._prompt("no_match"))
        elif self._question is not None:
            self._misses = self._silences = 0
            self._spoken_answer(self._question, text)

    def _spoken_answer(self, question: Question, text: str) -> None:
        number = digits(text)
        if question.entry and number:
            self._typed = number
            self._entered(question.entry)
            return
        said = [each for each in question.options if each.title and each.title in text]
        if said:
            self._pick(question, max(said, key=lambda each: len(each.title)))  # 不对 is no 对
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
        self._out.append(Wait(None))
        if self._in_danger or reply.owner == "agent" or (self.calling_person and reply.on_duty):
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
        elif self._question is None or reply.told:
            self._ask_for(reply.told)

    def _ask_for(self, told: Sequence[Told]) -> None:
        last = next((each for each in reversed(told) if each.options or each.asks), None)
        if last is None and self._question:
            self._ask(self._question, repeat=True)
            return
        if last is None:
            self._menu("more")
            return
        self._ask(questions.from_reply(self.service, last.asks or "", last.options, self.caller))

    # ---- ways out

    def _person(self) -> None:
        self._hush()
        self._call_person()

    def _call_person(self) -> None:
        self.calling_person, self._hang_up_after, self.outcome = True, False, "person"
        self._send(Send(self.service.person))

    def _decline(self) -> None:
        self.outcome = "declined"
        self._goodbye()

    def _goodbye(self) -> None:
        self._question, self._hang_up_after = None, True
        self._out.append(Wait(None))
        self._say(self._prompt("goodbye"), interruptible=False)

    def _ask_about_danger(self) -> None:
        """At any moment, also while digits are typed: two stars, and one more key."""
        self._hush()
        menu = self.service.menus["danger"]
        self._ask(Question(menu.say, menu.options, confirmation=True, parent=self._question))

    def _danger(self, text: str, hazard: str | None = None) -> None:
        """The safety script before anything else; then the gateway, which opens the emergency order and calls a person."""
        found = assess(text)
        primary = hazard or (found.primary if found else None)
        self._in_danger = self.calling_person = True
        self._hang_up_after, self.outcome = False, "person"
        self._hush()
        if primary:
            said, written = self.service.safety[primary]
            self._scripts |= {said, written}
            self._say(said, interruptible=False)
        self._send(Send(text))

    def _refer(self) -> None:
        self._question, self._refer_after, self.calling_person = None, True, True
        self._say(self._prompt("connecting"), interruptible=False)

    # ---- time

    def _played(self) -> None:
        if self._refer_after:
            self.transferred = True
            self._out += [Wait(None), Transfer()]
        elif self._hang_up_after:
            self._out.append(HangUp())
        elif self._question:
            entry = self._question.entry and self._typed
            self._out.append(Wait(self.profile.inter_digit if entry else self.profile.no_input))

    def _timed_out(self) -> None:
        question = self._question
        if question is None and self._in_danger:
            self._refer()
        elif question is None:
            self._still_waiting()
        elif question.entry and self._typed:
            self._entered(question.entry)
        else:
            self._silences += 1
            if self._silences >= self.profile.tries:
                self._goodbye() if self._nobody else self._person()
                return
            if self._silences > 1:
                self._serve_slowly()
            self._say(self._prompt("silence" if self._silences == 1 else "keys_only"))
            self._ask(question, repeat=True)

    def _still_waiting(self) -> None:
        names, times = ("wait", "still_waiting", "long_wait"), self.service.patience
        if self._waited < len(names):
            self._say(self._prompt(names[self._waited]))
        self._waited += 1
        if self._waited < len(times):
            self._out.append(Wait(times[self._waited] - times[self._waited - 1]))

    def _missed(self, text: str) -> None:
        self._misses += 1
        self._hush()
        if self._misses >= self.profile.tries:
            self._person()
            return
        if self._misses > 1:
            self._serve_slowly()
        self._say(text if self._misses == 1 else self._prompt("keys_only"))
        if self._question:
            self._ask(self._question, repeat=True)

    # ---- asking

    def _menu(self, name: str, parent: Question | None = None) -> None:
        menu = self.service.menus[name]
        self._ask(Question(menu.say, menu.options, parent=parent))

    def _enter(self, entry: DigitEntry, parent: Question) -> None:
        self._typed = ""
        self._ask(Question("", entry=entry, parent=parent))

    def _ask(self, question: Question, repeat: bool = False) -> None:
        if not repeat:
            self._typed = ""
        self._question = question
        if question.confirmation:
            self._ahead = ""
        self._say(question.words(self.service, self.profile))
        ahead, self._ahead = self._ahead, ""
        for at, key in enumerate(ahead):
            self._key(key)
            if self._question is None:
                self._ahead = ahead[at + 1 :] + self._ahead
                break

    def _send(self, send: Send) -> None:
        self._wait_for(replace(send, elder=self._slowly))

    def _wait_for(self, asked: Send | CallBack) -> None:
        self._question, self._waited = None, 0
        self._out += [asked, Wait(self.service.patience[0])]

    # ---- out

    def _prompt(self, name: str, **values: str) -> str:
        return self.service.prompts[name].format(**values)

    def _say(self, text: str, interruptible: bool = True, seq: int | None = None) -> None:
        if text:
            calm = interruptible and not self._in_danger
            self._out.append(Speak(text, self._speed, self.profile.pause_ms, calm, seq))

    def _hush(self) -> None:
        """Nothing that was to be said before counts any more, what was not yet handed out included."""
        self._out = [each for each in self._out if not (isinstance(each, Speak) and each.interruptible)]
        self._out.append(Hush())

    def _take(self) -> list[Command]:
        out, self._out = self._out, []
        return out
