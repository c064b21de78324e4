"""Keeps out of the process what Rasa imports and this engine never uses.

`import rasa.core.processor` pulls in TensorFlow, every chat platform's client and four databases: measured here
17.6 s and 537 MB, against 4.3 s and 153 MB without them. The lock leaves them out (`exclude-dependencies` in
bot/engine/pyproject.toml), and `leave_out_the_unused` puts stand-ins in their place before Rasa is imported. A
stand-in may be named in an annotation or subclassed; anything that really calls it gets an ImportError that says why.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

UNUSED = frozenset((
    "tensorflow", "tensorflow_addons", "tensorflow_hub", "keras", "matplotlib", "transformers", "sklearn_crfsuite", "skops",
    "aiogram", "cachecontrol", "fbmessenger", "google", "mattermostwrapper", "rocketchat_API", "slack_sdk", "twilio",
    "webexteamssdk", "engineio", "socketio", "aio_pika", "aiormq", "boto3", "botocore", "confluent_kafka", "pymongo",
    "redis", "sanic_cors", "sanic_jwt", "sentry_sdk", "structlog_sentry",
    "colorclass", "coloredlogs", "prompt_toolkit", "pydot", "questionary", "terminaltables",
))  # fmt: skip


class _StandIn(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent

    def __call__(cls, *args: object, **kwargs: object) -> Any:
        raise ImportError("this library is left out of the engine on purpose, see bot/engine/lean.py")


class Absent(metaclass=_StandIn):
    """Stands for any attribute of a library that was left out."""


class _AbsentModule(ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in UNUSED:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def leave_out_the_unused() -> None:
    """Stand in for the unused libraries. Call it before the first import of Rasa."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
