"""A machine that does everything to a robot in any order: never two views of one generation for one person, never a
working credential that should be dead, never a dead one that should work."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.http import Http404
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Membership, Organization, Role
from accounts.permissions import Actor, person_actor
from robots import actions, oauth, renewal, switches
from robots.credentials import Credentials
from robots.models import Reveal, Share
from robots.presented import Presented
from tests.cast import organization, person
from tests.conftest import bearer

NAMES = ("mia", "adam", "kwame")
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
count, MACHINES = itertools.count(), itertools.count()
HOURS = st.sampled_from([0, 1, 24, 168])


@dataclass
class Generation:
    """What the model knows about one set of values."""

    values: Credentials
    dies_at: datetime | None = None
    ended: bool = False
    tokens: list[tuple[str, datetime]] = field(default_factory=list)

    def is_alive(self, now: datetime) -> bool:
        return not self.ended and (self.dies_at is None or self.dies_at > now)


class RobotMachine(RuleBasedStateMachine):
    """The model beside the product."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        n = next(count)
        self.users = {name: person(f"{name}{n}") for name in ("olga", *NAMES)}
        self.home = organization(f"machine-{n}", self.users["olga"])
        for name in NAMES:
            Membership.objects.create(organization=self.home, user=self.users[name], role=Role.MEMBER)
        Organization.objects.filter(pk=self.home.pk).update(robot_requests_a_minute=100_000)
        made = actions.create(self.actor("olga"), f"{n:032x}")
        assert made.values
        self.id = made.robot.public_id
        self.generations = [Generation(made.values)]
        self.members, self.shared = set(NAMES), set[str]()
        self.seen: set[tuple[str, int]] = set()
        self.closed = self.deleted = self.off = False

    def teardown(self) -> None:
        self.clock.stop()

    def actor(self, name: str) -> Actor:
        rows = Membership.objects.select_related("user", "organization")
        return person_actor(rows.get(organization=self.home, user=self.users[name]))

    def olga(self, verb: Any, *args: Any, **more: Any) -> Any:
        """An owner's verb; on a deleted robot every one of them must be 404."""
        if not self.deleted:
            return verb(self.actor("olga"), self.id, *args, **more)
        try:
            verb(self.actor("olga"), self.id, *args, **more)
        except Http404:
            return None
        raise AssertionError("a deleted robot was changed")

    @rule(name=st.sampled_from(NAMES))
    def share(self, name: str) -> None:
        possible = name in self.shared or (name in self.members and not self.closed)
        try:
            self.olga(actions.share, self.users[name].public_id)
        except actions.NotPossible:
            assert not possible
        else:
            assert possible or self.deleted
            if not self.deleted:
                self.shared.add(name)

    @rule(name=st.sampled_from(NAMES))
    def unshare(self, name: str) -> None:
        try:
            self.olga(actions.unshare, self.users[name].public_id)
        except Http404:
            assert name not in self.shared
        self.shared.discard(name)

    @rule(name=st.sampled_from(NAMES))
    def reveal(self, name: str) -> None:
        number = len(self.generations)
        try:
            values = actions.reveal(self.actor(name), self.id)
        except Http404:
            assert name not in self.shared or name not in self.members or self.deleted
        except actions.AlreadySeen:
            assert (name, number) in self.seen
        except actions.NotPossible:
            assert self.closed
        else:
            assert name in self.shared and (name, number) not in self.seen and not self.closed
            assert values.client_secret == self.generations[-1].values.client_secret
            self.seen.add((name, number))

    @rule(hours=HOURS)
    def renew(self, hours: int) -> None:
        done = self.olga(renewal.renew, timedelta(hours=hours))
        if not done:
            return
        for generation in self.generations[:-1]:
            generation.ended = True
        last = self.generations[-1]
        last.ended, last.dies_at = not hours, timezone.now() + timedelta(hours=hours)
        self.generations.append(Generation(done[2]))
        self.closed = False

    def dying(self) -> Generation | None:
        now = timezone.now()
        return next((one for one in self.generations if one.dies_at and one.is_alive(now)), None)

    @rule()
    def finish(self) -> None:
        old = self.dying()
        try:
            self.olga(renewal.finish)
        except actions.NotPossible:
            assert old is None
        else:
            assert old or self.deleted
            if old:
                old.ended = True

    @rule()
    def extend(self) -> None:
        old = self.dying()
        try:
            secret = self.olga(renewal.extend, timedelta(hours=24))
        except actions.NotPossible:
            assert old is None
        else:
            if secret and old:
                old.dies_at = secret.dies_at

    @rule()
    def close_sharing(self) -> None:
        if self.olga(renewal.close_sharing):
            self.closed = True

    @rule(on=st.booleans())
    def switch(self, on: bool) -> None:
        if self.olga(switches.switch, on):
            self.off = not on

    @rule(name=st.sampled_from(NAMES))
    def remove_member(self, name: str) -> None:
        membership = Membership.objects.get(organization=self.home, user=self.users[name])
        Membership.objects.filter(pk=membership.pk).update(retired_at=timezone.now())
        Share.objects.filter(membership=membership).delete()
        self.members.discard(name)
        self.shared.discard(name)

    @rule(name=st.sampled_from(NAMES))
    def invite_again(self, name: str) -> None:
        Membership.objects.filter(organization=self.home, user=self.users[name]).update(retired_at=None)
        self.members.add(name)

    @rule(hours=st.sampled_from([1, 23, 25, 170]))
    def wait(self, hours: int) -> None:
        self.now.shift(timedelta(hours=hours))

    @rule()
    def sweep(self) -> None:
        renewal.sweep(timezone.now())
        for secret in self.home.robots.get().secrets.exclude(ended_at=None):
            assert secret.client_secret_sealed is None and secret.oauth1_token_secret_sealed is None

    @rule(index=st.integers(0, 5))
    def get_token(self, index: int) -> None:
        generation = self.generations[index % len(self.generations)]
        values = generation.values
        client = oauth.authenticate(Presented(values.client_id, values.client_secret))
        if client:
            token = oauth.issue(client, client.scopes)["access_token"]
            generation.tokens.append((token, timezone.now() + timedelta(seconds=oauth.LIFE_SECONDS)))

    @rule(really=st.integers(0, 9))
    def delete(self, really: int) -> None:
        if really == 0 and self.olga(switches.delete):
            self.deleted = True
            self.shared.clear()

    @invariant()
    def credentials_live_exactly_as_long_as_they_should(self) -> None:
        now = timezone.now()
        for generation in self.generations:
            expected = generation.is_alive(now) and not self.deleted and not self.off
            values = generation.values
            works = oauth.authenticate(Presented(values.client_id, values.client_secret)) is not None
            assert works == expected
            for token, expires in generation.tokens:
                # Each from a machine of its own: refusals are counted per address.
                caller = Client(REMOTE_ADDR=f"2001:db8:{next(MACHINES):x}::1")
                status = caller.get("/api/v1/me", headers=bearer(token)).status_code
                assert status == (200 if expected and expires > now else 401)

    @invariant()
    def nobody_saw_a_generation_twice(self) -> None:
        rows = Reveal.objects.filter(secret__robot__organization=self.home).exclude(user=self.users["olga"])
        told = {
            (row.user.name.lower().rstrip("0123456789"), row.secret.number) for row in rows.select_related()
        }
        assert told == self.seen and rows.count() == len(self.seen)


def test_nothing_that_people_do_in_any_order_breaks_a_robot() -> None:
    profile = settings(
        max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(RobotMachine, settings=profile)
