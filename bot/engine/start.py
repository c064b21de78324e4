"""Puts the engine together from its settings."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.core.domain import Domain

from bot.engine import rasa_speed
from bot.engine.actions_client import ActionClient
from bot.engine.settings import EngineSettings
from bot.engine.store import TurnStore
from bot.engine.turns import Engine, TurnProcessor


def load(settings: EngineSettings) -> Engine:
    """The engine with the newest model. Raises FileNotFoundError when none was trained."""
    rasa_speed.apply()
    store = TurnStore(Domain.empty(), settings.database)
    actions = ActionClient(settings.actions_url, settings.actions_token)
    return Engine(TurnProcessor(str(newest_model(settings.models)), store, actions), store, actions)


def newest_model(folder: str) -> Path:
    """The model trained last. Raises FileNotFoundError."""
    models = sorted(Path(folder).glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise FileNotFoundError(f"no model in {folder}: run python -m bot.engine.train first")
    return models[-1]
