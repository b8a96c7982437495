"""One-time links: the first run, a new owner, an owner who is known already; opening one changes nothing."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.models import Invitation, Membership, Organization, Record, User
from accounts.record import verify
from accounts.sealing import new_secret
from tests.accounts.conftest import snapshot, together
from tests.cast import PASSWORD, Cast

WELCOME = "/welcome/"
FIRST = {
    "organization_name": "Halden",
    "name": "Olga",
    "email": "olga@halden.example",
    "password": "tide-tables-7",
}
OWNER = {"name": "Nora", "password": "tide-tables-7"}


def path_of(link: str) -> str:
    return link.removeprefix("http://testserver")


def opened(link: str) -> Client:
    """A browser in which the link was opened."""
    client = Client()
    client.get(path_of(link))
    return client


@pytest.fixture
def first_run(db: None) -> str:
    link = actions.first_run_link()
    assert link
    return link


def create_organization(**more: str) -> str:
    """What the command prints."""
    out, given = io.StringIO(), {"name": "Nordic", "slug": "nordic", "owner": "nora@nordic.example"} | more
    call_command("create_organization", *[f"--{key}={value}" for key, value in given.items()], stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def nora(db: None) -> str:
    """The welcome link of a new organization's owner."""
    return create_organization()


def is_dead(client: Client) -> bool:
    """Whether the page says that the link does not work, to a GET and to the form."""
    shown, sent = client.get(WELCOME), client.post(WELCOME, FIRST | OWNER)
    words = "This link does not work"
    return words in shown.content.decode() and sent.status_code == 410 and words in sent.content.decode()


def signed_in(client: Client) -> str:
    """Whose session it is, or nobody's."""
    user = User.objects.filter(pk=client.session.get("_auth_user_id")).first()
    return user.email if user else ""


# ---------- opening ----------


def test_the_code_leaves_the_address_at_once(first_run: str) -> None:
    client = Client()
    answer = client.get(path_of(first_run))
    code = path_of(first_run).split("/")[2]
    assert (answer.status_code, answer.url) == (302, WELCOME)
    assert code not in client.get(WELCOME).content.decode() and code not in client.cookies["welcome"].value
    cookie = client.cookies["welcome"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == WELCOME
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_welcome_page_tells_its_address_to_nobody(first_run: str) -> None:
    answer = Client().get(path_of(first_run))
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")


@pytest.mark.parametrize("kind", ["first_run", "nora"])
def test_opening_a_link_twice_by_a_stranger_changes_nothing(
    kind: str, request: pytest.FixtureRequest
) -> None:
    link = request.getfixturevalue(kind)
    before = snapshot()
    for _ in range(2):
        client = opened(link)
        assert client.get(WELCOME).status_code == 200
        client.head(path_of(link)), client.head(WELCOME)
    assert snapshot() == before


def test_only_the_fingerprint_of_a_code_is_stored(first_run: str) -> None:
    code = path_of(first_run).split("/")[2]
    assert code.startswith("gate_inv_") and code not in str(Invitation.objects.values().get())


@pytest.mark.parametrize("code", ["x", "%00", "gate_inv_", "😀", "a" * 3000, "gate_inv_" + "0" * 49, "..%2f"])
def test_an_unknown_link_says_so(db: None, code: str) -> None:
    client = Client()
    assert client.get(f"/welcome/{code}/").status_code in (302, 400, 404)
    assert is_dead(client)


def test_a_well_formed_but_unknown_code_says_so(first_run: str) -> None:
    assert is_dead(opened(f"http://testserver/welcome/{new_secret('gate_inv_')}/"))


def test_without_a_link_there_is_nothing(db: None) -> None:
    assert is_dead(Client())


def test_an_expired_link_says_so(first_run: str) -> None:
    client = opened(first_run)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert is_dead(client) and not User.objects.exists()


def test_a_revoked_link_says_so(nora: str) -> None:
    client = opened(nora)
    Invitation.objects.update(revoked_at=timezone.now())
    assert is_dead(client)


def test_links_last_a_week(first_run: str) -> None:
    left = Invitation.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


# ---------- the first run ----------


def test_the_first_run_makes_the_organization_and_its_owner_and_signs_them_in(first_run: str) -> None:
    client = opened(first_run)
    answer = client.post(WELCOME, FIRST, follow=True)
    home, owner = Organization.objects.get(), User.objects.get()
    assert (home.name, home.slug, home.owner) == ("Halden", "halden", owner)
    assert signed_in(client) == "olga@halden.example" and answer.redirect_chain[-1][0] == "/o/halden/"
    assert owner.emailaddress_set.get().verified and owner.check_password("tide-tables-7")
    assert Membership.objects.get().is_owner and verify(home).checked >= 1


def test_a_first_run_link_works_once(first_run: str) -> None:
    other = opened(first_run)
    opened(first_run).post(WELCOME, FIRST)
    assert is_dead(other) and is_dead(opened(first_run))
    assert Organization.objects.count() == User.objects.count() == 1


def test_sending_the_form_twice_makes_one_organization(first_run: str) -> None:
    client = opened(first_run)
    twin = Client()
    twin.cookies["welcome"] = client.cookies["welcome"].value
    assert client.post(WELCOME, FIRST).status_code == 302
    assert twin.post(WELCOME, FIRST).status_code == 410
    assert Organization.objects.count() == 1


def test_a_new_first_run_link_ends_the_one_before(first_run: str) -> None:
    fresh = actions.first_run_link()
    assert fresh and is_dead(opened(first_run)) and not is_dead(opened(fresh))


def test_once_an_organization_exists_there_is_no_first_run(first_run: str, cast: Cast) -> None:
    assert actions.first_run_link() is None
    assert opened(first_run).post(WELCOME, FIRST | {"email": "new@x.example"}).status_code == 410
    assert not User.objects.filter(email="new@x.example").exists()


@pytest.mark.usefixtures("committed")
def test_eight_first_runs_at_once_make_one_organization(transactional_db: None) -> None:
    link = actions.first_run_link()
    assert link
    browsers = [opened(link) for _ in range(8)]
    forms = [FIRST | {"email": f"olga{number}@halden.example"} for number in range(8)]
    calls = [lambda b=b, form=form: b.post(WELCOME, form) for b, form in zip(browsers, forms, strict=True)]
    assert sorted(answer.status_code for answer in together(*calls)) == [302] + [410] * 7
    assert Organization.objects.count() == User.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódź Port", "lodz-port"),
        ("42 Ltd", "ltd"),
        ("建設", "organization"),
        ("Accounts", "accounts-2"),
        ("x" * 90, "x" * 36),
    ],
)
def test_the_slug_resembles_the_name_and_is_no_address_of_ours(first_run: str, name: str, slug: str) -> None:
    opened(first_run).post(WELCOME, FIRST | {"organization_name": name})
    assert Organization.objects.get().slug == slug


# ---------- a new organization's owner ----------


def test_the_owner_sets_a_password_and_is_in(nora: str) -> None:
    owner = User.objects.get(email="nora@nordic.example")
    assert not owner.has_usable_password() and not owner.emailaddress_set.get().verified
    client = opened(nora)
    assert "nora@nordic.example" in client.get(WELCOME).content.decode()
    assert client.post(WELCOME, OWNER, follow=True).redirect_chain[-1][0] == "/o/nordic/"
    owner.refresh_from_db()
    assert (
        owner.check_password("tide-tables-7")
        and owner.name == "Nora"
        and owner.emailaddress_set.get().verified
    )
    assert Record.objects.filter(
        type="invitation.accepted", organization_id=Organization.objects.get().pk
    ).exists()


def test_a_welcome_link_works_once(nora: str) -> None:
    opened(nora).post(WELCOME, OWNER)
    again = opened(nora)
    assert is_dead(again)
    assert not User.objects.get(email="nora@nordic.example").check_password("another-one-7")


def test_an_owner_who_has_a_password_just_signs_in(cast: Cast) -> None:
    client = opened(create_organization(slug="third", owner="mia@halden.example"))
    before = snapshot()
    page = client.get(WELCOME).content.decode()
    assert "You have an account here: mia@halden.example" in page and 'name="password"' not in page
    client.post(WELCOME, OWNER)
    assert snapshot() == before and cast.users["mia"].check_password(PASSWORD)
    assert Organization.objects.get(slug="third").owner == cast.users["mia"]


@pytest.mark.parametrize("typed", ["OLGA@Halden.example", "olga@HALDEN.EXAMPLE", "olga@ｈａｌｄｅｎ.example"])
def test_any_spelling_of_a_known_address_is_that_person(cast: Cast, typed: str) -> None:
    create_organization(slug="third", owner=typed)
    assert Organization.objects.get(slug="third").owner == cast.users["olga"]
    assert User.objects.filter(email__endswith="halden.example").count() == len(cast.users)


def test_resend_makes_a_new_link_and_ends_the_earlier_one(nora: str) -> None:
    out = io.StringIO()
    call_command("create_organization", "--slug=nordic", "--resend", stdout=out)
    assert is_dead(opened(nora))
    assert opened(out.getvalue().strip()).post(WELCOME, OWNER).status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"slug": "nordic"}, "taken"),
        ({"slug": "accounts"}, "address of Gatehouse itself"),
        ({"slug": "1st"}, "lower-case letters"),
        ({"slug": "Nordic2"}, "lower-case letters"),
        ({"slug": "a" * 41}, "lower-case letters"),
        ({"slug": "third", "owner": "nobody"}, "valid email"),
        ({"slug": "third", "owner": ""}, "--name and --owner are needed"),
        ({"slug": "third", "name": ""}, "--name and --owner are needed"),
        ({"slug": "third", "name": "x" * 121}, "at most 120 characters"),
        ({"slug": "third", "name": "a\nb"}, "one line"),
        ({"slug": "third", "id": "../x"}, "valid value"),
        ({"slug": "third", "id": "Identity_"}, "an address of Gatehouse"),
    ],
)
def test_the_command_refuses_in_one_sentence_and_makes_nothing(
    nora: str, wrong: dict[str, str], sentence: str
) -> None:
    before = snapshot()
    with pytest.raises(CommandError, match=re.escape(sentence)) as refusal:
        create_organization(**wrong)
    assert "\n" not in str(refusal.value) and snapshot() == before


def test_the_command_takes_an_id_once(nora: str) -> None:
    create_organization(slug="third", id="demo.third", owner="x@y.example")
    assert Organization.objects.get(slug="third").public_id == "demo.third"
    with pytest.raises(CommandError, match="taken"):
        create_organization(slug="fourth", id="demo.third")


def test_resending_for_nobody_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="there is no organization"):
        call_command("create_organization", "--slug=nowhere", "--resend")
