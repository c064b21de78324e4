"""The dialogue of a call, without sound and without a clock."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.voice.events import (
    CallBack,
    Command,
    Event,
    HangUp,
    Hush,
    Key,
    Known,
    Lost,
    NotTransferred,
    Played,
    Replied,
    Send,
    Speak,
    Speech,
    TimedOut,
    Told,
    Transfer,
    Wait,
)
from bot.voice.policy import Policy
from bot.voice.service import load

SERVICE = load("bayannur")
CALLER = "13800000012"
LIT = Told("邻居家有电吗？", (("b1", "邻居有电"), ("b2", "邻居也没电"), ("b3", "转人工")), "neighbours_lit")
CONFIRM = Told("给您登记，对吗？", (("c1", "对，提交"), ("c2", "不对")), "confirm")


def call(
    *events: Event | str, caller: str | None = CALLER, elder: bool = False
) -> tuple[Policy, list[Command]]:
    """The policy after these events, a text standing for its keys, and what the last event led to."""
    policy = Policy(SERVICE, caller, elder)
    out = policy.start()
    for event in events:
        for one in map(Key, event) if isinstance(event, str) else (event,):
            out = policy.handle(one)
    return policy, out


def sent(out: list[Command]) -> list[Send]:
    return [each for each in out if isinstance(each, Send)]


def said(out: list[Command]) -> str:
    return "".join(each.text for each in out if isinstance(each, Speak))


def test_the_first_words_name_the_way_to_a_person_and_the_keys_for_danger() -> None:
    words = said(Policy(SERVICE).start())
    assert "随时按零转人工" in words and "连按两次一" in words
    assert len(re.split("查电费", words)[0]) < 60, "a person is announced within about fifteen seconds"


@pytest.mark.parametrize(
    ("keys", "text"),
    [("2", "我想查一下电费余额"), ("12", "我家停电了"), ("3", "我报的单子到哪一步了"), ("41", "想新装一块电表"), ("5", "我要投诉")],
)  # fmt: skip
def test_every_service_starts_with_keys_alone(keys: str, text: str) -> None:
    assert sent(call(keys)[1]) == [Send(text)]


@pytest.mark.parametrize(("profile", "elder"), [("normal", False), ("elder", True)])
def test_no_menu_is_longer_than_the_profile_allows(profile: str, elder: bool) -> None:
    words = said(Policy(SERVICE, elder=elder).start())
    assert words.count("请按") - 0 <= SERVICE.profiles[profile].options


def test_an_old_caller_hears_slower_speech_and_confirms_each_choice() -> None:
    policy, out = call("2", elder=True)
    assert "您按的是二，查电费，对吗" in said(out) and not sent(out)
    assert {each.speed for each in out if isinstance(each, Speak)} == {120}
    assert sent(policy.handle(Key("1"))) == [Send("我想查一下电费余额", elder=True)]


def test_an_old_caller_who_pressed_the_wrong_key_is_asked_again() -> None:
    _, out = call("22", elder=True)
    assert "查电费，请按二" in said(out) and not sent(out)


def test_nine_slows_down_for_the_rest_of_the_call() -> None:
    policy, _ = call("9")
    out = policy.handle(Key("2")) + policy.handle(Replied((LIT,)))
    assert {each.speed for each in out if isinstance(each, Speak)} == {140}


def test_star_repeats_and_hash_goes_back() -> None:
    assert "家里停电，请按二" in said(call("1*")[1])
    assert "查电费，请按二" in said(call("1#")[1])
    assert "停电报修和用电危险，请按一" in said(
        call("3#", Replied((Told("地址？", asks="address"),)), "#")[1]
    )


def test_a_question_with_buttons_is_answered_by_their_keys_and_a_person_stays_on_zero() -> None:
    policy, out = call("12", Replied((Told("没电先别着急。"), LIT)))
    assert (
        "没电先别着急。" in said(out)
        and "邻居也没电，请按二" in said(out)
        and "转人工，请按" not in said(out)
    )
    assert sent(policy.handle(Key("2"))) == [Send(choice="b2")]


def test_a_hash_after_the_last_digit_changes_nothing() -> None:
    policy, out = call("2", Replied((Told("户号是多少？", asks="account_no"),)), "0100000000017#")
    assert not out
    assert sent(policy.handle(Key("1"))) == [Send("0100000000017")]


def test_an_account_number_is_read_back_before_it_is_used() -> None:
    policy, out = call("2", Replied((Told("户号是多少？", asks="account_no"),)), "0100000000017")
    assert "0100000000017" in said(out) and not sent(out)
    assert sent(policy.handle(Key("1"))) == [Send("0100000000017")]


def test_a_number_read_back_wrong_is_typed_again() -> None:
    policy, out = call("2", Replied((Told("户号是多少？", asks="account_no"),)), "01000000000182")
    assert "请输入户号" in said(out)
    assert sent(call_on(policy, "01000000000171")) == [Send("0100000000017")]


def call_on(policy: Policy, keys: str) -> list[Command]:
    out: list[Command] = []
    for key in keys:
        out = policy.handle(Key(key))
    return out


def test_digits_end_with_hash_or_when_no_more_come() -> None:
    start = ("2", Replied((Told("?", asks="account_no"),)), "0123456789")
    assert "0123456789" in said(call(*start, "#")[1])
    assert "0123456789" in said(call(*start, TimedOut())[1])
    assert "位数不对" in said(call(*start[:2], "012#")[1])


def test_the_place_is_told_by_county_and_town_with_keys() -> None:
    policy, out = call("12", Replied((Told("在哪儿？", asks="address"),)), "2")
    assert "临河区，请按一" in said(out)
    assert "其他，请按五" in said(policy.handle(Key("1")))
    assert sent(policy.handle(Key("1"))) == [Send("临河区团结街道")]


def test_who_cannot_spell_a_name_with_keys_gets_a_code_whatever_else_the_bot_offers() -> None:
    ask = Told("户主姓名？", (("a", "说地址"), ("p", "转人工")), "holder_name")
    policy, out = call("2", Replied((ask,)))
    assert "说地址，请按一" in said(out) and said(out).count("短信验证码") == 1
    assert sent(policy.handle(Key("2"))) == [Send("发验证码")]
    both = Told("户主姓名？", (("a", "短信验证码"),), "holder_name")
    assert said(call("2", Replied((both,)))[1]).count("短信验证码") == 1


def test_the_calling_number_is_offered_unless_it_is_withheld() -> None:
    ask = Replied((Told("电话？", asks="phone"),))
    assert sent(call("5", ask, "1")[1]) == [Send(CALLER)]
    assert "用现在这个号码" not in said(call("5", ask, caller=None)[1])


def test_keys_pressed_ahead_count_except_for_a_confirmation() -> None:
    policy, _ = call("12", "2")
    assert sent(policy.handle(Replied((LIT,)))) == [Send(choice="b2")]
    policy, _ = call("12", "1")
    out = policy.handle(Replied((CONFIRM,)))
    assert not sent(out)
    assert sent(policy.handle(Key("1"))) == [Send(choice="c1")]


def test_a_key_stops_what_is_being_said() -> None:
    assert isinstance(call("1")[1][0], Hush)


def test_silence_is_met_with_a_repetition_then_keys_then_a_person() -> None:
    policy, out = call(Played(), TimedOut())
    assert "没有听到" in said(out) and "查电费" in said(out)
    assert "直接在电话上按键" in said(policy.handle(TimedOut()))
    assert sent(policy.handle(TimedOut())) == [Send("转人工", elder=True)]
    assert sent(call(TimedOut(), TimedOut(), elder=True)[1]) == [Send("转人工", elder=True)]


def test_what_is_not_understood_is_met_with_an_example_then_keys_then_a_person() -> None:
    policy, out = call(Speech("唔", 0.2))
    assert "您可以说" in said(out)
    assert "直接在电话上按键" in said(policy.handle(Speech("唔", 0.2)))
    assert sent(policy.handle(Speech("唔", 0.2))) == [Send("转人工", elder=True)]


def test_recognised_words_go_the_way_of_typed_ones() -> None:
    assert sent(call(Speech("我家电费多少", 0.9))[1]) == [Send("我家电费多少")]
    assert sent(call("12", Replied((LIT,)), Speech("邻居也没电", 0.9))[1]) == [Send(choice="b2")]


@pytest.mark.parametrize("words", ["转人工", "我听不懂", "给我找个真人"])
def test_who_asks_for_a_person_is_not_asked_anything(words: str) -> None:
    assert sent(call(Speech(words, 0.3))[1]) == [Send("转人工")]


def test_danger_in_the_middle_of_a_bill_question_starts_the_safety_text_at_once() -> None:
    policy, out = call(
        "2", Replied((Told("户号是多少？", asks="account_no"),)), "0100", Speech("有人触电了", 0.4)
    )
    words = [each for each in out if isinstance(each, Speak)]
    assert (
        isinstance(out[0], Hush)
        and words[0].text == SERVICE.safety["shock"][0]
        and not words[0].interruptible
    )
    assert sent(out) == [Send("有人触电了")]
    written = Told(SERVICE.safety["shock"][1])
    later = policy.handle(Replied((written, Told("工单号1。"))))
    assert SERVICE.safety["shock"][1] not in said(later) and "工单号1。" in said(later)
    assert Transfer() in policy.handle(Played())


def test_in_danger_a_gateway_that_does_not_answer_holds_nobody_up() -> None:
    policy, _ = call("11", TimedOut())
    assert Transfer() in policy.handle(Played())


def test_one_then_one_is_danger() -> None:
    policy, out = call("11")
    assert SERVICE.safety["line_down"][0] in said(out) and policy.calling_person
    assert Policy(SERVICE, elder=True).handle(Key("1")) is not None
    assert SERVICE.safety["line_down"][0] in said(call("11", elder=True)[1])


def test_a_person_on_duty_gets_the_call_after_the_words_have_been_heard() -> None:
    policy, out = call("0", Replied((Told("已转人工，受理号H1。"),), on_duty=True))
    assert "受理号H1" in said(out) and Transfer() not in out
    assert Transfer() in policy.handle(Played())


def test_without_a_person_the_ticket_is_told_and_a_call_back_offered() -> None:
    policy, out = call("0", Replied((Told("现在没有坐席在线，受理号H1。"),)))
    assert "受理号H1" in said(out) and "请我们给您回电话，请按一" in said(out)
    assert sent(policy.handle(Key("1"))) == [Send(f"请给我回电话，我的号码是{CALLER}")]


def test_news_in_between_does_not_take_the_question_away() -> None:
    policy, _ = call("12", Replied((LIT,)))
    out = policy.handle(Replied((Told("紧急工单号1。"),)))
    assert "紧急工单号1。" in said(out) and "邻居有电，请按一" in said(out)


def test_an_agent_who_takes_the_conversation_gets_the_call() -> None:
    policy, _ = call("12", Replied((LIT,)))
    policy.handle(Replied((Told("您好，我是坐席。"),), owner="agent", ended=False))
    assert Transfer() in policy.handle(Played())


def test_nobody_took_the_transferred_call() -> None:
    policy, _ = call("0", Replied((), on_duty=True), Played())
    out = policy.handle(NotTransferred())
    assert "没有接通" in said(out) and "请我们给您回电话" in said(out)


def test_a_slow_answer_is_explained_three_times() -> None:
    policy, out = call("2")
    assert Wait(1.5) in out
    told = [said(policy.handle(TimedOut())) for _ in range(4)]
    assert "请稍等" in told[0] and "还在查" in told[1] and "转人工" in told[2] and told[3] == ""


def test_a_gateway_that_is_gone_means_a_person() -> None:
    policy, out = call("2", Lost())
    assert "连不上" in said(out) and Transfer() in policy.handle(Played())


def test_who_has_trouble_is_served_slowly_for_the_rest_of_the_call_and_the_next_one() -> None:
    policy, _ = call(TimedOut(), TimedOut())
    out = policy.handle(Key("2"))
    assert "您按的是二，查电费，对吗" in said(out) and {
        each.speed for each in out if isinstance(each, Speak)
    } == {120}
    assert [each.elder for each in sent(policy.handle(Key("1")))] == [True]
    assert [each.elder for each in sent(call("92")[1])] == [True]


def test_an_old_customer_gets_one_of_the_agents_who_are_free_and_else_the_menu_slowly() -> None:
    first = Policy(SERVICE, CALLER).start(Known(elder=True, person_first=True))
    assert "这就为您接人工" in said(first) and "请按" not in said(first)
    assert sent(first) == [Send("转人工", elder=True)]
    slow = Policy(SERVICE, CALLER).start(Known(elder=True))
    assert {each.speed for each in slow if isinstance(each, Speak)} == {120} and not sent(slow)


def test_what_is_known_too_late_does_not_take_a_caller_away_who_has_begun() -> None:
    policy, _ = call("1")
    assert not sent(policy.handle(Known(elder=True, person_first=True)))
    assert sent(call(Known(elder=True, person_first=True))[1]) == [Send("转人工")]


def test_who_calls_for_the_first_time_hears_that_words_are_kept_once_and_last() -> None:
    words = said(Policy(SERVICE, CALLER).start(Known(first=True)))
    assert words.endswith(SERVICE.prompts["kept"]) and words.index("查电费") < words.index("留存")
    assert "留存" not in said(Policy(SERVICE, CALLER).start(Known()))


def test_the_notice_of_a_recording_is_the_first_thing_said() -> None:
    first = Policy(SERVICE, recorded=True).start()[0]
    assert isinstance(first, Speak) and first.notice and "录音" in first.text
    assert not any(isinstance(each, Speak) and each.notice for each in Policy(SERVICE).start())


@pytest.mark.parametrize(
    "where", [(), ("12", Replied((LIT,))), ("2", Replied((Told("?", asks="account_no"),)), "0123")]
)
def test_two_stars_ask_about_danger_at_any_moment(where: tuple[Event | str, ...]) -> None:
    policy, out = call(*where, "**")
    assert "有人触电" in said(out) and "有危险，请按一" in said(out)
    assert SERVICE.safety["line_down"][0] in said(policy.handle(Key("1")))
    policy, _ = call(*where, "**")
    assert not policy.calling_person and not sent(policy.handle(Key("2"))) and policy.asking


def test_who_has_heard_that_nobody_can_come_and_says_nothing_more_is_not_told_it_again() -> None:
    policy, _ = call("0", Replied((Told("没有坐席，受理号H1。"),)))
    out = [policy.handle(TimedOut()) for _ in range(2)]
    assert "直接在电话上按键" in said(out[1])
    assert "再见" in said(policy.handle(TimedOut())) and policy.handle(Played()) == [HangUp()]
    policy.handle(Key("0"))
    assert HangUp() not in policy.handle(Played()), "whoever wants a person after all is not cut off"


def test_a_line_that_dials_calls_back_whom_nobody_could_serve() -> None:
    policy = Policy(SERVICE, CALLER, dials=True)
    policy.start()
    policy.handle(Key("0"))
    assert CallBack(CALLER) in policy.handle(Replied((Told("没有坐席，受理号H1。"),)))
    out = policy.handle(Replied((Told("给您回电话。"),)))
    assert "换一个号码回电，请按一" in said(out)
    assert "请输入十一位电话号码" in said(policy.handle(Key("1")))
    out = call_on(policy, "13800000013")
    assert "13800000013" in said(out)
    assert CallBack("13800000013") in policy.handle(Key("1"))


def test_after_a_call_back_was_noted_the_bots_questions_are_asked_as_before() -> None:
    policy = Policy(SERVICE, CALLER, dials=True)
    policy.start()
    for event in (
        Key("0"),
        Replied((Told("没有坐席，受理号H1。"),)),
        Replied((Told("给您回电话。"),)),
        Key("2"),
        Key("2"),
    ):
        policy.handle(event)
    assert "请输入户号" in said(policy.handle(Replied((Told("户号是多少？", asks="account_no"),))))


def test_no_danger_while_the_gateway_is_asked_leads_back_to_the_menu() -> None:
    _, out = call("2", "**", "2")
    assert not sent(out) and "查电费，请按二" in said(out)


def test_no_spoken_to_a_number_read_back_is_not_taken_for_yes() -> None:
    ask = Replied((Told("户号是多少？", asks="account_no"),))
    _, out = call("2", ask, "0100000000017", Speech("不对", 0.9))
    assert not sent(out) and "请输入户号" in said(out)
    assert sent(call("2", ask, "0100000000017", Speech("对", 0.9))[1]) == [Send("0100000000017")]


def test_who_is_called_back_takes_a_person_or_needs_none_any_more() -> None:
    policy = Policy(SERVICE, CALLER, dials=True)
    first = policy.start_call_back()
    assert (
        "您请我们给您回电话" in said(first) and "接人工，请按一" in said(first) and policy.outcome == "no_key"
    )
    assert sent(policy.handle(Key("1"))) == [Send("转人工")]
    policy = Policy(SERVICE, CALLER, dials=True)
    policy.start_call_back()
    assert "再见" in said(policy.handle(Key("2"))) and policy.outcome == "declined"
    assert policy.handle(Played()) == [HangUp()]


def test_who_is_called_to_be_told_something_hears_it_first_and_says_by_a_key_that_they_have() -> None:
    policy = Policy(SERVICE, CALLER, dials=True)
    first = said(policy.start_call_back(tells="金川小区停电要持续较长时间。"))
    assert first.index("急事") < first.index("金川小区") < first.index("知道了，请按二")
    assert "您请我们" not in first and policy.outcome == "no_key"
    policy.handle(Key("2"))
    assert policy.outcome == "declined"


EVENTS = st.one_of(
    st.sampled_from("0123456789*#").map(Key),
    st.sampled_from(
        [Played(), TimedOut(), Speech("邻居有电", 0.9), Speech("", 0.0), Replied((LIT,)), Replied((CONFIRM,)), Replied(()),
         Replied((Told("?", asks="account_no"),)), Replied((Told("?", asks="address"),)), Replied((Told("?", asks="wish"),)),
         Replied((Told("?", asks="made_up"),)), Replied((Told("?", asks="contact_name"),))]
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=25), st.booleans(), st.booleans())
def test_every_state_reaches_a_person_with_two_keys(events: list[Event], elder: bool, known: bool) -> None:
    policy, _ = call(*events, elder=elder, caller=CALLER if known else None)
    reached = policy.calling_person or policy.transferred
    for key in "*0":
        reached = reached or any(send.text == "转人工" for send in sent(policy.handle(Key(key))))
        reached = reached or policy.calling_person
    assert reached


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, max_size=25), st.booleans())
def test_danger_is_heard_in_every_state(events: list[Event], elder: bool) -> None:
    policy, _ = call(*events, elder=elder)
    out = policy.handle(Speech("电线断了掉在地上", 0.2))
    assert policy.transferred or SERVICE.safety["line_down"][0] in said(out)
