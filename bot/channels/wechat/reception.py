"""Taking what WeChat pushed, once, in one commit: what was seen before is recognised, what is said goes to the inbox,
what changes the person behind it is done here. Nothing waits for the engine or the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.channels.wechat import parse as p
from bot.channels.wechat.render import chosen
from bot.channels.wechat.texts import Texts
from bot.gateway.gateway import Gateway
from bot.gateway.store import messages
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection, Record
from bot.gateway.store.wechat import followers, notices, pieces, pushes
from bot.gateway.turns.inbox import MAX_TEXT, Inbound, Receipt, Refused, clean
from bot.ports.identity import Level


@dataclass(frozen=True)
class Pushed:
    """One push of WeChat, verified and parsed."""

    account: str
    sender: p.PushSource
    content: p.Message | p.Event
    signature: str | None  # of the sealed message; a plain one has none that covers it


@dataclass(frozen=True)
class TakenPush:
    """The push is safe. `receipt` when it went to the inbox, `published` when something was said about it."""

    id: int
    conversation: str
    receipt: Receipt | None = None
    published: tuple[Message, ...] = ()
    again: bool = False


class Reception:
    """Where pushes become rows."""

    def __init__(self, gateway: Gateway, texts: Texts, menu: Mapping[str, str], hears: bool = False) -> None:
        """`hears`: recordings can be recognised."""
        self._gateway = gateway
        self._texts = texts
        self._menu = menu
        self._hears = hears

    def known(self, c: Connection, pushed: Pushed) -> TakenPush | None:
        """What became of the same push before."""
        sender = pushed.sender
        row = pushes.known(c, pushed.account, sender.openid, sender.key, pushed.signature)
        return TakenPush(row.id, row.conversation, again=True) if row else None

    def take(self, c: Connection, pushed: Pushed, hold_until: float) -> TakenPush:
        """Store a push; deliveries of its conversation wait until `hold_until` for the request to answer."""
        found = self.known(c, pushed)
        if found is None:
            talk = followers.of(c, pushed.account, pushed.sender.openid)
            key, signature = pushed.sender.key, pushed.signature
            fresh = pushes.add(c, pushed.account, talk.conversation, key, signature)
            found = self.known(c, pushed)
            assert found is not None
            if fresh:
                followers.change(c, talk.conversation, hold_until=hold_until)
                return self._act(c, replace(found, again=False), pushed, talk)
        followers.change(c, found.conversation, hold_until=hold_until)
        return found

    def _act(self, c: Connection, taken: TakenPush, pushed: Pushed, talk: Record) -> TakenPush:
        key = pushed.sender.key
        match pushed.content:
            case p.Text(text, menu_id):
                self._came_back(c, talk)
                return self._say(
                    c, taken, key, text, menu_id or chosen(text, talk.offered, self._texts.number)
                )
            case p.Voice(recognition=text) if text:
                self._came_back(c, talk)
                return self._say(c, taken, key, text)
            case p.Location(label=label):
                self._came_back(c, talk)
                if label:
                    return self._say(c, taken, key, self._texts.say("place", label=label))
                return self._answer(c, taken, "place_unnamed", "said_location")
            case p.Image(media_id) if media_id:
                self._came_back(c, talk)
                pushes.change(c, taken.id, media_id=media_id)
                return taken
            case p.Voice(media_id, clearer) if self._hears and (media_id or clearer):
                self._came_back(c, talk)
                pushes.change(c, taken.id, media_id=clearer or media_id, spoken=True)
                return taken
            case p.Image() | p.Voice() | p.Video() | p.Link() | p.Unknown():
                self._came_back(c, talk)
                return self._answer(c, taken, *_ANSWERS[type(pushed.content)])
            case p.Click(entry):
                followers.allow(c, taken.conversation, followers.BY_EVENT)
                if entry in self._menu:
                    return self._say(c, taken, key, self._menu[entry])
                return self._answer(c, taken, "menu_gone", "said_click")
            case p.Subscribe():
                followers.allow(c, taken.conversation, followers.BY_EVENT)
                return self._answer(c, taken, "welcome", "said_subscribe")
            case p.Scan():
                followers.allow(c, taken.conversation, followers.BY_EVENT)
            case p.Unsubscribe() | p.AuthorizationRevoked():
                followers.forget(c, taken.conversation)
            case p.TemplateResult(message_id, status):
                notices.finished(c, message_id, status)
        pushes.change(c, taken.id, reply="")
        return taken

    def _came_back(self, c: Connection, talk: Record) -> None:
        followers.allow(c, talk.conversation, followers.BY_MESSAGE)
        pieces.revive(c, talk.conversation)

    def _say(
        self, c: Connection, taken: TakenPush, key: str, text: str, choice: str | None = None
    ) -> TakenPush:
        """To the inbox; an option that has expired is taken as the words on it."""
        try:
            if choice:
                try:
                    return self._store(c, taken, Inbound("wechat", taken.conversation, key, choice=choice))
                except Refused as refused:
                    if refused.code != "unknown_choice":
                        raise
            said = clean(text, MAX_TEXT)
            return self._store(c, taken, Inbound("wechat", taken.conversation, key, said))
        except Refused as refused:
            answer = self._gateway.wording.say(f"error_{refused.code}", limit=MAX_TEXT)
            return self._told(c, taken, answer)

    def _store(self, c: Connection, taken: TakenPush, inbound: Inbound) -> TakenPush:
        receipt = self._gateway.inbox.store(c, inbound)
        accounts = [row.account_no for row in followers.bound(c, taken.conversation)]
        self._gateway.identity.vouch(c, taken.conversation, Level.L2, accounts)
        pushes.change(c, taken.id, inbox_id=receipt.inbox_id)
        return replace(taken, receipt=receipt)

    def _answer(self, c: Connection, taken: TakenPush, text: str, said: str) -> TakenPush:
        """A kind of message that the dialogue cannot take: seen by agents, answered with words of our own."""
        return self._told(c, taken, self._texts.say(text), self._texts.say(said))

    def _told(self, c: Connection, taken: TakenPush, answer: str, said: str | None = None) -> TakenPush:
        pen = messages.open_pen(c, taken.conversation)
        if said:
            pen.write(f"wechat:{taken.id}:said", {"text": said}, "customer")
        pen.write(f"wechat:{taken.id}", {"text": answer}, "system")
        return replace(taken, published=tuple(pen.done()))

    def fetched(
        self, c: Connection, row: Record, upload: str | None = None, text: str | None = None
    ) -> TakenPush:
        """A picture is kept as `upload`, or a recording was heard as `text`."""
        taken = TakenPush(row.id, row.conversation)
        if self._left(c, taken):
            return taken
        if text is not None:
            return self._say(c, taken, row.key, text)
        return self._store(c, taken, Inbound("wechat", row.conversation, row.key, upload=upload))

    def missed(self, c: Connection, row: Record, trouble: str, heard: str = "") -> TakenPush:
        """A picture or a recording is of no use; `trouble` names the text that says so, with what was `heard`."""
        taken = TakenPush(row.id, row.conversation)
        if self._left(c, taken):
            return taken
        said = self._texts.say("said_voice" if row.spoken else "said_image")
        return self._told(c, taken, self._texts.say(trouble, heard=heard), said)

    @staticmethod
    def _left(c: Connection, taken: TakenPush) -> bool:
        """Whether the customer has left meanwhile; nothing waits for the media any more."""
        pushes.change(c, taken.id, media_id=None)
        if followers.find(c, taken.conversation) is None:
            pushes.change(c, taken.id, reply="")
            return True
        return False


_ANSWERS: dict[type, tuple[str, str]] = {
    p.Image: ("picture_lost", "said_image"),
    p.Voice: ("voice", "said_voice"),
    p.Video: ("video", "said_video"),
    p.Link: ("link", "said_link"),
    p.Unknown: ("unknown", "said_unknown"),
}
