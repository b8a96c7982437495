"""Many at once, really committed: every verb on a robot first locks its row, so exactly one of them is the first."""

from typing import Any

import pytest

from accounts.models import Record
from robots import actions, renewal
from robots.models import Reveal, Robot, Share
from tests.accounts.conftest import browsers, together
from tests.accounts.forms import Page
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.robots.conftest import ROBOTS, creation_key, page_of, shared_page

pytestmark = pytest.mark.usefixtures("committed")


def events(robot: Robot, *types: str) -> list[str]:
    """What the record says about this robot, of these types, in order."""
    rows = Record.objects.filter(thing_key=robot.public_id, type__in=types).order_by("seq")
    return list(rows.values_list("type", flat=True))


def statuses(answers: list[Any]) -> list[int]:
    """The status codes; an exception comes out as it is."""
    return sorted(answer.status_code for answer in answers)


def post_all(cast: Cast, name: str, path: str, *forms: dict[str, Any]) -> list[Any]:
    """The answers to these forms, all sent at once by one person."""
    windows = browsers(cast, name, len(forms))
    pairs = zip(windows, forms, strict=True)
    return together(*(lambda window=window, form=form: window.post(path, form) for window, form in pairs))


def share(cast: Cast, robot: Robot, name: str = "mia") -> Share:
    return actions.share(cast.actor("olga"), robot.public_id, cast.users[name].public_id)


def test_a_hundred_simultaneous_reveals_reveal_exactly_once(cast: Cast) -> None:
    share(cast, cast.robby)
    answers = post_all(cast, "mia", shared_page(cast.robby) + "reveal/", *[{}] * 200)
    assert statuses(answers) == [200] + [409] * 199
    secret = cast.robby_values.client_secret
    assert [secret in answer.content.decode() for answer in answers].count(True) == 1
    assert Reveal.objects.filter(user=cast.users["mia"]).count() == 1
    assert events(cast.robby, "secret.revealed") == ["secret.revealed"]


def test_the_same_create_form_eight_times_at_once_makes_one_robot_and_shows_values_once(cast: Cast) -> None:
    form = {"understand": "on", "creation_key": creation_key(cast.client("olga"))}
    answers = post_all(cast, "olga", ROBOTS, *[form] * 8)
    assert statuses(answers) == [200] * 8
    assert ["gate_cs_" in answer.content.decode() for answer in answers].count(True) == 1
    robot = Robot.objects.get(creation_key=form["creation_key"])
    assert robot.secrets.count() == 1
    assert events(robot, "robot.created", "secret.created") == ["robot.created", "secret.created"]


@pytest.mark.parametrize("round", range(6))
def test_unshare_against_reveal_has_exactly_one_winner(cast: Cast, round: int) -> None:
    share(cast, cast.robby)
    olga, mia = cast.client("olga"), cast.client("mia")
    taken_away = f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/remove/"
    calls = [lambda: olga.post(taken_away), lambda: mia.post(shared_page(cast.robby) + "reveal/")]
    removed, revealed = together(*calls) if round % 2 else reversed(together(*reversed(calls)))
    assert removed.status_code == 302 and not cast.robby.shares.exists()
    saw = cast.robby_values.client_secret in revealed.content.decode()
    assert revealed.status_code == (200 if saw else 404)
    assert Reveal.objects.filter(user=cast.users["mia"]).exists() == saw
    wanted = ["secret.revealed", "robot.unshared"] if saw else ["robot.unshared"]
    assert events(cast.robby, "secret.revealed", "robot.unshared") == wanted


@pytest.mark.parametrize("round", range(4))
def test_renewal_against_reveal_shows_one_whole_generation(cast: Cast, round: int) -> None:
    share(cast, cast.robby)
    owner, mia = cast.actor("olga"), cast.client("mia")
    (_robot, _secret, fresh), answer = together(
        lambda: renewal.renew(owner, cast.robby.public_id),
        lambda: mia.post(shared_page(cast.robby) + "reveal/"),
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    assert (cast.robby_values.client_secret in html) != (fresh.client_secret in html)
    number = 2 if fresh.client_secret in html else 1
    assert Reveal.objects.get(user=cast.users["mia"]).secret.number == number


def test_sharing_twice_at_once_makes_one_share_and_one_mail(cast: Cast, mailbox: Mailbox) -> None:
    answers = post_all(
        cast, "olga", page_of(cast.robby) + "share/", *[{"member": cast.users["mia"].public_id}] * 4
    )
    assert statuses(answers) == [302] * 4
    assert cast.robby.shares.count() == 1 and len(mailbox.read()) == 1
    assert events(cast.robby, "robot.shared") == ["robot.shared"]


def test_of_two_updates_with_one_version_one_is_told_that_it_is_stale(cast: Cast) -> None:
    page = Page(cast.client("olga").get(page_of(cast.robby)).content.decode()).form("/update/")
    forms = [page | {"name": name} for name in ("Red", "Blue")]
    answers = post_all(cast, "olga", page_of(cast.robby) + "update/", *forms)
    assert statuses(answers) == [302, 422]
    cast.robby.refresh_from_db()
    assert cast.robby.version == 2 and cast.robby.name in ("Red", "Blue")
    stale = next(answer for answer in answers if answer.status_code == 422).content.decode()
    assert "Olga changed this robot while your page was open" in stale
    assert ("Red" if cast.robby.name == "Blue" else "Blue") in stale


def test_four_renewals_at_once_leave_one_current_generation(cast: Cast) -> None:
    owner = cast.actor("olga")
    together(*[lambda: renewal.renew(owner, cast.robby.public_id)] * 4)
    assert sorted(cast.robby.secrets.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert cast.robby.secrets.current().get().number == 5
