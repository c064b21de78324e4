"""Words by jieba with the words of the trade, over the normalised text."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.normaliser import folded, is_payload

DICTIONARY = Path(__file__).parents[2] / "data/nlu/lexicon/dictionary.txt"
TOKENS = "text_tokens"

jieba.setLogLevel(logging.ERROR)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class TradeTokenizer(GraphComponent):
    """Sets `text_tokens`, with offsets in the normalised text."""

    def __init__(self) -> None:
        self._cutter = jieba.Tokenizer()
        self._cutter.initialize()
        for word in DICTIONARY.read_text(encoding="utf-8").split():
            self._cutter.add_word(word)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TradeTokenizer:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Cut messages into words, in place."""
        for message in messages:
            if not is_payload(message):
                message.set(TOKENS, self.cut(folded(message).text))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Cut the training examples, for components that learn from words."""
        for example in training_data.training_examples:
            if example.get(TEXT):
                example.set(TOKENS, self.cut(folded(example).text))
        return training_data

    def cut(self, text: str) -> list[Token]:
        """The words of a text."""
        return [Token(word, start) for word, start, _ in self._cutter.tokenize(text)]
