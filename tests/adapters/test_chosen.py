"""The adapter that GRIDCARE_COMPANY names keeps the contract, and the contract notices one that does not.

    GRIDCARE_COMPANY=your_package.your_module:connect GRIDCARE_SUBJECT_KEY=… .venv/bin/python -m pytest tests/adapters/test_chosen.py

Without the variable it is tests/adapters/memory.py."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

import pytest

from bot.adapters.choice import connect
from bot.ports.billing import Bill, DailyUsage
from bot.ports.company import Company
from bot.ports.errors import NotAllowed
from bot.ports.identity import Level, Subject
from bot.ports.orders import FaultReport, Order
from bot.ports.outages import Outage
from tests.adapters import memory
from tests.backend import world
from tests.ports import contract, fake

T = TypeVar("T")


def signed(level: Level | str, *accounts: str, conversation: str = "c-test") -> Subject:
    """A subject whose assertion an adapter can check with GRIDCARE_SUBJECT_KEY."""
    key = os.environ.get("GRIDCARE_SUBJECT_KEY", world.KEY)
    token = world.assertion(Level(level).value, accounts, conversation, key)
    return Subject(token, Level(level), accounts, conversation)


class TestChosen(contract.Contract):
    @pytest.fixture
    async def company(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Company]:
        if "GRIDCARE_COMPANY" not in os.environ:
            monkeypatch.setenv("GRIDCARE_COMPANY", f"{memory.__name__}:connect")
        company = connect()
        yield company
        await company.aclose()

    @pytest.fixture
    def who(self) -> contract.Who:
        return signed


class Keyless(fake.FakeCompany):
    """Carries a repeated write out again."""

    def _once(self, key: str, request: object, effect: Callable[[], T]) -> T:
        return effect()


class Unguarded(fake.FakeCompany):
    """Believes that everybody may see every account."""

    def _own(self, call: str, who: Subject, account_no: str, needed: Level) -> fake.Household:
        return self.households[account_no]


class Talkative(fake.FakeCompany):
    """Tells a foreign account from one that does not exist."""

    def _own(self, call: str, who: Subject, account_no: str, needed: Level) -> fake.Household:
        if account_no in self.households and account_no not in who.accounts:
            raise NotAllowed("the account of somebody else")
        return super()._own(call, who, account_no, needed)


class Rounding(fake.FakeCompany):
    """Rounds what a bill comes to."""

    async def bills(self, who: Subject, account_no: str, months: int = 12) -> tuple[Bill, ...]:
        bills = await super().bills(who, account_no, months)
        return tuple(replace(each, amount=each.amount.quantize(Decimal(1))) for each in bills)


class Backwards(fake.FakeCompany):
    """Lists days from the newest."""

    async def usage(self, who: Subject, account_no: str, first: date, last: date) -> tuple[DailyUsage, ...]:
        return (await super().usage(who, account_no, first, last))[::-1]


class Joining(fake.FakeCompany):
    """Counts a danger among the reports of an outage that is known."""

    def _outage_of(self, who: Subject, report: FaultReport) -> Outage | None:
        return super()._outage_of(who, replace(report, phenomenon="household"))

    def _report(self, who: Subject, report: FaultReport) -> fake.FaultReceipt:
        return super()._report(who, replace(report, phenomenon="household", hazard=None))


class Closing(fake.FakeCompany):
    """Closes an order that a customer takes back."""

    async def withdraw(self, who: Subject, order_no: str, words: str, key: str) -> Order:
        await super().withdraw(who, order_no, words, key)
        return self.advance(order_no, "withdrawn")


@pytest.mark.parametrize(
    ("broken", "noticed_by"),
    [
        (Keyless, "test_the_same_key_for_something_else_is_a_conflict"),
        (Unguarded, "test_payments_need_the_level_and_the_account"),
        (Talkative, "test_services_of_another_account_look_like_not_there"),
        (Rounding, "test_a_bill_adds_up_to_the_cent"),
        (Backwards, "test_usage_is_in_order_and_inside_the_span"),
        (Joining, "test_a_danger_in_a_known_outage_still_gets_its_own_order"),
        (Closing, "test_taking_back_is_logged_and_closes_nothing"),
    ],
)
async def test_the_contract_notices_an_adapter_that_breaks_a_rule(
    broken: type[fake.FakeCompany], noticed_by: str
) -> None:
    more = {"call": "contacts"} if "services_of" in noticed_by else {}
    check = getattr(TestChosen(), noticed_by)
    await check(memory.company().company, signed, **more)
    with pytest.raises((AssertionError, pytest.fail.Exception, NotAllowed)):
        await check(memory.company(broken).company, signed, **more)
