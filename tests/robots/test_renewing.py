"""Renewing: at once or with an overlap, who gets a new look, and what sharing, unsharing and closing leave of the old ones."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from robots import actions, renewal
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import Mailbox, bearer
from tests.robots.conftest import ROBOTS, renew, works


def test_renewing_at_once_ends_the_old_secrets_and_tokens(
    cast: Cast, client: Any, olga: Any, here: str, token_for: Any
) -> None:
    token = token_for(cast.robby_values)
    fresh, _shown = renew(olga, here)
    assert not works(client, cast, cast.robby_values.client_secret) and works(client, cast, fresh)
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_renewing_twice_from_one_page_renews_once(cast: Cast, olga: Any, here: str) -> None:
    told = {"overlap": "0", "number": 1}
    assert "gate_cs_" in olga.post(here + "renew/", told).content.decode()
    again = olga.post(here + "renew/", told)
    assert again.status_code == 302 and cast.robby.secrets.count() == 2


def test_in_an_overlap_both_work_until_it_runs_out_without_a_timetable(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    old = cast.robby_values.client_secret
    fresh, _shown = renew(olga, here, "24")
    assert works(client, cast, old) and works(client, cast, fresh)
    page = olga.get(here).content.decode()
    assert "Overlap running" in page and "Finish now" in page and "Extend" in page
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert not works(client, cast, old) and works(client, cast, fresh)
        renewal.sweep(timezone.now())
    assert cast.robby.secrets.get(number=1).client_secret_sealed is None


def test_finish_now_and_extend(cast: Cast, client: Any, olga: Any, here: str) -> None:
    old = cast.robby_values.client_secret
    renew(olga, here, "1")
    before = cast.robby.secrets.get(number=1).dies_at
    assert before is not None
    olga.post(here + "renew/extend/")
    assert cast.robby.secrets.get(number=1).dies_at == before + timedelta(hours=24)
    olga.post(here + "renew/finish/")
    assert not works(client, cast, old)
    assert "No overlap is running" in olga.post(here + "renew/extend/", follow=True).content.decode()


def test_everyone_it_is_shared_with_gets_a_mail_and_one_new_view(
    cast: Cast, olga: Any, here: str, mailbox: Mailbox
) -> None:
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    actions.reveal(cast.actor("mia"), cast.robby.public_id)
    fresh, _shown = renew(olga, here)
    assert "renewed" in mailbox.read()[-1]["Subject"] and fresh not in mailbox.text()
    assert actions.reveal(cast.actor("mia"), cast.robby.public_id).client_secret == fresh
    with pytest.raises(actions.AlreadySeen):
        actions.reveal(cast.actor("mia"), cast.robby.public_id)


def test_sharing_again_without_a_renewal_gives_no_second_view(cast: Cast) -> None:
    olga, mia, person = cast.actor("olga"), cast.actor("mia"), cast.users["mia"].public_id
    actions.share(olga, cast.robby.public_id, person)
    actions.reveal(mia, cast.robby.public_id)
    actions.unshare(olga, cast.robby.public_id, person)
    actions.share(olga, cast.robby.public_id, person)
    with pytest.raises(actions.AlreadySeen):
        actions.reveal(mia, cast.robby.public_id)


def test_unsharing_invalidates_nothing_and_names_who_has_seen(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    person = cast.users["mia"].public_id
    actions.share(cast.actor("olga"), cast.robby.public_id, person)
    actions.reveal(cast.actor("mia"), cast.robby.public_id)
    assert "what Mia has seen goes on working" in olga.get(here).content.decode()
    said = olga.post(f"{here}share/{person}/remove/", follow=True).content.decode()
    assert "goes on working until you renew" in said
    assert works(client, cast, cast.robby_values.client_secret)
    assert cast.client("mia").get(f"/o/halden/shared/{cast.robby.public_id}/").status_code == 404


def test_close_sharing_destroys_the_copies_until_renewal(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    olga.post(here + "share/close/")
    secret = cast.robby.secrets.get()
    assert (
        secret.client_secret_sealed is secret.oauth1_token_sealed is secret.oauth1_token_secret_sealed is None
    )
    assert not Robot.objects.get(pk=cast.robby.pk).oauth1 and works(
        client, cast, cast.robby_values.client_secret
    )
    assert olga.post(here + "share/", {"member": cast.users["mia"].public_id}).status_code == 422
    renew(olga, here)
    assert olga.post(here + "share/", {"member": cast.users["mia"].public_id}).status_code == 302


def test_a_robot_without_secrets_gets_them_on_the_page(cast: Cast, olga: Any) -> None:
    robot = actions.new_robot(cast.actor("olga"), cast.home, name="By API")
    where = f"{ROBOTS}{robot.public_id}/"
    assert "Make secrets" in olga.get(where).content.decode()
    shown = olga.post(where + "renew/", {"number": 0}).content.decode()
    assert "gate_cs_" in shown and robot.secrets.count() == 1
