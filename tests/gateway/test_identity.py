"""Levels, codes and tries over the private API, as actions use it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import sqlalchemy as sa
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.gateway.customer import subject
from bot.gateway.store import tables as t
from bot.ports.identity import Level
from tests.gateway.conftest import TALK, Desk
from tests.gateway.fakes import ACCOUNT, TOKENS

UNKNOWN = "0999999999999"
RIGHT = {"holder_name": "王秀英"}
WRONG = {"holder_name": "王秀兰"}


@asynccontextmanager
async def client(desk: Desk, token: str = TOKENS["internal_token"]) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(desk.app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as one:
        yield one


async def post(desk: Desk, path: str, body: dict, talk: str = TALK) -> httpx.Response:
    async with client(desk) as http:
        return await http.post(f"/internal/v1/identity/{talk}/{path}", json=body)


async def match(desk: Desk, account: str, items: dict, talk: str = TALK) -> httpx.Response:
    return await post(desk, "match", {"account_no": account, "items": items}, talk)


@pytest.fixture
async def known(desk: Desk) -> Desk:
    """A conversation that has begun."""
    for talk in (TALK, "c-other"):
        await desk.say("你好", talk=talk)
    await desk.idle()
    return desk


@pytest.mark.parametrize(
    ("items", "level"),
    [
        (RIGHT, "L2"),
        ({"address": "临河区金川小区5号楼2单元301"}, "L2"),
        ({"phone_tail": "0001"}, "L1"),
        ({"meter_no": "150000000123"}, "L1"),
    ],
)
async def test_what_is_said_beside_the_account_gives_its_level(known: Desk, items: dict, level: str) -> None:
    answer = (await match(known, ACCOUNT, items)).json()
    assert (answer["matched"], answer["level"], answer["accounts"]) == (True, level, [ACCOUNT])
    claims = jwt.decode(answer["subject"], OctKey.import_key(TOKENS["subject_key"])).claims
    assert (claims["sub"], claims["aud"], claims["level"], claims["accounts"]) == (
        TALK,
        "company",
        level,
        [ACCOUNT],
    )
    assert claims["exp"] - claims["iat"] == 60


async def test_the_next_turn_carries_the_level_and_another_conversation_does_not(known: Desk) -> None:
    await match(known, ACCOUNT, RIGHT, f"{TALK}.3")
    await known.say("余额")
    await known.say("余额", talk="c-other")
    await known.idle()
    levels = {turn["conversation"]: turn["metadata"]["level"] for turn in known.engine.turns[2:]}
    assert levels == {TALK: "L2", "c-other": "L0"}


async def test_an_unknown_account_and_a_wrong_item_are_answered_byte_for_byte_alike(known: Desk) -> None:
    unknown = await match(known, UNKNOWN, WRONG)
    wrong = await match(known, ACCOUNT, WRONG, "c-other")
    hide = re.compile(rb'"subject":"[^"]*"')
    assert hide.sub(b"", unknown.content) == hide.sub(b"", wrong.content)
    assert unknown.headers.keys() == wrong.headers.keys()


async def test_after_three_wrong_tries_nothing_more_is_compared(known: Desk) -> None:
    left = [(await match(known, ACCOUNT, WRONG)).json()["tries_left"] for _ in range(3)]
    refused = await match(known, ACCOUNT, RIGHT)
    assert left == [2, 1, 0]
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 3500
    assert known.company.calls.count("match") == 3


async def test_guesses_made_at_the_same_time_do_not_slip_past_the_limit(known: Desk) -> None:
    answers = await asyncio.gather(
        *(match(known, ACCOUNT, {"phone_tail": f"{n:04d}"}) for n in range(20, 40))
    )
    assert sorted({answer.status_code for answer in answers}) == [200, 429]
    assert sum(answer.status_code == 200 for answer in answers) == 3


async def test_one_account_cannot_be_guessed_from_many_conversations(known: Desk) -> None:
    statuses = []
    for n in range(12):
        await known.say("你好", talk=f"c-{n}")
        statuses.append((await match(known, ACCOUNT, WRONG, f"c-{n}")).status_code)
    await known.idle()
    assert statuses == [200] * 10 + [429] * 2


async def test_a_company_that_does_not_answer_costs_no_try(known: Desk) -> None:
    known.company.down = True
    assert (await match(known, ACCOUNT, RIGHT)).status_code == 503
    known.company.down = False
    assert (await match(known, ACCOUNT, WRONG)).json()["tries_left"] == 2


async def code(desk: Desk) -> str:
    (row,) = [row for row in await desk.rows(t.sms) if row.text][-1:]
    found = re.search(r"\d{6}", row.text)
    assert found
    return found[0]


async def test_the_code_from_the_phone_on_file_gives_l3_once(known: Desk) -> None:
    sent = (await post(known, "code", {"account_no": ACCOUNT})).json()
    assert sent == {"sent": True, "phone_masked": "138****0001", "expires_in": 300}
    right = await code(known)
    assert (await post(known, "code/check", {"code": right}, "c-other")).json()["matched"] is False
    answer = (await post(known, "code/check", {"code": right})).json()
    assert (answer["matched"], answer["level"]) == (True, "L3")
    assert (await post(known, "code/check", {"code": right})).json()["matched"] is False


async def test_a_helper_is_named_to_the_holder_and_the_code_told_is_the_consent_on_record(
    known: Desk,
) -> None:
    await post(known, "code", {"account_no": ACCOUNT, "helper": "13800000019"})
    (row,) = await known.rows(t.sms)
    assert "尾号0019的手机替您查电费" in row.text and "不认识，别告诉任何人" in row.text
    wrong = "000000" if await code(known) != "000000" else "000001"
    await post(known, "code/check", {"code": wrong})
    assert await known.rows(t.audit) == []
    await post(known, "code/check", {"code": await code(known)})
    (noted,) = await known.rows(t.audit)
    assert (noted.actor, noted.action, noted.detail) == (TALK, "consent", "尾号0019的手机")
    assert noted.subject == ACCOUNT[:2] + "*******" + ACCOUNT[-4:]


async def test_a_code_for_an_unknown_account_looks_the_same_and_sends_nothing(known: Desk) -> None:
    first = (await post(known, "code", {"account_no": UNKNOWN})).json()
    again = (await post(known, "code", {"account_no": UNKNOWN}, "c-other")).json()
    assert first == again and first["sent"] and re.fullmatch(r"1\d\d\*{4}\d{4}", first["phone_masked"])
    assert await known.rows(t.sms) == []
    checked = (await post(known, "code/check", {"code": "000000"})).json()
    await post(known, "code", {"account_no": ACCOUNT}, "c-other")
    wrong = "000001" if await code(known) == "000000" else "000000"
    real = (await post(known, "code/check", {"code": wrong}, "c-other")).json()
    assert {**checked, "subject": ""} == {**real, "subject": ""}


async def test_five_wrong_codes_use_it_up_even_at_once(known: Desk) -> None:
    await post(known, "code", {"account_no": ACCOUNT})
    right = await code(known)
    wrong = [f"{n:06d}" for n in range(20) if f"{n:06d}" != right]
    answers = await asyncio.gather(*(post(known, "code/check", {"code": each}) for each in wrong))
    assert sum(answer.status_code == 200 for answer in answers) == 5
    assert (await post(known, "code/check", {"code": right})).status_code == 429


async def test_an_old_code_does_not_work(known: Desk) -> None:
    await post(known, "code", {"account_no": ACCOUNT})
    old = await code(known)
    await post(known, "code", {"account_no": ACCOUNT})
    fresh = await code(known)
    if old != fresh:
        assert (await post(known, "code/check", {"code": old})).json()["matched"] is False
    known.clock.forward(301)
    assert (await post(known, "code/check", {"code": fresh})).json()["matched"] is False


async def test_a_conversation_gets_three_codes_an_hour(known: Desk) -> None:
    statuses = [(await post(known, "code", {"account_no": ACCOUNT})).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_a_level_ends_and_a_weaker_proof_does_not_undo_a_stronger_one(known: Desk) -> None:
    await match(known, ACCOUNT, RIGHT)
    await match(known, ACCOUNT, {"phone_tail": "0001"})
    assert (await known.gateway.store.read(known.gateway.identity.who, TALK)).level is Level.L2
    known.clock.forward(1801)
    who = await known.gateway.store.read(known.gateway.identity.who, TALK)
    assert (who.level, who.accounts) == (Level.L0, ())


async def test_a_level_never_covers_an_account_proved_less(known: Desk) -> None:
    await known.gateway.store.write(known.gateway.identity.vouch, TALK, Level.L3, ["0100000000456"])
    await match(known, ACCOUNT, {"phone_tail": "0001"})
    who = await known.gateway.store.read(known.gateway.identity.who, TALK)
    assert (who.level, set(who.accounts)) == (Level.L1, {ACCOUNT, "0100000000456"})
    await known.gateway.store.write(known.gateway.identity.vouch, TALK, Level.L3, ["0100000000456"])
    who = await known.gateway.store.read(known.gateway.identity.who, TALK)
    assert (who.level, who.accounts) == (Level.L3, ("0100000000456",))


@pytest.mark.parametrize("token", ["", "wrong", TOKENS["app_token"]])
async def test_the_private_api_needs_its_own_token(desk: Desk, token: str) -> None:
    async with client(desk, token) as http:
        answer = await http.post(f"/internal/v1/identity/{TALK}/code", json={"account_no": ACCOUNT})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_malformed_requests_and_unknown_conversations_are_problems(known: Desk) -> None:
    assert (await match(known, ACCOUNT, {"secret_word": "x"})).status_code == 422
    assert (await match(known, "0; drop table", RIGHT)).status_code == 422
    assert (await match(known, ACCOUNT, RIGHT, "c-nobody")).status_code == 404


async def test_holder_and_address_together_prove_an_account_without_its_number(known: Desk) -> None:
    home = known.company.households[ACCOUNT].address
    answer = (await post(known, "find", {"holder_name": "王秀英", "address": home})).json()
    assert (answer["matched"], answer["level"], answer["accounts"]) == (True, "L2", [ACCOUNT])


async def test_wrong_pairs_are_counted_and_end_the_tries(known: Desk) -> None:
    wrong = {"holder_name": "王秀英", "address": "别处"}
    left = [(await post(known, "find", wrong)).json()["tries_left"] for _ in range(3)]
    assert left == [2, 1, 0]
    assert (await post(known, "find", wrong)).status_code == 429


async def test_how_much_is_kept_is_told_to_actions_alone(known: Desk) -> None:
    async with client(known) as http:
        assert (await http.get(f"/internal/v1/identity/{TALK}/stored")).json()["messages"] == 2
    async with client(known, "wrong") as http:
        assert (await http.get(f"/internal/v1/identity/{TALK}/stored")).status_code == 401


async def test_the_companys_app_takes_back_what_it_said_of_one_conversation_only(known: Desk) -> None:
    vouch, who = known.gateway.identity.vouch, known.gateway.identity.who
    other = "0100000000456"
    for talk in (TALK, "c-other"):
        await known.gateway.store.write(vouch, talk, Level.L3, [ACCOUNT])
    await match(known, other, RIGHT)
    await known.gateway.store.write(vouch, TALK, Level.L3, [])
    assert ACCOUNT not in (await known.gateway.store.read(who, TALK)).accounts
    assert (await known.gateway.store.read(who, "c-other")).accounts == (ACCOUNT,)


async def test_a_proof_holds_for_half_an_hour_and_a_try_counts_for_an_hour(known: Desk) -> None:
    await match(known, ACCOUNT, RIGHT)
    (proof,) = await known.rows(t.identity)
    assert (proof.source, proof.level, proof.until - proof.verified_at) == ("match", "L2", 1800)
    for _ in range(3):
        await match(known, UNKNOWN, WRONG)
    known.clock.forward(3590)
    refused = await match(known, ACCOUNT, RIGHT)
    assert refused.status_code == 429 and 1 <= int(refused.headers["Retry-After"]) <= 11
    known.clock.forward(11)
    assert (await match(known, ACCOUNT, RIGHT)).json()["matched"]


async def test_a_right_answer_uses_up_no_try(known: Desk) -> None:
    for _ in range(5):
        assert (await match(known, ACCOUNT, RIGHT)).json()["tries_left"] == 3
    home = known.company.households[ACCOUNT].address
    for _ in range(5):
        found = await post(known, "find", {"holder_name": "王秀英", "address": home})
        assert found.json()["tries_left"] == 3
    assert len(await known.rows(t.wrong_try)) == 1, "the mark that the holder was told today, and no try"


async def test_a_phone_gets_five_codes_a_day_from_whichever_conversations(known: Desk) -> None:
    statuses = []
    for n in range(6):
        await known.say("你好", talk=f"c-{n}")
        answer = await post(known, "code", {"account_no": ACCOUNT}, f"c-{n}")
        statuses.append(answer.status_code)
    await known.idle()
    assert statuses == [200] * 5 + [429]
    assert 86_000 < int(answer.headers["Retry-After"]) <= 86_401
    known.clock.forward(86_401)
    assert (await post(known, "code", {"account_no": ACCOUNT}, "c-0")).status_code == 200


async def test_a_wrong_code_tells_how_many_tries_it_has_left(known: Desk) -> None:
    await post(known, "code", {"account_no": ACCOUNT})
    wrong = "000000" if await code(known) != "000000" else "000001"
    left = [(await post(known, "code/check", {"code": wrong})).json()["tries_left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    refused = await post(known, "code/check", {"code": wrong})
    assert refused.status_code == 429 and 290 <= int(refused.headers["Retry-After"]) <= 301
    nobody = await post(known, "code/check", {"code": wrong}, "c-other")
    assert (nobody.json()["matched"], nobody.json()["tries_left"]) == (False, 0)


async def test_a_subject_lives_for_a_minute_and_is_another_each_time() -> None:
    first, second = (subject.mint("k" * 32, TALK, "L1", (ACCOUNT,), 1_800_000_000.5) for _ in range(2))
    claims = jwt.decode(first, OctKey.import_key("k" * 32)).claims
    assert {**claims, "iat": 0, "exp": claims["exp"] - claims["iat"], "jti": ""} == {
        "iss": "gridcare-gateway", "aud": "company", "sub": TALK, "level": "L1", "accounts": [ACCOUNT],
        "iat": 0, "exp": 60, "jti": "",
    }  # fmt: skip
    assert claims["iat"] == 1_800_000_000 and first != second
    assert jwt.decode(first, OctKey.import_key("k" * 32)).header["alg"] == "HS256"


NAMES = [f"王{first}{second}" for first in "秀桂玉淑" for second in "英兰芳珍梅"]
HOME = "临河区金川街道金川小区5号楼2单元301"


async def find(desk: Desk, name: str, address: str, talk: str) -> int:
    body = {"holder_name": name, "address": address}
    return (await post(desk, "find", body, talk)).status_code


async def guessed(desk: Desk, tries: list[tuple[str, str]], source: str | None = None) -> int:
    """How many of these were compared, each three in a conversation of their own."""
    compared = 0
    for number, (name, address) in enumerate(tries):
        talk = f"c-guess-{source}-{number // 3}"
        if number % 3 == 0:
            await desk.say("你好", talk=talk, source=source)
        compared += await find(desk, name, address, talk) == 200
    await desk.idle(30)
    return compared


async def test_many_names_at_one_door_are_not_tried(known: Desk) -> None:
    assert await guessed(known, [(name, HOME.replace("5号楼", "6号楼")) for name in NAMES[:12]]) == 6


async def test_one_name_at_many_doors_of_an_estate_is_not_tried(known: Desk) -> None:
    doors = [f"临河区金川街道金川小区{n}号楼1单元101" for n in range(10, 25)]
    assert await guessed(known, [("王秀兰", door) for door in doors]) == 8, (
        "conversations that have only begun"
    )
    await known.change(sa.update(t.conversation).values(created_at=t.conversation.c.created_at - 3600))
    estates = [("王秀兰", f"五原县隆兴昌镇幸福小区{n}号楼") for n in range(24)]
    for n in range(8):
        await known.say("你好", talk=f"c-guess-old-{n}")
        await known.change(sa.update(t.conversation).values(created_at=1.0))
    compared = [await find(known, *pair, f"c-guess-old-{n // 3}") == 200 for n, pair in enumerate(estates)]
    assert sum(compared) == 20


async def test_one_source_does_not_try_names_all_over_the_county(known: Desk) -> None:
    places = [
        ("王秀兰", f"临河区{place}1号楼")
        for place in (f"第{n}街道{n}号院{chr(0x4E00 + n)}小区" for n in range(30, 45))
    ]
    assert await guessed(known, places, source="s" * 64) == 10


async def test_whoever_has_everything_erased_gets_no_new_tries(known: Desk) -> None:
    for _ in range(3):
        assert (await match(known, ACCOUNT, WRONG)).status_code == 200
    known.engine.answer = lambda turn: [{"text": "好的", "custom": {"type": "erase"}}]
    await known.say("把我的记录都删掉")
    await known.idle()
    assert (await match(known, ACCOUNT, RIGHT)).status_code == 429


async def test_the_number_on_file_hears_of_a_proof_by_open_facts_once_a_day(known: Desk) -> None:
    for talk in (TALK, "c-other"):
        assert (await match(known, ACCOUNT, RIGHT, talk)).json()["matched"]
    texts = [row.text for row in await known.rows(t.sms)]
    assert texts == [known.text("sms_proof")]


async def test_codes_are_capped_by_source_whatever_the_accounts(known: Desk) -> None:
    statuses = []
    for n in range(14):
        await known.say("你好", talk=f"c-code-{n}", source="s" * 64)
        body = {"account_no": f"01000000{n:05d}"}
        statuses.append((await post(known, "code", body, f"c-code-{n}")).status_code)
    await known.idle(30)
    assert statuses == [200] * 10 + [429] * 4
