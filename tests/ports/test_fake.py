"""The in-memory company keeps the contract, so tests against it mean something."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.ports.billing import Payment
from bot.ports.company import Company
from bot.ports.directory import Hall, Notice
from bot.ports.outages import Place
from bot.ports.services import Purchase
from tests.ports import contract, fake


class TestFake(contract.Contract):
    @pytest.fixture
    def company(self) -> Company:
        paid = (datetime.now(fake.CHINA) - timedelta(days=days) for days in (40, 10))
        payments = [Payment(at, Decimal("80.78"), "微信", f"{at:%Y-%m}") for at in paid]
        home = fake.household(
            contract.HOME, phone="13800000017", address=contract.HOME_ADDRESS, payments=payments
        )
        other = fake.household(
            contract.OTHER, holder_name="赵永强", transformer="T2", address="杭锦后旗陕坝镇"
        )
        dark = fake.household(
            contract.DARK, holder_name="李玉梅", transformer="T3", address=contract.DARK_ADDRESS
        )
        bought = [
            Purchase(datetime.now(fake.CHINA) - timedelta(days=days), Decimal(50), "微信", state)
            for days, state in ((4, "failed"), (31, "delivered"))
        ]
        elder = fake.household(
            contract.PREPAID, holder_name="孙桂兰", prepaid=True, transformer="T4", purchases=bought
        )
        owing = fake.household(contract.OWING, holder_name="周建军", transformer="T5")
        owing.bills[-1] = replace(owing.bills[-1], paid=False)
        halls = [
            Hall(f"{c}营业厅", c, f"{c}示例路", "8:30–17:30", "95598", (), False)
            for c in ("临河区", "五原县")
        ]
        places = (Place("临河区", "金川小区", ("T1",)), Place("临河区", "永胜村", ("T3",)))
        now, day = datetime.now(fake.CHINA), timedelta(days=1)
        notices = (
            Notice("N1", "hall", "磴口县", "搬迁", now - day, now + day),
            Notice("N2", "supply", None, "大风", now - day, now + day),
            Notice("N3", "payment", "五原县", "停止代收", now - 2 * day, now - day),
        )
        return fake.FakeCompany(
            home,
            other,
            dark,
            elder,
            owing,
            outages=(fake.outage(area="新华镇永胜村", transformers=("T3",)),),
            places=places,
            halls=tuple(halls),
            notices=notices,
            documents={"apply_ev_charger": ("车主身份证", "固定车位证明")},
        ).company

    @pytest.fixture
    def who(self) -> contract.Who:
        return fake.subject
