"""All consumers of events."""

from bot.events.consumer import Consumer
from bot.events.facts import CompanyFacts

CONSUMERS: tuple[type[Consumer], ...] = (
    CompanyFacts,
)  # fmt: skip
