"""A new write that is kept until the company takes it: an entry of the registry, and the text that tells of it."""

from __future__ import annotations

from pathlib import Path

from scripts.scaffold.tree import Change, NotWritten, imported, listed, named

OPERATIONS = "bot/gateway/turns/operations.py"
TEXTS = "data/gateway/texts.yml"

CALL = """async def _{name}(to: Outside, write: Write) -> str:
{body}


"""
GIVES_NONE = '    await to.{call}(write.who, write.what, write.key)\n    return ""'
GIVES_ONE = "    return (await to.{call}(write.who, write.what, write.key)).{number}"


def kept_write(name: str, call: str, shape: str, number: str, skill: str, text: str, root: Path) -> Change:
    """`call` is a method of the ports, like services.rate; `shape` its dataclass; `number` leads to the number in its
    answer, like order.order_no, and is empty when there is none."""
    named(name, "write")
    operations = (root / OPERATIONS).read_text(encoding="utf-8")
    texts = (root / TEXTS).read_text(encoding="utf-8")
    if f'Operation("{name}"' in operations:
        raise NotWritten(f"there is a write {name} already")
    if bool(number) != ("{order_no}" in text):
        raise NotWritten("the text says {order_no} when there is a number, and only then")
    body = (GIVES_ONE if number else GIVES_NONE).format(call=call, number=number)
    operations = imported(operations, f"bot.ports.{call.partition('.')[0]}", shape)
    operations = operations.replace("OPERATIONS = {", CALL.format(name=name, body=body) + "OPERATIONS = {")
    entry = f'        Operation("{name}", {shape}, _{name}, skill="{skill}"),\n'
    operations = listed(operations, "    for each in (", entry)
    first = texts.index("deferred_refused:")
    texts = f'{texts[:first]}deferred_{name}: "{text}"\n{texts[first:]}'
    return Change(own={}, shared={OPERATIONS: operations, TEXTS: texts})
