"""One turn of a conversation, wholly or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.core.manner import Manner
from bot.core.text import disarm
from bot.engine.actions_client import ActionClient
from bot.engine.failures import DialogueStuck, StorageFailed, TurnConflict
from bot.engine.graph_runner import PlainGraphRunner
from bot.engine.store import LiveTracker, TurnStore

SESSION_EVENTS = 100
METADATA = (
    "channel",
    "manner",
    "conversation",
    "subject",
    "level",
    "accounts",
    "message_id",
    "now",
    "danger",
    "profile",
    "attachments",
)


@dataclass(frozen=True)
class EngineTurn:
    """What the gateway sends. `payload` is a button of our own making; then `text` is None."""

    conversation: str
    message_id: str
    text: str | None
    payload: str | None
    metadata: dict[str, Any]


class Replies(OutputChannel):
    """Collects one reply per response, as the gateway expects them.

    Rasa prefers wording marked with the channel's name: in elder mode that is `channel: elder` of data/dialogue, where
    it is only heard `channel: voice`."""

    def __init__(self, tracker: DialogueStateTracker, spoken: bool = False) -> None:
        self.replies: list[dict[str, Any]] = []
        self._tracker = tracker
        self._spoken = spoken

    def name(self) -> str:
        if self._tracker.get_slot("elder"):
            return "elder"
        return "voice" if self._spoken else "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        keys = ("text", "buttons", "image", "custom")
        reply = {"response": message.get("utter_action"), **{key: message.get(key) or None for key in keys}}
        self.replies.append(reply | {"buttons": reply["buttons"] or []})


class TurnProcessor(MessageProcessor):
    """Rasa's processor for one conversation at a time, with sessions of bounded length."""

    def __init__(self, model: str, store: TurnStore, actions: ActionClient) -> None:
        super().__init__(
            model,
            store,
            InMemoryLockStore(),
            TemplatedNaturalLanguageGenerator({}),
            actions,
            on_circuit_break=_stuck,
        )
        store.domain = self.domain
        self.nlg.responses = self.domain.responses
        actions.know(self.domain)

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        return load_model(Path(model_path))

    async def play(self, live: LiveTracker, turn: EngineTurn) -> dict[str, Any]:
        """Carry out the turn on `live.tracker` and return the answer. Stores nothing."""
        if not live.tracker.events or _too_long(live.tracker):
            _start_session(live)
        tracker = live.tracker
        channel = Replies(tracker, Manner.of(turn.metadata.get("manner") or {}).spoken)
        tracker.model_id, tracker.assistant_id = (
            self.model_metadata.model_id,
            self.model_metadata.assistant_id,
        )
        _note_elder(tracker, turn)
        message = UserMessage(
            turn.payload or disarm(turn.text or ""),
            channel,
            turn.conversation,
            input_channel=str(turn.metadata.get("channel", "gateway")),
            message_id=turn.message_id,
            metadata=_metadata(turn),
        )
        await self._handle_message_with_tracker(message, tracker)
        tracker = await self.run_action_extract_slots(channel, tracker)
        await self._run_prediction_loop(channel, tracker)
        return _answer(turn, tracker, channel.replies)


class Engine:
    """Turns of many conversations, one at a time each."""

    def __init__(self, processor: TurnProcessor, store: TurnStore, actions: ActionClient) -> None:
        self.processor = processor
        self.store = store
        self.actions = actions
        self._running: set[str] = set()

    async def unready(self) -> list[str]:
        """Why no turn can be taken now; empty when all is well."""
        reasons = []
        try:
            await self.store.prepare()
        except (StorageFailed, TurnConflict):
            reasons.append("the store cannot be written")
        if not await self.actions.reachable():
            reasons.append("the action server does not answer")
        return reasons

    async def close(self) -> None:
        """Give connections back."""
        await self.actions.close()
        self.store.close()

    async def take(self, turn: EngineTurn) -> dict[str, Any]:
        """The answer to a turn, replayed when the message is known. Raises TurnFailed or TurnConflict."""
        async with self._alone(turn.conversation):
            live, known = await self.store.begin(turn.conversation, turn.message_id)
            if known is not None:
                return known | {"replayed": True}
            answer = await self.processor.play(live, turn)
            await self.store.commit(live, turn.message_id, answer)
            return answer

    async def slots(self, conversation: str) -> dict[str, Any]:
        """Filled slots and the active form of a conversation."""
        async with self._alone(conversation):
            tracker = await self.store.retrieve(conversation)
        slots = {name: slot.value for name, slot in tracker.slots.items()} if tracker else {}
        return {
            "slots": {name: value for name, value in slots.items() if value is not None},
            "active_form": tracker.active_loop_name if tracker else None,
        }

    async def forget(self, conversation: str) -> None:
        """Delete everything that is kept of a conversation. Raises TurnConflict while a turn of it runs."""
        async with self._alone(conversation):
            await self.store.forget(conversation)

    @asynccontextmanager
    async def _alone(self, conversation: str) -> AsyncIterator[None]:
        if conversation in self._running:
            raise TurnConflict
        self._running.add(conversation)
        try:
            yield
        finally:
            self._running.discard(conversation)


def load_model(path: Path) -> tuple[str, ModelMetadata, GraphRunner]:
    """The name, description and runnable graph of a trained model."""
    with TemporaryDirectory() as folder:
        metadata, runner = load_predict_graph_runner(Path(folder), path, LocalModelStorage, PlainGraphRunner)
    return path.name, metadata, runner


def _stuck(*_: object) -> None:
    raise DialogueStuck


def _too_long(tracker: DialogueStateTracker) -> bool:
    return len(tracker.events) > SESSION_EVENTS and tracker.active_loop_name is None


def _start_session(live: LiveTracker) -> None:
    """Begin a new session that knows the slots and the last words of the old one."""
    old = live.tracker
    slots = [SlotSet(name, slot.value) for name, slot in old.slots.items() if slot.value is not None]
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted(), *slots]
    events += [*_last_words(old), ActionExecuted(ACTION_LISTEN_NAME)]
    live.tracker = DialogueStateTracker.from_events(old.sender_id, events, list(old.slots.values()))
    live.stored, live.starts_session = 0, True


def _last_words(tracker: DialogueStateTracker) -> list[Event]:
    words: list[Event] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            words.insert(0, event)
    return words


def _note_elder(tracker: DialogueStateTracker, turn: EngineTurn) -> None:
    """What the channel knows of the customer's elder mode; where it knows nothing the conversation decides."""
    elder = (turn.metadata.get("profile") or {}).get("elder")
    if isinstance(elder, bool) and elder != bool(tracker.get_slot("elder")):
        tracker.update(SlotSet("elder", elder))


def _metadata(turn: EngineTurn) -> dict[str, Any]:
    kept = {key: turn.metadata[key] for key in METADATA if key in turn.metadata}
    return kept | {"payload": turn.payload is not None}


def _answer(turn: EngineTurn, tracker: DialogueStateTracker, replies: list[dict[str, Any]]) -> dict[str, Any]:
    heard = tracker.latest_message
    intent = heard.intent if heard else {}
    return {
        "message_id": turn.message_id,
        "replayed": False,
        "intent": intent.get("name"),
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "also": heard.parse_data.get("also", []) if heard else [],
        "replies": replies,
    }
