"""Errors as RFC 9457 problem details. No problem repeats what the caller sent."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

BASE = "https://gridcare.invalid/problems/"
TITLES = {
    "unauthorized": (401, "The caller is not known"),
    "not-allowed": (403, "The identity level is too low"),
    "not-found": (404, "Nothing found"),
    "method": (405, "Not possible here"),
    "idempotency-in-flight": (409, "This key is being worked on"),
    "too-soon": (409, "Asked again too soon"),
    "idempotency-mismatch": (422, "This key belongs to another request"),
    "invalid": (422, "The request is not valid"),
    "internal": (500, "Something went wrong here"),
    "unavailable": (503, "Not now"),
}
log = structlog.get_logger()


class Refusal(Exception):
    """An answer other than success, by its type in `TITLES`. `detail` and `field` name no values."""

    def __init__(
        self, type: str, detail: str | None = None, field: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(type)
        self.type, self.detail, self.field, self.retry_after = type, detail, field, retry_after

    def response(self) -> JSONResponse:
        """The answer to send."""
        status, title = TITLES[self.type]
        body = {
            "type": BASE + self.type,
            "title": title,
            "status": status,
            "detail": self.detail,
            "field": self.field,
        }
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else None
        known = {key: value for key, value in body.items() if value is not None}
        return JSONResponse(known, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""

    @app.exception_handler(Refusal)
    async def problem(_: Request, error: Refusal) -> JSONResponse:
        return error.response()

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"] if part not in ("body", "query", "path", "header")]
        return Refusal("invalid", first["type"], ".".join(path) or None).response()

    @app.exception_handler(HTTPException)
    async def routing(_: Request, error: HTTPException) -> JSONResponse:
        return Refusal("method" if error.status_code == 405 else "not-found").response()

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    async def database(_: Request, error: Exception) -> JSONResponse:
        log.error("database", kind=type(error).__name__)
        return Refusal("unavailable", retry_after=1).response()

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        return Refusal("internal").response()
