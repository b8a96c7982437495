"""Redis going away is no reason to turn people away."""

from typing import Any

import pytest
from django.conf import settings as product
from django.core.cache import cache
from django.test import Client
from redis import Redis

from config.cache import SteadyRedisCache
from scripts.servers import free_port
from tests.cast import PASSWORD, Cast


def test_the_database_keeps_the_cache_while_redis_is_away(cast: Cast) -> None:
    away = SteadyRedisCache(
        f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": {"socket_connect_timeout": 0.2}}
    )
    away.set("k", 1, 60)
    assert away.get("k") == 1 and away.add("k", 2) is False and away.add("other", 2) is True
    assert away.touch("k", 60) and away.delete("k") and away.get("k", "gone") == "gone"
    away.clear()
    assert away.get("other") is None


def test_people_sign_in_while_redis_is_away(cast: Cast, settings: Any, client: Client) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "config.cache.SteadyRedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        }
    }
    told = {"login": "mia@halden.example", "password": PASSWORD}
    assert client.post("/accounts/login/", told).status_code == 302
    assert client.get("/o/halden/").status_code == 200


@pytest.mark.skipif(product.EMBEDDED, reason="`make test-scale` has Redis")
def test_clearing_the_cache_leaves_everything_else_in_redis(cast: Cast) -> None:
    redis = Redis.from_url(product.REDIS_URL)
    redis.set(f"{product.LIMITS_PREFIX}kept", 1, ex=60)
    cache.set("mine", 1)
    cache.clear()
    assert redis.get(f"{product.LIMITS_PREFIX}kept") == b"1" and cache.get("mine") is None
