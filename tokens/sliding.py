"""Where the sliding logs lie: in Redis, in the embedded ephemeral database, or in this process while neither answers.

Each keeps, per key, when the requests of the last minute were let in, in milliseconds. A clock that was set back
makes those entries as old as now: nobody gets more than the limit, and nobody waits longer than a minute.
"""

import threading
import time
from array import array
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from redis import Redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, RedisError

Answer = TypeVar("Answer")
# Milliseconds.
WINDOW = 60_000


class Away(Exception):
    """The store does not answer."""


class Store(Protocol):
    """What limits.py asks of each."""

    def take(self, key: str, limit: int) -> tuple[bool, int, int]:
        """(let in, requests counted in the window, milliseconds until the oldest of them leaves it). Raises Away."""

    def peek(self, keys: list[str]) -> list[tuple[int, int]]:
        """The last two for each key, in one round trip, counting nothing. Raises Away."""


def slide(stamps: list[int], now: int) -> list[int]:
    """Those that are still within the window."""
    return [min(stamp, now) for stamp in stamps if stamp > now - WINDOW]


def _verdict(stamps: list[int], now: int, limit: int) -> tuple[bool, int, int]:
    """Adds to `stamps` what is let in."""
    let_in = len(stamps) < limit
    if let_in:
        stamps.append(now)
    return let_in, *_state(stamps, now)


def _state(stamps: list[int], now: int) -> tuple[int, int]:
    return len(stamps), stamps[0] + WINDOW - now if stamps else WINDOW


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
if allowed then
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
        self._digest = self._redis.register_script(SCRIPT).sha
        self._threads = threading.local()

    def take(self, key: str, limit: int) -> tuple[bool, int, int]:
        """As Store."""
        try:
            let_in, used, wait = self._run(key, limit)
        except (RedisError, OSError) as error:
            raise Away(type(error).__name__) from error
        return bool(let_in), int(used), int(wait)

    def _run(self, key: str, limit: int) -> list[int]:
        # A thread keeps a connection of its own: lending one for every call takes longer than the script.
        kept = getattr(self._threads, "line", None)
        if kept is None:
            kept = self._threads.line = self._redis.connection_pool.make_connection()
        had, more = kept.is_connected, (1, key, limit, WINDOW)
        try:
            return self._answer(kept, more)
        except ConnectionLost:
            # It died while nobody used it; a request that was counted twice is the worst of it.
            if not had:
                raise
            return self._answer(kept, more)

    def _answer(self, line: Any, more: tuple[Any, ...]) -> list[int]:
        try:
            line.send_command("EVALSHA", self._digest, *more)
            told: list[int] = line.read_response()
        except NoScriptError:
            line.send_command("EVAL", SCRIPT, *more)
            told = line.read_response()
        return told

    def peek(self, keys: list[str]) -> list[tuple[int, int]]:
        """As Store."""
        asked = self._redis.pipeline(transaction=False).time()
        for key in keys:
            asked.lrange(key, 0, -1)
        try:
            (seconds, micro), *logs = asked.execute()
        except (RedisError, OSError) as error:
            raise Away(type(error).__name__) from error
        now = seconds * 1000 + micro // 1000
        return [_state(slide([int(stamp) for stamp in log], now), now) for log in logs]


def _unpacked(stamps: bytes) -> list[int]:
    return list(array("q", stamps))


TABLE = """CREATE TABLE IF NOT EXISTS limit_log
(key TEXT PRIMARY KEY, stamps BLOB NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID"""
READ = "SELECT key, stamps FROM limit_log WHERE key IN ({})"
WRITE = "INSERT OR REPLACE INTO limit_log (key, stamps, until) VALUES (%s, %s, %s)"


class FileLog:
    """Embedded: a row per key in a database file of its own, shared by the processes of this machine."""

    # Threads queue here instead of busy-waiting for the file.
    _lock = threading.Lock()

    def take(self, key: str, limit: int) -> tuple[bool, int, int]:
        """As Store."""
        return self._steadily(lambda: self._take(key, limit))

    def peek(self, keys: list[str]) -> list[tuple[int, int]]:
        """As Store."""
        return self._steadily(lambda: self._peek(keys))

    def _steadily(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except DatabaseError:
            # The file may be deleted at any time, and is without this table at first.
            try:
                with connections["ephemeral"].cursor() as cursor:
                    cursor.execute(TABLE)
                return ask()
            except DatabaseError as error:
                raise Away(type(error).__name__) from error

    def _take(self, key: str, limit: int) -> tuple[bool, int, int]:
        with (
            self._lock,
            transaction.atomic(using="ephemeral"),
            connections["ephemeral"].cursor() as cursor,
        ):
            # Read inside the transaction: whoever waited for the lock is later than who had it.
            now = time.time_ns() // 1_000_000
            row = cursor.execute(READ.format("%s"), [key]).fetchone()
            stamps = slide(_unpacked(row[1]) if row else [], now)
            told = _verdict(stamps, now, limit)
            if (packed := array("q", stamps).tobytes()) != (bytes(row[1]) if row else b""):
                cursor.execute(WRITE, [key, packed, now + WINDOW])
        return told

    def _peek(self, keys: list[str]) -> list[tuple[int, int]]:
        with connections["ephemeral"].cursor() as cursor:
            found = dict(cursor.execute(READ.format(", ".join(["%s"] * len(keys))), keys).fetchall())
        now = time.time_ns() // 1_000_000
        return [_state(slide(_unpacked(found.get(key, b"")), now), now) for key in keys]

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

    def take(self, key: str, limit: int) -> tuple[bool, int, int]:
        """As Store; the numbers are those of the share."""
        now = time.monotonic_ns() // 1_000_000
        with self._lock:
            if len(self._logs) > self.ROOM:
                self._logs = {key: left for key, log in self._logs.items() if (left := slide(log, now))}
            stamps = slide(self._logs.get(key, []), now)
            told = _verdict(stamps, now, self.share(limit))
            self._logs[key] = stamps
        return told

    def peek(self, keys: list[str]) -> list[tuple[int, int]]:
        """As Store."""
        now = time.monotonic_ns() // 1_000_000
        return [_state(slide(self._logs.get(key, []), now), now) for key in keys]

    def share(self, limit: int) -> int:
        """This process's part of `limit`, at least one request a minute of any."""
        return max(limit // self._processes, min(limit, 1))
