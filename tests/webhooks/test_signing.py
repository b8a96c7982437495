"""What we sign, other people's code verifies: the `standardwebhooks` packages of PyPI and npm.

npm's lies in tests/vendor, as published (`manage.py vendor --check`); it runs where there is a node.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.cast import Cast
from tests.webhooks.conftest import happen, listens, of
from tests.webhooks.receivers import Heard, Receiver
from webhooks import credentials, signing
from webhooks.models import Webhook

Run = Callable[[], None]
VENDOR = Path(__file__).resolve().parents[1] / "vendor"


def heard(cast: Cast, receiver: Receiver, run: Run, **fields: object) -> tuple[Webhook, Heard]:
    webhook = listens(cast, receiver.url(), **fields)
    happen(cast)
    run()
    return webhook, receiver.heard[0]


def test_the_library_takes_what_we_send(cast: Cast, receiver: Receiver, run: Run) -> None:
    secret = credentials.new_secret()
    webhook, one = heard(cast, receiver, run, secret=secret)
    told = Verifier(secret).verify(one.body, one.headers)
    assert told["type"] == "workspace.created" and one.headers["webhook-id"] == of(webhook).get().public_id
    assert one.headers["content-type"] == "application/json" and one.headers["webhook-signature"].startswith(
        "v1,"
    )
    assert abs(int(one.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_the_library_refuses_what_was_changed(cast: Cast, receiver: Receiver, run: Run, change: str) -> None:
    secret = credentials.new_secret()
    _, one = heard(cast, receiver, run, secret=secret)
    body, headers = one.body + b" " * (change == "body"), dict(one.headers)
    if change.startswith("webhook"):
        headers[change] = str(int(headers[change]) - 1) if change.endswith("timestamp") else "other"
    with pytest.raises(WebhookVerificationError):
        Verifier(credentials.new_secret() if change == "secret" else secret).verify(body, headers)


def test_while_a_secret_is_rotated_both_are_good_and_then_only_the_new_one(
    cast: Cast, receiver: Receiver, run: Run
) -> None:
    old, new = credentials.new_secret(), credentials.new_secret()
    webhook = listens(cast, receiver.url(), secret=old)
    sealed = credentials.seal_previous(webhook)
    until = timezone.now() + timedelta(hours=24)
    Webhook.objects.update(
        sealed_previous_secret=sealed,
        previous_secret_until=until,
        sealed_secret=credentials.seal_secret(webhook, new),
        version=2,
    )
    happen(cast)
    run()
    Webhook.objects.update(previous_secret_until=timezone.now(), version=3)
    happen(cast)
    run()
    during, after = receiver.heard
    assert len(during.headers["webhook-signature"].split()) == 2
    for secret in (old, new):
        Verifier(secret).verify(during.body, during.headers)
    Verifier(new).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(after.body, after.headers)


def test_our_signature_is_the_librarys() -> None:
    secret, at = credentials.new_secret(), datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    ours = signing.signature([signing.key(secret)], "msg_1", int(at.timestamp()), b'{"a":"\xc5\xbc"}')
    assert ours == Verifier(secret).sign("msg_1", at, '{"a":"ż"}')


@pytest.mark.parametrize("value", ["", "whsec_", "whsec_%%", "secret", "whsec_é"])
def test_what_is_no_secret_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a signing secret"):
        signing.key(value)


SCRIPT = """
const {Webhook} = require("standardwebhooks");
const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
new Webhook(told.secret).verify(told.body, told.headers);
let refused = false;
try { new Webhook(told.secret).verify(told.body + " ", told.headers); } catch (error) { refused = true; }
console.log(refused ? "verified" : "takes anything");
"""


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node; .ci/run installs it")
def test_the_library_for_node_takes_what_we_send(cast: Cast, receiver: Receiver, run: Run) -> None:
    secret = credentials.new_secret()
    _, one = heard(cast, receiver, run, secret=secret)
    told = json.dumps({"secret": secret, "body": one.body.decode(), "headers": one.headers})
    env = os.environ | {"NODE_PATH": str(VENDOR / "node")}
    done = subprocess.run(["node", "-e", SCRIPT], input=told, capture_output=True, text=True, env=env)
    assert done.stdout.strip() == "verified", done.stderr
