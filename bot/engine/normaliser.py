"""First in the pipeline: one spelling for every text, and no typed text that acts as a payload."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.core.text import MAX_LENGTH, Folded, disarm, fold

FOLDED = "folded"
METADATA = "metadata"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class TextNormaliser(GraphComponent):
    """Leaves the customer's words as they are, beside them the normalised text the other components read.

    A leading slash stays only when the gateway vouches for the payload (metadata.payload is True)."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextNormaliser:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Normalise messages in place."""
        for message in messages:
            text = str(message.get(TEXT) or "")[:MAX_LENGTH]
            if not is_payload(message):
                text = disarm(text)
            message.set(TEXT, text)
            message.set(FOLDED, fold(text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training examples are normalised by the components that learn from them."""
        return training_data


def is_payload(message: Message) -> bool:
    """Whether the message is a button of our own making."""
    metadata = message.get(METADATA) or {}
    return metadata.get("payload") is True and str(message.get(TEXT) or "").startswith("/")


def folded(message: Message) -> Folded:
    """The normalised text of a message."""
    found = message.get(FOLDED)
    return found if isinstance(found, Folded) else fold(str(message.get(TEXT) or ""))
