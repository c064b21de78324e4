"""Submitting to the company: by key, so never twice; kept for later when the company does not answer."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict
from typing import Any, ClassVar

from actions._base import CompanyAction
from actions._form import CompanyForm
from actions._say import Changes, Say
from actions._turn import Turn
from bot.ports.errors import Conflict, Unavailable


class SubmitAction(CompanyAction):
    """Base of the actions that carry a complete form out. What cannot be submitted now is kept (effect deferred)."""

    form: ClassVar[type[CompanyForm]]
    operation: ClassVar[str]  # of docs/protocols.md: report_fault, apply, voice

    @abstractmethod
    def draft(self, turn: Turn) -> Any:
        """The dataclass of the ports that is submitted."""

    @abstractmethod
    async def submit(self, turn: Turn, draft: Any, key: str, say: Say) -> Changes:
        """Submit and tell the result; an order number only from the answer."""

    async def act(self, turn: Turn, say: Say) -> Changes:
        draft, key = self.draft(turn), turn.key(self.operation)
        try:
            told = await self.submit(turn, draft, key, say)
            self.text(turn, draft, told, say)
        except (Unavailable, Conflict):
            say("utter_deferred")
            say.effect("deferred", operation=self.operation, key=key, body=asdict(draft))
            told = {}
        return {**self.form.ended(), **told}

    def text(self, turn: Turn, draft: Any, told: Changes, say: Say) -> None:
        """Where there is nothing to look at, the number and what else must not be forgotten follow as a text message."""
        if turn.manner.texts and draft.phone and told.get("order_no"):
            about, more = self.texted(draft)
            values = {"order_no": str(told["order_no"]), **more}
            say.effect("text_message", phone=draft.phone, about=about, values=values)

    def texted(self, draft: Any) -> tuple[str, dict[str, str]]:
        """Which text message (sms_… of data/gateway/texts.yml), and what fills it beside the number."""
        return "order", {}
