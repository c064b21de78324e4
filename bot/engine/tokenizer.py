"""Words by jieba with the words of the trade, over the normalised text."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.normaliser import folded, is_payload
from bot.engine.words import words

TOKENS = "text_tokens"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TradeTokenizer(GraphComponent):
    """Sets `text_tokens`, with offsets in the normalised text."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TradeTokenizer:
        words("")  # loads the dictionary before the first message
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Cut messages into words, in place."""
        for message in messages:
            if not is_payload(message):
                message.set(TOKENS, _tokens(folded(message).text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Cut the training examples, for components that learn from words."""
        for example in training_data.training_examples:
            if example.get(TEXT):
                example.set(TOKENS, _tokens(folded(example).text))
        return training_data


def _tokens(text: str) -> list[Token]:
    return [Token(word, start) for word, start in words(text)]
