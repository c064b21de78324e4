"""Which wish a sentence holds, inside Rasa."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.text import normalise
from bot.engine.intent_model import HeldBack, IntentModel, train
from bot.engine.normaliser import METADATA, folded, is_payload
from bot.engine.wishes import Wishes, read_wishes

RANKING_LENGTH = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WishClassifier(GraphComponent):
    """Sets `intent`, `intent_ranking`, `also` (further wishes) and `clarify` (what to offer when unsure).

    Below the answer threshold the intent is nlu_fallback. metadata.danger, set by the gateway, decides alone."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, model: IntentModel | None = None
    ) -> None:
        self._storage, self._resource, self._model = model_storage, resource, model
        self.held_back: HeldBack | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WishClassifier:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WishClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, IntentModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and report the accuracy on held-back rows."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts = [normalise(example.get(TEXT)) for example in examples]
        self._model, self.held_back = train(texts, [example.get(INTENT) for example in examples])
        print(f"held back: {self.held_back}")
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing later learns from predicted intents."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the predictions on messages in place."""
        for message in messages:
            if self._model is not None and not is_payload(message):
                endangered = bool((message.get(METADATA) or {}).get("danger"))
                _set(message, read_wishes(self._model, folded(message).text, endangered))
        return messages


def _set(message: Message, wishes: Wishes) -> None:
    ranking = [{"name": name, "confidence": chance} for name, chance in wishes.ranking[:RANKING_LENGTH]]
    message.set(INTENT, {"name": wishes.intent, "confidence": wishes.confidence}, add_to_output=True)
    message.set("intent_ranking", ranking, add_to_output=True)
    message.set("also", list(wishes.also), add_to_output=True)
    message.set("clarify", list(wishes.clarify), add_to_output=True)
