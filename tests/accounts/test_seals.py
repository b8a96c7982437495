"""What is sealed opens only where it was sealed, and as long as its key is there; what is made has the contract's form."""

import base64
import re
from typing import Any

import pytest
from django.test import Client

from accounts.record import verify
from accounts.sealing import (
    BASE62,
    PREFIXES,
    SealBroken,
    fingerprint,
    hint,
    is_well_formed,
    new_secret,
    seal,
    unseal,
)
from config.environment import keyring, new_key
from robots import actions
from robots.models import Secret
from tests.cast import Cast
from tests.robots.conftest import shared_page

PLACE = {"table": "robots_secret", "column": "client_secret_sealed", "organization": "o", "row": "r/1"}


@pytest.fixture
def envelope() -> str:
    return seal("open sesame ✓", **PLACE)


def test_what_is_sealed_opens_in_its_place(envelope: str) -> None:
    assert unseal(envelope, **PLACE) == "open sesame ✓"
    assert "sesame" not in envelope and re.fullmatch(r"v1:[A-Za-z0-9]+:[A-Za-z0-9+/]+=*", envelope)


def test_two_envelopes_of_one_value_differ(envelope: str) -> None:
    assert seal("open sesame ✓", **PLACE) != envelope


@pytest.mark.parametrize("part", PLACE)
def test_it_opens_nowhere_else(envelope: str, part: str) -> None:
    for other in (PLACE[part] + "x", "", PLACE[part].upper()):
        with pytest.raises(SealBroken):
            unseal(envelope, **PLACE | {part: other})


def test_parts_of_a_place_cannot_run_into_each_other() -> None:
    sealed = seal("x", table="ab", column="c", organization="", row="")
    for table, column in (("a", "bc"), ("abc", ""), ("", "abc")):
        with pytest.raises(SealBroken):
            unseal(sealed, table=table, column=column, organization="", row="")


def damaged(envelope: str) -> dict[str, str]:
    version, key_id, body = envelope.split(":")
    raw = base64.b64decode(body)
    turned = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
    return {
        "nothing": "",
        "no parts": "x",
        "unknown key": f"{version}:nokey:{body}",
        "another key's id": f"{version}:{key_id}x:{body}",
        "another version": f"v2:{key_id}:{body}",
        "no body": f"{version}:{key_id}:",
        "no nonce": f"{version}:{key_id}:{base64.b64encode(raw[:5]).decode()}",
        "nonce only": f"{version}:{key_id}:{base64.b64encode(raw[:12]).decode()}",
        "truncated": f"{version}:{key_id}:{base64.b64encode(raw[:-4]).decode()}",
        "cut text": envelope[:-3],
        "not base64": f"{version}:{key_id}:####",
        "not ASCII": f"{version}:{key_id}:żółw",
        "one bit": f"{version}:{key_id}:{turned}",
    }


@pytest.mark.parametrize("how", damaged("v1:k1:" + base64.b64encode(bytes(40)).decode()))
def test_a_damaged_envelope_says_so(envelope: str, how: str) -> None:
    with pytest.raises(SealBroken):
        unseal(damaged(envelope)[how], **PLACE)


@pytest.mark.parametrize("how", ["nothing", "no nonce", "truncated", "not base64", "unknown key"])
def test_a_damaged_session_is_no_session_and_no_crash(cast: Cast, how: str) -> None:
    client = cast.client("olga")
    model = type(client.session).get_model_class()
    row = model.objects.get()
    model.objects.filter(pk=row.pk).update(session_data=damaged(row.session_data)[how])
    answer = client.get("/o/halden/")
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("how", ["nothing", "no nonce", "truncated", "not ASCII", "unknown key"])
def test_a_damaged_welcome_cookie_is_an_unknown_link(cast: Cast, how: str) -> None:
    visitor = Client()
    visitor.get(f"/welcome/{new_secret('gate_inv_')}/")
    visitor.cookies["welcome"] = (
        damaged(visitor.cookies["welcome"].value)[how].encode("unicode-escape").decode()
    )
    assert "This link does not work" in visitor.get("/welcome/").content.decode()


# ---------- rows, columns, organizations ----------


def swap(cast: Cast, one: dict[str, Any], column_of_one: str, other: dict[str, Any], column: str) -> None:
    """Put the envelope of `other` where that of `one` was."""
    stolen = Secret.objects.values_list(column, flat=True).get(**other)
    Secret.objects.filter(**one).update(**{column_of_one: stolen})


def reveal(cast: Cast) -> Any:
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    return cast.client("mia").post(shared_page(cast.robby) + "reveal/")


def test_another_robots_envelope_opens_nothing(cast: Cast) -> None:
    swap(cast, {"robot": cast.robby}, "client_secret_sealed", {"robot": cast.reader}, "client_secret_sealed")
    with pytest.raises(SealBroken):
        reveal(cast)


def test_another_columns_envelope_opens_nothing(cast: Cast) -> None:
    swap(cast, {"robot": cast.robby}, "client_secret_sealed", {"robot": cast.robby}, "oauth1_token_sealed")
    with pytest.raises(SealBroken):
        reveal(cast)


def test_another_organizations_robot_opens_nothing(cast: Cast) -> None:
    from accounts.models import Organization

    Organization.objects.filter(pk=cast.home.pk).update(public_id="somebody-else")
    with pytest.raises(SealBroken):
        reveal(cast)


# ---------- rotation ----------


def rotate(settings: Any) -> None:
    """A new first key; the present ones stay behind it."""
    fresh = keyring(new_key().replace("k1:", "fresh:"))
    settings.GATEHOUSE_KEYS = fresh | settings.GATEHOUSE_KEYS


def test_after_rotation_the_new_key_seals_and_the_old_one_still_opens(settings: Any, envelope: str) -> None:
    rotate(settings)
    assert unseal(envelope, **PLACE) == "open sesame ✓"
    fresh = seal("x", **PLACE)
    assert fresh.startswith("v1:fresh:") and unseal(fresh, **PLACE) == "x"


def test_rotation_disturbs_nobody(cast: Cast, settings: Any) -> None:
    mia = cast.client("mia")
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    rotate(settings)
    assert mia.get("/o/halden/").status_code == 200
    assert cast.robby_values.client_secret in mia.post(shared_page(cast.robby) + "reveal/").content.decode()
    assert verify(cast.home).broken_at is None


def test_a_key_that_was_taken_away_opens_nothing_any_more(settings: Any, envelope: str) -> None:
    rotate(settings)
    settings.GATEHOUSE_KEYS = {"fresh": settings.GATEHOUSE_KEYS["fresh"]}
    with pytest.raises(SealBroken, match="no key"):
        unseal(envelope, **PLACE)


def test_another_key_under_the_same_id_opens_nothing(settings: Any, envelope: str) -> None:
    key_id = envelope.split(":")[1]
    settings.GATEHOUSE_KEYS = {key_id: bytes(32)}
    with pytest.raises(SealBroken):
        unseal(envelope, **PLACE)


# ---------- what is made ----------


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_secret_has_the_contracts_form(prefix: str) -> None:
    value = new_secret(prefix)
    assert re.fullmatch(rf"{prefix}[{BASE62}]{{49}}", value) and is_well_formed(value, prefix)
    assert hint(value) == f"{prefix}{value[len(prefix) :][:3]}…{value[-3:]}"
    assert len(fingerprint(value)) == 32


def test_every_typo_is_noticed() -> None:
    value = new_secret("gate_cs_")
    for place in range(len(value)):
        for letter in "aZ0":
            if value[place] != letter:
                assert not is_well_formed(value[:place] + letter + value[place + 1 :], "gate_cs_")
    for wrong in (value[:-1], value + "a", " " + value, value + "\n", value.upper(), ""):
        assert not is_well_formed(wrong, "gate_cs_")
    assert not is_well_formed(value, "gate_at_")


def test_no_two_secrets_are_alike_and_an_unknown_prefix_is_refused() -> None:
    assert len({new_secret("gate_pat_") for _ in range(200)}) == 200
    with pytest.raises(ValueError, match="unknown prefix"):
        new_secret("gate_x_")
