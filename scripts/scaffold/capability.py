"""The files of a new capability, so that every place where its name must stand has it.

Without an action of its own the capability is talk only (`action_answer`); with one a class is begun in
actions/<name>.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.scaffold.tree import Change, NotWritten, entered, title

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

from actions._base import CompanyAction
from actions._say import Changes, Say
from actions._turn import Turn


class {title}(CompanyAction):
    async def act(self, turn: Turn, say: Say) -> Changes:
        say("{reply}")
        return {{}}
'''


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
    named = {"name": what.name, "action": what.action, "reply": what.reply, "title": title(what.name)}
    files = {
        f"data/nlu/{what.name}.yml": EXAMPLES.format(sentences=rows, **named),
        f"data/dialogue/{what.name}.yml": PAGE.format(answer=what.answer, **named),
        f"tests/dialogue/test_{what.name}.yml": CONVERSATION.format(sentence=what.sentences[0], **named),
    }
    return files | ({f"actions/{what.name}.py": ACTION.format(**named)} if what.own_action else {})


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


def capability(what: Capability, root: Path) -> Change:
    """Its own files, and its name where all names stand."""
    if not NAME.fullmatch(what.name):
        raise NotWritten(f"{what.name} is not a verb and a noun in lower case, like query_arrears")
    if not what.sentences:
        raise NotWritten("there is no training sentence")
    return Change(new_files(what), shared_files(what, root))
