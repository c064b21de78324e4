"""Which recogniser a setting names: "" (none: keys only), sherpa-KIND:FOLDER, funasr:URL or vosk:URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.voice.asr import Asr
from bot.voice.asr.phrases import Phrases
from bot.voice.asr.remote import FunAsr, Vosk
from bot.voice.asr.sherpa import Offline, Online, recogniser

_OURS = "tdnn"
_STREAMING = ("paraformer", "zipformer")


def chosen(setting: str) -> Callable[[], Asr] | None:
    """Makes a recogniser for one call; None when there is none. ValueError tells what is wrong with the setting."""
    if not setting:
        return None
    kind, _, where = setting.partition(":")
    if kind == "funasr":
        return lambda: FunAsr(where)
    if kind == "vosk":
        return lambda: Vosk(where)
    if not kind.startswith("sherpa-") or not where:
        raise ValueError(f"not a recogniser: {setting}")
    kind = kind.removeprefix("sherpa-")
    model = recogniser(Path(where), kind)
    if kind in _STREAMING:
        return lambda: Online(model)
    phrases = Phrases.load() if kind == _OURS else None
    return lambda: Offline(model, phrases)
