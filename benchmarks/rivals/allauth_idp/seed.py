"""Registers one program for client credentials and prints its id and secret as JSON."""

import json
import os

import django


def main() -> None:
    """Two scopes, opaque tokens (its default)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.rivals.allauth_idp.settings")
    django.setup()
    from allauth.idp.oidc.adapter import get_adapter
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password

    secret = get_adapter().generate_client_secret()
    client = Client.objects.create(
        name="Benchmark",
        secret=make_password(secret),
        scopes="read\nwrite",
        grant_types=Client.GrantType.CLIENT_CREDENTIALS,
    )
    print(json.dumps({"client_id": client.pk, "client_secret": secret}))


if __name__ == "__main__":
    main()
