"""The cache with Redis: while Redis is away, a table in the database, so that sign-in and its limits go on."""

import logging
import time
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
SILENCE_SECONDS = 5.0
TABLE = "cache"


class SteadyRedisCache(BaseCache):
    """Redis first; for five seconds after a failure nobody waits for it again."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis, self._table = RedisCache(server, params), DatabaseCache(TABLE, params)
        self._away_until = 0.0

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(self._redis, name)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + SILENCE_SECONDS
                log.warning("Redis is away (%s); the database keeps the cache", type(error).__name__)
        return getattr(self._table, name)(*args, **kwargs)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """As Django's."""
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: Any = None) -> Any:
        """As Django's."""
        return self._either("get", key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> None:
        """As Django's."""
        self._either("set", key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """As Django's."""
        return bool(self._either("touch", key, timeout, version))

    def delete(self, key: str, version: Any = None) -> bool:
        """As Django's."""
        return bool(self._either("delete", key, version))

    def clear(self) -> None:
        """Our own keys only: Django's would empty the whole Redis database, the broker's queue and the limits with it."""
        try:
            redis = self._redis._cache.get_client(None, write=True)
            for key in redis.scan_iter(match=f"{self.key_prefix}:*", count=1000):
                redis.delete(key)
        except (RedisError, OSError):
            log.warning("Redis is away; the table is emptied alone")
        self._table.clear()
