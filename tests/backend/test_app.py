"""Shapes of answers and errors, the API's own description, and what is logged."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.backend import world
from tests.backend.world import Client


def l3() -> dict[str, str]:
    """Signed when it is asked for: what is made while tests are collected may be too old when they run."""
    return {"X-Subject": world.assertion("L3", (world.HOME,), "c-1")}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "type", "field"),
    [
        ("GET", "/nowhere", None, 404, "not-found", None),
        ("DELETE", "/v1/halls", None, 405, "method", None),
        ("GET", f"/v1/accounts/{world.HOME}/bills?months=0", None, 422, "invalid", "months"),
        ("GET", f"/v1/accounts/{world.HOME}/bills/10月", None, 422, "invalid", "month"),
        ("GET", f"/v1/accounts/{world.HOME}/bills/1999-01", None, 404, "not-found", None),
        ("GET", f"/v1/accounts/{world.HOME}/usage?first=2026-02-01&last=2026-01-01", None, 422, "invalid", "last"),
        ("POST", "/v1/faults", {"phenomenon": "ghost", "description": "x"}, 422, "invalid", "phenomenon"),
        ("POST", "/v1/faults", {"phenomenon": "household", "description": "x", "adress": "y"}, 422, "invalid", "adress"),
        ("POST", "/v1/faults", {"phenomenon": "household", "description": "x" * 5000}, 422, "invalid", "description"),
        ("POST", "/v1/applications", {"business": "apply_magic", "contact_name": "x", "phone": "y"}, 422, "invalid", "business"),
        ("POST", "/v1/orders/1/urges", {"words": ""}, 404, "not-found", None),
    ],
)  # fmt: skip
def test_every_error_is_a_problem(
    client: Client, method: str, path: str, body: object, status: int, type: str, field: str | None
) -> None:
    answer = client.request(method, path, json=body, headers=l3() | {"Idempotency-Key": "k"})
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem.get("field")) == (status, status, field)
    assert problem["type"].endswith(f"/{type}")


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\u202e反转", "😀" * 50, "'; DROP TABLE accounts;--"])
def test_strange_text_is_kept_or_refused_but_breaks_nothing(client: Client, text: str) -> None:
    told = {"kind": "suggestion", "content": text, "contact_name": text[:10]}
    answer = client.post("/v1/voices", json=told, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 200


def test_a_lone_surrogate_is_refused(client: Client) -> None:
    told = b'{"kind": "praise", "content": "\\ud800"}'
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = client.request("POST", "/v1/voices", content=told, headers=headers)
    assert answer.status_code == 422


def test_money_and_energy_are_text_with_two_places(client: Client) -> None:
    bill = client.get(f"/v1/accounts/{world.HOME}/bills/latest", headers=l3()).json()
    assert (bill["kwh"], bill["amount"], bill["lines"][0]["price"]) == ("268.00", "118.12", "0.415")
    balance = client.get(f"/v1/accounts/{world.HOME}/balance", headers=l3()).json()
    assert balance["as_of"].endswith("+08:00")


def test_the_api_describes_itself_with_examples(client: Client) -> None:
    stranger = client.get("/openapi.json", headers={"Authorization": "Bearer wrong"})
    assert (stranger.status_code, stranger.json().get("paths")) == (401, None)
    described = client.get("/openapi.json").json()
    assert len(described["paths"]) >= 22
    schemas = described["components"]["schemas"]
    for name in ("Account", "Bill", "Outage", "Order", "FaultReport", "ApplicationDraft"):
        assert any("examples" in str(each) for each in schemas[name]["properties"].values()), name
    assert set(described["components"]["securitySchemes"]) == {"HTTPBearer", "APIKeyHeader"}


def test_logs_name_routes_and_never_what_was_asked(client: Client) -> None:
    with capture_logs() as logs:
        client.get(f"/v1/accounts/{world.HOME}/bills", headers=l3())
        client.get("/v1/places", params={"address": "临河区金川小区5号楼"})
        client.post(
            "/v1/faults", json={"phenomenon": "x", "phone": "13800000017"}, headers={"Idempotency-Key": "k"}
        )
        client.get("/ready")
    assert [each["route"] for each in logs] == ["/v1/accounts/{account_no}/bills", "/v1/places", "/v1/faults"]
    assert not any(secret in str(logs) for secret in (world.HOME, "金川", "13800000017", world.TOKEN))
