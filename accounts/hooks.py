"""Named places where an upper app adds to a lower floor's pages and questions; it registers in its apps.py (house.md)."""

from collections.abc import Callable, Iterator
from typing import Any


class Hook:
    """A list of callables under one name; each gets the same arguments."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._registered: list[Callable[..., Any]] = []

    def register(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Add `function`; usable as a decorator."""
        self._registered.append(function)
        return function

    def each(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """What every registered function answers, in order of registration."""
        for function in self._registered:
            yield function(*args, **kwargs)

    def rows(self, *args: Any, **kwargs: Any) -> list[Any]:
        """All lists that the registered functions answer, as one."""
        return [row for answer in self.each(*args, **kwargs) for row in answer]

    def first(self, *args: Any, **kwargs: Any) -> Any:
        """The first answer that is not None, or None."""
        return next((answer for answer in self.each(*args, **kwargs) if answer is not None), None)


# actor → [{"label", "value", "url"}]: counts on the overview.
overview_cards = Hook("overview_cards")
# actor → [{"icon", "tone", "text", "url", "action"}]: what needs a look today.
overview_attention = Hook("overview_attention")
# () → [{"text", "url"}]: what waits for an operator's answer.
operator_waiting = Hook("operator_waiting")
# user → number of secrets waiting in "Shared with you".
top_bar_counts = Hook("top_bar_counts")
# actor, membership → [{"template", …}]: panels on the right of a person's page.
person_panels = Hook("person_panels")
# actor, membership → [{"icon", "text"}]: what stops and what stays when somebody goes; shown before the button.
leaving_lines = Hook("leaving_lines")
# actor, membership: called inside the action that ends a membership; upper apps end what is of it.
membership_ended = Hook("membership_ended")
# membership → [{"key", "label", "hint"}]: what may work again when somebody is reactivated, asked one by one.
reactivation_choices = Hook("reactivation_choices")
# actor, membership, chosen keys: called inside the action that reactivates.
reactivated = Hook("reactivated")
# actor, group → [{"id", "name", "url", "kind"}]: what else is in a group (robots).
group_members = Hook("group_members")
# actor, thing → [{"icon", "text"}]: what stops when it is cut, from evidence; shown before the button.
consequences = Hook("consequences")
# () → [(what, value)]: secrets that tests/test_secrets.py must find nowhere; filled in tests only.
leak_checks = Hook("leak_checks")
# organization, {(kind, key)} → {(kind, key): the live Actor of that snapshot}; those that ended are missing.
actors_of = Hook("actors_of")
# path → a function(status, title, detail, extra) → HttpResponse in that mount's shape, or None.
error_shape = Hook("error_shape")

# () → [(name, help, [({label: value}, number)])]: what /metrics tells, gauges all, each in a constant number of queries.
metrics = Hook("metrics")
