"""Reading and writing WeChat's XML, its kinds of messages, and how ours look there: pure functions."""

import contextlib
import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat import parse as p
from bot.channels.wechat import render as r
from bot.channels.wechat import texts, xml
from bot.gateway.store.messages import Message
from demo.wechat.platform import as_xml

WORDS = r.Words("回复数字。", "{agent}：", "没有全部显示。")
NUMBER = re.compile(texts.read("texts")["number"])
BASE = {"ToUserName": "gh_1", "FromUserName": "o-1", "CreateTime": "1714112445", "MsgId": "64"}
ENTITIES = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9))
BOMB = f"<!DOCTYPE b [<!ENTITY a0 'x'>{ENTITIES}]><xml>&a8;</xml>"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"x", b"<xml>", b"<a/>", b"<xml/><xml/>", b"\xff\xfe", BOMB.encode(),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
        b"<!DOCTYPE x [<!ENTITY e 'v'>]><xml><A>&e;</A></xml>", b"<xml>" + b"a" * xml.MAX_BYTES + b"</xml>",
        b'<?xml version="1.0" encoding="made-up"?><xml/>',
    ],
)  # fmt: skip
def test_what_may_not_be_read_is_malformed(raw: bytes) -> None:
    with pytest.raises(xml.MalformedXml):
        xml.read(raw)


def test_nested_and_repeated_fields_do_no_harm() -> None:
    assert xml.read(b"<xml><A>1</A><A>2</A><B><C>3</C></B><D/></xml>") == {"A": "1", "D": ""}


# What XML 1.0 cannot hold never comes from the inbox, which removes it.
SAYABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=200
)


@given(SAYABLE)
def test_every_text_comes_back_as_it_went_in(text: str) -> None:
    for said in (text, f"a]]>{text}]]>", f"{text}<Evil/>👍🏽"):
        written = xml.write({"Content": said, "CreateTime": 1})
        root = ElementTree.fromstring(written)
        assert [child.tag for child in root] == ["Content", "CreateTime"]
        assert root[0].text == said or not said
        assert xml.read(written.encode())["Content"] == said.strip()


MESSAGES: list[tuple[dict[str, str], Any]] = [
    ({"MsgType": "text", "Content": "你好"}, p.Text("你好")),
    ({"MsgType": "text", "Content": "满意", "bizmsgmenuid": "101"}, p.Text("满意", "101")),
    ({"MsgType": "image", "PicUrl": "http://x", "MediaId": "m"}, p.Image("m")),
    ({"MsgType": "voice", "MediaId": "m", "Format": "amr", "MediaId16K": "n"}, p.Voice("m", "n", "amr", "")),
    ({"MsgType": "video", "MediaId": "m", "ThumbMediaId": "t"}, p.Video("m", "t", False)),
    ({"MsgType": "shortvideo", "MediaId": "m", "ThumbMediaId": "t"}, p.Video("m", "t", True)),
    ({"MsgType": "location", "Location_X": "40.7", "Location_Y": "107.4", "Scale": "16", "Label": "路"},
     p.Location(40.7, 107.4, 16, "路")),
    ({"MsgType": "link", "Title": "t", "Description": "d", "Url": "u"}, p.Link("t", "d", "u")),
    ({"MsgType": "file"}, p.Unknown("file")),
]  # fmt: skip
EVENTS: list[tuple[dict[str, str], Any]] = [
    ({"Event": "subscribe"}, p.Subscribe()),
    ({"Event": "subscribe", "EventKey": "qrscene_7", "Ticket": "t"}, p.Subscribe("7")),
    ({"Event": "unsubscribe"}, p.Unsubscribe()),
    ({"Event": "SCAN", "EventKey": "7"}, p.Scan("7")),
    ({"Event": "LOCATION", "Latitude": "40.7", "Longitude": "107", "Precision": "9"}, p.ReportedLocation(40.7, 107, 9)),
    ({"Event": "CLICK", "EventKey": "bill"}, p.Click("bill")),
    ({"Event": "VIEW", "EventKey": "http://x", "MenuId": "1"}, p.View("http://x", "1")),
    ({"Event": "scancode_waitmsg", "EventKey": "k"}, p.MenuTool("scancode_waitmsg", "k")),
    ({"Event": "TEMPLATESENDJOBFINISH", "MsgID": "5", "Status": "failed:user block"},
     p.TemplateResult("5", "failed:user block")),
    ({"Event": "kf_close_session", "KfAccount": "a@b"}, p.ServiceSession("kf_close_session", "a@b")),
    ({"Event": "subscribe_msg_change_event"}, p.SubscriptionNotice("subscribe_msg_change_event")),
    ({"Event": "user_authorization_revoke"}, p.AuthorizationRevoked()),
    ({"Event": "Brand_New"}, p.UnknownEvent("brand_new")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"), [*MESSAGES, *(({"MsgType": "event", **f}, e) for f, e in EVENTS)]
)
def test_every_kind_is_a_typed_value(fields: dict[str, str], expected: Any) -> None:
    read = xml.read(as_xml({**BASE, **fields}).encode())
    assert p.content(read) == expected
    assert p.sender(read).openid == "o-1"


def test_messages_are_known_by_their_id_and_events_by_sender_time_and_key() -> None:
    assert p.sender(BASE).key == p.sender({**BASE, "CreateTime": "1"}).key == "m64"
    event = {k: v for k, v in BASE.items() if k != "MsgId"} | {
        "MsgType": "event",
        "Event": "CLICK",
        "EventKey": "a",
    }
    assert p.sender(event) == p.sender(dict(event))
    assert (
        len({p.sender({**event, **other}).key for other in ({}, {"EventKey": "b"}, {"CreateTime": "2"})}) == 3
    )


@given(
    st.dictionaries(
        st.sampled_from([*BASE, "MsgType", "Event", "Location_X", "Content"]), st.text(max_size=90)
    )
)
def test_no_fields_whatever_raise_anything_but_malformed(fields: dict[str, str]) -> None:
    for read in (p.sender, p.content):
        with contextlib.suppress(xml.MalformedXml):
            read(fields)


def said(text: str, author: str = "bot", n: int = 1, **more: Any) -> Message:
    return Message(
        "wx-1", n, author, 0.0, {"text": text, **more}, agent="小王" if author == "agent" else None
    )


def test_messages_are_merged_and_agents_keep_their_own() -> None:
    pieces = r.pack(
        [said("一"), said("二", "system"), said("三", "agent"), said("四", "agent"), said("五")], WORDS
    )
    assert pieces == [
        r.Piece("system", "一\n\n二"), r.Piece("agent", "小王：三\n\n小王：四"), r.Piece("bot", "五"),
    ]  # fmt: skip


@given(st.lists(st.text(st.sampled_from("电费。，！\n👍a "), max_size=3000), max_size=8))
def test_every_piece_fits_and_nothing_is_lost_below_the_limit(many: list[str]) -> None:
    pieces = r.pack([said(text) for text in many], WORDS)
    assert len(pieces) <= r.MOST and all(r.size(piece.text) <= r.MAX_BYTES for piece in pieces)
    whole = "".join("".join(many).split())
    got = "".join("".join(piece.text for piece in pieces).split())
    assert got == whole or got.endswith(WORDS.more)


def test_long_text_is_split_at_the_end_of_a_sentence() -> None:
    parts = r.split("电" * 500 + "。" + "费" * 500 + "。")
    assert [part[-1] for part in parts] == ["。", "。"]


def test_a_link_is_never_cut() -> None:
    buttons = [{"id": f"id{n:012d}", "title": "选" * 40} for n in range(12)]
    pieces = r.pack([said("问题", quick_replies=buttons)], WORDS)
    assert len(pieces) > 1
    for piece in pieces:
        assert piece.text.count("<a ") == piece.text.count("</a>")


def test_options_are_numbered_links_with_nothing_but_an_opaque_id() -> None:
    [piece] = r.pack([said("邻居有电吗？", quick_replies=[{"id": "k1", "title": '有<"电'}])], WORDS)
    assert piece.text == (
        '邻居有电吗？\n\n1. <a href="weixin://bizmsgmenu?msgmenucontent=有电&msgmenuid=k1">有电</a>\n\n回复数字。'
    )


def test_markup_is_plain_and_only_our_labels_are_links() -> None:
    assert r.plain("**应交** <a href='http://x'>y</a>") == "应交 ＜a href='http://x'>y＜/a>"
    assert r.plain("[看这里](https://a.example/b)") == '<a href="https://a.example/b">看这里</a>'


@pytest.mark.parametrize(("text", "meant"), [("1", "a"), (" ２ ", "b"), ("2.", "b"), ("选1", "a"), ("第2个", "b"),
                                             ("3", None), ("0", None), ("12号楼", None), ("1 2", None), ("", None)])  # fmt: skip
def test_a_number_alone_means_an_option(text: str, meant: str | None) -> None:
    assert r.chosen(text, [{"id": "a", "title": "甲"}, {"id": "b", "title": "乙"}], NUMBER) == meant


def test_cards_without_words_are_left_out() -> None:
    assert r.pack([Message("wx-1", 1, "bot", 0.0, {"card": {"card": "bill", "data": {}}})], WORDS) == []
