"""What a caller is asked: a menu, a question of the bot, or digits to be typed; and how it is read out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.voice.service import CallerProfile, DigitEntry, KeyOption, Service

KEYS = "一二三四五六七八"


@dataclass(frozen=True)
class Question:
    """`confirmation`: keys pressed before it was asked do not count. `names_keys`: its text says what to press."""

    say: str = ""
    options: tuple[KeyOption, ...] = ()
    entry: DigitEntry | None = None
    confirmation: bool = False
    names_keys: bool = False
    parent: Question | None = None
    start: int = 0  # the first option of the page that is read out

    def offered(self, service: Service, profile: CallerProfile) -> tuple[KeyOption, ...]:
        """As many options as this caller is offered at once, the rest behind the last key."""
        rest, most = self.options[self.start :], profile.options
        if len(rest) <= most:
            return rest
        other = KeyOption(service.prompts["other"], page=self.start + most - 1)
        return (*rest[: most - 1], other)

    def named_in(self, text: str) -> KeyOption | None:
        """The option whose title was said; the longest, since 不对 is no 对."""
        said = [each for each in self.options if each.title and each.title in text]
        return max(said, key=lambda each: len(each.title), default=None)

    def words(self, service: Service, profile: CallerProfile) -> str:
        """The question and what each key does."""
        parts = [self.say, self.entry.say if self.entry else ""]
        if not self.names_keys:
            parts += [
                service.prompts["option"].format(title=each.title, key=KEYS[at])
                for at, each in enumerate(self.offered(service, profile))
            ]
        return "".join(parts)


def sure(service: Service, text: str, yes: KeyOption, asked: Question | None) -> Question:
    """Whether a key or a number was meant; if not, `asked` is asked again."""
    options = (replace(yes, title=service.yes), KeyOption(service.no, again=True))
    return Question(text, options, confirmation=True, names_keys=True, parent=asked)


def from_reply(
    service: Service, asks: str, offered: tuple[tuple[str, str], ...], caller: str | None
) -> Question:
    """A question of the bot, answered with its buttons and with the keys of data/voice/service.yml."""
    options = tuple(KeyOption(title, choice=key) for key, title in offered if title != service.person)
    known = service.answers.get(asks, ())
    if not options and len(known) == 1 and known[0].entry:
        return Question(entry=service.entries[known[0].entry])
    titles = {each.title for each in options}
    options += tuple(each for each in known if (caller or not each.caller) and each.title not in titles)
    hint = "" if options else service.prompts["speak_or_person"]
    return Question(hint, options, confirmation=asks in service.confirmations)


def places(service: Service, county: bool | str) -> tuple[KeyOption, ...]:
    """Counties, or the towns of one."""
    if isinstance(county, str):
        return tuple(KeyOption(town, send=f"{county}{town}") for town in service.places[county])
    return tuple(KeyOption(name, places=name) for name in service.places)
