"""Limits: exact within any minute, shared by all processes, and what happens when the shared log is away."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as product
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.sealing import new_secret
from scripts.servers import free_port
from tests.cast import Cast
from tests.conftest import basic, bearer
from tests.tokens.conftest import ME, call, is_problem, personal
from tokens import limits, sliding

PROGRAM = """
import django; django.setup()
from tokens import limits
print("ready", flush=True); input()
print(sum(limits.take("membership:1", 30).allowed for _ in range(125)))
"""


def test_thirty_of_a_thousand_pass_whatever_the_processes(tmp_path: Path) -> None:
    given = os.environ | {"GATEHOUSE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    crew = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=given,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=product.BASE_DIR,
        )
        for _ in range(8)
    ]
    # All of them are up before any begins.
    assert [one.stdout.readline().strip() for one in crew if one.stdout] == ["ready"] * 8
    for one in crew:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    assert sum(int(one.communicate()[0]) for one in crew) == 30
    assert not any(one.returncode for one in crew)


# ---------- the log itself ----------


@pytest.fixture(params=["shared", "own"])
def store(request: pytest.FixtureRequest, cast: Cast) -> Any:
    """The log that all processes share on this backend, and the one that stands in for it."""
    if request.param == "own":
        return sliding.ProcessLog(1)
    return limits._stores().shared


def test_as_many_as_allowed_and_not_one_more(store: Any, settings: Any) -> None:
    key = f"{settings.LIMITS_PREFIX}x"
    assert [store.take(key, 3)[:2] for _ in range(5)] == [(True, 1), (True, 2), (True, 3)] + 2 * [(False, 3)]
    (used, wait), nothing = store.peek([key, f"{key}y"])
    assert used == 3 and 0 < wait <= sliding.WINDOW and nothing == (0, sliding.WINDOW)
    assert 0 < store.take(key, 3)[2] <= sliding.WINDOW
    assert store.take(f"{key}z", 0)[0] is False


def test_a_refused_one_does_not_count() -> None:
    log, stamps = sliding.ProcessLog(1), []
    for _ in range(100):
        stamps.append(log.take("k", 2)[1])
    assert max(stamps) == 2


def _only(backend: bool) -> Any:
    return pytest.mark.skipif(product.EMBEDDED is not backend, reason="the other backend's log")


@_only(True)
def test_the_window_slides_with_the_clock(cast: Cast) -> None:
    log = sliding.FileLog()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [log.take("k", 2)[0] for _ in range(3)] == [True, True, False]
        clock.shift(timedelta(seconds=59.9))
        assert log.take("k", 2) == (False, 2, 100)
        clock.shift(timedelta(seconds=0.1))
        assert log.take("k", 2) == (True, 1, sliding.WINDOW)
        # Thirty in one second and thirty in the next minute's first would be sixty in two: never here.
        clock.shift(timedelta(seconds=30))
        assert log.take("k", 2)[0] and not log.take("k", 2)[0]


@_only(True)
def test_a_clock_set_back_neither_frees_nor_blocks_for_longer_than_a_minute(cast: Cast) -> None:
    log = sliding.FileLog()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert log.take("k", 1)[0]
        clock.shift(timedelta(hours=-1))
        assert log.take("k", 1) == (False, 1, sliding.WINDOW)
        clock.shift(timedelta(seconds=60))
        assert log.take("k", 1)[0] and not log.take("k", 1)[0]


@_only(True)
def test_the_file_may_be_without_its_table(cast: Cast) -> None:
    log = sliding.FileLog()
    assert log.take("k", 1)[0]
    with connections["ephemeral"].cursor() as cursor:
        cursor.execute("DROP TABLE limit_log")
    assert log.take("k", 1)[0] and not log.take("k", 1)[0]


@_only(True)
def test_old_keys_are_swept(cast: Cast) -> None:
    log = sliding.FileLog()
    log.take("old", 1)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        log.take("new", 1)
        limits.sweep()
    with connections["ephemeral"].cursor() as cursor:
        assert cursor.execute("SELECT key FROM limit_log").fetchall() == [("new",)]


@_only(False)
def test_redis_whose_clock_was_set_back_neither_frees_nor_blocks(cast: Cast, settings: Any) -> None:
    log = sliding.RedisLog(settings.REDIS_URL)
    key = f"{settings.LIMITS_PREFIX}back"
    seconds, micro = log._redis.time()
    ahead = seconds * 1000 + micro // 1000 + 3_600_000
    log._redis.rpush(key, ahead, ahead)
    let_in, used, wait = log.take(key, 2)
    assert (let_in, used) == (False, 2) and sliding.WINDOW - 5000 < wait <= sliding.WINDOW
    assert 0 < log._redis.pttl(key) <= sliding.WINDOW
    # What is too old goes, whatever lies after it.
    log._redis.delete(key)
    log._redis.rpush(key, ahead - 3_600_000 - sliding.WINDOW, ahead - 3_600_000 - 10)
    assert log.take(key, 2)[:2] == (True, 2) and not log.take(key, 2)[0]


@_only(False)
def test_a_thread_whose_connection_died_opens_another(cast: Cast, settings: Any) -> None:
    log = sliding.RedisLog(settings.REDIS_URL)
    key = f"{settings.LIMITS_PREFIX}died"
    assert log.take(key, 3)[:2] == (True, 1)
    log._threads.line.send_command("CLIENT", "ID")
    log._redis.execute_command("CLIENT", "KILL", "ID", log._threads.line.read_response())
    assert log.take(key, 3)[:2] == (True, 2)
    log._redis.script_flush()
    assert log.take(key, 3)[:2] == (True, 3) and not log.take(key, 3)[0]


def test_while_the_shared_log_is_away_each_process_has_its_share(cast: Cast, settings: Any) -> None:
    stores = limits._Stores()
    stores.shared = sliding.RedisLog(f"redis://127.0.0.1:{free_port()}/0")
    stores.own = sliding.ProcessLog(4)
    told = [stores.take("k", 30) for _ in range(9)]
    assert [one.allowed for one in told] == [True] * 7 + [False] * 2 and told[0].limit == 7
    assert stores.peek({"k": 30})["k"].remaining == 0
    assert stores.take("few", 3).allowed and not stores.take("none", 0).allowed


def test_readiness_says_whether_the_shared_log_answers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Client().get("/readyz").json()
    assert told["limits"] == "ok"
    away = sliding.RedisLog(f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(limits._stores(), "shared", away)
    answer = Client().get("/readyz")
    assert answer.status_code == 200 and "each process counts for itself" in answer.json()["limits"]
    assert answer.json()["status"] == "degraded"


def test_the_own_log_forgets_what_is_over() -> None:
    log = sliding.ProcessLog(1)
    log.ROOM = 3
    with time_machine.travel(0, tick=False):
        for number in range(10):
            log.take(f"k{number}", 1)
    assert len(log._logs) == 10
    log._logs = dict.fromkeys(log._logs, [-sliding.WINDOW])
    log.take("k", 1)
    assert list(log._logs) == ["k"]


# ---------- at the door ----------


def _limit(cast: Cast, person: int | None = None, robots: int = 600, people: int = 30) -> None:
    Organization.objects.filter(pk=cast.home.pk).update(
        requests_a_minute=people, robot_requests_a_minute=robots
    )
    Membership.objects.filter(user=cast.users["olga"], organization=cast.home).update(
        requests_a_minute=person
    )


def test_every_answer_says_what_is_left(cast: Cast, token_for) -> None:
    answer = call(ME, personal(cast, "olga"))
    assert answer.headers["RateLimit-Policy"] == '"minute";q=30;w=60'
    assert answer.headers["RateLimit"] == '"minute";r=29;t=60'
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("30", "29")
    assert int(answer.headers["X-RateLimit-Reset"]) > timezone.now().timestamp()
    assert "Retry-After" not in answer.headers
    assert call(ME, token_for(cast.robby_values)).headers["RateLimit-Policy"] == '"minute";q=600;w=60'
    missing = call("/api/v1/nothing", personal(cast, "carl"))
    assert missing.status_code == 404 and missing.headers["X-RateLimit-Remaining"] == "29"


def test_thirty_a_minute_by_default_then_429(cast: Cast) -> None:
    token = personal(cast, "olga")
    assert [call(ME, token).status_code for _ in range(30)] == [200] * 30
    answer = call(ME, token)
    told = is_problem(answer, 429, "too_many_requests")
    assert told["limit"] == 30 and 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit"].startswith('"minute";r=0;t=')
    assert answer.headers["Retry-After"] == str(told["retry_after"])


def test_all_tokens_of_a_person_count_together_and_nobody_elses(cast: Cast) -> None:
    _limit(cast, people=2)
    first, second, other = (
        personal(cast, "olga"),
        personal(cast, "olga", ["work:read"]),
        personal(cast, "carl"),
    )
    assert [call(ME, token).status_code for token in (first, second, first, other)] == [200, 200, 429, 200]


def test_a_person_may_have_more_than_the_others(cast: Cast) -> None:
    _limit(cast, person=3, people=1)
    olga, carl = personal(cast, "olga"), personal(cast, "carl")
    assert [call(ME, olga).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [call(ME, carl).status_code for _ in range(2)] == [200, 429]


def test_each_robot_has_its_own(cast: Cast, token_for) -> None:
    _limit(cast, robots=1)
    robby, reader = token_for(cast.robby_values), token_for(cast.reader_values)
    assert [call(ME, token).status_code for token in (robby, robby, reader)] == [200, 429, 200]


def test_an_hour_later_all_is_well_again(cast: Cast) -> None:
    _limit(cast, people=1)
    token = personal(cast, "olga")
    assert [call(ME, token).status_code for _ in range(2)] == [200, 429]
    if product.EMBEDDED:
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            assert call(ME, token).status_code == 200


def test_failures_count_per_address_and_never_delay_a_credential_that_verifies(cast: Cast) -> None:
    token = personal(cast, "olga")
    refused = [call(ME, new_secret("gate_pat_")).status_code for _ in range(121)]
    assert refused == [401] * 120 + [429]
    assert call(ME, token).status_code == 200
    elsewhere = Client(REMOTE_ADDR="192.0.2.9").get(ME, headers=bearer(new_secret("gate_pat_")))
    assert elsewhere.status_code == 401


def test_a_stopped_token_does_not_ask_without_end(cast: Cast) -> None:
    stopped, token = personal(cast, "ada"), personal(cast, "olga")
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    for _ in range(119):
        limits.take_failure("127.0.0.1")
    is_problem(call(ME, stopped), 403, "api_access_missing")
    told = call(ME, stopped)
    is_problem(told, 429, "too_many_requests")
    assert int(told.headers["Retry-After"]) > 0 and call(ME, token).status_code == 200


def test_failures_at_the_token_endpoint_count_too_in_its_own_words(cast: Cast) -> None:
    values, form = cast.robby_values, "grant_type=client_credentials"
    for _ in range(120):
        limits.take_failure("127.0.0.1")
    wrong = Client().post("/oauth2/token", form, headers=basic(values.client_id, "x"), **_FORM)
    assert wrong.status_code == 429 and int(wrong.headers["Retry-After"]) > 0
    assert wrong.json()["error"] == "temporarily_unavailable"
    right = Client().post(
        "/oauth2/token", form, headers=basic(values.client_id, values.client_secret), **_FORM
    )
    assert right.status_code == 200


def test_one_machine_is_one_address_in_ipv6(cast: Cast) -> None:
    for number in range(120):
        limits.take_failure(f"2001:db8::{number:x}")
    assert not limits.take_failure("2001:db8::ffff").allowed
    assert limits.take_failure("2001:db8:0:1::1").allowed
    for _ in range(120):
        limits.take_failure("::ffff:192.0.2.1")
    assert not limits.take_failure("192.0.2.1").allowed and limits.take_failure("no address").allowed


def test_looking_costs_nothing(cast: Cast) -> None:
    assert [limits.peek({"k": 1})["k"].allowed for _ in range(3)] == [True] * 3
    assert limits.take("k", 1).allowed and limits.peek({}) == {}
    told = limits.peek({"k": 1, "other": 5})
    assert not told["k"].allowed and (told["other"].remaining, told["k"].remaining) == (5, 0)


_FORM: dict[str, Any] = {"content_type": "application/x-www-form-urlencoded"}
