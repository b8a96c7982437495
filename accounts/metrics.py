"""What /metrics tells: counted in the database when asked, so that every process says the same."""

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily

from accounts import hooks
from accounts.models import Membership, Organization, OutgoingMail
from accounts.views import health

# Name, help, samples as {label: value} and a number.
Row = tuple[str, str, list[tuple[dict[str, str], float]]]


def exposition() -> bytes:
    """Everything in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Collector())
    told: bytes = generate_latest(registry)
    return told


class _Collector:
    """For the library."""

    def collect(self) -> Iterator[Metric]:
        for name, text, samples in [*_readiness(), *hooks.metrics.rows()]:
            family = GaugeMetricFamily(
                f"gatehouse_{name}", text, labels=list(samples[0][0]) if samples else ()
            )
            for labels, value in samples:
                family.add_metric(list(labels.values()), value)
            yield family


def _readiness() -> list[Row]:
    """What /readyz says, and how long its parts have waited: each part is asked once for both."""
    told: list[tuple[dict[str, str], float]] = []
    waits: list[Row] = []
    for part, check in health.CHECKS.items():
        if isinstance(check, health.Overdue):
            age = health.asked(part, check.seconds)
            said = check.said(age) if isinstance(age, int) else age
            waits += [(check.metric, check.text, [({}, age)])] if isinstance(age, int) else []
        else:
            said = health.asked(part, check)
        told.append(({"part": part}, said == "ok"))
    return [("ready", "1 while this part is well, as in /readyz.", told), *waits]


def ground() -> list[Row]:
    """Of the ground floor, for the hook."""
    mails = dict.fromkeys(OutgoingMail.State.values, 0) | dict(
        OutgoingMail.objects.values_list("state").annotate(Count("pk"))
    )
    return [
        ("organizations", "Organizations.", [({}, Organization.objects.count())]),
        ("memberships", "Memberships that have not ended.", [({}, Membership.objects.current().count())]),
        ("mails", "Mails in the outbox.", [({"state": state}, count) for state, count in mails.items()]),
    ]
