"""Sign-in, welcome and general under what people (and their tools) really send: a clear error, what was typed, never a 500."""

import html
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import Organization, Record, User
from tests.accounts.forms import Page
from tests.accounts.test_welcome import FIRST, WELCOME, opened, signed_in
from tests.cast import PASSWORD, Cast

MEGABYTE = "x" * 2**20
SIGN_IN = "/accounts/login/"
GENERAL = "/o/halden/settings/general/"
TYPED_SECRETS = ("tide-tables-7", "short", PASSWORD)

NAMES = [
    (None, "This field is required."),
    ("", "This field is required."),
    (" \t ", "This field is required."),
    ("x" * 121, "at most 120 characters"),
    (MEGABYTE, "at most 120 characters"),
    ("\u0958" * 61, "at most 120 characters"),
    ("a\0b", "Null characters are not allowed."),
    ("a\x1b[0mb", "Remove the control characters"),
    ("a\r\nBcc: x", "Write this on one line."),
    ("a\u2029b", "Write this on one line."),
    ("Bill\u202etxt", "Remove the invisible direction marks"),
]
SCRIPTS = ["Łódź 🏗️", "شركة", "חברה", "建設", "<b>x</b>", "{{ x }}", "%(name)s", "\u0958" * 60]


def shown(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def without(form: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The form with these fields as typed; None leaves one out."""
    return {name: value for name, value in (form | typed).items() if value is not None}


# ---------- sign-in ----------


def sign_in(**typed: Any) -> Any:
    return Client().post(SIGN_IN, without({"login": "mia@halden.example", "password": PASSWORD}, **typed))


@pytest.mark.parametrize(
    "typed",
    [
        {"login": None},
        {"password": None},
        {"login": None, "password": None},
        {"login": ""},
        {"login": "mia"},
        {"login": "mia@"},
        {"login": "nobody@halden.example"},
        {"login": "mia@halden.example\0"},
        {"login": "mia\x07@halden.example"},
        {"login": "mia@halden.example\nBcc: x@y.example"},
        {"login": "\u202emia@halden.example"},
        {"login": "😀@halden.example"},
        {"login": f"{MEGABYTE}@halden.example"},
        {"password": "wrong"},
        {"password": "\0"},
        {"password": PASSWORD + " "},
        {"password": " " + PASSWORD},
        {"password": "😀\u202e\x07"},
        {"password": MEGABYTE},
    ],
)
def test_what_signs_nobody_in_says_so_and_gives_the_address_back(cast: Cast, typed: dict[str, Any]) -> None:
    client = Client()
    form = without({"login": "mia@halden.example", "password": PASSWORD}, **typed)
    answer = client.post(SIGN_IN, form)
    assert answer.status_code in (200, 422) and "_auth_user_id" not in client.session
    told = Page(answer.content.decode()).form(SIGN_IN)
    assert "".join(told["login"].split()) == "".join(form.get("login", "").split())
    assert not told["password"] and PASSWORD not in answer.content.decode()
    assert 'role="alert"' in answer.content.decode() or "invalid-feedback" in answer.content.decode()


def test_a_right_password_signs_in_and_leads_where_one_wanted_to_go(cast: Cast) -> None:
    client = Client()
    asked = client.get("/o/halden/shared/")
    answer = client.post(asked.url, {"login": "mia@halden.example", "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/o/halden/shared/")


@pytest.mark.parametrize(
    "there", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "\0"]
)
def test_nobody_is_led_to_another_site(cast: Cast, there: str) -> None:
    answer = Client().post(SIGN_IN, {"login": "mia@halden.example", "password": PASSWORD, "next": there})
    assert answer.status_code in (302, 400) and "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


def test_unknown_people_and_wrong_passwords_look_alike(cast: Cast) -> None:
    wrong, unknown = sign_in(password="wrong"), sign_in(login="nobody@halden.example")
    errors = [shown(answer).split('role="alert"')[1].split("</div></div>")[0] for answer in (wrong, unknown)]
    assert errors[0] == errors[1] and wrong.status_code == unknown.status_code


def test_after_five_wrong_passwords_the_right_one_must_wait(cast: Cast) -> None:
    for _ in range(5):
        sign_in(password="wrong")
    answer = sign_in()
    assert answer.status_code != 302 and "Too many failed login attempts" in shown(answer)


def test_another_spelling_is_the_same_person_for_the_limit_too(cast: Cast) -> None:
    for login in (
        "mia@halden.example",
        "MIA@halden.example",
        "Mia@Halden.example",
        "mia@ｈalden.example",
        "mIa@halden.example",
    ):
        sign_in(login=login, password="wrong")
    assert "Too many failed login attempts" in shown(sign_in())


def test_who_was_switched_off_does_not_get_in(cast: Cast) -> None:
    User.objects.filter(pk=cast.users["mia"].pk).update(is_active=False)
    client = Client()
    client.post(SIGN_IN, {"login": "mia@halden.example", "password": PASSWORD})
    assert client.get("/o/halden/").status_code == 302


# ---------- welcome ----------


@pytest.fixture
def link(db: None) -> str:
    made = actions.first_run_link()
    assert made
    return made


@pytest.mark.parametrize("field", ["organization_name", "name"])
@pytest.mark.parametrize(("typed", "sentence"), NAMES)
def test_a_name_that_cannot_be_is_refused(link: str, field: str, typed: Any, sentence: str) -> None:
    answer = opened(link).post(WELCOME, without(FIRST, **{field: typed}))
    assert answer.status_code == 422 and sentence in shown(answer)
    assert not Organization.objects.exists() and not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("email", None, "This field is required."),
        ("email", "olga", "valid email"),
        ("email", "olga@halden\0.example", "Null characters"),
        ("email", "olga\x07@halden.example", "valid email"),
        ("email", "\u202eolga@halden.example", "valid email"),
        ("email", "a" * 250 + "@halden.example", "at most 254 characters"),
        ("email", MEGABYTE, "at most 254 characters"),
        ("password", None, "This field is required."),
        ("password", "short", "at least 10 characters"),
        ("password", "password123", "too common"),
        ("password", "olga@halden.example", "too similar"),
        ("password", "long\0enough-one", "Null characters"),
        ("password", "x" * 201, "at most 200 characters"),
        ("password", MEGABYTE, "at most 200 characters"),
    ],
)
def test_an_address_or_password_that_cannot_be_is_refused(
    link: str, field: str, typed: Any, sentence: str
) -> None:
    answer = opened(link).post(WELCOME, without(FIRST, **{field: typed}))
    assert answer.status_code == 422 and sentence in shown(answer)
    assert not Organization.objects.exists() and not User.objects.exists()


def test_what_was_typed_comes_back_but_never_the_password(link: str) -> None:
    answer = opened(link).post(WELCOME, FIRST | {"name": "Zoë <b>", "email": "not an address"})
    told = Page(answer.content.decode()).form(WELCOME)
    assert (told["organization_name"], told["name"], told["email"]) == ("Halden", "Zoë <b>", "not an address")
    assert told["password"] == "" and FIRST["password"] not in shown(answer)


@pytest.mark.parametrize("typed", SCRIPTS)
def test_an_organization_may_be_called_anything_in_any_script(link: str, typed: str) -> None:
    client = opened(link)
    assert client.post(WELCOME, FIRST | {"organization_name": typed, "name": typed}).status_code == 302
    assert signed_in(client) == FIRST["email"]
    page = client.get("/", follow=True)
    assert page.status_code == 200 and typed.replace("\u0958", "\u0915\u093c") in shown(page)


def test_a_password_may_be_in_any_script(link: str) -> None:
    password = "hasło 🔑 סיסמה " + "x" * 50
    assert opened(link).post(WELCOME, FIRST | {"password": password}).status_code == 302
    client = Client()
    client.post(SIGN_IN, {"login": FIRST["email"], "password": password})
    assert signed_in(client) == FIRST["email"]


def test_an_empty_form_is_refused_with_errors(link: str) -> None:
    answer = opened(link).post(WELCOME)
    assert answer.status_code == 422 and shown(answer).count("This field is required.") >= 4


# ---------- general ----------


@pytest.mark.parametrize(("typed", "sentence"), NAMES)
def test_an_organizations_name_that_cannot_be_is_refused(cast: Cast, typed: Any, sentence: str) -> None:
    answer = cast.client("olga").post(GENERAL, without({}, name=typed))
    assert answer.status_code == 422 and sentence in shown(answer)
    cast.home.refresh_from_db()
    assert cast.home.name == "Halden"


@pytest.mark.parametrize("typed", SCRIPTS)
def test_it_may_be_renamed_in_any_script(cast: Cast, typed: str) -> None:
    olga = cast.client("olga")
    form = Page(olga.get(GENERAL).content.decode()).form(GENERAL)
    answer = olga.post(GENERAL, form | {"name": typed}, follow=True)
    cast.home.refresh_from_db()
    assert answer.status_code == 200 and cast.home.slug == "halden"
    assert cast.home.name in shown(answer) and "<b>x</b>" not in answer.content.decode()


def test_renaming_twice_is_recorded_once(cast: Cast) -> None:
    olga = cast.client("olga")
    form = Page(olga.get(GENERAL).content.decode()).form(GENERAL) | {"name": "Halden & Co"}
    for _ in range(2):
        assert olga.post(GENERAL, form).status_code == 302
    assert Record.objects.filter(type="organization.updated").count() == 1


def test_a_page_older_than_somebody_elses_change_says_so(cast: Cast) -> None:
    olga, carl = cast.client("olga"), cast.client("carl")
    stale = Page(olga.get(GENERAL).content.decode()).form(GENERAL)
    assert carl.post(GENERAL, stale | {"name": "Carl's"}).status_code == 302
    answer = olga.post(GENERAL, stale | {"name": "Olga's"})
    assert answer.status_code == 422 and "Carl's" in shown(answer)
    again = Page(answer.content.decode()).form(GENERAL)
    assert again["name"] == "Olga's" and olga.post(GENERAL, again).status_code == 302


# ---------- every form ----------


@pytest.mark.parametrize("address", [SIGN_IN, WELCOME, GENERAL, "/language/", "/theme/", "/accounts/logout/"])
def test_without_the_csrf_cookie_nothing_happens_and_a_page_says_why(cast: Cast, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = cast.client("olga").cookies
    answer = client.post(address, FIRST | {"login": "mia@halden.example"})
    assert answer.status_code == 403 and "<h1" in shown(answer)
    assert not any(secret in shown(answer) for secret in TYPED_SECRETS)
    assert client.get("/o/halden/").status_code == 200


@pytest.mark.parametrize("address", [SIGN_IN, WELCOME, GENERAL])
def test_what_is_too_large_says_so(cast: Cast, address: str) -> None:
    form = "application/x-www-form-urlencoded"
    client = Client() if address == SIGN_IN else cast.client("olga")
    for body in (f"name={MEGABYTE * 3}", "&".join(f"f{number}=1" for number in range(2500))):
        answer = client.post(address, body, content_type=form)
        assert answer.status_code in ((413,) if address != WELCOME else (410, 413)), address
        assert "<h1" in shown(answer)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"name=%ff", b"{}", b""])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x", "x"]
)
def test_a_body_that_is_no_form_is_no_crash(cast: Cast, body: bytes, kind: str) -> None:
    for address in (SIGN_IN, WELCOME, GENERAL):
        client = Client() if address == SIGN_IN else cast.client("olga")
        assert client.post(address, body, content_type=kind).status_code in (200, 302, 400, 410, 422), address
