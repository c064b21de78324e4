"""Errors as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

_MEDIA = "application/problem+json"
_MEMBERS = {"type": "string", "title": "string", "status": "integer", "detail": "string"}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "a problem (RFC 9457)",
        "content": {
            _MEDIA: {
                "schema": {
                    "type": "object",
                    "properties": {name: {"type": kind} for name, kind in _MEMBERS.items()},
                    "required": ["type", "title", "status"],
                }
            }
        },
    }
}
"""Every error answer, for the documentation of the routes."""


class Problem(HTTPException):
    """An error answer. `kind` ends its type URI, `extra` are further members of the object."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.kind = kind
        self.extra = dict(extra or {})


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    kind = error.kind if isinstance(error, Problem) else status.phrase.lower().replace(" ", "-")
    detail = error.detail if isinstance(error, Problem) else ""
    extra = error.extra if isinstance(error, Problem) else {}
    return _answer(status, kind, detail, error.headers, extra)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names the fields at fault and never repeats what was sent."""
    assert isinstance(error, RequestValidationError)
    fields = ", ".join(".".join(map(str, each["loc"][1:])) or "body" for each in error.errors())
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", fields)


def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "", {"Retry-After": "2"})


def _answer(
    status: HTTPStatus,
    kind: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = {"type": f"/problems/{kind}", "title": status.phrase, "status": int(status), **(extra or {})}
    if detail:
        body["detail"] = detail
    return JSONResponse(body, int(status), dict(headers) if headers else None, media_type=_MEDIA)
