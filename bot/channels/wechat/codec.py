"""Signatures and encryption of WeChat's message push (安全模式), as its guide defines them.

A sealed message is AES-256-CBC of random16 ‖ length (4 bytes, big-endian) ‖ message ‖ appid, padded as PKCS#7 to
blocks of 32. Whatever is wrong with one is Forged and nothing more: the answer must not tell what was wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_HEAD = 16 + 4


class Forged(Exception):
    """Not signed by WeChat for this account, or not for now."""


@dataclass(frozen=True)
class Sealed:
    """An encrypted message with its signature."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


def sign(*parts: str) -> str:
    """SHA-1 over the parts, sorted as bytes and joined."""
    return hashlib.sha1(b"".join(sorted(part.encode() for part in parts))).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


class Codec:
    """Opens and seals the messages of one account."""

    def __init__(self, token: str, aes_key: str, app_id: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._token = token
        self._app_id = app_id.encode()
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._padding = PKCS7(256)

    def check(self, signature: str, timestamp: str, nonce: str) -> None:
        """Of the URL's verification and of plain messages; says nothing about a body. Raises Forged."""
        if not _same(signature, sign(self._token, timestamp, nonce)):
            raise Forged

    def open(self, signature: str, timestamp: str, nonce: str, encrypt: str) -> bytes:
        """The message inside. `signature` is msg_signature. Raises Forged."""
        if not _same(signature, self._sign(timestamp, nonce, encrypt)):
            raise Forged
        return self.decrypt(encrypt)

    def seal(self, message: bytes, timestamp: str, nonce: str) -> Sealed:
        encrypt = self.encrypt(message, secrets.token_bytes(16))
        return Sealed(encrypt, self._sign(timestamp, nonce, encrypt), timestamp, nonce)

    def _sign(self, timestamp: str, nonce: str, encrypt: str) -> str:
        return sign(self._token, timestamp, nonce, encrypt)

    def encrypt(self, message: bytes, random16: bytes) -> str:
        padder, encryptor = self._padding.padder(), self._cipher.encryptor()
        plain = random16 + len(message).to_bytes(4, "big") + message + self._app_id
        padded = padder.update(plain) + padder.finalize()
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypt: str) -> bytes:
        """Raises Forged."""
        try:
            sealed = base64.b64decode(encrypt, validate=True)
            decryptor, unpadder = self._cipher.decryptor(), self._padding.unpadder()
            padded = decryptor.update(sealed) + decryptor.finalize()
            plain = unpadder.update(padded) + unpadder.finalize()
        except ValueError:
            raise Forged from None
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        if len(plain) < _HEAD or end > len(plain) or not hmac.compare_digest(plain[end:], self._app_id):
            raise Forged
        return plain[_HEAD:end]
