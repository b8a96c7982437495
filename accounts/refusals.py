"""Why a verb said no, where it is neither a missing power nor a state of things (accounts.actions.NotPossible)."""

from django.http import Http404


class Stale(Exception):
    """It was changed since the caller read it: 412."""


class NotValid(Exception):
    """A value that fits its type, but not this thing: 422 with the field's name."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotThere(Http404):
    """What `field` names is not there for this actor."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Pruned(Exception):
    """Lines of the record behind this cursor are gone for good: 410. `until` is the cursor to go on with."""

    def __init__(self, until: int) -> None:
        super().__init__(str(until))
        self.until = until
