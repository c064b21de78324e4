"""The people of the console: `make agent NAME=a01 DISPLAY=小王 ROLES=agent,lead SKILLS=billing,fault` creates or renews
one (the password is asked for, or read from GRIDCARE_AGENT_PASSWORD; TOTP=1 adds a one-time code), and `make
audit-verify` checks the audit trail.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
import time

import pyotp

from bot.gateway.people import logins
from bot.gateway.settings import DeskSettings, read_as
from bot.gateway.store import audit
from bot.gateway.store.storage import Store
from bot.region import desk


async def create(options: argparse.Namespace, settings: DeskSettings) -> int:
    skills = [each for each in options.skills.split(",") if each]
    if unknown := set(skills) - desk.load(settings.region).skills.keys():
        print(f"unknown skills: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    password = os.environ.get("GRIDCARE_AGENT_PASSWORD") or getpass.getpass(
        "password (10 characters or more): "
    )
    totp = pyotp.random_base32() if options.totp else None
    store = await opened(settings)
    try:
        roles = frozenset(options.roles.split(","))
        await store.write(
            logins.create, options.name, options.display or options.name, password, roles, skills, totp
        )
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    finally:
        await store.close()
    print(f"{options.name} may log in at /console")
    if totp:
        print(pyotp.TOTP(totp).provisioning_uri(name=options.name, issuer_name="GridCare"))
    return 0


async def verify(settings: DeskSettings) -> int:
    store = await opened(settings)
    count, newest, broken = await store.read(audit.verify)
    await store.close()
    if broken is not None:
        print(f"row {broken} of the audit trail was changed or is missing")
        return 1
    print(f"{count} rows, unbroken; newest hash {newest}")
    return 0


async def opened(settings: DeskSettings) -> Store:
    key = settings.audit_key.get_secret_value() if settings.audit_key else ""
    store = Store(settings.gateway_db, time.time, beside=True, audit_key=key)
    await store.open()
    return store


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    commands = given.add_subparsers(dest="command", required=True)
    new = commands.add_parser("create")
    new.add_argument("name")
    new.add_argument("--display", default="")
    new.add_argument("--roles", default="agent")
    new.add_argument("--skills", default="general")
    new.add_argument("--totp", action="store_true")
    commands.add_parser("audit-verify")
    options = given.parse_args()
    settings = read_as(DeskSettings)
    return asyncio.run(create(options, settings) if options.command == "create" else verify(settings))


if __name__ == "__main__":
    sys.exit(main())
