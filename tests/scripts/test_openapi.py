"""docs/api describes the interfaces as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.registry import CHANNELS
from scripts import openapi


@pytest.fixture(scope="module")
def documents() -> dict[str, str]:
    return dict(openapi.documents())


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_documents_are_current(documents: dict[str, str]) -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in openapi.FOLDER.glob("*.json")}
    old = sorted(name for name in documents.keys() | kept.keys() if documents.get(name) != kept.get(name))
    assert not old, f"{', '.join(old)} in docs/api is not current: make openapi"


def test_every_channel_is_described() -> None:
    assert {type(each) for each in openapi.gateway().state.gateway.channels} == set(CHANNELS)


def test_private_paths_and_those_of_the_demo_are_in_none(documents: dict[str, str]) -> None:
    paths = [path for text in documents.values() for path in json.loads(text)["paths"]]
    assert "/api/v1/messages" in paths and "/api/v1/console/login" in paths and "/v1/faults" in paths
    assert not [path for path in paths if path.startswith(("/internal", "/dev"))]


def test_errors_are_described_as_the_problems_they_are(documents: dict[str, str]) -> None:
    for name in ("gateway.json", "console.json"):
        described = json.loads(documents[name])
        assert "HTTPValidationError" not in described.get("components", {}).get("schemas", {})
        for operation in operations(described):
            assert "application/problem+json" in operation["responses"]["default"]["content"]
