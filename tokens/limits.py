"""How many requests a minute: one sliding log per membership, robot or failing address, exact over all processes.

"30 a minute" holds for every sixty seconds, not for every minute on the clock (docs/decisions/0012). Failures are
counted per address, and only after a credential turned out not to be one: they never delay one that verifies.
"""

import ipaddress
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from accounts.permissions import Actor
from tokens import sliding

log = logging.getLogger(__name__)
WINDOW_SECONDS = sliding.WINDOW // 1000
# Refused credentials of one address in a minute, before it is told to slow down.
FAILURES = 120
# For so long after a failure nobody waits for the shared log again.
SILENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Verdict:
    """What a limit says to one request."""

    allowed: bool
    # Requests in WINDOW_SECONDS, and how many are left now.
    limit: int
    remaining: int
    # Seconds until one more is free (or, with all of them left, until any would be), rounded up.
    reset: int


class _Stores:
    """The shared log, and what stands in for it."""

    def __init__(self) -> None:
        self.shared: sliding.Store = (
            sliding.FileLog() if settings.EMBEDDED else sliding.RedisLog(settings.REDIS_URL)
        )
        self.own = sliding.ProcessLog(settings.WEB_CONCURRENCY)
        self.away_until = 0.0

    def take(self, key: str, limit: int) -> Verdict:
        key = settings.LIMITS_PREFIX + key
        if self._is_there():
            try:
                return _told(limit, *self.shared.take(key, limit))
            except sliding.Away as error:
                self._went(error)
        return _told(self.own.share(limit), *self.own.take(key, limit))

    def peek(self, asked: Mapping[str, int]) -> dict[str, Verdict]:
        keys = [settings.LIMITS_PREFIX + key for key in asked]
        limits, found = dict(asked), None
        if asked and self._is_there():
            try:
                found = self.shared.peek(keys)
            except sliding.Away as error:
                self._went(error)
        if found is None:
            found = self.own.peek(keys)
            limits = {key: self.own.share(limit) for key, limit in asked.items()}
        states = zip(asked, found, strict=True)
        return {key: _told(limits[key], used < limits[key], used, wait) for key, (used, wait) in states}

    def _is_there(self) -> bool:
        return time.monotonic() >= self.away_until

    def _went(self, error: sliding.Away) -> None:
        self.away_until = time.monotonic() + SILENCE_SECONDS
        log.warning("The log of limits is away (%s); this process counts for itself", error)


def _told(limit: int, allowed: bool, used: int, wait: int) -> Verdict:
    return Verdict(allowed, limit, max(limit - used, 0), -(-wait // 1000))


@cache
def _stores() -> _Stores:
    # On first use: connections from before a fork are nobody's.
    return _Stores()


def bucket(actor: Actor) -> tuple[str, int]:
    """What this actor's requests are counted under, and how many it has a minute: a person's over all their tokens."""
    home = actor.home
    if actor.membership is None:
        return f"robot:{home.pk}:{actor.key}", home.robot_requests_a_minute
    granted = actor.membership.requests_a_minute or 0
    return f"membership:{actor.membership.pk}", max(home.requests_a_minute, granted)


def take(key: str, limit: int) -> Verdict:
    """Count one request under `key` if fewer than `limit` were let in during the last minute."""
    return _stores().take(key, limit)


def peek(asked: Mapping[str, int]) -> dict[str, Verdict]:
    """What take() would say now for each of {key: limit}, in one round trip, counting nothing."""
    return _stores().peek(asked)


def take_failure(address: str) -> Verdict:
    """Count a refused credential of that address; IPv6 by its network of 64 bits, which one machine owns whole."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return take(f"failures:{address}", FAILURES)
    if isinstance(one, ipaddress.IPv6Address):
        one = one.ipv4_mapped or ipaddress.IPv6Address(int(one) >> 64 << 64)
    return take(f"failures:{one}", FAILURES)


def headers(verdict: Verdict) -> Mapping[str, str]:
    """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), the older X-RateLimit-*, Retry-After.

    X-RateLimit-Reset is a Unix time in seconds, the others count seconds from now.
    """
    told = {
        "RateLimit-Policy": f'"minute";q={verdict.limit};w={WINDOW_SECONDS}',
        "RateLimit": f'"minute";r={verdict.remaining};t={verdict.reset}',
        "X-RateLimit-Limit": str(verdict.limit),
        "X-RateLimit-Remaining": str(verdict.remaining),
        "X-RateLimit-Reset": str(int(time.time()) + verdict.reset),
    }
    return told if verdict.allowed else told | {"Retry-After": str(verdict.reset)}


def readiness() -> str:
    """For /readyz: whether the shared log answers."""
    try:
        _stores().shared.peek([f"{settings.LIMITS_PREFIX}readyz"])
    except sliding.Away as error:
        return f"the shared log does not answer ({error}): each process counts for itself"
    return "ok"


def sweep() -> None:
    """Forget what nobody asks for any more; Redis does it by itself."""
    shared = _stores().shared
    if isinstance(shared, sliding.FileLog):
        shared.sweep()
