"""Everything that can be recorded happens once: a scene for each kind of thing, played one after the other."""

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import (
    actions,
    asking,
    connect,
    connect_deciding,
    exports,
    grouping,
    inviting,
    membership,
    operators,
    ownership,
    profile,
    retention,
    second_factor,
    signals,
)
from accounts.catalogue import EventType
from accounts.inviting import Offer
from accounts.models import Membership
from accounts.permissions import OPERATOR
from accounts.record_forms import Chosen
from robots import actions as robots
from robots import renewal, switches
from tests.accounts.wishes import WISH, asked
from tests.cast import PASSWORD, Cast
from tests.tokens.conftest import in_a_month
from tests.workspaces.attaching import PDF, attached, photo
from tokens import actions as tokens
from tokens import allowances, policy, revoking
from webhooks import actions as webhooks
from webhooks import health, resending
from webhooks.headers import Wanted
from webhooks.models import Delivery, Webhook
from workspaces import actions as workspaces
from workspaces import actions_attachments as attachments
from workspaces import actions_boards as boards
from workspaces import actions_columns as columns
from workspaces import actions_tasks as tasks
from workspaces import bulk

HOUR = timedelta(hours=1)


def organization(cast: Cast) -> None:
    """Founding, name, policies, operators, handing over."""
    actions.create_organization("Sundby", "sundby", "sunniva@sundby.example")
    actions.rename(cast.actor("olga"), cast.home, "Halden AS")
    Authenticator.objects.create(user=cast.users["olga"], type=Authenticator.Type.TOTP, data={})
    second_factor.set_policy(cast.actor("olga"), "managers")
    second_factor.set_policy(cast.actor("olga"), "nobody")
    wanted = {"token_longest_days": 7, "token_never_allowed": False, "token_idle_days": 90}
    policy.set_policy(cast.actor("olga"), requests_a_minute=60, **wanted)
    operators.look(OPERATOR, cast.home.public_id)
    operators.set_limits(
        OPERATOR, cast.home.public_id, {"invitations_a_day": 7, "robot_requests_a_minute": 70}
    )
    for _n in range(2):
        ownership.offer(cast.actor("olga"), cast.users["carl"].public_id)
        ownership.end(cast.actor("olga"))
    ownership.offer(cast.actor("olga"), cast.users["carl"].public_id)
    ownership.accept(cast.actor("carl"))


def people(cast: Cast) -> None:
    """Invited, changed, grouped, gone."""
    boss, mia = cast.actor("olga"), cast.users["mia"].public_id
    first, second = inviting.invite(boss, ["nils@halden.example", "nora@halden.example"], Offer())
    inviting.revoke(boss, first.public_id)
    shown, _url = inviting.show_link(boss, second.public_id)
    inviting.join(shown, None, name="Nora", password=PASSWORD)
    membership.update(boss, mia, role="administrator", groups=[cast.group.public_id])
    membership.update(boss, mia, role="member", api_access=True, manage_people=True, groups=[])
    membership.deactivate(boss, mia)
    membership.reactivate(boss, mia, ())
    grouping.add_person(boss, cast.group.public_id, mia)
    grouping.remove_person(boss, cast.group.public_id, mia)
    grouping.set_people(boss, cast.group.public_id, [mia])
    grouping.update(boss, cast.group.public_id, name="Cameras", description="All of them")
    grouping.delete(boss, cast.group.public_id)
    profile.update(cast.users["mia"], name="Mia Berg", language="pl", time_zone="Europe/Warsaw")
    asking.ask_for_api_access(cast.actor("mike"))
    membership.remove(boss, mia)
    membership.leave(cast.actor("mike"))
    for event in (
        EventType.PERSON_SIGNED_IN,
        EventType.PERSON_PASSWORD_CHANGED,
        EventType.PERSON_ADDRESS_CHANGED,
    ):
        signals.note_everywhere(event, cast.users["ada"], None)
    for event in (EventType.PERSON_FACTOR_ADDED, EventType.PERSON_FACTOR_REMOVED):
        signals.note_everywhere(event, cast.users["ada"], None, kind="totp")


def robot(cast: Cast) -> None:
    """From the first secrets to the end."""
    boss, adam = cast.actor("olga"), cast.users["adam"].public_id
    made = robots.create(boss, "c" * 32, "Crane").robot
    who = made.public_id
    given: dict[str, Any] = {"description": "Lifts", "read_only": True, "require_body_hash": True}
    given |= {"keeper": adam, "networks": ["192.0.2.0/24"], "scopes": ["record:read"]}
    robots.update(boss, who, made.version, name="Cranes", **given)
    group = grouping.create(boss, "Cranes", "Tall")
    switches.set_groups(boss, who, [group.public_id])
    robots.share(boss, who, adam)
    robots.reveal(cast.actor("adam"), who)
    robots.unshare(boss, who, adam)
    renewal.renew(boss, who, HOUR)
    renewal.extend(boss, who, HOUR)
    renewal.finish(boss, who)
    switches.check_value(boss, who, "gate_cs_x")
    renewal.close_sharing(boss, who)
    switches.switch(boss, who, False)
    switches.switch(boss, who, True)
    switches.delete(boss, who)


def limits(cast: Cast) -> None:
    """Asked for, taken back, declined, granted."""
    ada, boss = cast.actor("ada"), cast.actor("olga")
    allowances.ask(ada, 100, "Nightly")
    allowances.withdraw(ada)
    for granted in (None, 100):
        wish = allowances.ask(ada, 100, "Nightly")
        allowances.decide(boss, wish, granted, "Well")
    allowances.take_back(boss, cast.users["ada"].public_id)


def token(cast: Cast) -> None:
    """Made, changed, rotated, revoked."""
    ada = cast.actor("ada")
    made, _value = tokens.create(ada, "Nightly", ["work:read"], in_a_month())
    made = tokens.update(ada, made.public_id, made.stamp, name="Daily", expires_at=timezone.now() + HOUR)
    made, _value = tokens.rotate(ada, made.public_id, HOUR, made.hint)
    tokens.finish(ada, made.public_id)
    revoking.revoke(cast.actor("olga"), cast.membership("ada"), made.public_id, "Found in a log")


def connected(cast: Cast) -> None:
    """Asked, changed, withdrawn; taken, questioned, answered, granted; declined."""
    boss, home = cast.actor("olga"), cast.home.public_id
    one = asked(cast)
    connect.update(boss, one.public_id, one.version, "Soon", **WISH | {"platforms": "SAP"})
    connect.withdraw(boss, one.public_id)
    two = asked(cast)
    connect_deciding.take(OPERATOR, home, two.public_id)
    connect_deciding.question(OPERATOR, home, two.public_id, two.version, "Which one?")
    two.refresh_from_db()
    connect_deciding.grant(OPERATOR, home, two.public_id, two.version, "A feed", "Otto")
    three = asked(cast)
    connect_deciding.decline(OPERATOR, home, three.public_id, three.version, "Not now")


def work(cast: Cast) -> None:
    """A workspace with all that is in it."""
    boss, olga, adam = cast.actor("olga"), cast.users["olga"].public_id, cast.users["adam"].public_id
    place = workspaces.create(boss, "Bridge", "Over it")
    workspaces.update(boss, place.public_id, {"name": "Harbour bridge", "description": ""})
    workspaces.add_member(boss, place.public_id, adam)
    workspaces.remove_member(boss, place.public_id, adam)
    board = boards.create(boss, place.public_id, "Paint", ["Wet", "Dry"])
    wet, dry = boards.in_order(board)
    boards.update(boss, board.public_id, {"name": "Painting", "columns": [dry.public_id, wet.public_id]})
    columns.update(boss, columns.create(boss, board.public_id, "Gone").public_id, {"name": "Left"})
    columns.delete(boss, boards.in_order(board)[-1].public_id)
    rich = {"title": "Paint", "assignee": olga, "due_on": timezone.now().date(), "labels": ["red"]}
    made = bulk.create(boss, place.public_id, {**rich, "column": wet.public_id})
    bulk.create(boss, place.public_id, {"title": "Bare"})
    plain: dict[str, Any] = {
        "title": "Paint all",
        "description": "Red",
        "assignee": None,
        "due_on": None,
        "labels": [],
    }
    tasks.update(boss, made.public_id, {**plain, "done": True})
    tasks.update(boss, made.public_id, {"assignee": adam, "done": False})
    tasks.move(boss, made.public_id, dry.public_id, None)
    for content, name in ((photo(), "a.jpg"), (PDF, "b.pdf")):
        attachments.remove(boss, attached(boss, made.public_id, content, name).public_id)
    tasks.delete(boss, made.public_id)
    boards.delete(boss, board.public_id)
    workspaces.archive(boss, place.public_id)
    workspaces.restore(boss, place.public_id)
    workspaces.delete(boss, place.public_id)


def hooks(cast: Cast) -> None:
    """A webhook's life, with what the engine does to it."""
    olga = cast.actor("olga")
    place = workspaces.create(olga, "Sea wall")
    given = {"description": "ERP", "target_url": "https://erp.example/in", "events": ["task.created"]}
    made = webhooks.create(olga, given | {"username": "gate", "password": "pass-phrase"}).webhook
    anew = {"target_url": "https://new.example/", "workspaces": [place.public_id], "events": ["task.moved"]}
    headers = [Wanted("X-Key", "hidden value", True)]
    webhooks.update(olga, made.public_id, anew | {"description": "New ERP", "headers": headers})
    webhooks.update(olga, made.public_id, {"target_url": "https://new.example/in", "username": ""})
    webhooks.switch_off(olga, made.public_id)
    webhooks.switch_on(olga, made.public_id)
    Webhook.objects.filter(pk=made.pk).update(failing_since=timezone.now() - timedelta(days=4))
    health.pause_failing()
    webhooks.resume(olga, made.public_id)
    webhooks.rotate(olga, made.public_id, HOUR)
    webhooks.finish(olga, made.public_id)
    tested = resending.send_test(olga, made.public_id, "task.moved")
    Delivery.objects.filter(pk=tested.pk).update(state="failed", ended_at=timezone.now(), kind="event")
    resending.resend_failed(olga, made.public_id, timezone.now() - HOUR)
    made.refresh_from_db()
    health.switch_off_gone([(made.pk, made.version)])
    webhooks.delete(olga, made.public_id)


def record(cast: Cast) -> None:
    """What is done to the record itself; last, because it takes from it."""
    everything = {"q": "x", "since": "2026-01-01"}
    for _part in exports.export(cast.actor("carl"), Chosen(), "ndjson", everything)[1]:
        pass
    retention.erase_details(OPERATOR, cast.users["mia"].public_id)
    retention.prune(cast.home, timezone.now())


SCENES = (robot, limits, token, connected, work, hooks, organization, people, record)


def play(cast: Cast) -> None:
    """All of them."""
    Membership.objects.filter(user=cast.users["mike"]).update(api_access=False)
    for scene in SCENES:
        scene(cast)
