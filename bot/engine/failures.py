"""What can keep a turn from being carried out.

    TurnFailed        the turn leaves no trace and may be sent again
    ├── ActionsFailed   the action server did not answer as agreed in time
    ├── StorageFailed   the store could not be read or written
    └── DialogueStuck   the rules kept predicting actions without coming to an end
    TurnConflict      another process carried out a turn of this conversation meanwhile

They are BaseExceptions because Rasa swallows every Exception of an action, answers the customer as if nothing had
happened, and stores the half turn. Only bot/engine/server.py catches them.
"""

from __future__ import annotations


class TurnFailed(BaseException):
    """The turn could not be carried out; nothing of it is stored."""


class ActionsFailed(TurnFailed):
    """The action server is away, slow, or answered an error."""


class StorageFailed(TurnFailed):
    """The store is away, full or locked."""


class DialogueStuck(TurnFailed):
    """No end of predicted actions."""


class TurnConflict(BaseException):
    """The conversation moved on under this turn."""
