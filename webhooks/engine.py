"""The engine: claims due deliveries in batches, sends them side by side from one event loop, settles them in bulk.

It claims the next before the last are home, keeps all database work in one thread of its own, and holds at most a few
requests under way to one webhook, so that a slow or dead receiver delays nobody else.
"""

import asyncio
import contextlib
import logging
import resource
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection

from accounts.events import writing
from accounts.sealing import SealBroken
from webhooks import claiming, health, recipients, settling
from webhooks.claiming import Job
from webhooks.lanes import IN_FLIGHT, Lane
from webhooks.outcomes import Outcome
from webhooks.recipients import Recipient
from webhooks.sender import DEADLINE_SECONDS, Answer, Sender, new_event_loop
from webhooks.settling import Result
from webhooks.tallying import Tallies

log = logging.getLogger(__name__)
Told = TypeVar("Told")
# Held in memory at most, and taken in one claim: twice as many, so that sending never waits for the database.
HOLD, BATCH = 1024, 500
# Results are written when so many are in, or after a moment.
SETTLE_AT, SETTLE_SECONDS = 100, 0.05
POLL_SECONDS = 0.2
IDLE_SECONDS = 5.0
LIFE_SECONDS = 300.0
TALLY_SECONDS = 2.0
# How long what is switched off, paused, deleted or cancelled may still go out because it was claimed before.
LOOK_SECONDS = 0.5
# A database that is away so long: somebody else has claimed what we hold.
TROUBLE_SECONDS = 60.0
# What could not be finished well within its lease is left to the next claim.
SPARE = timedelta(seconds=DEADLINE_SECONDS + 20)


class Engine:
    """One run of it, from the first claim until nothing is due or its time is over."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS, tls: ssl.SSLContext | None = None) -> None:
        self.idle_seconds = idle_seconds
        self.handing_over: Callable[[], None] = lambda: None
        self._tls = tls
        self._lanes: dict[int, Lane] = {}
        self._results: list[Result] = []
        self._rests: list[tuple[int, float]] = []
        self._unsent: list[Job] = []
        self._held: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._tallies, self._tallied_at = Tallies(), time.monotonic()
        self._looked_at = time.monotonic()
        # Each may need a connection, and the process has other files open, too.
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._hold = min(HOLD, files // 2) if files != resource.RLIM_INFINITY else HOLD
        self._stopping = False

    def run(self) -> None:
        """Work until idle, stopped or old; returns when everything claimed is settled or given back."""
        with (
            ThreadPoolExecutor(1, thread_name_prefix="webhook-database") as self._database,
            asyncio.Runner(loop_factory=new_event_loop) as runner,
        ):
            try:
                runner.run(self._main())
            finally:
                self._database.submit(_close).result()

    def stop(self) -> None:
        """Claim no more, from any thread."""
        self._stopping = True

    # ---------- the loop ----------

    async def _main(self) -> None:
        self._stir = asyncio.Event()
        async with Sender(self._tls) as self._sender:
            began = busy = time.monotonic()
            while not self._stopping and time.monotonic() - began < LIFE_SECONDS:
                claimed = await self._turn(claims=True)
                await self._look_again()
                if claimed or self._held:
                    busy = time.monotonic()
                elif time.monotonic() - busy >= self.idle_seconds:
                    break
                await self._pause(claimed)
            await self._finish(is_old=time.monotonic() - began >= LIFE_SECONDS)

    async def _pause(self, claimed: int) -> None:
        """Until enough results are in, or it is time to look again."""
        if claimed and len(self._held) < self._hold // 2:
            # There is more: but let what was claimed begin first.
            await asyncio.sleep(0)
            return
        self._stir.clear()
        if len(self._results) < SETTLE_AT:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_SECONDS if self._held else POLL_SECONDS):
                    await self._stir.wait()

    async def _finish(self, is_old: bool) -> None:
        """Give back what was not sent, let the successor begin, settle the rest as it comes home."""
        for lane in self._lanes.values():
            self._give_back(lane.emptied())
        await self._turn(claims=False)
        if is_old or self._held:
            self.handing_over()
        while self._held:
            await self._pause(0)
            await self._turn(claims=False)
        await self._in_database(self._write_tallies)

    async def _turn(self, claims: bool) -> int:
        """One visit to the database: settle, rest, give back, claim. How many were claimed."""
        results, self._results = self._results, []
        rests, self._rests = self._rests, []
        unsent, self._unsent = self._unsent, []
        limit = min(BATCH, self._hold - len(self._held) + len(results) + len(unsent)) if claims else 0
        rooms = self._rooms(limit)
        jobs = await self._in_database(lambda: self._visit(results, rests, unsent, limit, rooms))
        self._held.difference_update(result.job.id for result in results)
        self._held.difference_update(job.id for job in unsent)
        self._tallies.add(results)
        # Apart from the visit: what fails here is tried again without settling twice.
        opened = await self._in_database(lambda: self._follow_up(results, jobs)) if results or jobs else {}
        # Claimed while the breaker opened: the database did not know yet.
        resting = {webhook for webhook, _seconds in self._rests}
        for job in jobs:
            # Ours already: its lease ran out while we held it.
            if job.id in self._held:
                continue
            self._held.add(job.id)
            if job.webhook in resting:
                self._give_back([job])
            else:
                self._lane(job.webhook).take(job, opened[job.webhook])
        for webhook in {job.webhook for job in jobs} - resting:
            self._pump(self._lanes[webhook])
        return len(jobs)

    async def _look_again(self) -> None:
        """Give back what is not wanted any more since it was claimed."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        if waiting := [job.id for lane in self._lanes.values() for job in lane.queue]:
            withdrawn = await self._in_database(lambda: claiming.withdrawn(waiting))
            for lane in self._lanes.values():
                self._give_back(lane.without(withdrawn))

    def _rooms(self, limit: int) -> dict[int, int]:
        """How many more of each webhook's: what is claimed is locked first, so no more than will be taken."""
        busy = sum(1 for lane in self._lanes.values() if lane.held)
        share = max(IN_FLIGHT, limit // max(busy, 1) + 1)
        return {lane.webhook: min(lane.room, share) for lane in self._lanes.values()}

    def _lane(self, webhook: int) -> Lane:
        return self._lanes.setdefault(webhook, Lane(webhook))

    # ---------- sending ----------

    def _pump(self, lane: Lane) -> None:
        """Begin as many of its requests as may be under way; each that ends goes on with the next that waits."""
        while lane.may_send() and (job := self._next(lane)):
            lane.in_flight += 1
            task = asyncio.create_task(self._send(lane, job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _next(self, lane: Lane) -> Job | None:
        """The first that waits and can be finished well within its lease."""
        latest = datetime.now(UTC) + SPARE
        while lane.queue:
            job = lane.queue.popleft()
            if job.leased_until >= latest:
                return job
            self._give_back([job])
        return None

    async def _send(self, lane: Lane, job: Job | None) -> None:
        while job is not None:
            await self._deliver(lane, job)
            job = self._next(lane)
        lane.in_flight -= 1
        if not lane.held:
            self._stir.set()

    async def _deliver(self, lane: Lane, job: Job) -> None:
        assert lane.recipient is not None
        try:
            result = await self._attempt(lane.recipient, job)
        except Exception:
            # A bug of ours must not leave the job in the air: its lease ends, and it is claimed again.
            log.exception("delivery %s was not sent", job.public_id)
            self._give_back([job])
            return
        job.failing = job.failing or lane.is_failing
        self._results.append(result)
        seconds = lane.ended(result)
        if seconds:
            self._rests.append((lane.webhook, seconds))
        if seconds or result.is_gone:
            self._give_back(lane.emptied())
        if len(self._results) >= SETTLE_AT:
            self._stir.set()

    async def _attempt(self, recipient: Recipient, job: Job) -> Result:
        now = datetime.now(UTC)
        try:
            headers = recipient.signed(job.public_id, now, job.body)
        except SealBroken:
            return Result(job, Answer(Outcome.SEALED, now.timestamp(), 0), recipient, now, [])
        if recipient.url is None:
            answer = Answer(Outcome.ADDRESS, now.timestamp(), 0, note="url")
        else:
            answer = await self._sender.post(recipient.url, job.body, recipient.headers + headers)
        return Result(job, answer, recipient, datetime.now(UTC), headers)

    def _give_back(self, jobs: list[Job]) -> None:
        self._unsent += jobs

    # ---------- the database's thread ----------

    async def _in_database(self, work: Callable[[], Told]) -> Told:
        """What `work` gives; while the database is away it is tried again, for a minute."""
        loop, since = asyncio.get_running_loop(), time.monotonic()
        while True:
            try:
                return await loop.run_in_executor(self._database, work)
            except (DatabaseError, InterfaceError) as error:
                if time.monotonic() - since > TROUBLE_SECONDS:
                    raise
                log.warning("the webhook engine waits for the database (%s)", type(error).__name__)
                await loop.run_in_executor(self._database, _close)
                await asyncio.sleep(0.3)

    def _visit(
        self,
        results: list[Result],
        rests: list[tuple[int, float]],
        unsent: list[Job],
        limit: int,
        rooms: dict[int, int],
    ) -> list[Job]:
        """Everything that must be true together, in one transaction."""
        if not (results or rests or unsent) and (limit <= 0 or not claiming.is_any()):
            return []
        with writing():
            _be_patient_briefly()
            if results:
                settling.settle(results)
                settling.note_health(results)
            settling.suspend(rests)
            claiming.release(unsent)
            return claiming.claim(limit, rooms) if limit > 0 else []

    def _follow_up(self, results: list[Result], jobs: list[Job]) -> dict[int, Recipient]:
        """What a turn leads to: webhooks whose receiver has gone, statistics, and the webhooks of what was claimed."""
        health.switch_off_gone(
            (result.job.webhook, result.recipient.version) for result in results if result.is_gone
        )
        if time.monotonic() - self._tallied_at > TALLY_SECONDS:
            self._write_tallies()
        return self._open(jobs)

    def _write_tallies(self) -> None:
        self._tallied_at = time.monotonic()
        if self._tallies:
            with writing():
                self._tallies.write()

    def _open(self, jobs: list[Job]) -> dict[int, Recipient]:
        """The webhooks of these jobs, opened anew where they have changed."""
        known = {lane.webhook: lane.recipient for lane in self._lanes.values() if lane.recipient is not None}
        told = {job.webhook: job.version for job in jobs}
        stale = [pk for pk, version in told.items() if pk not in known or known[pk].version != version]
        return known | (recipients.load(stale) if stale else {})


def _close() -> None:
    """The connection of the thread that calls this."""
    connection.close()


def _be_patient_briefly() -> None:
    """Whoever holds a row of ours has priority: before PostgreSQL looks for a circle (1 s), we give up and come again."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 300")
