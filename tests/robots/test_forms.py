"""The forms of the robot pages under what people (and their tools) really send: a clear error, what was typed, never a 500."""

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import Record
from robots.models import Robot
from tests.accounts.forms import Page
from tests.cast import Cast
from tests.robots.conftest import ROBOTS, creation_key, page_of, shared_page

MEGABYTE = "x" * 2**20
STRICT = {"understand": "on", "creation_key": "c" * 32}


def filled(cast: Cast) -> dict[str, Any]:
    """The update form as olga's browser shows it."""
    return Page(cast.client("olga").get(page_of(cast.robby)).content.decode()).form("/update/")


def update(cast: Cast, **typed: Any) -> Any:
    """Olga changes these fields and presses "Update"; None leaves a field out."""
    form = {name: value for name, value in (filled(cast) | typed).items() if value is not None}
    return cast.client("olga").post(page_of(cast.robby) + "update/", form)


def says(answer: Any, *sentences: str) -> None:
    text = html.unescape(answer.content.decode())
    for sentence in sentences:
        assert sentence in text, sentence


def strict(cast: Cast, name: str = "olga") -> Client:
    """A browser for which CSRF is checked."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = cast.client(name).cookies
    return client


# ---------- create ----------


@pytest.mark.parametrize("tick", [{}, {"understand": ""}, {"understand": "false"}])
def test_creating_without_the_tick_says_what_to_do(cast: Cast, tick: dict[str, str]) -> None:
    olga = cast.client("olga")
    answer = olga.post(ROBOTS, {"creation_key": creation_key(olga)} | tick)
    assert answer.status_code == 422 and cast.home.robots.count() == 2
    says(answer, "Read the API terms of use and tick this box to create a robot.")


@pytest.mark.parametrize(
    "key", ["", "x", "\0", "A" * 32, "😀" * 32, "\u202e" + "a" * 31, "a" * 31 + "\n", MEGABYTE]
)
def test_a_form_with_a_broken_key_makes_nothing_and_comes_back_with_a_good_one(cast: Cast, key: str) -> None:
    olga = cast.client("olga")
    answer = olga.post(ROBOTS, {"understand": "on", "creation_key": key})
    assert answer.status_code == 422 and cast.home.robots.count() == 2
    again = olga.post(ROBOTS, Page(answer.content.decode()).form(ROBOTS) | {"understand": "on"})
    assert again.status_code == 200 and "gate_cs_" in again.content.decode()


def test_the_same_form_sent_twice_says_so_and_shows_nothing(cast: Cast) -> None:
    olga, carl = cast.client("olga"), cast.client("carl")
    assert "gate_cs_" in olga.post(ROBOTS, STRICT).content.decode()
    for client in (olga, carl):
        again = client.post(ROBOTS, STRICT)
        assert again.status_code == 200 and "gate_" not in again.content.decode()
        says(again, "The form arrived twice; there is one robot.")
    assert cast.home.robots.count() == 3


def test_going_back_or_reloading_shows_no_secret(cast: Cast) -> None:
    olga = cast.client("olga")
    html = olga.post(ROBOTS, STRICT).content.decode()
    secret = html[html.index("gate_cs_") :][:57]
    robot = Robot.objects.get(creation_key=STRICT["creation_key"])
    for address in (ROBOTS, ROBOTS + "?create", page_of(robot)):
        assert secret not in olga.get(address).content.decode()


def test_a_new_robot_is_called_new_robot_and_can_manipulate_data(cast: Cast) -> None:
    cast.client("olga").post(ROBOTS, STRICT)
    robot = Robot.objects.get(creation_key=STRICT["creation_key"])
    assert (robot.name, robot.read_only, robot.terms_version) == ("New robot", False, "1")
    assert robot.created_by_key == cast.users["olga"].public_id


# ---------- update ----------


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", None, "This field is required."),
        ("name", "   ", "This field is required."),
        ("name", "x" * 121, "at most 120 characters"),
        ("name", "\u0958" * 61, "at most 120 characters"),
        ("name", MEGABYTE, "at most 120 characters"),
        ("name", "a\0b", "Null characters are not allowed."),
        ("name", "a\x07b", "Remove the control characters"),
        ("name", "a\x7fb", "Remove the control characters"),
        ("name", "a\nb", "Write this on one line."),
        ("name", "a\u2028b", "Write this on one line."),
        ("name", "Bill\u202etxt.exe", "Remove the invisible direction marks"),
        ("name", "\u2066Robby", "Remove the invisible direction marks"),
        ("description", "x" * 2001, "at most 2000 characters"),
        ("description", MEGABYTE, "at most 2000 characters"),
        ("description", "a\x1b[31mb", "Remove the control characters"),
        ("description", "a\0b", "Null characters are not allowed."),
        ("description", "a\u202eb", "Remove the invisible direction marks"),
        ("access", None, "This field is required."),
        ("access", "admin", "is not one of the available choices"),
        ("access", "\0", "is not one of the available choices"),
        *(
            ("version", broken, "A part of this form got lost.")
            for broken in (None, "", "one", "0", "-1", "\0")
        ),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_changes(
    cast: Cast, field: str, typed: Any, sentence: str
) -> None:
    good = {"name": "Nightly import", "description": "Reads tide tables."}
    answer = update(cast, **good | {field: typed})
    assert answer.status_code == 422
    says(answer, sentence, *(text for name, text in good.items() if name != field))
    cast.robby.refresh_from_db()
    assert (cast.robby.name, cast.robby.description, cast.robby.version) == ("Robby", "", 1)


@pytest.mark.parametrize(
    "typed",
    [
        "🤖 Robby 🏗️",
        "روبوت",
        "רובוט",
        "Łódź",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "%s%n",
        "'; --",
        "𝓡" * 120,
        "n",
    ],
)
def test_people_may_write_in_any_script(cast: Cast, typed: str) -> None:
    assert update(cast, name=typed, description=f"{typed}\r\n\t{typed}").status_code == 302
    cast.robby.refresh_from_db()
    assert cast.robby.name == typed and typed in cast.robby.description
    page = cast.client("olga").get(page_of(cast.robby)).content.decode()
    assert "<script>alert" not in page and html.escape(typed) in page


def test_a_name_is_stored_in_one_spelling(cast: Cast) -> None:
    update(cast, name="  Cafe\u0301  ")
    cast.robby.refresh_from_db()
    assert cast.robby.name == "Café"


def test_what_was_typed_comes_back(cast: Cast) -> None:
    answer = update(cast, name="x" * 121, description="Zażółć <b> gęślą", access="read")
    again = Page(answer.content.decode()).form("/update/")
    assert (again["name"], again["description"], again["access"]) == ("x" * 121, "Zażółć <b> gęślą", "read")
    assert again["version"] == "1"


def test_a_stale_page_is_told_who_was_faster_and_can_be_sent_again(cast: Cast) -> None:
    stale = filled(cast)
    carl, olga, here = cast.client("carl"), cast.client("olga"), page_of(cast.robby) + "update/"
    assert carl.post(here, stale | {"name": "Carl's robot"}).status_code == 302
    answer = olga.post(here, stale | {"name": "Olga's robot"})
    assert answer.status_code == 422
    says(answer, "Carl changed this robot while your page was open", "Olga's robot")
    assert olga.post(here, Page(answer.content.decode()).form("/update/")).status_code == 302
    cast.robby.refresh_from_db()
    assert (cast.robby.name, cast.robby.version) == ("Olga's robot", 3)


def test_the_same_update_sent_twice_is_one_update(cast: Cast) -> None:
    olga, form = cast.client("olga"), filled(cast) | {"name": "Nightly import"}
    assert [olga.post(page_of(cast.robby) + "update/", form).status_code for _ in range(2)] == [302, 302]
    cast.robby.refresh_from_db()
    assert cast.robby.version == 2 and Record.objects.filter(type="robot.updated").count() == 1


def test_a_version_from_the_future_is_stale_too(cast: Cast) -> None:
    assert update(cast, name="x", version="9" * 30).status_code == 422


def test_saving_what_is_there_changes_and_records_nothing(cast: Cast) -> None:
    assert update(cast).status_code == 302
    cast.robby.refresh_from_db()
    assert cast.robby.version == 1 and not Record.objects.filter(type="robot.updated").exists()


def test_a_page_of_a_robot_that_was_deleted_meanwhile_is_not_found(cast: Cast) -> None:
    from django.utils import timezone

    form = filled(cast)
    Robot.objects.filter(pk=cast.robby.pk).update(retired_at=timezone.now())
    assert cast.client("olga").post(page_of(cast.robby) + "update/", form).status_code == 404


# ---------- every form ----------


def posts(cast: Cast) -> list[str]:
    person = cast.users["mia"].public_id
    here = page_of(cast.robby)
    return [
        ROBOTS,
        here + "update/",
        here + "share/",
        f"{here}share/{person}/mail/",
        f"{here}share/{person}/remove/",
    ]


def test_without_the_csrf_cookie_nothing_happens_and_a_page_says_why(cast: Cast) -> None:
    for address in posts(cast):
        answer = strict(cast).post(address, STRICT | {"member": cast.users["mia"].public_id, "name": "x"})
        assert answer.status_code == 403, address
        assert "<h1" in answer.content.decode()
    reveal = strict(cast, "mia").post(shared_page(cast.robby) + "reveal/")
    assert reveal.status_code == 403
    assert cast.home.robots.count() == 2 and not cast.robby.shares.exists()


def test_a_form_of_three_megabytes_is_too_large(cast: Cast) -> None:
    for address in posts(cast)[:3]:
        answer = cast.client("olga").post(address, filled(cast) | {"description": MEGABYTE * 3})
        assert answer.status_code == 413, address
        assert "<h1" in answer.content.decode() and "too large" in answer.content.decode()
        typed = f"description={MEGABYTE * 3}"
        by_form = cast.client("olga").post(address, typed, content_type="application/x-www-form-urlencoded")
        assert by_form.status_code == 413


def test_a_form_with_thousands_of_fields_is_too_large(cast: Cast) -> None:
    typed = "&".join(f"f{number}=1" for number in range(2500))
    for address in posts(cast)[:3]:
        answer = cast.client("olga").post(address, typed, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413, address


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"name=%ff%fe", b"%", b"&&&&====", b"{}", b""])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_that_is_no_form_is_refused_and_no_crash(cast: Cast, body: bytes, kind: str) -> None:
    for address in posts(cast)[:3]:
        answer = cast.client("olga").post(address, body, content_type=kind)
        assert answer.status_code in (400, 413, 415, 422), address


@pytest.mark.parametrize("strange", ["%00", "%0A", "%FF", "..", "😀", "a" * 500, "%E2%80%AE", "-1", "robots"])
def test_a_strange_id_is_not_found(cast: Cast, strange: str) -> None:
    olga, person = cast.client("olga"), cast.users["mia"].public_id
    for address in (
        f"{ROBOTS}{strange}/",
        f"/o/halden/shared/{strange}/",
        f"/o/{strange}/",
        f"/o/{strange}/shared/",
    ):
        assert olga.get(address).status_code in (400, 404), address
    for verb in ("update/", "share/", f"share/{person}/remove/"):
        assert olga.post(f"{ROBOTS}{strange}/{verb}").status_code in (400, 404)
    assert olga.post(f"{page_of(cast.robby)}share/{strange}/remove/").status_code in (400, 404)


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=%FF",
        "q=😀",
        "q=%25_",
        "page=%00",
        "page=-1",
        "page=x",
        "page=99999999999999",
        "access=x",
        "create=%00",
        "q=" + "x" * 5000,
    ],
)
def test_the_list_answers_to_any_query(cast: Cast, query: str) -> None:
    assert cast.client("olga").get(f"{ROBOTS}?{query}").status_code in (200, 400)
