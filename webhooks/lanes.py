"""One webhook inside an engine: what is claimed for it, how much of it is under way, and the breaker."""

import time
from collections import deque
from dataclasses import dataclass, field

from django.conf import settings

from webhooks import schedule
from webhooks.claiming import CAREFUL_WINDOW, FIRST_WINDOW, Job
from webhooks.recipients import Recipient
from webhooks.settling import Result

# Requests under way to one webhook, at most.
IN_FLIGHT: int = settings.WEBHOOK_IN_FLIGHT
# Claimed ahead for one that answers quickly, so that it never waits for the database.
WIDEST_WINDOW = 100
QUICK_MS = 500
# A receiver may put its whole webhook off for so long; a single delivery for longer.
LONGEST_REST = 3600.0


@dataclass(slots=True)
class Lane:
    """What the engine holds for one webhook."""

    webhook: int
    recipient: Recipient | None = None
    queue: deque[Job] = field(default_factory=deque)
    in_flight: int = 0
    window: int = FIRST_WINDOW
    failures: int = 0
    suspensions: int = 0
    is_failing: bool = False
    rests_until: float = 0.0

    @property
    def held(self) -> int:
        """Claimed and not settled."""
        return len(self.queue) + self.in_flight

    @property
    def room(self) -> int:
        """How many more it takes."""
        return max(self.window - self.held, 0)

    @property
    def is_resting(self) -> bool:
        """Whether the breaker is open, as far as this engine knows."""
        return time.monotonic() < self.rests_until

    def take(self, job: Job, recipient: Recipient) -> None:
        """Queue it. What the claim said about the webhook counts when nothing is under way."""
        self.recipient = recipient
        if not self.held and not job.is_probe:
            self.suspensions, self.is_failing = job.suspensions, job.failing
            if self.suspensions:
                self.window = CAREFUL_WINDOW
        self.queue.append(job)

    def may_send(self) -> bool:
        """Whether another request may begin."""
        return bool(self.queue) and self.in_flight < IN_FLIGHT

    def ended(self, result: Result) -> float:
        """Learn from an attempt; seconds for which the webhook is to be left alone from now on, mostly 0."""
        if result.job.is_probe:
            return 0.0
        if result.is_ok:
            self.failures = self.suspensions = 0
            self.is_failing, self.rests_until = False, 0.0
            self._widen(result.answer.duration_ms)
            return 0.0
        self.failures += 1
        self.is_failing, self.window = True, FIRST_WINDOW
        if self.is_resting:
            return 0.0
        if result.is_gone:
            # Until it has been switched off.
            return self._rest(schedule.LONGEST_REST)
        asked = result.all_to_wait
        if asked:
            return self._rest(min(asked, LONGEST_REST))
        if self.failures >= schedule.FAILURES_IN_A_ROW or self.suspensions:
            return self._rest(schedule.rest(self.suspensions + 1))
        return 0.0

    def _widen(self, duration_ms: int) -> None:
        self.window = (
            min(max(self.window, FIRST_WINDOW) * 2, WIDEST_WINDOW) if duration_ms < QUICK_MS else FIRST_WINDOW
        )

    def _rest(self, seconds: float) -> float:
        self.rests_until = time.monotonic() + seconds
        self.suspensions += 1
        self.window = CAREFUL_WINDOW
        return seconds

    def without(self, ids: set[int]) -> list[Job]:
        """Those of `ids` that were not sent yet, taken out of the queue."""
        taken = [job for job in self.queue if job.id in ids]
        if taken:
            self.queue = deque(job for job in self.queue if job.id not in ids)
        return taken

    def emptied(self) -> list[Job]:
        """What was not sent yet, taken out of the queue."""
        jobs = list(self.queue)
        self.queue.clear()
        return jobs
