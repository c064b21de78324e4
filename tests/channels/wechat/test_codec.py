"""The published vectors of WeChat's guide, forged messages, and another implementation beside ours."""

import json
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from bot.channels.wechat.codec import Codec, Forged, sign
from demo.wechat.platform import between

# From WeChat's guide 消息加解密说明 (its example account).
TOKEN, KEY, APP_ID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
CODEC = Codec(TOKEN, KEY, APP_ID)
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8"
    "XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32I"
    "Ijdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
V1 = ("046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "1714112445", "415670741")


def test_v1_a_pushed_message_is_opened() -> None:
    message = json.loads(CODEC.open(*V1, SEALED))
    assert (message["Event"], message["debug_str"], message["CreateTime"]) == (
        "debug_demo",
        "hello world",
        1714112445,
    )


def test_v2_a_reply_is_sealed() -> None:
    sealed = CODEC.encrypt(b'{"demo_resp":"good luck"}', b"707722b803182950")
    assert (
        sealed == "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    assert sign(TOKEN, "1713424427", "415670741", sealed) == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_v3_and_v4_urls_and_plain_messages_are_verified() -> None:
    CODEC.check("f464b24fc39322e44b38aa78f5edd27bd1441696", "1714036504", "1514711492")
    CODEC.check("899cf89e464efb63f54ddac96b0a0a235f53aa78", "1714037059", "486452656")
    with pytest.raises(Forged):
        CODEC.check("f464b24fc39322e44b38aa78f5edd27bd1441697", "1714036504", "1514711492")


def test_the_other_signature_of_the_address_opens_nothing() -> None:
    with pytest.raises(Forged):
        CODEC.open("6c5c811b55cc85e0e1b54100749188c20beb3f5d", *V1[1:], SEALED)


@pytest.mark.parametrize(
    "sealed",
    ["", "not base64!", "QUJD", "A" * 20, "AAAAAAAAAAAAAAAAAAAAAA==", "中文", SEALED[:-4], SEALED[:44], "=" * 8],
)  # fmt: skip
def test_a_damaged_message_is_forged_even_when_its_signature_is_right(sealed: str) -> None:
    with pytest.raises(Forged):
        CODEC.open(sign(TOKEN, "1", "2", sealed), "1", "2", sealed)


def _raw(plain: bytes) -> str:
    """Encrypted with the padding as it is given."""
    import base64

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


HEAD = b"r" * 16


@pytest.mark.parametrize(
    "plain",
    [
        HEAD + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01",  # a length beyond the end
        HEAD + b"\x00\x00\x00\x01" + b"x" + APP_ID.encode()[:-1] + b"\x0a" * 10,  # appid cut off
        HEAD + b"\x00\x00\x00\x01" + b"x" + b"wx0000000000000000" + b"\x19" * 25,  # another account
        b"r" * 31 + b"\xff",  # pad byte 255
        b"r" * 31 + b"\x00",  # no padding
        b"r" * 30 + b"\x01\x02",  # padding of unequal bytes
        b"\x20" * 32,  # nothing but padding
    ],
)
def test_what_decrypts_to_nonsense_is_forged(plain: bytes) -> None:
    sealed = _raw(plain + b"" if len(plain) % 16 == 0 else plain.ljust(64, b"\x01"))
    with pytest.raises(Forged):
        CODEC.decrypt(sealed)


def test_every_flipped_byte_is_noticed() -> None:
    for at in range(len(SEALED)):
        other = SEALED[:at] + ("B" if SEALED[at] != "B" else "C") + SEALED[at + 1 :]
        with pytest.raises(Forged):
            CODEC.open(*V1, other)


@given(st.text(max_size=700))
def test_another_implementation_reads_what_we_seal_and_we_what_it_seals(text: str) -> None:
    theirs = WeChatCrypto(TOKEN, KEY, APP_ID)
    box = CODEC.seal(text.encode(), "1714112445", "n1")
    assert theirs.decrypt_message({"Encrypt": box.encrypt}, box.signature, "1714112445", "n1") == text
    outer = theirs.encrypt_message(text, "n2", "1714112446")
    signature, sealed = between(outer, "MsgSignature"), between(outer, "Encrypt")
    assert CODEC.open(signature, "1714112446", "n2", sealed) == text.encode()


def test_both_implementations_refuse_a_wrong_signature() -> None:
    box = CODEC.seal(b"x", "1", "n")
    wrong = secrets.token_hex(20)
    with pytest.raises(InvalidSignatureException):
        WeChatCrypto(TOKEN, KEY, APP_ID).decrypt_message({"Encrypt": box.encrypt}, wrong, "1", "n")
    with pytest.raises(Forged):
        CODEC.open(wrong, "1", "n", box.encrypt)


def test_no_two_sealed_messages_are_alike() -> None:
    assert CODEC.seal(b"x", "1", "n").encrypt != CODEC.seal(b"x", "1", "n").encrypt
