"""Registers one program for client credentials and prints its id and secret as JSON."""

import json
import os

import django


def main() -> None:
    """The library hashes the secret with the first of PASSWORD_HASHERS."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.rivals.stock_dot.settings")
    django.setup()
    from oauth2_provider.generators import generate_client_id, generate_client_secret
    from oauth2_provider.models import Application

    made = {"client_id": generate_client_id(), "client_secret": generate_client_secret()}
    Application.objects.create(
        name="Benchmark",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        **made,
    )
    print(json.dumps(made))


if __name__ == "__main__":
    main()
