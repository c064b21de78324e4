from __future__ import annotations

import pytest

from tests.actions.conversation import Conversation, FakeIdentity
from tests.ports.fake import FakeCompany, household

ACCOUNT = "0100000000123"


@pytest.fixture
def company() -> FakeCompany:
    return FakeCompany(household(ACCOUNT))


@pytest.fixture
def stranger(company: FakeCompany) -> Conversation:
    """Nobody known (L0); the holder of the account is 王秀英."""
    return Conversation(company, FakeIdentity({ACCOUNT: "王秀英"}))


@pytest.fixture
def holder(company: FakeCompany) -> Conversation:
    """The holder, identity proven before (L2)."""
    return Conversation(company, FakeIdentity({ACCOUNT: "王秀英"}), level="L2", accounts=[ACCOUNT])
