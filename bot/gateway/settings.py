"""The gateway's settings, read once at start from GRIDCARE_* variables and refused loudly when wrong."""

from __future__ import annotations

import difflib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

ROOT = Path(__file__).parents[2]
_EXAMPLES = ("change", "example", "secret", "placeholder")
_SHORTEST = 16
_NEARLY = 0.93
_A_SECRET = re.compile(r"GRIDCARE_\w+_(?:TOKEN|KEY)")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
S = TypeVar("S", bound=BaseSettings)


class BadSettings(Exception):
    """The gateway may not start; the text names every setting at fault, never its value."""


def _refuse_examples(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if len(value) < _SHORTEST or any(word in value.lower() for word in _EXAMPLES):
        raise ValueError(f"needs a random value of {_SHORTEST} characters or more")
    return secret


Secret = Annotated[SecretStr, AfterValidator(_refuse_examples)]


class Settings(BaseSettings):
    """What all have in common: variables begin with GRIDCARE_, and no error shows a value."""

    model_config = SettingsConfigDict(env_prefix="GRIDCARE_", extra="ignore", hide_input_in_errors=True)


class DeskSettings(Settings):
    """What the commands about agents need."""

    gateway_db: str = "sqlite+aiosqlite:///.run/gateway.db"
    region: str = "bayannur"
    audit_key: Secret | None = Field(None, description="makes the hashes of the audit trail keyed ones")


class GatewaySettings(DeskSettings):
    """The settings of the gateway process without those of its channels (docs/operations.md). Seconds where a field is
    a time."""

    model_config = SettingsConfigDict(
        extra="allow"
    )  # a channel's, given by a program and not by the environment

    gateway_url: str = "http://127.0.0.1:8080"
    engine_url: str = "http://127.0.0.1:5105"
    engine_token: Secret
    internal_token: Secret
    subject_key: Secret
    session_key: Secret
    demo: bool = False
    demo_password: SecretStr | None = Field(
        None, description="of the demo's agents; without it there are none"
    )
    allowed_origins: str = "http://127.0.0.1:8080,http://localhost:8080"
    trusted_proxies: str = Field("", description="whose X-Forwarded-For names the client, comma-separated")
    web_dir: Path = ROOT / "web" / "dist"
    upload_dir: Path = ROOT / ".run" / "uploads"
    sms_url: str | None = None
    sms_token: SecretStr | None = None
    messages_per_second: int = Field(1, ge=1, description="per conversation, with five times as many at once")
    sessions_per_minute: int = Field(120, ge=1, description="new or renewed web sessions per address")
    turns: int = Field(16, ge=2, description="turns carried out at the same time")

    @model_validator(mode="after")
    def _an_sms_goes_somewhere(self) -> GatewaySettings:
        if not self.demo and not self.sms_url:
            raise ValueError("GRIDCARE_SMS_URL is needed unless GRIDCARE_DEMO=1")
        return self

    @model_validator(mode="after")
    def _demo_agents_stay_in_the_demo(self) -> GatewaySettings:
        if self.demo_password and not self.demo:
            raise ValueError("GRIDCARE_DEMO_PASSWORD is for the demo: it needs GRIDCARE_DEMO=1")
        return self

    @model_validator(mode="after")
    def _a_demo_stays_on_its_machine(self) -> GatewaySettings:
        if self.demo and urlsplit(self.gateway_url).hostname not in _LOOPBACK:
            raise ValueError(
                "GRIDCARE_DEMO=1 shows codes and has known agents: GRIDCARE_GATEWAY_URL must be a loopback address"
            )
        return self

    @property
    def origins(self) -> list[str]:
        """Origins of pages that may carry the chat."""
        return [origin.strip().rstrip("/") for origin in self.allowed_origins.split(",") if origin.strip()]

    def part(self, kind: type[S]) -> S:
        """The settings of a channel; what they share with these, and what was given beside these, is taken from here."""
        return read_as(
            kind, **{name: getattr(self, name) for name in self.model_fields_set & kind.model_fields.keys()}
        )


def read(*parts: type[BaseSettings]) -> GatewaySettings:
    """The settings of the environment, those of `parts` tried as well; BadSettings with one line that names all faults."""
    kinds: list[type[BaseSettings]] = [GatewaySettings, *dict.fromkeys(parts)]
    faults = []
    for kind in kinds:
        try:
            read_as(kind)
        except BadSettings as wrong:
            faults.append(str(wrong))
    known = {f"GRIDCARE_{name.upper()}" for kind in kinds for name in kind.model_fields}
    faults += [*mistyped(os.environ, known), *equal_secrets(os.environ)]
    if faults:
        raise BadSettings("; ".join(faults))
    return read_as(GatewaySettings)


def mistyped(environ: Iterable[str], known: set[str]) -> Iterator[str]:
    """A line for each variable that is nearly one of the known ones; those of other processes are far from them."""
    for name in environ:
        near = difflib.get_close_matches(name, known, 1, _NEARLY) if name.startswith("GRIDCARE_") else []
        if near and name not in known:
            yield f"{name} is no setting, {near[0]} is"


def equal_secrets(environ: Mapping[str, str]) -> Iterator[str]:
    """A line for each value that is given as several secrets: who has one must not have the others."""
    names = defaultdict(list)
    for name, value in environ.items():
        if _A_SECRET.fullmatch(name) and value:
            names[value].append(name)
    for same in names.values():
        if len(same) > 1:
            yield f"{' and '.join(sorted(same))} are equal: each needs a value of its own"


def read_as(kind: type[S], **given: Any) -> S:
    """One kind of settings; what is not given comes from the environment. Raises BadSettings."""
    try:
        return kind(**given)
    except SettingsError as wrong:  # it names the field and shows no value
        named = re.search(r'field "(\w+)"', str(wrong))
        raise BadSettings(f"GRIDCARE_{named[1].upper() if named else '…'} is no JSON") from None
    except ValidationError as wrong:
        faults = [
            f"{'GRIDCARE_' + str(e['loc'][0]).upper() + ' ' if e['loc'] else ''}{e['msg'].removeprefix('Value error, ')}"
            for e in wrong.errors()
        ]
        raise BadSettings("; ".join(faults)) from None
