"""Where the sliding logs lie: in Redis, in the embedded ephemeral database, or in this process while neither answers.

Each keeps, per key, when the requests of the last minute were let in, in milliseconds. A clock that was set back
makes those entries as old as now: nobody gets more than the limit, and nobody waits longer than a minute.
"""

import threading
import time
from array import array
from typing import Any, Protocol

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from redis import Redis
from redis.exceptions import RedisError

# Milliseconds.
WINDOW = 60_000


class Away(Exception):
    """The store does not answer."""


class Store(Protocol):
    """What limits.py asks of each."""

    def take(self, key: str, limit: int, count: bool = True) -> tuple[bool, int, int]:
        """(let in, requests counted in the window, milliseconds until the oldest of them leaves it). Raises Away."""


def slide(stamps: list[int], now: int) -> list[int]:
    """Those that are still within the window."""
    return [min(stamp, now) for stamp in stamps if stamp > now - WINDOW]


def _verdict(stamps: list[int], now: int, limit: int, count: bool) -> tuple[bool, int, int]:
    """Adds to `stamps` what is let in."""
    let_in = len(stamps) < limit
    if let_in and count:
        stamps.append(now)
    return let_in, len(stamps), stamps[0] + WINDOW - now if stamps else WINDOW


# One round trip, atomic, by Redis's own clock: how far those of the web servers are apart does not matter.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.call('LINDEX', KEYS[1], -1)
if last and tonumber(last) > now then
  local stamps = redis.call('LRANGE', KEYS[1], 0, -1)
  redis.call('DEL', KEYS[1])
  for _, stamp in ipairs(stamps) do redis.call('RPUSH', KEYS[1], math.min(tonumber(stamp), now)) end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - ARGV[2] do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
local used = redis.call('LLEN', KEYS[1])
local allowed = used < tonumber(ARGV[1])
if allowed and ARGV[3] == '1' then
  used = redis.call('RPUSH', KEYS[1], now)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  oldest = oldest or now
end
return {allowed and 1 or 0, used, oldest and (oldest + ARGV[2] - now) or tonumber(ARGV[2])}
"""


class RedisLog:
    """Shared by every process of every machine."""

    def __init__(self, url: str) -> None:
        seconds = settings.REDIS_SECONDS
        self._redis: Any = Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds)
        self._script = self._redis.register_script(SCRIPT)

    def take(self, key: str, limit: int, count: bool = True) -> tuple[bool, int, int]:
        """As Store."""
        try:
            let_in, used, wait = self._script([key], [limit, WINDOW, int(count)])
        except (RedisError, OSError) as error:
            raise Away(type(error).__name__) from error
        return bool(let_in), int(used), int(wait)


TABLE = """CREATE TABLE IF NOT EXISTS limit_log
(key TEXT PRIMARY KEY, stamps BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID"""
READ = "SELECT stamps FROM limit_log WHERE key = %s"
WRITE = "INSERT OR REPLACE INTO limit_log (key, stamps, until) VALUES (%s, %s, %s)"


class FileLog:
    """Embedded: a row per key in a database file of its own, shared by the processes of this machine."""

    # Threads queue here instead of busy-waiting for the file.
    _lock = threading.Lock()

    def take(self, key: str, limit: int, count: bool = True) -> tuple[bool, int, int]:
        """As Store."""
        try:
            return self._take(key, limit, count)
        except DatabaseError:
            # The file may be deleted at any time, and is without this table at first.
            try:
                with connections["ephemeral"].cursor() as cursor:
                    cursor.execute(TABLE)
                return self._take(key, limit, count)
            except DatabaseError as error:
                raise Away(type(error).__name__) from error

    def _take(self, key: str, limit: int, count: bool) -> tuple[bool, int, int]:
        with (
            self._lock,
            transaction.atomic(using="ephemeral"),
            connections["ephemeral"].cursor() as cursor,
        ):
            # Read inside the transaction: whoever waited for the lock is later than who had it.
            now = time.time_ns() // 1_000_000
            row = cursor.execute(READ, [key]).fetchone()
            stamps = slide(list(array("q", row[0])) if row else [], now)
            let_in, used, wait = _verdict(stamps, now, limit, count)
            if (packed := array("q", stamps).tobytes()) != (bytes(row[0]) if row else b""):
                cursor.execute(WRITE, [key, packed, now + WINDOW])
        return let_in, used, wait

    def sweep(self) -> None:
        """Forget keys that nobody used for a minute."""
        with self._lock, connections["ephemeral"].cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute("DELETE FROM limit_log WHERE until < %s", [time.time_ns() // 1_000_000])


class ProcessLog:
    """While the shared one is away: this process's own, so its share of the limit."""

    # Keys; more are swept.
    ROOM = 10_000

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._logs: dict[str, list[int]] = {}

    def take(self, key: str, limit: int, count: bool = True) -> tuple[bool, int, int]:
        """As Store; the numbers are those of the share."""
        now = time.monotonic_ns() // 1_000_000
        with self._lock:
            if len(self._logs) > self.ROOM:
                self._logs = {key: left for key, log in self._logs.items() if (left := slide(log, now))}
            stamps = slide(self._logs.get(key, []), now)
            told = _verdict(stamps, now, self.share(limit), count)
            self._logs[key] = stamps
        return told

    def share(self, limit: int) -> int:
        """This process's part of `limit`, at least one request a minute of any."""
        return max(limit // self._processes, min(limit, 1))
