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
    told = {part: health.asked(part, check) == "ok" for part, check in health.CHECKS.items()}
    return [
        (
            "ready",
            "1 while this part is well, as in /readyz.",
            [({"part": part}, well) for part, well in told.items()],
        )
    ]


def ground() -> list[Row]:
    """Of the ground floor, for the hook."""
    mails = dict.fromkeys(OutgoingMail.State.values, 0) | dict(
        OutgoingMail.objects.values_list("state").annotate(Count("pk"))
    )
    return [
        ("organizations", "Organizations.", [({}, Organization.objects.count())]),
        ("memberships", "Memberships that have not ended.", [({}, Membership.objects.current().count())]),
        ("mails", "Mails in the outbox.", [({"state": state}, count) for state, count in mails.items()]),
        (
            "mail_overdue_seconds",
            "How long the mail that waits longest has been due.",
            [({}, health.mail_overdue_seconds())],
        ),
    ]
