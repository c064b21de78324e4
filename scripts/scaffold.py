"""Write the files of a new capability, so that every place where its name must stand has it.

    .venv/bin/python -m scripts.scaffold query_meter_age --wish 查电表年限 --answer 电表的年限我帮您问。 sentences.txt
    .venv/bin/python -m scripts.scaffold query_meter_age --wish 查电表年限 --answer … --action sentences.txt

The file holds the training sentences, one a line, the most usual first. Without --action the capability is talk only
(`action_answer`); with it a class of its own is begun in actions/<name>.py. Nothing that exists is written over."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[a-z]+(_[a-z]+)+")

EXAMPLES = 'version: "3.1"\nnlu:\n- intent: {name}\n  examples: |\n{sentences}\n'
PAGE = """version: "3.1"
rules:
- rule: Somebody says a sentence of {name}.
  steps:
  - intent: {name}
  - action: {action}
responses:
  {reply}:
  - text: {answer}
"""
CONVERSATION = """conversations:
- name: the most usual sentence is answered
  turns:
  - {{say: {sentence}, replies: [{reply}]}}
"""
ACTION = '''"""{title}."""

from __future__ import annotations

from actions._base import Changes, CompanyAction, Say
from actions._turn import Turn


class {title}(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("{reply}")
        return {{}}
'''


class NotWritten(Exception):
    """One line that says why nothing was written."""


@dataclass(frozen=True)
class Capability:
    """What the author has to say; the rest follows from the name."""

    name: str
    wish: str
    answer: str
    sentences: tuple[str, ...]
    own_action: bool = False

    @property
    def action(self) -> str:
        return f"action_{self.name}" if self.own_action else "action_answer"

    @property
    def reply(self) -> str:
        return f"utter_{self.name}" if self.own_action else f"utter_answer_{self.name}"


def new_files(what: Capability) -> dict[str, str]:
    """The capability's own files: path → content."""
    rows = "\n".join(f"    - {sentence}" for sentence in what.sentences)
    title = "".join(part.capitalize() for part in what.name.split("_"))
    named = {"name": what.name, "action": what.action, "reply": what.reply, "title": title}
    files = {
        f"data/nlu/{what.name}.yml": EXAMPLES.format(sentences=rows, **named),
        f"data/dialogue/{what.name}.yml": PAGE.format(answer=what.answer, **named),
        f"tests/dialogue/test_{what.name}.yml": CONVERSATION.format(sentence=what.sentences[0], **named),
    }
    return files | ({f"actions/{what.name}.py": ACTION.format(**named)} if what.own_action else {})


def entered(text: str, block: str, line: str) -> str:
    """A YAML text with a line added at the end of a block, comments and order kept."""
    found = re.search(rf"^( *){block}:\n((?:\1 +\S.*\n|\1 *#.*\n)+)", text, re.M)
    if not found:
        raise NotWritten(f"no block {block} to enter {line.strip()} in")
    return text[: found.end(2)] + line + text[found.end(2) :]


def shared_files(what: Capability, root: Path) -> dict[str, str]:
    """The files every capability is entered in: path → new content."""
    domain = (root / "domain.yml").read_text(encoding="utf-8")
    names = (root / "data/dialogue/names.yml").read_text(encoding="utf-8")
    domain = entered(domain, "intents", f"  - {what.name}\n")
    if what.own_action:
        domain = entered(domain, "actions", f"  - {what.action}\n")
    return {
        "domain.yml": domain,
        "data/dialogue/names.yml": entered(names, "wish", f"    {what.name}: {what.wish}\n"),
    }


def scaffold(what: Capability, root: Path) -> list[str]:
    """Write everything or nothing; the paths written."""
    if not NAME.fullmatch(what.name):
        raise NotWritten(f"{what.name} is not a verb and a noun in lower case, like query_arrears")
    if not what.sentences:
        raise NotWritten("there is no training sentence")
    own = new_files(what)
    if there := [path for path in own if (root / path).exists()]:
        raise NotWritten(f"{', '.join(there)} exists already")
    files = own | shared_files(what, root)
    for path, content in files.items():
        (root / path).write_text(content, encoding="utf-8")
    return sorted(files)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts.scaffold", description="Write the files of a new capability."
    )
    parser.add_argument("name", help="verb and noun, like query_arrears")
    parser.add_argument("--wish", required=True, help="what a customer calls it, like 查欠费")
    parser.add_argument("--answer", required=True, help="its first reply")
    parser.add_argument("--action", action="store_true", help="begin an action of its own")
    parser.add_argument("sentences", type=Path, help="file of training sentences, one a line")
    told = parser.parse_args(arguments)
    lines = told.sentences.read_text(encoding="utf-8").splitlines()
    rows = tuple(line.strip() for line in lines if line.strip())
    try:
        written = scaffold(Capability(told.name, told.wish, told.answer, rows, told.action), ROOT)
    except NotWritten as problem:
        print(f"Nothing written: {problem}", file=sys.stderr)
        return 1
    print("\n".join(written))
    return 0


if __name__ == "__main__":
    sys.exit(main())
