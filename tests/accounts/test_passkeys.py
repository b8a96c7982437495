"""Passkeys as programs and broken browsers send them: a form error, never a crash, and nothing half kept.

Real ones, with a browser's own authenticator: tests/browser/test_passkeys.py.
"""

import hashlib
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from fido2 import cbor
from fido2.utils import websafe_encode

from tests.accounts.test_second_factor import SECURITY, sign_in
from tests.cast import Cast

ADD, PROOF = "/accounts/2fa/passkeys/add/", "/accounts/2fa/passkeys/reauthenticate/"
ES256, UNKNOWN = -7, -65000
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def challenge(client: Client) -> str:
    page = client.get(ADD).content.decode()
    told = json.loads(re.search(r'id="passkey-options" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    return told["creation_options"]["publicKey"]["challenge"]


def authenticator_data(flags: int = PRESENT | VERIFIED | HAS_KEY, kind: int = ES256) -> bytes:
    key = cbor.encode({1: 2, 3: kind, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    held = bytes(16) + (3).to_bytes(2, "big") + b"key" + key if flags & HAS_KEY else b""
    return hashlib.sha256(b"testserver").digest() + bytes([flags]) + bytes(4) + held


def passkey(challenge: str, data: bytes = b"", name: bytes = b"key") -> dict[str, Any]:
    """What a browser would send."""
    client = {"type": "webauthn.create", "challenge": challenge, "origin": "http://testserver"}
    attestation = {"fmt": "none", "attStmt": {}, "authData": data or authenticator_data()}
    return {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(json.dumps(client).encode()),
            "attestationObject": websafe_encode(cbor.encode(attestation)),
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


def refused(client: Client, credential: str, **more: str) -> None:
    answer = client.post(ADD, {"credential": credential, "name": "Laptop", **more})
    page = answer.content.decode()
    assert answer.status_code == 200 and 'role="alert"' in page and "Not saved." in page
    assert not Authenticator.objects.exists()
    assert client.get(SECURITY).status_code == 200


def test_a_passkey_is_kept_without_what_signing_in_does_not_need(cast: Cast) -> None:
    client = cast.client("mia")
    sent = passkey(challenge(client))
    more = {"more": "\0", "clientExtensionResults": {"credProps": {"rk": True}, "mine": "\0" * 9}}
    assert client.post(ADD, {"credential": json.dumps(sent | more), "name": "Laptop"}).status_code == 302
    kept = Authenticator.objects.get(type="webauthn").data["credential"]
    assert kept == sent
    assert "Laptop" in client.get(SECURITY).content.decode()


GARBAGE = {
    "nothing": "",
    "null": "null",
    # Falsy, and yet there: taken for a passkey, it would count as a second factor.
    "zero": "0",
    "false": "false",
    "an empty object": "{}",
    "a list": '["x"]',
    "no JSON": "{",
    "an endless number": "1" * 5000,
    "too deep": "[" * 30_000,
    "too long": '"' + "x" * 100_000 + '"',
    "no response": '{"id": "x"}',
    "a wrong response": '{"id": "a", "rawId": "a", "response": 1}',
    "not base64": '{"id": "a", "rawId": "ł", "response": {"clientDataJSON": "ł", "attestationObject": "ł"}}',
    "empty parts": '{"id": "", "rawId": "", "response": {"clientDataJSON": "", "attestationObject": ""}}',
    "a NUL": '{"id": "\\u0000", "rawId": "\\u0000", "response": {"clientDataJSON": "\\u0000"}}',
}


@pytest.mark.parametrize("credential", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_a_form_error(cast: Cast, credential: str) -> None:
    client = cast.client("mia")
    challenge(client)
    refused(client, credential)
    refused(client, credential, passwordless="on")


BROKEN: dict[str, Callable[[str], dict[str, Any]]] = {
    "another challenge": lambda _: passkey("eA"),
    "no key in it": lambda told: passkey(told, authenticator_data(PRESENT)),
    "nobody there": lambda told: passkey(told, authenticator_data(VERIFIED | HAS_KEY)),
    "a key nobody can check": lambda told: passkey(told, authenticator_data(kind=UNKNOWN)),
    "another address": lambda told: passkey(told, bytes(32) + authenticator_data()[32:]),
    "another key's name": lambda told: passkey(told, name=b"other"),
    "cut": lambda told: passkey(told, authenticator_data()[:60]),
    "wrong extensions": lambda told: passkey(told) | {"clientExtensionResults": []},
    "wrong properties": lambda told: passkey(told) | {"clientExtensionResults": {"credProps": "x"}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_passkey_is_a_form_error(cast: Cast, broken: Callable[[str], dict[str, Any]]) -> None:
    client = cast.client("mia")
    refused(client, json.dumps(broken(challenge(client))))


def test_sign_in_alone_needs_a_checked_person(cast: Cast) -> None:
    client = cast.client("mia")
    told = passkey(challenge(client), authenticator_data(PRESENT | HAS_KEY))
    refused(client, json.dumps(told), passwordless="on")


def test_any_byte_may_be_wrong(cast: Cast) -> None:
    """Two hundred passkeys with a byte changed somewhere: kept whole, or not at all."""
    client, chance = cast.client("mia"), random.Random(4)
    for _ in range(200):
        data = bytearray(authenticator_data())
        data[chance.randrange(len(data))] = chance.randrange(256)
        sent = passkey(challenge(client), bytes(data))
        answer = client.post(ADD, {"credential": json.dumps(sent)})
        assert answer.status_code in (200, 302), data.hex()
        assert client.get(SECURITY).status_code == 200
        Authenticator.objects.all().delete()


def test_a_name_is_short_and_on_one_line(cast: Cast) -> None:
    client = cast.client("mia")
    for name in ("x" * 61, "a\nb"):
        refused(client, json.dumps(passkey(challenge(client))), name=name)


@pytest.mark.parametrize("credential", GARBAGE.values(), ids=GARBAGE)
def test_garbage_proves_nothing(cast: Cast, credential: str) -> None:
    mia = cast.client("mia")
    mia.post(ADD, {"credential": json.dumps(passkey(challenge(mia))), "name": "Laptop"})
    assert mia.post(PROOF, {"credential": credential}).status_code == 302
    second_step = sign_in()
    answer = second_step.post("/accounts/2fa/authenticate/", {"credential": credential})
    assert answer.status_code == 200 and 'role="alert"' in answer.content.decode()
    visitor = Client()
    visitor.get("/accounts/2fa/passkeys/sign-in/", headers={"Accept": "application/json"})
    answer = visitor.post("/accounts/2fa/passkeys/sign-in/", {"credential": credential})
    assert answer.headers["Location"] == "/accounts/login/"
    for client in (second_step, visitor):
        assert client.get("/o/halden/").status_code == 302


def test_under_a_number_the_page_leads_to_a_name(cast: Cast, settings: Any) -> None:
    client = cast.client("mia")
    page = client.get(SECURITY, headers={"host": "127.0.0.1:8123"}).content.decode()
    assert 'href="http://localhost:8123/profile/security/"' in page and f'href="{ADD}"' not in page
    page = client.get(SECURITY, headers={"host": "localhost:8123"}).content.decode()
    assert f'href="{ADD}"' in page and "http://localhost" not in page
    settings.PRODUCTION = True
    page = client.get(SECURITY, headers={"host": "127.0.0.1"}).content.decode()
    assert "this address is a number" in page and "http://localhost" not in page
