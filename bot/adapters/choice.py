"""Which adapter serves: the one that GRIDCARE_COMPANY names, else the reference API over HTTP."""

from __future__ import annotations

import os
from importlib import import_module

from pydantic import ValidationError

from bot.ports.company import Company

DEFAULT = "bot.adapters.http:connect"


class BadAdapter(ValueError):
    """GRIDCARE_COMPANY names nothing that connects a company."""


def connect() -> Company:
    """The company, connected by `module:function`; the function takes nothing and reads settings of its own."""
    named = os.environ.get("GRIDCARE_COMPANY") or DEFAULT
    module, _, function = named.partition(":")
    try:
        factory = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise BadAdapter(f"GRIDCARE_COMPANY {named}: {error}") from error
    try:
        company = factory()
    except ValidationError as wrong:
        faults = (f"GRIDCARE_{'_'.join(map(str, e['loc'])).upper()} {e['msg']}" for e in wrong.errors())
        raise BadAdapter("; ".join(faults)) from None
    if not isinstance(company, Company):
        raise BadAdapter(f"GRIDCARE_COMPANY {named}: gives no Company")
    return company
