"""Entities with their normal forms, inside Rasa."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.hours import PART_OF_DAY
from bot.core.text import fold
from bot.engine.entity_model import EntityModel, Labelled, train
from bot.engine.intent_model import OUT_OF_SCOPE
from bot.engine.normaliser import METADATA, folded, is_payload
from bot.engine.span_joins import whole
from bot.engine.swaps import swapped
from bot.engine.tokenizer import TOKENS
from bot.engine.values import parts, read, value
from bot.engine.wishes import DANGER, FALLBACK
from bot.engine.words import word_starts

LEADING = 12  # characters
_DAYTIME = re.compile(rf"(?:{PART_OF_DAY})(?:的|,|是|大概|大约|差不多|快|就|都|到|在|约| )*$")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TradeEntityExtractor(GraphComponent):
    """Sets `entities`: start and end in the customer's own text, `value` the normal form, `text` the words.

    An address also has `parts`. Relative dates count from metadata.now, else from the system's clock."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, model: EntityModel | None = None
    ) -> None:
        self._storage, self._resource, self._model = model_storage, resource, model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TradeEntityExtractor:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TradeEntityExtractor:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, EntityModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the annotated examples; foreign ones are not annotated."""
        examples = [
            _labelled(example)
            for example in training_data.intent_examples
            if example.get(TEXT) and example.get(INTENT) != OUT_OF_SCOPE
        ]
        self._model = train([*examples, *swapped(examples, word_starts)])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later learns from predicted entities."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the entities of messages in place."""
        for message in messages:
            if self._model is not None and not is_payload(message):
                message.set(ENTITIES, self._entities(self._model, message), add_to_output=True)
        return messages

    def _entities(self, model: EntityModel, message: Message) -> list[dict[str, Any]]:
        clean, now = folded(message), _now(message)
        words = [token.start for token in message.get(TOKENS, [])]
        intent = _likeliest_intent(message)
        found = []
        spans = whole(
            clean.text, model.find(clean.text, words, intent), lambda kind, words: read(kind, words, now)
        )
        for start, end, label in spans:
            if label == "hazard" and intent != DANGER:
                continue
            said = clean.text[start:end]
            first, last = clean.original_span(start, end)
            entity = {"entity": label, "start": first, "end": last, "text": said}
            entity["value"] = value(label, said, now, clean.text, _leading(clean.text[:start]))
            if label == "address":
                entity["parts"] = parts(said)
            found.append(entity | {"extractor": type(self).__name__})
        return found


def _leading(text: str) -> str:
    """The day or part of the day just before a time, which decides its half of the day: 昨晚 … 8点."""
    found = _DAYTIME.search(text[-LEADING:])
    return found[0] if found else ""


def _labelled(example: Message) -> Labelled:
    """The example over its normalised text."""
    clean = fold(example.get(TEXT))
    back = {offset: at for at, offset in reversed(list(enumerate(clean.offsets)))}
    entities = [
        (back[entity["start"]], back.get(entity["end"], len(clean.text)), entity["entity"])
        for entity in example.get(ENTITIES, [])
        if entity["start"] in back
    ]
    words = tuple(token.start for token in example.get(TOKENS, []))
    return Labelled(clean.text, words, example.get(INTENT), tuple(entities))


def _likeliest_intent(message: Message) -> str:
    """The intent, or the likeliest one where the bot will ask back."""
    name = (message.get(INTENT) or {}).get("name")
    ranking = message.get("intent_ranking") or []
    return ranking[0]["name"] if name == FALLBACK and ranking else str(name)


def _now(message: Message) -> datetime:
    told = (message.get(METADATA) or {}).get("now")
    try:
        return datetime.fromisoformat(str(told)) if told else datetime.now()
    except ValueError:
        return datetime.now()
