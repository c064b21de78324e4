"""Write the files of something new, so that every place where its name must stand has it. Nothing is written over.

    .venv/bin/python -m scripts.scaffold capability query_meter_age --wish 查电表年限 --answer 电表的年限我帮您问。 sentences.txt
    .venv/bin/python -m scripts.scaffold action query_meter_age --wish 查电表年限 --answer … sentences.txt
    .venv/bin/python -m scripts.scaffold channel pager --about "The pagers of the crews"
    .venv/bin/python -m scripts.scaffold job visits --about "Deletes visits that are over" --at 03:30 --once-in-cluster
    .venv/bin/python -m scripts.scaffold event meter_alarms --about "Alarms of the meters"
    .venv/bin/python -m scripts.scaffold write rate --call services.rate --shape Rating --text 您的评价已经记下。

The file of a capability holds its training sentences, one a line, the most usual first; `action` is a capability with an
action of its own."""

from __future__ import annotations

import argparse
import sys
from datetime import time
from pathlib import Path

from scripts.scaffold.capability import Capability, capability
from scripts.scaffold.channel import channel
from scripts.scaffold.event import event
from scripts.scaffold.job import job
from scripts.scaffold.kept_write import kept_write
from scripts.scaffold.tree import ROOT, Change, NotWritten, write


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="scripts.scaffold", description="Write the files of something new.")
    kinds = made.add_subparsers(dest="kind", required=True)
    for kind in ("capability", "action"):
        one = kinds.add_parser(kind)
        one.add_argument("name", help="verb and noun, like query_arrears")
        one.add_argument("--wish", required=True, help="what a customer calls it, like 查欠费")
        one.add_argument("--answer", required=True, help="its first reply")
        one.add_argument("sentences", type=Path, help="file of training sentences, one a line")
    for kind in ("channel", "event"):
        one = kinds.add_parser(kind)
        one.add_argument("name")
        one.add_argument("--about", required=True, help="what it is, in a few words")
    one = kinds.add_parser("job")
    one.add_argument("name")
    one.add_argument("--about", required=True, help="what it does, in a few words")
    when = one.add_mutually_exclusive_group(required=True)
    when.add_argument("--every", type=float, help="seconds")
    when.add_argument("--at", type=time.fromisoformat, help="time of day, like 03:30")
    one.add_argument("--once-in-cluster", action="store_true", help="one gateway does it for all")
    one = kinds.add_parser("write")
    one.add_argument("name")
    one.add_argument("--call", required=True, help="method of the ports, like services.rate")
    one.add_argument("--shape", required=True, help="its dataclass, like Rating")
    one.add_argument("--number", default="", help="where its answer has the number, like order.order_no")
    one.add_argument("--skill", default="general", help="of the person called when the company refuses")
    one.add_argument("--text", required=True, help="what tells the customer that it is done")
    return made


def change(told: argparse.Namespace, root: Path) -> Change:
    """What is to be written. Raises NotWritten."""
    match told.kind:
        case "channel":
            return channel(told.name, told.about, root)
        case "event":
            return event(told.name, told.about, root)
        case "job":
            return job(told.name, told.about, told.every, told.at, told.once_in_cluster, root)
        case "write":
            return kept_write(told.name, told.call, told.shape, told.number, told.skill, told.text, root)
    lines = told.sentences.read_text(encoding="utf-8").splitlines()
    rows = tuple(line.strip() for line in lines if line.strip())
    what = Capability(told.name, told.wish, told.answer, rows, told.kind == "action")
    return capability(what, root)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    told = parser().parse_args(arguments)
    try:
        wanted = change(told, root)
        written = write(wanted, root)
    except NotWritten as problem:
        print(f"Nothing written: {problem}", file=sys.stderr)
        return 1
    print("\n".join([*written, *(f"left to do: {each}" for each in wanted.left)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
