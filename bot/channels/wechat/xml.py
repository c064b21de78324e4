"""WeChat's XML: read without trust, written so that no text can break out of its element."""

from __future__ import annotations

from collections.abc import Mapping

from defusedxml import DefusedXmlException, ElementTree

MAX_BYTES = 64 * 1024


class MalformedXml(Exception):
    """Not one `<xml>` element of simple fields."""


def read(raw: bytes) -> dict[str, str]:
    """The fields below the root; nested ones are left out, of repeated ones the first counts. Raises Malformed."""
    if len(raw) > MAX_BYTES:
        raise MalformedXml("too large")
    try:
        root = ElementTree.fromstring(raw, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise MalformedXml("no XML that may be read") from None
    if root.tag != "xml":
        raise MalformedXml("another root")
    fields: dict[str, str] = {}
    for child in root:
        if not len(child):
            fields.setdefault(child.tag, (child.text or "").strip())
    return fields


def write(fields: Mapping[str, str | int]) -> str:
    """An `<xml>` element of these fields; texts as CDATA, numbers bare."""
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>"


def _element(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    safe = value.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{safe}]]></{name}>"
